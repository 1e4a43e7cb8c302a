"""What workstations tell of blackouts: counted, said in the log, and taken to wherever the agent works.

A request that is bound to the agent holds for the agent and not for the machine. So each is asked for at every other
workstation at which the same agent is, and its end is told there, too. Such a copy is told by its label; copies are
not copied.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import WorkstationId
from playhead.domain.access import agent_key
from playhead.domain.events import BLACKOUT_BEGAN, BLACKOUT_ENDED, Event, blackout
from playhead.domain.live import LiveBlackout, LiveWorkstation
from playhead.premises.screen import metrics
from playhead.wire.screen.blackouts import BlackoutOrder
from playhead.wire.screen.messages import CommandName, Result

COPY: Final = "agent at "
"""What the label of a copy begins with: where the agent asked for it follows, and when."""

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Copy:
    """An order about another workstation of the same agent."""

    workstation: WorkstationId
    on: bool
    blackout: BlackoutOrder
    reason: str


class Command(Protocol):
    """`playhead.premises.screen.service.ScreenService.command`."""

    def __call__(
        self, workstation: WorkstationId, name: CommandName, *, reason: str, blackout: BlackoutOrder
    ) -> Awaitable[Result]:
        """Have a workstation do something."""
        ...


class Blackouts:
    """See the module.

    Args:
        known: every workstation as it was last heard of.
        command: has one do something.
        clock: for how long a copy lasts.
    """

    def __init__(self, known: Callable[[], Iterable[LiveWorkstation]], command: Command, clock: Clock) -> None:
        self._known = known
        self._command = command
        self._clock = clock
        self._expired: dict[WorkstationId, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def told(self, before: LiveWorkstation | None, now: LiveWorkstation, expired: int) -> list[Event]:
        """A workstation has told what it does; returns what others are to be told of it.

        Args:
            before: what was known of it; None for nothing.
            now: the same now.
            expired: how many of its requests have ended by themselves, as it counts them.
        """
        was: tuple[LiveBlackout, ...] = () if before is None else before.blackouts
        at_us, events = self._clock.wall_us(), list[Event]()
        for one in (one for one in was if one not in now.blackouts):
            metrics.BLACKOUTS_ENDED.labels(one.source).inc()
            _log.info("blackout.ended", workstation=str(now.id), source=one.source, by=one.by)
            events.append(blackout(BLACKOUT_ENDED, now, one, at_us))
        for one in (one for one in now.blackouts if one not in was):
            metrics.BLACKOUTS_BEGUN.labels(one.source).inc()
            _log.info("blackout.began", workstation=str(now.id), source=one.source, by=one.by, reason=one.reason)
            events.append(blackout(BLACKOUT_BEGAN, now, one, at_us))
        new = expired - self._expired.get(now.id, 0)
        self._expired[now.id] = expired
        if new > 0 and before is not None and before.state:
            metrics.BLACKOUTS_EXPIRED.inc(new)
            _log.warning("blackout.expired", workstation=str(now.id), agent=now.agent, count=new)
        for copy in copies(before, now, self._known(), self._clock.wall_us()):
            task = asyncio.ensure_future(self._send(copy))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return events

    async def close(self) -> None:
        """Send nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, copy: Copy) -> None:
        name: CommandName = "blackout_on" if copy.on else "blackout_off"
        try:
            await self._command(copy.workstation, name, reason=copy.reason, blackout=copy.blackout)
        except PlayheadError as error:
            _log.warning("blackout did not follow the agent", workstation=str(copy.workstation), code=error.code)


def copies(
    before: LiveWorkstation | None, now: LiveWorkstation, known: Iterable[LiveWorkstation], wall_us: int
) -> list[Copy]:
    """What must be told to other workstations, or to this one that has just come, so that blackouts follow the agent.

    Args:
        before: what was known of a workstation until now.
        now: the same after it told.
        known: all of them.
        wall_us: the time.
    """
    if not now.agent:
        return []
    others = [one for one in known if one.id != now.id and agent_key(one.agent) == agent_key(now.agent)]
    is_same = before is not None and agent_key(before.agent) == agent_key(now.agent)
    was = {_label(now, one): one for one in _own(before)} if before is not None and is_same else {}
    are = {_label(now, one): one for one in _own(now)}
    found: list[Copy] = []
    for other in others:
        if not other.connected:
            continue
        found += [_begin(other.id, label, one, wall_us) for label, one in are.items() if label not in was]
        found += [_end(other.id, label, one) for label, one in was.items() if label not in are]
    if before is None or not before.state:  # it has just come: what holds elsewhere holds here
        for other in others:
            found += [
                _begin(now.id, _label(other, one), one, wall_us)
                for one in _own(other)
                if other.connected or (one.until_us is not None and one.until_us > wall_us)
            ]
    return found


def _own(workstation: LiveWorkstation | None) -> list[LiveBlackout]:
    """Its requests that follow the agent, without copies."""
    requests = () if workstation is None else workstation.blackouts
    return [one for one in requests if one.follows and not one.label.startswith(COPY)]


def _label(workstation: LiveWorkstation, request: LiveBlackout) -> str:
    return f"{COPY}{workstation.id} {request.since_us}"


def _begin(workstation: WorkstationId, label: str, request: LiveBlackout, wall_us: int) -> Copy:
    length_ms = 0 if request.until_us is None else max((request.until_us - wall_us) // 1000, 1)
    blackout = BlackoutOrder(request.source.value, by=request.by, label=label, length_ms=length_ms)
    return Copy(workstation, on=True, blackout=blackout, reason=request.reason)


def _end(workstation: WorkstationId, label: str, request: LiveBlackout) -> Copy:
    blackout = BlackoutOrder(request.source.value, by=request.by, label=label)
    return Copy(workstation, on=False, blackout=blackout, reason="it has ended where it was asked for")
