"""Whether it is to be black: keeps the requests for blackouts, and ends those whose time or reason is over.

`playhead.domain.blackouts` decides; this has the clock, the timer and the word to the director. A request takes effect
before the call returns: nothing is waited for. Time is the monotonic clock's, so that no step of the wall clock ends a
blackout early, and time in which the program does not run is not counted.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import LimitError, RefusedError
from playhead.domain.blackouts import Asker, Binding, Blackouts, Request, Source, lasting_us
from playhead.domain.leases import Failing, Lease, Verdict
from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.workstation.pieces import Details
from playhead.workstation.state_file import KeptBlackout

KEEP_US: Final = 60_000_000
"""While a limited request is in force, how much is left of it is kept this often: a crash makes it no more longer."""

SILENT: Final = "The decision source is silent."

WATCHING: Final = "desktop analytics"
"""Name of the decision source within: the rules about what is on the screen."""

WATCHING_LEASE_US: Final = 5_000_000
"""How long its word holds, which it renews each second."""

_log: Any = structlog.get_logger(__name__)


class Shutter(Protocol):
    """What is needed of `playhead.workstation.director.Director`, which documents it."""

    def set_blackout(
        self, code: str, details: Details, in_force: tuple[Details, ...], *, at_us: int | None = None
    ) -> None:
        """A request began or ended."""
        ...


@dataclass(frozen=True, slots=True)
class BlackoutRules:
    """What the operator set."""

    max_us: int = 0
    """Longest time of a request; 0: none."""
    binding: Binding = Binding.NONE
    source: str = ""
    """The decision source that must say that it may be light; empty: there is none."""
    failing: Failing = Failing.CLOSED
    lease_us: int = 5_000_000
    watching: Failing | None = None
    """What it means when the rules about the screen say nothing; None: there are none to wait for."""


class Darkness:
    """See the module. For the event loop's thread.

    Args:
        rules: the configuration.
        shutter: closes and opens.
        clock: for the time.
        agent: who works here.
        changed: called when what is to be kept has changed by itself.
    """

    def __init__(
        self, rules: BlackoutRules, shutter: Shutter, clock: Clock, *, agent: str, changed: Callable[[], None]
    ) -> None:
        self._rules = rules
        self._shutter = shutter
        self._clock = clock
        self._agent = agent
        self._changed = changed
        self._blackouts = Blackouts()
        self._leases: dict[str, Lease] = {}
        """Of the decision sources, by their names."""
        if rules.source:
            self._leases[rules.source] = Lease(rules.failing, rules.lease_us)
        if rules.watching is not None:
            self._leases[WATCHING] = Lease(rules.watching, WATCHING_LEASE_US)
        self._serial = 0
        self._timer: asyncio.TimerHandle | None = None
        self._keep_at_us = 0
        self._closed = False
        self.expired_count = 0
        """How many requests ended because their time was over, since the start."""

    @property
    def told(self) -> tuple[BlackoutRequest, ...]:
        """All requests in force, for whoever asks."""
        return tuple(map(_told, self._blackouts.requests))

    def kept(self, *, without: Collection[int] = ()) -> tuple[KeptBlackout, ...]:
        """What must go on after a restart. What the decision source says is not: it says so anew.

        Args:
            without: those that are about to end.
        """
        now_us = self._clock.monotonic_us()
        lasting = self._blackouts.without(without).requests
        return tuple(_kept(one, now_us) for one in lasting if one.asker.source is not Source.DECISION_SOURCE)

    def restore(self, kept: Iterable[KeptBlackout]) -> None:
        """Go on with what was in force before a restart, and take the silence of the decision source for what it is.

        Call before anything is captured.
        """
        for one in kept:
            left_us = None if one.left_us is None else max(one.left_us, 0)
            asker = Asker(Source(one.source), one.by, one.label)
            self._take(asker, one.reason, left_us, since_us=one.since_us, agent=one.agent, interaction=one.interaction)
        self._end(self._blackouts.of_other_agents(self._agent), "blackout.off", "another agent works here")
        self._follow_leases()
        self._plan()

    def begin(self, asker: Asker, *, reason: str, length_us: int | None, interaction: str) -> None:
        """Be black from now on.

        Args:
            asker: who wants it.
            reason: why, for people.
            length_us: how long; None for as long as it may.
            interaction: the one that is going on; empty for none.

        Raises:
            LimitError: ``blackout.too_many``; it is black all the same, by the others.
        """
        is_bound = self._rules.binding
        self._take(
            asker,
            reason,
            lasting_us(length_us, self._rules.max_us),
            agent=self._agent if is_bound in {Binding.AGENT, Binding.BOTH} else "",
            interaction=interaction if is_bound in {Binding.INTERACTION, Binding.BOTH} else "",
        )
        self._plan()

    def has(self, asker: Asker) -> bool:
        """Whether a request of this party is in force."""
        return bool(self._blackouts.of(asker))

    def endable(self, asker: Asker, *, any_of_them: bool) -> frozenset[int]:
        """What an order to end a blackout is about, now: requests that come after it stay."""
        return self._blackouts.endable() if any_of_them else self._blackouts.of(asker)

    def end(self, serials: Collection[int], *, reason: str = "", by: str = "") -> None:
        """These end by order.

        Args:
            serials: from `endable`.
            reason: why, for people.
            by: who ordered it; empty for whoever had asked for them.
        """
        self._end(serials, "blackout.off", reason, by)
        self._plan()

    def decide(self, source: str, *, black: bool, reason: str) -> None:
        """The decision source says whether it is to be black, and is believed for the length of its lease.

        Raises:
            RefusedError: ``blackout.not_the_source``.
        """
        if not source or source != self._rules.source:
            hint = "Name it as blackout_source in the configuration."
            raise RefusedError("blackout.not_the_source", f"{source!r} does not decide here.", hint=hint)
        self._decided(source, black=black, reason=reason)

    def watched(self, *, black: bool, reason: str, since_us: int | None = None) -> None:
        """The rules about the screen say whether it is to be black; only where `BlackoutRules.watching` is set.

        With ``since_us``, monotonic, it has been so since then at the earliest: nothing of looks that ended since has
        been taken in yet.
        """
        self._decided(WATCHING, black=black, reason=reason, since_us=since_us)

    def look(self) -> None:
        """Call before anything is taken in that was captured: it may be from after the end of the lease.

        A timer alone would come too late where the event loop was held up.
        """
        now_us = self._clock.monotonic_us()
        if any(lease.is_late(now_us) for lease in self._leases.values()):
            self._follow_leases()

    def interaction_over(self, interaction: str) -> None:
        """An interaction has ended, and with it what is bound to it."""
        ended = self._blackouts.of_interaction(interaction)
        if ended:
            self.end(ended, reason="the interaction is over")
            self._changed()

    def interaction_moved(self, before: str, after: str) -> None:
        """Its recording was followed by another: what is bound to it stays with it."""
        moved = self._blackouts.rebound(before, after)
        if moved != self._blackouts:
            self._blackouts = moved
            self._changed()

    def close(self) -> None:
        """Let go of the timer. Requests stay in force."""
        self._closed = True
        self._plan()

    # How

    def _take(
        self,
        asker: Asker,
        reason: str,
        length_us: int | None,
        *,
        since_us: int | None = None,
        agent: str = "",
        interaction: str = "",
        at_us: int | None = None,
    ) -> None:
        self._serial += 1
        now_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        request = Request(
            serial=self._serial,
            asker=asker,
            reason=reason,
            since_us=wall_us if since_us is None else since_us,
            until_us=None if length_us is None else wall_us + length_us,
            deadline_us=None if length_us is None else now_us + length_us,
            agent=agent,
            interaction=interaction,
        )
        try:
            self._blackouts = self._blackouts.begun(request)
        except LimitError as error:
            _log.warning("blackout.refused", source=asker.source, by=asker.by, code=error.code)
            raise
        self._keep_at_us = now_us + KEEP_US
        self._tell("blackout.on", self._blackouts.requests[-1], at_us=at_us)
        _log.info("blackout.began", **_log_of(request), reason=reason)

    def _end(self, serials: Collection[int], code: str, reason: str, by: str = "") -> None:
        for one in [each for each in self._blackouts.requests if each.serial in serials]:
            self._blackouts = self._blackouts.without({one.serial})
            more: Details = {key: value for key, value in (("ended_by", by), ("ended_because", reason)) if value}
            self._tell(code, one, more)
            if code == "blackout.expired":
                self.expired_count += 1
                _log.warning("blackout.expired", **_log_of(one), hint="It may have been forgotten.")
            else:
                _log.info("blackout.ended", **_log_of(one), ended_by=by, because=reason)

    def _tell(self, code: str, request: Request, more: Details | None = None, *, at_us: int | None = None) -> None:
        in_force = tuple(map(details_of, self._blackouts.requests))
        self._shutter.set_blackout(code, details_of(request) | (more or {}), in_force, at_us=at_us)

    def _decided(self, source: str, *, black: bool, reason: str, since_us: int | None = None) -> None:
        self._leases[source] = self._leases[source].renewed(self._clock.monotonic_us(), black=black, reason=reason)
        self._follow(source, since_us)
        self._plan()

    def _follow_leases(self) -> None:
        for source in self._leases:
            self._follow(source)

    def _follow(self, source: str, since_us: int | None = None) -> None:
        watcher, lease = Asker(Source.DECISION_SOURCE, source), self._leases[source]
        verdict = lease.verdict(self._clock.monotonic_us())
        mine = [one for one in self._blackouts.requests if one.asker == watcher]
        is_limited = bool(mine) and mine[0].deadline_us is not None
        match verdict:
            case Verdict.LIGHT:
                self._end({one.serial for one in mine}, "blackout.off", "")
            case Verdict.BLACK | Verdict.LATE:
                reason = SILENT if verdict is Verdict.LATE else lease.reason
                if not mine or mine[0].reason != reason or is_limited:
                    at_us = lease.due_us if verdict is Verdict.LATE else since_us
                    self._replace(watcher, mine, reason, None, at_us=at_us)
            case Verdict.LAPSED:
                if not is_limited:
                    _log.warning("decision source is silent", source=watcher.by)
                    self._replace(watcher, mine, lease.reason, lasting_us(None, self._rules.max_us))

    def _replace(
        self, watcher: Asker, mine: list[Request], reason: str, length_us: int | None, *, at_us: int | None = None
    ) -> None:
        """Another word of the decision source takes the place of the one before, without light between them."""
        self._blackouts = self._blackouts.without({one.serial for one in mine})
        self._take(watcher, reason, length_us, since_us=mine[0].since_us if mine else None, at_us=at_us)

    def _tick(self) -> None:
        """Something may be due."""
        now_us = self._clock.monotonic_us()
        self._follow_leases()
        expired = self._blackouts.expired(now_us)
        for one in self._blackouts.requests:
            if one.serial in expired and one.asker.source is Source.DECISION_SOURCE:
                self._leases[one.asker.by] = self._leases[one.asker.by].forgotten()
        self._end(expired, "blackout.expired", "")
        if expired or now_us >= self._keep_at_us:
            self._keep_at_us = now_us + KEEP_US
            self._changed()
        self._plan()

    def _plan(self) -> None:
        """See to it that `_tick` is called when something is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closed:
            return
        now_us = self._clock.monotonic_us()
        due = [] if self._blackouts.due_us is None else [self._blackouts.due_us, self._keep_at_us]
        leases = (one for one in self._leases.values() if not one.is_late(now_us))
        due += [one.due_us for one in leases if one.due_us is not None]
        if due:
            self._timer = asyncio.get_running_loop().call_later(max(min(due) - now_us, 0) / 1e6, self._tick)


def details_of(request: Request) -> Details:
    """What a marker tells of a request."""
    asker = request.asker
    details: Details = {"source": str(asker.source)}
    details |= {
        key: text for key, text in (("by", asker.by), ("label", asker.label), ("reason", request.reason)) if text
    }
    details["since_us"] = request.since_us
    return details if request.until_us is None else details | {"until_us": request.until_us}


def _told(request: Request) -> BlackoutRequest:
    asker = request.asker
    return BlackoutRequest(
        asker.source.value,
        request.since_us,
        by=asker.by,
        label=asker.label,
        reason=request.reason,
        until_us=request.until_us,
        follows=bool(request.agent),
    )


def _kept(request: Request, now_us: int) -> KeptBlackout:
    asker, deadline_us = request.asker, request.deadline_us
    return KeptBlackout(
        source=asker.source.value,
        by=asker.by,
        label=asker.label,
        reason=request.reason,
        since_us=request.since_us,
        left_us=None if deadline_us is None else max(deadline_us - now_us, 0),
        agent=request.agent,
        interaction=request.interaction,
    )


def _log_of(request: Request) -> dict[str, object]:
    asker = request.asker
    return {"source": str(asker.source), "by": asker.by, "label": asker.label, "until_us": request.until_us}
