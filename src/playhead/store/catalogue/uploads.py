"""What is uploaded, how far, and what is to be done next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Row, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import RecordingState
from playhead.domain.uploads import Part, Upload, UploadState
from playhead.store.catalogue.schema import recordings, segments, upload_parts, uploads
from playhead.store.catalogue.segments import CORRUPT, DELETING, SUPERSEDED

_UNDER_WAY: Final = (UploadState.WAITING, UploadState.SENDING, UploadState.STORED, UploadState.DELETING)
_NOT_TO_BE: Final = (CORRUPT, DELETING, SUPERSEDED)
_FIELDS: Final = (
    "state", "location", "multipart", "sent_bytes", "chain", "attempts", "retry_at_us", "code", "begun_at_us",
    "verified_at_us", "local_removed_at_us",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """How much is in a state."""

    state: UploadState
    segments: int
    size_bytes: int


async def add_uploads(connection: AsyncConnection, added: Sequence[tuple[SegmentId, RecordingId]]) -> None:
    """Let segments be uploaded. One whose object is being deleted begins anew; the others that are here stay."""
    if not added:
        return
    ids = [segment for segment, _ in added]
    found = select(uploads.c.segment_id, uploads.c.state).where(uploads.c.segment_id.in_(ids))
    known = {row.segment_id: row.state for row in (await connection.execute(found)).all()}
    for segment, recording in added:
        if known.get(segment) == UploadState.DELETING:
            await begin_anew(connection, Upload(segment, recording))
    rows = [_values(Upload(*one)) for one in added if one[0] not in known]
    if rows:
        await connection.execute(insert(uploads), rows)


async def add_missing_uploads(connection: AsyncConnection, *, limit: int) -> int:
    """The same for up to ``limit`` segments that were here before anything was uploaded; returns of how many."""
    known = exists().where(uploads.c.segment_id == segments.c.id)
    query = select(segments.c.id, segments.c.recording_id).where(~known, segments.c.ended.notin_(_NOT_TO_BE))
    rows = (await connection.execute(query.limit(limit))).all()
    await add_uploads(connection, [(row.id, row.recording_id) for row in rows])
    return len(rows)


async def find_upload(connection: AsyncConnection, segment: SegmentId) -> Upload | None:
    """One, or None."""
    row = (await connection.execute(select(uploads).where(uploads.c.segment_id == segment))).one_or_none()
    return None if row is None else _upload(row)


async def uploads_of(connection: AsyncConnection, wanted: Sequence[SegmentId]) -> list[Upload]:
    """Those of some segments."""
    rows = (await connection.execute(select(uploads).where(uploads.c.segment_id.in_(wanted)))).all()
    return [_upload(row) for row in rows]


async def due_uploads(
    connection: AsyncConnection, now_us: int, *, part_bytes: int, idle_before_us: int, limit: int
) -> list[SegmentId]:
    """Segments for whose upload something can be done now: what is longest due first.

    Args:
        connection: of the transaction.
        now_us: wall time.
        part_bytes: so much makes a part of one that still grows.
        idle_before_us: one of an interrupted recording that covers nothing later than this is taken as it is.
        limit: how many.
    """
    growing = segments.c.durable_bytes - uploads.c.sent_bytes >= part_bytes
    idle = and_(
        recordings.c.state == RecordingState.INTERRUPTED,
        segments.c.started_at_us + segments.c.covered_us < idle_before_us,
    )
    sendable = and_(segments.c.ended.notin_(_NOT_TO_BE), or_(segments.c.ended != "", growing, idle))
    ready = or_(uploads.c.state == UploadState.DELETING, segments.c.id.is_(None), sendable)
    joined = uploads.outerjoin(segments, segments.c.id == uploads.c.segment_id).outerjoin(
        recordings, recordings.c.id == segments.c.recording_id
    )
    query = select(uploads.c.segment_id).select_from(joined)
    query = query.where(uploads.c.state.in_(_UNDER_WAY), uploads.c.retry_at_us <= now_us, ready)
    return list((await connection.execute(query.order_by(uploads.c.retry_at_us).limit(limit))).scalars())


async def save_upload(connection: AsyncConnection, upload: Upload) -> None:
    """Note everything of one that is here."""
    await connection.execute(update(uploads).where(uploads.c.segment_id == upload.segment).values(_values(upload)))


async def add_part(connection: AsyncConnection, upload: Upload, part: Part) -> Upload:
    """Note a part that the store has; returns the upload as it is then."""
    parts = upload_parts.c
    before = delete(upload_parts).where(parts.segment_id == upload.segment, parts.number == part.number)
    await connection.execute(before)
    row = {"segment_id": upload.segment, "number": part.number, "bytes": part.size_bytes, "etag": part.etag}
    await connection.execute(insert(upload_parts), [row])
    further = replace(upload, sent_bytes=upload.sent_bytes + part.size_bytes, attempts=0, code="")
    await save_upload(connection, further)
    return further


async def parts_of(connection: AsyncConnection, segment: SegmentId) -> list[Part]:
    """The parts that are noted, in order."""
    query = select(upload_parts).where(upload_parts.c.segment_id == segment).order_by(upload_parts.c.number)
    return [Part(row.number, row.bytes, row.etag) for row in (await connection.execute(query)).all()]


async def forget_parts(connection: AsyncConnection, segment: SegmentId) -> None:
    """They are put together, or nobody will."""
    await connection.execute(delete(upload_parts).where(upload_parts.c.segment_id == segment))


async def begin_anew(connection: AsyncConnection, upload: Upload) -> Upload:
    """Forget what was sent: the segment is uploaded from its beginning."""
    await forget_parts(connection, upload.segment)
    fresh = Upload(upload.segment, upload.recording, attempts=upload.attempts, retry_at_us=upload.retry_at_us)
    await save_upload(connection, fresh)
    return fresh


async def remove_upload(connection: AsyncConnection, segment: SegmentId) -> None:
    """Forget one whose object is deleted; unless the segment has come again meanwhile."""
    gone = uploads.c.state == UploadState.DELETING
    await connection.execute(delete(uploads).where(uploads.c.segment_id == segment, gone))


async def delete_objects_of(connection: AsyncConnection, gone: Sequence[SegmentId]) -> None:
    """These segments cease to exist: their objects are to be deleted."""
    values = {"state": UploadState.DELETING, "retry_at_us": 0}
    await connection.execute(update(uploads).where(uploads.c.segment_id.in_(gone)).values(values))


async def complete_uploads_of(connection: AsyncConnection, recording: RecordingId) -> tuple[int, int] | None:
    """How many segments and bytes of a recording are uploaded, where all are verified; None before."""
    of_it = segments.c.recording_id == recording
    query = (
        select(segments.c.id, uploads.c.state, uploads.c.bytes)
        .select_from(segments.outerjoin(uploads, uploads.c.segment_id == segments.c.id))
        .where(of_it, segments.c.ended.notin_(_NOT_TO_BE))
    )
    rows = (await connection.execute(query)).all()
    if not rows or any(row.state != UploadState.VERIFIED for row in rows):
        return None
    return len(rows), sum(row.bytes for row in rows)


async def removable_uploads(connection: AsyncConnection, *, verified_before_us: int, limit: int) -> list[SegmentId]:
    """Segments whose file here may go: their object was verified at or before a wall time; the oldest first."""
    query = select(uploads.c.segment_id).where(
        uploads.c.local_removed_at_us.is_(None),
        uploads.c.state == UploadState.VERIFIED,
        uploads.c.verified_at_us <= verified_before_us,
    )
    return list((await connection.execute(query.order_by(uploads.c.verified_at_us).limit(limit))).scalars())


async def outgrown_uploads(connection: AsyncConnection, *, limit: int) -> list[SegmentId]:
    """Segments that have more than the object that was verified: their workstation came back."""
    joined = uploads.join(segments, segments.c.id == uploads.c.segment_id)
    more = segments.c.durable_bytes > uploads.c.bytes
    query = select(uploads.c.segment_id).select_from(joined).where(uploads.c.state == UploadState.VERIFIED, more)
    return list((await connection.execute(query.limit(limit))).scalars())


async def move_segment(connection: AsyncConnection, segment: SegmentId, location: str) -> None:
    """A segment lies elsewhere from now on."""
    await connection.execute(update(segments).where(segments.c.id == segment).values(location=location))


async def note_returned(connection: AsyncConnection, segment: SegmentId, location: str) -> None:
    """A segment lies in a file here again, beside its object."""
    await move_segment(connection, segment, location)
    values = {"local_removed_at_us": None}
    await connection.execute(update(uploads).where(uploads.c.segment_id == segment).values(values))


async def list_uploads(connection: AsyncConnection, *, after: SegmentId | None, limit: int) -> list[Upload]:
    """Up to ``limit`` by segment, from the one after ``after``: for going through all of them."""
    query = select(uploads).order_by(uploads.c.segment_id).limit(limit)
    if after is not None:
        query = query.where(uploads.c.segment_id > after)
    return [_upload(row) for row in (await connection.execute(query)).all()]


async def tally_uploads(connection: AsyncConnection) -> list[Tally]:
    """How much is in each state."""
    size = func.coalesce(func.sum(func.coalesce(segments.c.durable_bytes, uploads.c.bytes)), 0)
    joined = uploads.outerjoin(segments, segments.c.id == uploads.c.segment_id)
    query = select(uploads.c.state, func.count(), size).select_from(joined).group_by(uploads.c.state)
    return [Tally(UploadState(row[0]), row[1], int(row[2])) for row in (await connection.execute(query)).all()]


async def count_unproven(connection: AsyncConnection) -> dict[UploadState, int]:
    """How many are in each state but that of almost all, which would take a look at everything."""
    states = [state for state in UploadState if state is not UploadState.VERIFIED]
    query = select(uploads.c.state, func.count()).where(uploads.c.state.in_(states)).group_by(uploads.c.state)
    found = {row[0]: row[1] for row in (await connection.execute(query)).all()}
    return {state: found.get(state, 0) for state in states}


async def behind_since(connection: AsyncConnection) -> int | None:
    """End of the oldest segment that has ended and is not verified, in wall time; None where nothing waits."""
    joined = uploads.join(segments, segments.c.id == uploads.c.segment_id)
    waiting = uploads.c.state.in_((UploadState.WAITING, UploadState.SENDING, UploadState.STORED))
    ended = segments.c.ended.notin_(("", *_NOT_TO_BE))
    query = select(func.min(segments.c.started_at_us + segments.c.covered_us)).select_from(joined)
    return (await connection.execute(query.where(waiting, ended))).scalar_one()


def _values(upload: Upload) -> dict[str, Any]:
    values = {name: getattr(upload, name) for name in _FIELDS}
    return values | {
        "segment_id": upload.segment,
        "recording_id": upload.recording,
        "state": str(upload.state),
        "bytes": upload.size_bytes,
    }


def _upload(row: Row[Any]) -> Upload:
    values = {name: getattr(row, name) for name in _FIELDS}
    values |= {"state": UploadState(row.state), "size_bytes": row.bytes}
    return Upload(segment=row.segment_id, recording=row.recording_id, **values)
