"""All lines that are looked for, oldest first, from a store that answers newest first.

Time is gone through in slices that are shorter where more was said. One of which not all can be held is cut where that
begins which is, and its older part comes first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from playhead.base.instants import from_rfc3339, rfc3339
from playhead.domain.logs import Cursor, LogLine, LogPage, LogQuery

HELD_MAX: Final = 10_000
"""Lines of a slice."""
FIRST_SLICE_US: Final = 3_600_000_000


class Walk:
    """Says what to ask, and makes lines of the answers. While there is a `question`, `take` its page.

    Args:
        query: what is looked for.
        span: wall times of the store's earliest and latest line; None where it has none.
    """

    def __init__(self, query: LogQuery, span: tuple[int, int] | None) -> None:
        earliest_us, latest_us = (0, -1) if span is None else span
        self._query = query
        self._from_us = max(earliest_us, from_rfc3339(query.since)) if query.since else earliest_us
        self._end_us = min(latest_us + 1, from_rfc3339(query.until)) if query.until else latest_us + 1
        self._slice_us = FIRST_SLICE_US
        self._untils: list[int] = []
        """Where the slice that is asked for ends, and before it those of the slices that were cut off from it."""
        self._before: Cursor | None = None
        self._held: list[LogLine] = []
        self._begin()

    @property
    def question(self) -> tuple[LogQuery, Cursor | None] | None:
        """What to ask, and before where; None at the end."""
        if not self._untils:
            return None
        return replace(self._query, since=rfc3339(self._from_us), until=rfc3339(self._untils[-1])), self._before

    def take(self, page: LogPage) -> Sequence[LogLine]:
        """The answer to `question`: the lines that follow what was given before, often none yet."""
        self._held += page.lines
        self._before = page.following
        if page.following is not None and len(self._held) < HELD_MAX:
            return ()
        lines, self._held = self._held, []
        if page.following is None:
            self._from_us = self._untils.pop()
            if len(lines) < HELD_MAX // 4:
                self._slice_us *= 2
            self._begin()
            return lines[::-1]
        cut_us = min(from_rfc3339(lines[-1].at), self._untils[-1] - 2) + 1
        if cut_us <= self._from_us:
            return lines  # more of one microsecond than can be put in order
        self._untils.append(cut_us)
        self._slice_us = max(1, self._slice_us // 2)
        self._before = None
        return ()

    def _begin(self) -> None:
        if not self._untils and self._from_us < self._end_us:
            self._untils = [min(self._from_us + self._slice_us, self._end_us)]
