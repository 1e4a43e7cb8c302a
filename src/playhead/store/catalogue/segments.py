"""Segments: where each lies and how much of it is durable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BindParameter, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import NotFoundError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import Segment
from playhead.store.catalogue.erasures import erased_among
from playhead.store.catalogue.schema import segments

_PROGRESS: Final = ("durable_bytes", "covered_us", "resume", "ended", "sealed")

CORRUPT: Final = "corrupt"
"""`Segment.ended` of a segment in quarantine: its file is not what was acknowledged."""
DELETING: Final = "deleting"
"""`Segment.ended` of a segment whose deletion has begun and will be finished, now or after a restart."""
SUPERSEDED: Final = "superseded"
"""`Segment.ended` of a segment that another server of the site has whole: its bytes are kept, and count for nothing."""

_FACTS: Final = tuple(column for column in segments.c if column.name not in {"location", "resume"})
"""What `Segment` tells; the rest takes as much room again."""


@dataclass(frozen=True, slots=True)
class Located:
    """A segment and where its file lies: a path relative to the root of the segment store."""

    segment: Segment
    location: str
    resume: bytes = b""
    """What the segment store needs to check the bytes that follow the durable ones; opaque here."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a segment has become durable."""

    segment: SegmentId
    durable_bytes: int
    covered_us: int
    resume: bytes
    ended: str = ""
    """Set where these are its last bytes."""
    sealed: bool = False


async def add_segments(connection: AsyncConnection, added: Sequence[Located]) -> None:
    """Add segments of recordings that exist, all or none.

    Raises:
        IntegrityError: one of them is there already, or its recording is not. For the caller, which undoes it.
    """
    rows = [
        {
            "id": located.segment.id,
            "recording_id": located.segment.recording,
            "location": located.location,
            "started_at_us": located.segment.started_at_us,
            "covered_us": located.segment.covered_us,
            "durable_bytes": located.segment.durable_bytes,
            "resume": located.resume,
            "sealed": located.segment.sealed,
            "ended": located.segment.ended,
        }
        for located in added
    ]
    if rows:
        await connection.execute(insert(segments), rows)


async def find_segment(connection: AsyncConnection, segment: SegmentId) -> Located | None:
    """One segment, or None."""
    row = (await connection.execute(select(segments).where(segments.c.id == segment))).one_or_none()
    return None if row is None else _located(row)


async def get_segment(connection: AsyncConnection, segment: SegmentId) -> Located:
    """One segment.

    Raises:
        NotFoundError: ``segment.not_found``.
    """
    found = await find_segment(connection, segment)
    if found is None:
        raise NotFoundError("segment.not_found", f"There is no segment {segment}.")
    return found


async def segments_of(connection: AsyncConnection, recordings: Sequence[RecordingId]) -> list[Segment]:
    """The segments of some recordings, each recording's in time order; without those that another server has."""
    query = select(*_FACTS).where(segments.c.recording_id.in_(recordings), segments.c.ended != SUPERSEDED)
    query = query.order_by(segments.c.recording_id, segments.c.started_at_us, segments.c.id)
    return [_segment(row) for row in (await connection.execute(query)).all()]


async def locate_segments(connection: AsyncConnection, recording: RecordingId) -> list[Located]:
    """The segments of one recording in time order, and where each lies; without those that another server has."""
    query = select(segments).where(segments.c.recording_id == recording, segments.c.ended != SUPERSEDED)
    query = query.order_by(segments.c.started_at_us, segments.c.id)
    return [_located(row) for row in (await connection.execute(query)).all()]


async def every_segment_of(connection: AsyncConnection, recording: RecordingId) -> list[Located]:
    """Every segment of one recording that has a file here, whatever became of it: for who deletes or moves them all."""
    query = select(segments).where(segments.c.recording_id == recording).order_by(segments.c.id)
    return [_located(row) for row in (await connection.execute(query)).all()]


async def list_segments(connection: AsyncConnection, *, after: SegmentId | None, limit: int) -> list[Located]:
    """Up to ``limit`` segments by id, from the one after ``after``: for going through all of them."""
    query = select(segments).order_by(segments.c.id).limit(limit)
    if after is not None:
        query = query.where(segments.c.id > after)
    return [_located(row) for row in (await connection.execute(query)).all()]


async def recorded_since(connection: AsyncConnection, since_us: int) -> tuple[int, int | None]:
    """Durable bytes of the segments that begin at a wall time or later; and when the oldest of all begins."""
    size = select(func.coalesce(func.sum(segments.c.durable_bytes), 0)).where(segments.c.started_at_us >= since_us)
    oldest = select(func.min(segments.c.started_at_us))
    return int((await connection.execute(size)).scalar_one()), (await connection.execute(oldest)).scalar_one()


async def list_unfinished_segments(connection: AsyncConnection) -> list[Located]:
    """Every segment that may still grow, or whose deletion has begun."""
    rows = (await connection.execute(select(segments).where(segments.c.ended.in_(["", DELETING])))).all()
    return [_located(row) for row in rows]


async def record_progress(connection: AsyncConnection, progress: Sequence[Progress]) -> None:
    """Set how far each has become durable."""
    if not progress:
        return
    changes: dict[str, BindParameter[object]] = {name: bindparam(f"_{name}") for name in _PROGRESS}
    statement = update(segments).where(segments.c.id == bindparam("_segment")).values(changes)
    rows = [{"_segment": item.segment, **{f"_{name}": getattr(item, name) for name in _PROGRESS}} for item in progress]
    await connection.execute(statement, rows)


async def mark_segment(connection: AsyncConnection, segment: SegmentId, ended: str) -> None:
    """Say why no more will come, such as `CORRUPT` or `DELETING`."""
    await connection.execute(update(segments).where(segments.c.id == segment).values(ended=ended))


async def list_unexamined(connection: AsyncConnection, *, limit: int) -> list[Located]:
    """Up to ``limit`` segments that have ended and whose markers nobody has looked at."""
    settled = segments.c.ended.notin_(["", DELETING, SUPERSEDED])
    query = select(segments).where(segments.c.has_blackout.is_(None), settled)
    return [_located(row) for row in (await connection.execute(query.order_by(segments.c.ended).limit(limit))).all()]


async def note_examined(connection: AsyncConnection, segment: SegmentId, *, has_blackout: bool) -> None:
    """Note what the markers of a segment tell."""
    await connection.execute(update(segments).where(segments.c.id == segment).values(has_blackout=has_blackout))


async def known_segments(connection: AsyncConnection, ids: Sequence[SegmentId]) -> set[SegmentId]:
    """Those of ``ids`` that the catalogue has, or knows to be erased: whose files are nobody's surprise."""
    found = set((await connection.execute(select(segments.c.id).where(segments.c.id.in_(ids)))).scalars())
    return found | await erased_among(connection, ids)


async def delete_segment(connection: AsyncConnection, segment: SegmentId) -> None:
    """Forget a segment."""
    await connection.execute(delete(segments).where(segments.c.id == segment))


def _segment(row: Row[Any]) -> Segment:
    return Segment(
        id=row.id,
        recording=row.recording_id,
        started_at_us=row.started_at_us,
        covered_us=row.covered_us,
        durable_bytes=row.durable_bytes,
        sealed=row.sealed,
        ended=row.ended,
        has_blackout=bool(row.has_blackout),
    )


def _located(row: Row[Any]) -> Located:
    return Located(_segment(row), row.location, row.resume)
