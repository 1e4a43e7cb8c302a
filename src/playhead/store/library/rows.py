"""What the library takes up, from the catalogue."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.domain.recordings import RecordingState
from playhead.domain.words import words_of
from playhead.store.catalogue.schema import bookmarks, holds, recordings, tags
from playhead.store.library.columns import Row as LibraryRow

AT_ONCE_MAX: Final = 500
"""Numbers in one statement: databases bind a bounded number of values."""

_FACTS: Final = (
    recordings.c.number,
    recordings.c.started_at_us,
    recordings.c.length_us,
    recordings.c.agent_key,
    recordings.c.workstation_id,
    recordings.c.site,
    recordings.c.state,
    recordings.c.has_gap,
    recordings.c.has_blackout,
)
_STATES: Final = {str(state): state for state in RecordingState}


async def rows_between(connection: AsyncConnection, first: int, last: int) -> list[LibraryRow]:
    """The recordings with numbers from ``first`` to ``last``, both included."""
    return await _rows(connection, recordings.c.number.between(first, last))


async def rows_of(connection: AsyncConnection, numbers: Sequence[int]) -> list[LibraryRow]:
    """The recordings with these numbers, as far as they are there."""
    found: list[LibraryRow] = []
    for begin in range(0, len(numbers), AT_ONCE_MAX):
        found += await _rows(connection, recordings.c.number.in_(numbers[begin : begin + AT_ONCE_MAX]))
    return found


async def highest_number(connection: AsyncConnection) -> int:
    """Of all recordings; -1 where there is none."""
    return (await connection.execute(select(func.coalesce(func.max(recordings.c.number), -1)))).scalar_one()


async def _rows(connection: AsyncConnection, which: ColumnElement[bool]) -> list[LibraryRow]:
    number = recordings.c.number
    tagged = select(number, tags.c.tag).join(tags, tags.c.recording_id == recordings.c.id).where(which)
    marked = select(number, bookmarks.c.words).join(bookmarks, bookmarks.c.recording_id == recordings.c.id)
    marked = marked.where(which, bookmarks.c.shared)
    held = select(number, holds.c.reason).join(holds, holds.c.recording_id == recordings.c.id).where(which)
    tags_of = _gathered((await connection.execute(tagged)).all())
    reasons = _gathered((await connection.execute(held)).all())
    texts = _gathered((await connection.execute(marked)).all())
    return [
        LibraryRow(
            number=row.number,
            started_us=row.started_at_us,
            length_us=row.length_us,
            agent=row.agent_key,
            workstation=str(row.workstation_id),
            site=row.site,
            state=_STATES[row.state],
            has_gap=row.has_gap,
            has_blackout=row.has_blackout,
            held=row.number in reasons,
            tags=tags_of.get(row.number, ()),
            words=_words(texts.get(row.number, ()), reasons.get(row.number, ())),
        )
        for row in (await connection.execute(select(*_FACTS).where(which))).all()
    ]


def _gathered(rows: Sequence[Row[int, str]]) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row[1])
    return {number: tuple(texts) for number, texts in found.items()}


def _words(bookmarked: tuple[str, ...], reasons: tuple[str, ...]) -> tuple[str, ...]:
    if not bookmarked and not reasons:
        return ()
    words = [word for text in bookmarked for word in text.split()]
    return tuple(dict.fromkeys([*words, *(word for text in reasons for word in words_of(text))]))
