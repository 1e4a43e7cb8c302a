"""What a site sent, applied to the catalogue of its tenant.

A site writes what is its own, and nothing else: a recording of another site of the tenant stays as it is, whatever
this one says of it. Workstations are called by their site, too (`workstation_in_cloud`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import Table, and_, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, PlayheadError
from playhead.base.ids import RecordingId, SegmentId, SiteId, UserId, WorkstationId
from playhead.domain.names_in_cloud import workstation_in_cloud
from playhead.domain.replication import (
    BEGINNING,
    Batch,
    DayDocument,
    ErasureDocument,
    Place,
    RecordingDocument,
    SegmentDocument,
    WorkstationDocument,
    judge,
)
from playhead.store.catalogue.changes import note_changed
from playhead.store.catalogue.erasures import ErasedSegment, Erasure, add_erasure, was_erased
from playhead.store.catalogue.schema import (
    coverage_days,
    erasures,
    holds,
    key_grants,
    recordings,
    replication_sources,
    segments,
    tags,
    workstation_signers,
    workstations,
)

_log: Final[Any] = structlog.get_logger()


@dataclass(slots=True)
class Applied:
    """What became of a batch."""

    place: Place
    """Where the site stands now."""
    documents: int = 0
    recordings: list[RecordingId] = field(default_factory=list[RecordingId])
    """That are new or have changed."""
    erased: list[SegmentId] = field(default_factory=list[SegmentId])
    """Whose media nobody may be shown any more, whatever is held in memory."""
    refused: int = 0
    """Documents about what is another site's, or what no catalogue takes."""


async def place_of(connection: AsyncConnection, site: SiteId) -> Place:
    """How far a site's changes have been applied."""
    query = select(replication_sources).where(replication_sources.c.site == str(site))
    row = (await connection.execute(query)).one_or_none()
    return BEGINNING if row is None else Place(row.stream, row.position)


async def apply_batch(connection: AsyncConnection, site: SiteId, batch: Batch, now_us: int) -> Applied:
    """Apply a batch, in a transaction that writes.

    Args:
        connection: of the transaction, in the catalogue of the site's tenant.
        site: which its certificate proves it to be.
        batch: what it sent.
        now_us: wall time.

    Raises:
        ConflictError: ``replication.gap``: something before the batch is missing.
    """
    known = await place_of(connection, site)
    verdict = judge(known, batch)
    if verdict is None:
        text = f"Changes up to {known.position} are here, and the batch begins after {batch.after}."
        raise ConflictError("replication.gap", text, hint="Ask for the place, and go on from there.")
    applied = Applied(verdict.place)
    if verdict.place == known:
        return applied
    for one in batch.introduced:
        await _put_workstation(connection, site, one, is_news=False)
    for document in verdict.documents:
        try:
            # A document that no catalogue takes must neither stop those after it nor be half there.
            async with connection.begin_nested():
                await _apply(connection, site, document, applied)
        except (PlayheadError, msgspec.MsgspecError, IntegrityError) as error:
            applied.refused += 1
            _log.error("a site's change is refused", site=str(site), at=document.position, reason=str(error))
        else:
            applied.documents += 1
    await note_changed(connection, applied.recordings)
    values = {"stream": applied.place.stream, "position": applied.place.position, "applied_at_us": now_us}
    await _put_source(connection, site, values)
    return applied


async def apply_erasure(connection: AsyncConnection, site: SiteId, document: ErasureDocument) -> list[SegmentId]:
    """Apply an erasure before its turn, in a transaction that writes: nobody finds the recording any more.

    When its turn comes, it does nothing more.

    Returns:
        The segments whose media nobody may be shown any more.

    Raises:
        ConflictError: ``replication.foreign``.
    """
    await _put_erasure(connection, site, document)
    return [_segment_id(part.segment_id) for part in document.segments]


async def set_origins(connection: AsyncConnection, site: SiteId, origins: Sequence[str], now_us: int) -> None:
    """Note at which addresses a browser on the site's network reaches its player."""
    await _put_source(connection, site, {"origins": list(origins), "applied_at_us": now_us})


async def origins_of(connection: AsyncConnection) -> dict[SiteId, tuple[str, ...]]:
    """At which addresses a browser on each site's network reaches its player."""
    query = select(replication_sources.c.site, replication_sources.c.origins)
    return {SiteId(row.site): tuple(row.origins) for row in (await connection.execute(query)).all()}


async def _put_source(connection: AsyncConnection, site: SiteId, values: Mapping[str, Any]) -> None:
    which = replication_sources.c.site == str(site)
    if (await connection.execute(update(replication_sources).where(which).values(**values))).rowcount == 0:
        new: dict[str, Any] = {"stream": BEGINNING.stream, "position": BEGINNING.position, "origins": []}
        await connection.execute(insert(replication_sources).values(site=str(site), **(new | dict(values))))


async def _apply(
    connection: AsyncConnection,
    site: SiteId,
    document: WorkstationDocument | RecordingDocument | ErasureDocument | DayDocument,
    applied: Applied,
) -> None:
    match document:
        case WorkstationDocument():
            await _put_workstation(connection, site, document, is_news=True)
        case RecordingDocument():
            recording = RecordingId(UUID(bytes=document.id))
            await _put_recording(connection, site, recording, document)
            applied.recordings.append(recording)
        case ErasureDocument():
            await _put_erasure(connection, site, document)
            applied.erased += [_segment_id(part.segment_id) for part in document.segments]
        case DayDocument():
            key = {"workstation_id": _workstation(site, document.workstation_id), "day": document.day}
            values = {"due_us": document.due_us, "kept_us": document.kept_us, "is_final": document.is_final}
            values |= {"missing": _json(document.missing), "kept": _json(document.kept)}
            await _put(connection, coverage_days, key, values)


async def _put_workstation(
    connection: AsyncConnection, site: SiteId, document: WorkstationDocument, *, is_news: bool
) -> None:
    """Where it is no news it is known already, or comes from the same state as what names it."""
    identifier = _workstation(site, document.id)
    if not is_news:
        query = select(workstations.c.id).where(workstations.c.id == identifier)
        if (await connection.execute(query)).one_or_none() is not None:
            return
    values = _fields(document, except_for=("position", "id", "signers"))
    await _put(connection, workstations, {"id": identifier}, values)
    for one in document.signers:
        key = {"workstation_id": identifier, "since_us": one.since_us, "signer": one.signer}
        await _put(connection, workstation_signers, key, {})


async def _put_recording(
    connection: AsyncConnection, site: SiteId, recording: RecordingId, document: RecordingDocument
) -> None:
    is_here = await _require_own(connection, site, recording)
    if not is_here and await was_erased(connection, recording) is not None:
        # From a site that was put back to before it erased this: what was erased stays so.
        raise ConflictError("replication.erased", f"The recording {recording} was erased.")
    values = _fields(document, except_for=("position", "id", "segments", "tags", "hold"))
    values |= {"workstation_id": _workstation(site, document.workstation_id), "site": str(site)}
    if is_here:
        await connection.execute(update(recordings).where(recordings.c.id == recording).values(values))
    else:
        counted = select(func.coalesce(func.max(recordings.c.number), -1) + 1).scalar_subquery()
        await connection.execute(insert(recordings).values(id=recording, number=counted, **values))
    await _put_segments(connection, recording, document.segments, is_here=is_here)
    called = [
        {"recording_id": recording, "tag": one.tag, "by_user": UserId(one.by_user), "at_us": one.at_us}
        for one in document.tags
    ]
    held = document.hold
    hold = held and {
        "recording_id": recording, "reason": held.reason, "by_user": UserId(held.by_user), "at_us": held.at_us
    }  # fmt: skip
    for table, rows in ((tags, called), (holds, [hold] if hold else [])):
        if is_here:
            await connection.execute(delete(table).where(table.c.recording_id == recording))
        if rows:
            await connection.execute(insert(table), rows)


async def _put_segments(
    connection: AsyncConnection, recording: RecordingId, documents: Sequence[SegmentDocument], *, is_here: bool
) -> None:
    query = select(segments).where(segments.c.recording_id == recording)
    before = {row.id: row for row in (await connection.execute(query)).all()} if is_here else {}
    wanted = {_segment_id(one.id): one for one in documents}
    gone = [identifier for identifier in before if identifier not in wanted]
    if gone:
        await connection.execute(delete(segments).where(segments.c.id.in_(gone)))
    added: list[dict[str, Any]] = []
    for identifier, one in wanted.items():
        values = _fields(one, except_for=("id", "grants"))
        old = before.get(identifier)
        if old is None:
            added.append({"id": identifier, "recording_id": recording, "resume": b"", **values})
        elif any(getattr(old, name) != value for name, value in values.items()):
            await connection.execute(update(segments).where(segments.c.id == identifier).values(values))
    if added:
        await _require_free(connection, [row["id"] for row in added])
        await connection.execute(insert(segments), added)
    await _put_grants(connection, wanted, is_here=is_here)


async def _put_grants(
    connection: AsyncConnection, wanted: Mapping[SegmentId, SegmentDocument], *, is_here: bool
) -> None:
    ids = list(wanted)
    query = select(key_grants).where(key_grants.c.segment_id.in_(ids))
    before = {tuple(row): None for row in (await connection.execute(query)).all()} if is_here else {}
    after = {
        (identifier, grant.recipient, grant.suite, grant.sealed, grant.at_us): None
        for identifier, one in wanted.items()
        for grant in one.grants
    }
    if before.keys() == after.keys():
        return
    if before:
        await connection.execute(delete(key_grants).where(key_grants.c.segment_id.in_(ids)))
    names = [column.name for column in key_grants.c]
    if after:
        await connection.execute(insert(key_grants), [dict(zip(names, row, strict=True)) for row in after])


async def _put_erasure(connection: AsyncConnection, site: SiteId, document: ErasureDocument) -> None:
    recording = RecordingId(UUID(bytes=document.recording_id))
    is_here = await _require_own(connection, site, recording)
    values = _fields(document, except_for=("position", "recording_id", "segments"))
    known = and_(erasures.c.recording_id == recording)
    if not is_here:
        statement = update(erasures).where(known).values(values)
        if (await connection.execute(statement)).rowcount:
            return
    # The site knows whether it was held; what it had when it was last told of here does not count.
    await connection.execute(delete(holds).where(holds.c.recording_id == recording))
    parts = tuple(
        ErasedSegment(
            segment=_segment_id(part.segment_id),
            size_bytes=part.bytes,
            **_fields(part, except_for=("segment_id", "bytes")),
        )
        for part in document.segments
    )
    size_bytes = values.pop("bytes")
    erasure = Erasure(id=0, recording=recording, size_bytes=size_bytes, segments=parts, **values)
    await connection.execute(delete(erasures).where(known))
    await add_erasure(connection, erasure)


async def _require_own(connection: AsyncConnection, site: SiteId, recording: RecordingId) -> bool:
    """Whether a recording is here.

    Raises:
        ConflictError: ``replication.foreign``.
    """
    query = select(recordings.c.site).where(recordings.c.id == recording)
    owner = (await connection.execute(query)).scalar_one_or_none()
    if owner is not None and owner != str(site):
        raise ConflictError("replication.foreign", f"The recording {recording} is another site's.")
    return owner is not None


async def _require_free(connection: AsyncConnection, added: Sequence[SegmentId]) -> None:
    """See that no segment has one of these ids.

    Raises:
        ConflictError: ``replication.foreign``.
    """
    query = select(literal(1)).where(segments.c.id.in_(added)).limit(1)
    if (await connection.execute(query)).one_or_none() is not None:
        raise ConflictError("replication.foreign", "A segment of another recording has the same id.")


async def _put(connection: AsyncConnection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Update the row with this key, or insert it."""
    which = and_(*(table.c[name] == value for name, value in key.items()))
    if values:
        found = (await connection.execute(update(table).where(which).values(**values))).rowcount > 0
    else:
        found = (await connection.execute(select(literal(1)).where(which))).one_or_none() is not None
    if not found:
        await connection.execute(insert(table).values(**key, **values))


def _fields(document: msgspec.Struct, *, except_for: Iterable[str]) -> dict[str, Any]:
    left_out = set(except_for)
    return {name: getattr(document, name) for name in document.__struct_fields__ if name not in left_out}


def _workstation(site: SiteId, name: str) -> WorkstationId:
    return workstation_in_cloud(site, WorkstationId(name))


def _segment_id(key: bytes) -> SegmentId:
    return SegmentId(UUID(bytes=key))


def _json(text: str) -> object:
    return msgspec.json.decode(text)
