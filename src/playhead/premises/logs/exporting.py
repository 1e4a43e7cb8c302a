"""Lines to take away: all that are looked for, oldest first, a piece at a time."""

from collections.abc import AsyncGenerator, Awaitable, Sequence
from typing import Final, Protocol

from playhead.base.errors import UnavailableError
from playhead.domain.logs import Cursor, LogLine, LogPage, LogQuery
from playhead.store.logs.search import LINES_MAX as PAGE_LINES
from playhead.store.logs.walking import Walk

LINES_MAX: Final = 1_000_000
"""Of one; a last line says what was left out."""
EXPORTS_MAX: Final = 4
"""At a time."""


class Store(Protocol):
    """Where the lines are."""

    def find(self, query: LogQuery, *, before: Cursor | None = None, limit: int = 100) -> Awaitable[LogPage]:
        """A page, newest first."""
        ...

    def span(self) -> Awaitable[tuple[int, int] | None]:
        """Wall times of the earliest and the latest line."""
        ...


class Exporting:
    """All of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way = 0

    def export(self, query: LogQuery) -> AsyncGenerator[Sequence[LogLine]]:
        """Begin one.

        Raises:
            UnavailableError: ``logs.exports``.
        """
        if self._under_way >= EXPORTS_MAX:
            hint = "Wait until one of them is whole."
            raise UnavailableError("logs.exports", f"{EXPORTS_MAX} take lines away already.", hint=hint)
        return self._lines(query)

    async def _lines(self, query: LogQuery) -> AsyncGenerator[Sequence[LogLine]]:
        self._under_way += 1
        try:
            walk = Walk(query, await self._store.span())
            left = LINES_MAX
            while (question := walk.question) is not None:
                asked, before = question
                lines = walk.take(await self._store.find(asked, before=before, limit=PAGE_LINES))
                if len(lines) > left:
                    yield [*lines[:left], _cut_before(lines[left])]
                    return
                left -= len(lines)
                if lines:
                    yield lines
        finally:
            self._under_way -= 1


def _cut_before(line: LogLine) -> LogLine:
    text = f"This file holds {LINES_MAX} lines, as many as one may. Ask for what follows from {line.at} on."
    return LogLine(at=line.at, level="notice", workstation="", service="logs", text=text)
