"""Which recordings changed, in order: what the library's columns have to take up (`playhead.store.library`).

Every function of the catalogue that changes what the library filters by notes it here, in the same transaction. Ids
become visible in their order, because one transaction writes at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import RecordingId
from playhead.store.catalogue.schema import recording_changes, recordings

AT_ONCE_MAX: Final = 500
"""Recordings noted in one statement: SQLite binds a bounded number of values."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after some change."""

    numbers: tuple[int, ...]
    """Of recordings, each once."""
    last: int
    """The newest change that is in here."""
    whole: bool
    """False where some of what was asked for is forgotten already."""


async def note_changed(connection: AsyncConnection, changed: Sequence[RecordingId]) -> None:
    """Note that recordings have changed, or are new."""
    for begin in range(0, len(changed), AT_ONCE_MAX):
        which = recordings.c.id.in_(changed[begin : begin + AT_ONCE_MAX])
        rows = select(recordings.c.number).where(which)
        await connection.execute(insert(recording_changes).from_select(["number"], rows))


async def changes_after(connection: AsyncConnection, seen: int) -> Changes:
    """What changed after change ``seen``."""
    ids = recording_changes.c.id
    ends = union_all(select(func.min(ids)), select(func.max(ids)))  # two look-ups; both in one select would be a scan
    first, last = (await connection.execute(ends)).scalars().all()
    if last is None or last <= seen:
        # An empty log has not forgotten anything that a reader from before it was cleared has not seen.
        return Changes((), seen, whole=True)
    query = select(recording_changes.c.number).where(ids > seen).distinct()
    numbers = tuple((await connection.execute(query)).scalars())
    return Changes(numbers, last, whole=first <= seen + 1)


async def last_change(connection: AsyncConnection) -> int:
    """The newest change that is noted; 0 where there is none."""
    return (await connection.execute(select(func.max(recording_changes.c.id)))).scalar_one() or 0


async def forget_changes(connection: AsyncConnection, upto: int) -> None:
    """Forget changes that the kept columns have taken up; the newest stays, so that what follows is noticed."""
    newest = select(func.coalesce(func.max(recording_changes.c.id), literal(0))).scalar_subquery()
    ids = recording_changes.c.id
    await connection.execute(delete(recording_changes).where(ids <= upto, ids < newest))
