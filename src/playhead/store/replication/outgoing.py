"""What changed in a catalogue since a position, as documents. Read in one transaction: one state of everything."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import NotFoundError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.replication import (
    BATCH_DOCUMENTS_MAX,
    DayDocument,
    Document,
    ErasedSegmentDocument,
    ErasureDocument,
    GrantDocument,
    HoldDocument,
    Place,
    RecordingDocument,
    SegmentDocument,
    SignerDocument,
    TagDocument,
    WorkstationDocument,
    cut,
    introduced_by,
    write_batch,
)
from playhead.store.catalogue.counters import get_counter, raise_counter
from playhead.store.catalogue.schema import (
    coverage_days,
    erasure_segments,
    erasures,
    holds,
    key_grants,
    recordings,
    replication_changes,
    segments,
    tags,
    uploads,
    workstation_signers,
    workstations,
)
from playhead.store.catalogue.segments import SUPERSEDED
from playhead.store.replication.kept import begin_event_stream

_STREAM: Final = "replication"
"""The counter that says when the stream began."""

_RECORDING: Final = ("agent", "state", "started_at_us", "ended_at_us", "heard_at_us", "agent_key",
                     "length_us", "has_gap", "has_blackout")  # fmt: skip
_SEGMENT: Final = ("started_at_us", "covered_us", "durable_bytes", "sealed", "ended", "has_blackout")
_ERASURE: Final = ("workstation", "agent", "started_at_us", "length_us", "by", "reason", "rule", "decided_at_us",
                   "phase", "shredded_at_us", "removed_at_us", "bytes", "certificate")  # fmt: skip
_ERASED: Final = ("location", "started_at_us", "covered_us", "bytes", "chain")
_WORKSTATION: Final = ("signer", "certificate_hash", "enrolled_at_us", "revoked_at_us", "seen_at_us", "software",
                       "agent")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A batch, written."""

    body: bytes
    documents: int
    upto: int
    oversized: tuple[int, ...]
    """Positions of what was left out, for no batch takes it."""


async def begin_stream(connection: AsyncConnection, now_us: int) -> None:
    """Have everything sent again: this catalogue was put back to an older state, or has never sent anything."""
    known = await get_counter(connection, _STREAM)
    await raise_counter(connection, _STREAM, max(now_us, known + 1))
    await begin_event_stream(connection, now_us)


async def newest_place(connection: AsyncConnection) -> Place:
    """The stream, and the position of the newest change; stream 0 where none was begun."""
    newest = (await connection.execute(select(func.max(replication_changes.c.position)))).scalar_one()
    return Place(await get_counter(connection, _STREAM), newest or 0)


async def next_batch(connection: AsyncConnection, place: Place) -> Outgoing | None:
    """What changed after ``place``, as much as one batch takes; None where nothing did."""
    columns = replication_changes.c
    query = select(replication_changes).where(columns.position > place.position).order_by(columns.position)
    rows = (await connection.execute(query.limit(BATCH_DOCUMENTS_MAX))).all()
    if not rows:
        return None
    keys: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        keys[row.kind][row.key] = row.position
    documents: list[Document] = [
        *await _workstations(connection, keys["workstation"]),
        *await _recordings(connection, {RecordingId.parse(key): at for key, at in keys["recording"].items()}),
        *await _days(connection, keys["day"]),
    ]
    documents.sort(key=lambda one: one.position)
    written = cut(documents, rows[-1].position)
    sent = [one for one in documents if one.position <= written.upto]
    introduced = await _workstations(connection, dict.fromkeys(introduced_by(sent), 0))
    return Outgoing(write_batch(place, written, introduced), len(written.written), written.upto, written.oversized)


async def erasure_document(connection: AsyncConnection, recording: RecordingId) -> ErasureDocument:
    """The erasure of a recording as it stands, for whoever must know of it before its turn comes.

    Raises:
        NotFoundError: ``erasure.not_found``.
    """
    found = await _erasures(connection, {recording: 0})
    if not found:
        raise NotFoundError("erasure.not_found", "This recording was not erased.")
    return found[0]


async def _workstations(connection: AsyncConnection, wanted: dict[str, int]) -> list[WorkstationDocument]:
    ids = [WorkstationId(one) for one in wanted]
    rows = (await connection.execute(select(workstations).where(workstations.c.id.in_(ids)))).all()
    query = select(workstation_signers).where(workstation_signers.c.workstation_id.in_(ids))
    signers: defaultdict[WorkstationId, list[SignerDocument]] = defaultdict(list)
    for row in (await connection.execute(query.order_by(workstation_signers.c.since_us))).all():
        signers[row.workstation_id].append(SignerDocument(since_us=row.since_us, signer=row.signer))
    return [
        WorkstationDocument(
            position=wanted[str(row.id)], id=str(row.id), signers=tuple(signers[row.id]), **_named(row, _WORKSTATION)
        )
        for row in rows
    ]


async def _recordings(
    connection: AsyncConnection, wanted: dict[RecordingId, int]
) -> list[RecordingDocument | ErasureDocument]:
    ids = list(wanted)
    rows = (await connection.execute(select(recordings).where(recordings.c.id.in_(ids)))).all()
    parts = await _segments(connection, ids)
    called: defaultdict[RecordingId, list[TagDocument]] = defaultdict(list)
    for row in (await connection.execute(select(tags).where(tags.c.recording_id.in_(ids)).order_by(tags.c.tag))).all():
        called[row.recording_id].append(TagDocument(tag=row.tag, by_user=str(row.by_user), at_us=row.at_us))
    held = {
        row.recording_id: HoldDocument(reason=row.reason, by_user=str(row.by_user), at_us=row.at_us)
        for row in (await connection.execute(select(holds).where(holds.c.recording_id.in_(ids)))).all()
    }
    found = [
        RecordingDocument(
            position=wanted[row.id],
            id=row.id.bytes,
            workstation_id=str(row.workstation_id),
            segments=tuple(parts[row.id]),
            tags=tuple(called[row.id]),
            hold=held.get(row.id),
            **_named(row, _RECORDING),
        )
        for row in rows
    ]
    here = {row.id for row in rows}
    return [*found, *await _erasures(connection, {one: at for one, at in wanted.items() if one not in here})]


async def _segments(
    connection: AsyncConnection, ids: Sequence[RecordingId]
) -> defaultdict[RecordingId, list[SegmentDocument]]:
    grants: defaultdict[Any, list[GrantDocument]] = defaultdict(list)
    granted = select(key_grants).join(segments, segments.c.id == key_grants.c.segment_id)
    for row in (await connection.execute(granted.where(segments.c.recording_id.in_(ids)))).all():
        grants[row.segment_id].append(
            GrantDocument(recipient=row.recipient, suite=row.suite, sealed=row.sealed, at_us=row.at_us)
        )
    # Where the whole object is, once it was verified; until then the file, which only the site can read.
    whole = uploads.c.verified_at_us.is_not(None)
    query = select(segments, uploads.c.location.label("object")).join(
        uploads, (uploads.c.segment_id == segments.c.id) & whole, isouter=True
    )
    query = query.where(segments.c.recording_id.in_(ids), segments.c.ended != SUPERSEDED)
    found: defaultdict[RecordingId, list[SegmentDocument]] = defaultdict(list)
    for row in (await connection.execute(query.order_by(segments.c.started_at_us, segments.c.id))).all():
        found[row.recording_id].append(
            SegmentDocument(
                id=row.id.bytes,
                location=row.object or row.location,
                grants=tuple(grants[row.id]),
                **_named(row, _SEGMENT),
            )
        )
    return found


async def _erasures(connection: AsyncConnection, wanted: dict[RecordingId, int]) -> list[ErasureDocument]:
    rows = (await connection.execute(select(erasures).where(erasures.c.recording_id.in_(list(wanted))))).all()
    query = select(erasure_segments).where(erasure_segments.c.erasure_id.in_([row.id for row in rows]))
    parts: defaultdict[int, list[ErasedSegmentDocument]] = defaultdict(list)
    for row in (await connection.execute(query.order_by(erasure_segments.c.segment_id))).all():
        part = ErasedSegmentDocument(segment_id=row.segment_id.bytes, keys=tuple(row.keys), **_named(row, _ERASED))
        parts[row.erasure_id].append(part)
    return [
        ErasureDocument(
            position=wanted[row.recording_id],
            recording_id=row.recording_id.bytes,
            segments=tuple(parts[row.id]),
            **_named(row, _ERASURE),
        )
        for row in rows
    ]


async def _days(connection: AsyncConnection, wanted: dict[str, int]) -> list[DayDocument]:
    table = coverage_days.c
    pairs = dict(key.split("/", 1)[::-1] for key in wanted)  # by day: few days change at a time, for many workstations
    query = select(coverage_days).where(table.day.in_(list(pairs)))
    found: list[DayDocument] = []
    for row in (await connection.execute(query)).all():
        position = wanted.get(f"{row.workstation_id}/{row.day}")
        if position is None:
            continue
        found.append(
            DayDocument(
                position=position,
                workstation_id=str(row.workstation_id),
                missing=msgspec.json.encode(row.missing).decode(),
                kept=msgspec.json.encode(row.kept).decode(),
                **_named(row, ("day", "due_us", "kept_us", "is_final")),
            )
        )
    return found


def _named(row: Row[Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
