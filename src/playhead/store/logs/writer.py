"""Appending in groups: everything that waits goes out in one write and one sync, and is told durable together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.domain.logs import LogLine
from playhead.store.group_commit import acknowledge, fail, to_its_end
from playhead.store.logs.journal import Journal
from playhead.store.logs.sequences import Sequences

WAITING_LINES_MAX: Final = 50_000
"""Lines that wait to be written. Past it `LogWriter.is_full`, and who has more is to wait."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    lines: list[LogLine]
    durable: asyncio.Future[None]


class LogWriter:
    """The one that appends to a store.

    Args:
        journal: not open yet.
        on_stored: told of every line, with its number, once it is durable.
        on_finished: told when another file was begun, or none is: what was finished can be packed.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        on_stored: Callable[[Sequence[LogLine]], None] = lambda _lines: None,
        on_finished: Callable[[], None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._on_stored = on_stored
        self._on_finished = on_finished
        self._waiting: list[_Waiting] = []
        self._waiting_lines = 0
        self._arrived = asyncio.Event()
        self._admitted = Sequences()
        """Of what is durable or waits."""
        self.duplicates = 0
        """Lines that were sent again though they were stored."""

    @property
    def is_full(self) -> bool:
        """More is waiting than should."""
        return self._waiting_lines >= WAITING_LINES_MAX

    @property
    def number(self) -> int:
        """Of the file that is appended to."""
        return self._journal.number

    async def open(self) -> None:
        """Find out where to go on.

        Raises:
            UnavailableError: as `Journal.open`.
        """
        await asyncio.to_thread(self._journal.open)
        self._admitted = self._journal.sequences.copy()

    def append(self, lines: Sequence[LogLine]) -> asyncio.Future[None]:
        """Have lines written; done when they are durable, those before them too.

        What a spool sent before is not written again, and is durable when that is. The future fails with
        `UnavailableError` (``logs.unwritable``, ``logs.full``): then none of ``lines`` counts as written.
        """
        fresh = [line for line in lines if self._admitted.admit(line)]
        self.duplicates += len(lines) - len(fresh)
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(fresh, durable))
        self._waiting_lines += len(fresh)
        self._arrived.set()
        return durable

    async def run(self) -> None:
        """Write until cancelled; then what waits is given up."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                batch, self._waiting, self._waiting_lines = self._waiting, [], 0
                await self._commit(batch)
        finally:
            fail(self._waiting, UnavailableError("logs.closed", "The log is closed."))
            self._waiting = []
            await asyncio.to_thread(self._journal.close)

    async def look(self) -> None:
        """Finish the file where it is old enough though nothing comes."""
        if not self._waiting and await asyncio.to_thread(self._journal.rotate_if_due):
            self._on_finished()

    async def _commit(self, batch: list[_Waiting]) -> None:
        lines = [line for each in batch for line in each.lines]
        number = self._journal.number
        try:
            if lines:
                first = await to_its_end(partial(self._journal.append, lines))
                self._on_stored([msgspec.structs.replace(line, n=first + place) for place, line in enumerate(lines)])
        except PlayheadError as error:
            # What came after it may rely on it: a spool's numbers are told stored only in their order.
            fail([*batch, *self._waiting], error)
            self._waiting, self._waiting_lines = [], 0
            self._admitted = self._journal.sequences.copy()
            return
        except BaseException:
            fail(batch, UnavailableError("logs.closed", "The log is closed."))
            raise
        acknowledge(batch)
        if self._journal.number != number:
            self._on_finished()
