"""Taking events in: everything that waits goes out in one write and one sync, and is told durable together."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.domain.analytics.events import DesktopEvent, Kind
from playhead.store.analytics.journal import Journal, Line
from playhead.store.analytics.spools import Reached, Spools
from playhead.store.group_commit import acknowledge, fail, to_its_end

WAITING_EVENTS_MAX: Final = 200_000
"""Events that wait to be written; with more, senders are asked to come back."""
_IN_FRONT: Final = frozenset({Kind.ACTIVE, Kind.IDLE})


@dataclass(frozen=True, slots=True)
class _Waiting:
    line: Line | None
    durable: asyncio.Future[None]


class EventWriter:
    """The one that appends to a store.

    Args:
        journal: not open yet.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[_Waiting] = []
        self._waiting_events = 0
        self._arrived = asyncio.Event()
        self._turn = asyncio.Lock()
        self._admitted = Spools()
        """Of what is durable or waits."""

    @property
    def finished(self) -> int:
        """Logs up to this number may be packed."""
        return self._journal.finished

    async def open(self) -> None:
        """Find out where to go on.

        Raises:
            CorruptError, UnavailableError: as `Journal.open`.
        """
        await asyncio.to_thread(self._journal.open)
        self._admitted = self._journal.spools.copy()

    def reached(self, workstation: str, spool: str) -> int:
        """The highest number of a spool that is stored, or waits to be."""
        return self._admitted.find(workstation, spool).through

    def append(self, workstation: str, spool: str, events: Sequence[DesktopEvent]) -> asyncio.Future[None]:
        """Have events of a spool written; done when they are durable, and all before them.

        What was sent before is not written again, and is durable when that is. The future fails with
        `UnavailableError`: then none of ``events`` counts as written.

        Args:
            workstation: whose.
            spool: that numbers them.
            events: their numbers rise; agents are agent keys.

        Raises:
            UnavailableError: ``analytics.busy``: too many wait.
        """
        before = self._admitted.find(workstation, spool)
        fresh = events[bisect_right(events, before.through, key=lambda event: event.sequence) :]
        if fresh and self._waiting_events + len(fresh) > WAITING_EVENTS_MAX:
            raise UnavailableError(
                "analytics.busy", "Too many events wait to be stored.", hint="Come back in a moment."
            )
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = None
        if fresh:
            last = next((e.application for e in reversed(fresh) if e.application and e.kind in _IN_FRONT), None)
            reached = Reached(fresh[-1].sequence, before.application if last is None else last)
            line = Line(workstation=workstation, spool=spool, before=before.application, reached=reached, events=fresh)
            self._admitted.note(workstation, spool, reached)
            self._waiting_events += len(fresh)
        self._waiting.append(_Waiting(line, durable))
        self._arrived.set()
        return durable

    async def run(self) -> None:
        """Write until cancelled; then what waits is given up."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                batch, self._waiting, self._waiting_events = self._waiting, [], 0
                await self._commit(batch)
        finally:
            fail(self._waiting, UnavailableError("analytics.closed", "The store of events is closed."))
            self._waiting = []
            await asyncio.to_thread(self._journal.close)

    async def finish(self, *, now: bool = False) -> int:
        """Finish the log where it is old enough, or in any case; logs up to what is returned may be packed.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        async with self._turn:
            await to_its_end(partial(self._journal.finish_if_due, now=now))
            return self._journal.finished

    async def _commit(self, batch: list[_Waiting]) -> None:
        lines = [each.line for each in batch if each.line is not None]
        try:
            async with self._turn:
                if lines:
                    await to_its_end(partial(self._journal.append, lines))
        except PlayheadError as error:
            # What came after it may rely on it: numbers are told stored only in their order.
            fail([*batch, *self._waiting], error)
            self._waiting, self._waiting_events = [], 0
            self._admitted = self._journal.spools.copy()
            return
        except BaseException:
            fail(batch, UnavailableError("analytics.closed", "The store of events is closed."))
            raise
        acknowledge(batch)
