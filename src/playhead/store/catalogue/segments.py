"""Segments: where each lies and how much of it is durable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import NotFoundError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import Segment
from playhead.store.catalogue.schema import segments

CORRUPT = "corrupt"
"""`Segment.ended` of a segment in quarantine: its file is not what was acknowledged."""


@dataclass(frozen=True, slots=True)
class Located:
    """A segment and where its file lies: a path relative to the root of the segment store."""

    segment: Segment
    location: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a segment has become durable."""

    segment: SegmentId
    durable_bytes: int
    covered_us: int


async def add_segment(connection: AsyncConnection, located: Located) -> None:
    """Add a segment of a recording that exists."""
    segment = located.segment
    values = {
        "id": segment.id,
        "recording_id": segment.recording,
        "location": located.location,
        "started_at_us": segment.started_at_us,
        "covered_us": segment.covered_us,
        "durable_bytes": segment.durable_bytes,
        "sealed": segment.sealed,
        "ended": segment.ended,
    }
    await connection.execute(insert(segments), values)


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
    """The segments of some recordings, each recording's in time order."""
    query = select(segments).where(segments.c.recording_id.in_(recordings))
    query = query.order_by(segments.c.recording_id, segments.c.started_at_us, segments.c.id)
    return [_segment(row) for row in (await connection.execute(query)).all()]


async def list_open_segments(connection: AsyncConnection) -> list[Located]:
    """Every segment that may still grow."""
    rows = (await connection.execute(select(segments).where(segments.c.ended == ""))).all()
    return [_located(row) for row in rows]


async def record_progress(connection: AsyncConnection, progress: Sequence[Progress]) -> None:
    """Set how far each has become durable."""
    if not progress:
        return
    statement = (
        update(segments)
        .where(segments.c.id == bindparam("_segment"))
        .values(durable_bytes=bindparam("_durable_bytes"), covered_us=bindparam("_covered_us"))
    )
    values = [
        {"_segment": item.segment, "_durable_bytes": item.durable_bytes, "_covered_us": item.covered_us}
        for item in progress
    ]
    await connection.execute(statement, values)


async def end_segment(connection: AsyncConnection, segment: SegmentId, *, ended: str, sealed: bool) -> None:
    """Say why no more will come."""
    await connection.execute(update(segments).where(segments.c.id == segment).values(ended=ended, sealed=sealed))


async def reopen_segment(connection: AsyncConnection, segment: SegmentId) -> None:
    """Let a segment that had ended unsealed grow again: the workstation has more of it after all."""
    statement = update(segments).where(segments.c.id == segment, segments.c.sealed.is_(False))
    await connection.execute(statement.values(ended=""))


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
    )


def _located(row: Row[Any]) -> Located:
    return Located(_segment(row), row.location)
