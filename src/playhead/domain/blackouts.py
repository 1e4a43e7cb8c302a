"""Who wants nothing to be captured, and until when. It is black while any request for a blackout is in force.

Requests nest and overlap: the end of one never ends another. Each ends by whoever asked for it, by a person who may end
any, when its time is over, or with what it is bound to. Times are monotonic microseconds unless they say wall time, so
that no step of a clock ends a blackout early. docs/services/blackout.md is the page about it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

from playhead.base.errors import LimitError

REQUESTS_PER_SOURCE_MAX: Final = 8
"""In force at a time from one kind of source. A bound for each, so that none can use up the others' places: the agent
can always ask."""

REASON_CHARS_MAX: Final = 200
NAME_CHARS_MAX: Final = 120
"""Of who asks, and of what for."""


class Source(StrEnum):
    """What kind of party asks."""

    COMMAND_LINE = "command_line"
    API = "api"
    AGENT = "agent"
    """The agent, by hotkey or indicator."""
    INTERACTION = "interaction"
    """What guides the interaction: telephony, a payment page."""
    ANALYTICS = "analytics"
    """Desktop analytics, by what is on the screen."""
    DECISION_SOURCE = "decision_source"
    """The party that must say all the time that it may be light (`playhead.domain.leases`)."""


REQUESTS_MAX: Final = REQUESTS_PER_SOURCE_MAX * len(Source)
"""In force at a time."""


class Binding(StrEnum):
    """What a request is bound to, and ends with."""

    NONE = "none"
    AGENT = "agent"
    INTERACTION = "interaction"
    BOTH = "both"
    """It ends with whichever is over first."""


@dataclass(frozen=True, slots=True, order=True)
class Asker:
    """Who asks, and what for: there is one request for each of these."""

    source: Source = Source.COMMAND_LINE
    by: str = ""
    """Name of the person or program; empty where it is not known."""
    label: str = ""
    """Tells several requests of one party apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request in force."""

    serial: int
    """Grows with each request that is taken: an end that was on its way does not end one that came after it."""
    asker: Asker
    reason: str = ""
    since_us: int
    """Wall time at which it began."""
    until_us: int | None = None
    """Wall time at which it should end by itself, as it was reckoned at its beginning. For showing only."""
    deadline_us: int | None = None
    """When it ends by itself; None: never."""
    agent: str = ""
    """The agent whom it ends with; empty: it stays whoever works here."""
    interaction: str = ""
    """The interaction that it ends with; empty: it stays whichever there is."""


@dataclass(frozen=True, slots=True)
class Blackouts:
    """All requests in force, in the order in which they came."""

    requests: tuple[Request, ...] = ()

    @property
    def is_dark(self) -> bool:
        """Whether nothing may be captured."""
        return bool(self.requests)

    @property
    def due_us(self) -> int | None:
        """When the next one ends by itself."""
        return min((one.deadline_us for one in self.requests if one.deadline_us is not None), default=None)

    def begun(self, request: Request) -> Self:
        """With one more.

        Where the same party asks again there is still one request, and it is never lighter than either was: it lasts
        for the longer time, and is bound only to what both are bound to.

        Raises:
            LimitError: ``blackout.too_many``: its source has `REQUESTS_PER_SOURCE_MAX` others.
        """
        others = tuple(one for one in self.requests if one.asker != request.asker)
        source = request.asker.source
        if sum(one.asker.source is source for one in others) >= REQUESTS_PER_SOURCE_MAX:
            message = f"There are {REQUESTS_PER_SOURCE_MAX} blackouts in force from this kind of source ({source})."
            raise LimitError("blackout.too_many", message, hint="End one of them first. It is black until then.")
        for before in self.requests:
            if before.asker == request.asker:
                request = _joined(before, request)
        return type(self)((*others, request))

    def without(self, serials: Collection[int]) -> Self:
        """Without these."""
        return type(self)(tuple(one for one in self.requests if one.serial not in serials))

    def of(self, asker: Asker) -> frozenset[int]:
        """The one of this party, by its serial."""
        return frozenset(one.serial for one in self.requests if one.asker == asker)

    def endable(self) -> frozenset[int]:
        """Those that a person who may end any may end: not what the decision source says."""
        return frozenset(one.serial for one in self.requests if one.asker.source is not Source.DECISION_SOURCE)

    def expired(self, now_us: int) -> frozenset[int]:
        """Those whose time is over."""
        return frozenset(
            one.serial for one in self.requests if one.deadline_us is not None and one.deadline_us <= now_us
        )

    def of_interaction(self, interaction: str) -> frozenset[int]:
        """Those that end with this interaction."""
        return frozenset(one.serial for one in self.requests if interaction and one.interaction == interaction)

    def of_other_agents(self, agent: str) -> frozenset[int]:
        """Those that ended because somebody else works here now."""
        return frozenset(one.serial for one in self.requests if one.agent not in {"", agent})

    def rebound(self, before: str, after: str) -> Self:
        """One recording was followed by another of the same interaction: nothing gets lost with it."""
        bound = self.of_interaction(before)
        moved = (replace(one, interaction=after) if one.serial in bound else one for one in self.requests)
        return type(self)(tuple(moved))


def lasting_us(asked_us: int | None, max_us: int) -> int | None:
    """How long a request lasts; None: without end.

    Args:
        asked_us: what was asked for; None for as long as it may.
        max_us: the longest that is configured; 0 for no limit.
    """
    if max_us == 0:
        return asked_us
    return max_us if asked_us is None else min(asked_us, max_us)


def _joined(before: Request, after: Request) -> Request:
    return replace(
        after,
        since_us=before.since_us,
        until_us=_later(before.until_us, after.until_us),
        deadline_us=_later(before.deadline_us, after.deadline_us),
        agent=before.agent if before.agent == after.agent else "",
        interaction=before.interaction if before.interaction == after.interaction else "",
    )


def _later(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)
