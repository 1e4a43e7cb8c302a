"""What the library takes up, from the catalogue."""

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Integer, Select, String, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.domain.words import words_of
from playhead.store.catalogue.schema import bookmarks, holds, recordings, tags
from playhead.store.library.columns import Batch

AT_ONCE_MAX: Final = 500
"""Numbers in one statement: databases bind a bounded number of values."""

# Plain values: millions of them are read at once, and need not be looked at one by one.
_FACTS: Final = (
    recordings.c.number,
    recordings.c.started_at_us,
    recordings.c.length_us,
    recordings.c.agent_key,
    type_coerce(recordings.c.workstation_id, String),
    recordings.c.site,
    recordings.c.state,
    type_coerce(recordings.c.has_gap, Integer),
    type_coerce(recordings.c.has_blackout, Integer),
)


async def rows_between(connection: AsyncConnection, first: int, last: int) -> Batch:
    """The recordings with numbers from ``first`` to ``last``, both included."""
    return await _rows(connection, recordings.c.number.between(first, last))


async def rows_of(connection: AsyncConnection, numbers: Sequence[int]) -> AsyncGenerator[Batch]:
    """The recordings with these numbers, as far as they are there."""
    for begin in range(0, len(numbers), AT_ONCE_MAX):
        yield await _rows(connection, recordings.c.number.in_(numbers[begin : begin + AT_ONCE_MAX]))


async def highest_number(connection: AsyncConnection) -> int:
    """Of all recordings; -1 where there is none."""
    return (await connection.execute(select(func.coalesce(func.max(recordings.c.number), -1)))).scalar_one()


def label_queries(which: ColumnElement[bool]) -> tuple[Select[int, str, bool], Select[int, str], Select[int, str]]:
    """Bookmarks, reasons of holds, and tags of recordings, each with the recording's number first.

    Which bookmarks are shared is looked at later: asked for it, SQLite would go through all of a site's.
    """
    number, own = recordings.c.number, recordings.c.id
    marks = select(number, bookmarks.c.words, bookmarks.c.shared).join(bookmarks, bookmarks.c.recording_id == own)
    reasons = select(number, holds.c.reason).join(holds, holds.c.recording_id == own)
    labels = select(number, tags.c.tag).join(tags, tags.c.recording_id == own)
    return marks.where(which), reasons.where(which), labels.where(which)


async def _rows(connection: AsyncConnection, which: ColumnElement[bool]) -> Batch:
    marks, reasons, labels = label_queries(which)
    marked = [(row[0], row[1].split()) for row in (await connection.execute(marks)).all() if row[2]]
    held = [(row[0], words_of(row[1])) for row in (await connection.execute(reasons)).all()]
    tagged = [(row[0], row[1]) for row in (await connection.execute(labels)).all()]
    rows = (await connection.execute(select(*_FACTS).where(which))).all()
    if not rows:
        return Batch()
    numbers, started_us, length_us, agents, workstations, sites, states, gaps, blackouts = zip(*rows, strict=True)
    is_held = {number for number, _ in held}
    return Batch(
        numbers=numbers,
        started_us=started_us,
        length_us=length_us,
        agents=agents,
        workstations=workstations,
        sites=sites,
        states=states,
        gaps=gaps,
        blackouts=blackouts,
        held=[number in is_held for number in numbers],
        tags=tagged,
        words=list({(number, word) for number, words in (*marked, *held) for word in words}),
    )
