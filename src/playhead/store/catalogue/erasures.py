"""Erasures: recordings that were destroyed, or are being, and what is known of them afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, LimitError, NotFoundError
from playhead.base.ids import RecordingId, SegmentId
from playhead.base.instants import utc
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import duration_us
from playhead.store.catalogue.changes import AT_ONCE_MAX, note_changed
from playhead.store.catalogue.holds import find_hold
from playhead.store.catalogue.schema import erasure_segments, erasures, recordings, segments

BEGUN: Final = "begun"
"""It is decided and cannot be undone; keys may still be there."""
SHREDDED: Final = "shredded"
"""Its keys are destroyed, so that nobody can read what is left."""
REMOVED: Final = "removed"
"""Its files are gone, too."""

BY_POLICY: Final = "policy"
"""`Erasure.by` where retention decided."""

PAGE_ITEMS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class ErasedSegment:
    """What is known of a segment that was erased."""

    segment: SegmentId
    location: str
    started_at_us: int
    covered_us: int
    size_bytes: int
    chain: bytes
    """The last link of its chain (docs/wire/vid.md §5.3); zeros where its file was not whole any more."""
    keys: tuple[str, ...]
    """SHA-256 of each key envelope in its header, in hexadecimal; none where there was no header to be read."""
    object: str = ""
    """URL of the object that it had in a store; empty for none."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One recording's end."""

    id: int
    """In the order in which they were decided; 0 before it is added."""
    recording: RecordingId
    workstation: str
    agent: str
    started_at_us: int
    length_us: int
    by: str
    reason: str
    rule: str
    decided_at_us: int
    size_bytes: int
    segments: tuple[ErasedSegment, ...] = ()
    """Not loaded in lists."""
    phase: str = BEGUN
    shredded_at_us: int | None = None
    removed_at_us: int | None = None
    certificate: str = ""
    """The signed document, once its keys are destroyed."""


def erasure_of(
    recording: Recording, parts: Sequence[ErasedSegment], *, by: str, reason: str, rule: str, now_us: int
) -> Erasure:
    """The erasure of a recording, decided now."""
    return Erasure(
        id=0,
        recording=recording.id,
        workstation=str(recording.workstation),
        agent=recording.agent,
        started_at_us=recording.started_at_us,
        length_us=duration_us(recording),
        by=by,
        reason=reason,
        rule=rule,
        decided_at_us=now_us,
        size_bytes=sum(part.size_bytes for part in parts),
        segments=tuple(parts),
    )


async def check_erasable(connection: AsyncConnection, recording: Recording) -> None:
    """Refuse what must not be erased: in the transaction that erases, so that no hold comes in between.

    Raises:
        ConflictError: ``recording.held``, ``recording.recording``.
    """
    hold = await find_hold(connection, recording.id)
    if hold is not None:
        text = f"This recording is held by {hold.by_user}: {hold.reason}"
        raise ConflictError("recording.held", text, hint="Whoever may hold recordings can release it first.")
    if recording.state is RecordingState.RECORDING:
        hint = "Stop the recording first, or wait until it has ended."
        raise ConflictError("recording.recording", "This recording is still being made.", hint=hint)


async def add_erasure(connection: AsyncConnection, erasure: Erasure) -> int:
    """Let a recording be gone but for its files: its row and all that hangs on it go, and this comes in its place.

    A hold on it keeps the transaction from being committed, whatever was checked before (the reference in `holds`).

    Returns:
        The erasure's id.
    """
    await note_changed(connection, [erasure.recording])
    # As SQLite does by itself; said here, so that it does not depend on a setting.
    await connection.execute(delete(segments).where(segments.c.recording_id == erasure.recording))
    await connection.execute(delete(recordings).where(recordings.c.id == erasure.recording))
    values = {name: getattr(erasure, name) for name in _COLUMNS} | {"bytes": erasure.size_bytes}
    added = await connection.execute(insert(erasures).values(recording_id=erasure.recording, **values))
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101 # the row was just numbered
    rows = [
        {
            "segment_id": part.segment,
            "erasure_id": key[0],
            "location": part.location,
            "started_at_us": part.started_at_us,
            "covered_us": part.covered_us,
            "bytes": part.size_bytes,
            "chain": part.chain,
            "keys": list(part.keys),
            "object": part.object or None,
        }
        for part in erasure.segments
    ]
    if rows:
        await connection.execute(insert(erasure_segments), rows)
    return int(key[0])


async def set_shredded(connection: AsyncConnection, erasure: int, at_us: int, certificate: str) -> None:
    """Its keys are destroyed."""
    values = {"phase": SHREDDED, "shredded_at_us": at_us, "certificate": certificate}
    await connection.execute(update(erasures).where(erasures.c.id == erasure).values(values))


async def set_removed(connection: AsyncConnection, erasure: int, at_us: int) -> None:
    """Its files are gone."""
    values = {"phase": REMOVED, "removed_at_us": at_us}
    await connection.execute(update(erasures).where(erasures.c.id == erasure).values(values))


async def erasures_in(
    connection: AsyncConnection, phase: str, *, after: int = 0, before_us: int | None = None, limit: int
) -> list[Erasure]:
    """Up to ``limit`` erasures in a phase with their segments, oldest first.

    Args:
        connection: of the transaction.
        phase: `BEGUN`, `SHREDDED` or `REMOVED`.
        after: only such with a higher id.
        before_us: only such whose keys were destroyed at or before this wall time.
        limit: how many.
    """
    query = select(erasures).where(erasures.c.phase == phase, erasures.c.id > after)
    if before_us is not None:
        query = query.where(erasures.c.shredded_at_us <= before_us)
    rows = (await connection.execute(query.order_by(erasures.c.id).limit(limit))).all()
    return await _with_segments(connection, rows)


async def unfinished_erasures(connection: AsyncConnection) -> int:
    """How many were begun and have their keys still."""
    query = select(func.count()).select_from(erasures).where(erasures.c.phase == BEGUN)
    return (await connection.execute(query)).scalar_one()


async def find_erasure(connection: AsyncConnection, recording: RecordingId) -> Erasure | None:
    """The erasure of a recording with its segments, or None."""
    rows = (await connection.execute(select(erasures).where(erasures.c.recording_id == recording))).all()
    found = await _with_segments(connection, rows)
    return found[0] if found else None


async def get_erasure(connection: AsyncConnection, identifier: int) -> Erasure:
    """One with its segments.

    Raises:
        NotFoundError: ``erasure.not_found``.
    """
    rows = (await connection.execute(select(erasures).where(erasures.c.id == identifier))).all()
    found = await _with_segments(connection, rows)
    if not found:
        raise NotFoundError("erasure.not_found", f"There is no erasure {identifier}.")
    return found[0]


async def list_erasures(connection: AsyncConnection, *, before: int | None, limit: int) -> list[Erasure]:
    """A page of erasures without their segments, newest first.

    Raises:
        LimitError: ``list.limit``.
    """
    if not 1 <= limit <= PAGE_ITEMS_MAX:
        raise LimitError("list.limit", f"A page holds 1 to {PAGE_ITEMS_MAX} erasures, not {limit}.")
    query = select(erasures)
    if before is not None:
        query = query.where(erasures.c.id < before)
    return [_erasure(row, ()) for row in (await connection.execute(query.order_by(erasures.c.id.desc()).limit(limit)))]


async def erased_among(connection: AsyncConnection, wanted: Sequence[SegmentId]) -> set[SegmentId]:
    """Those of some segments that belong to an erasure."""
    query = select(erasure_segments.c.segment_id).where(erasure_segments.c.segment_id.in_(wanted))
    return set((await connection.execute(query)).scalars())


async def was_erased(connection: AsyncConnection, recording: RecordingId) -> int | None:
    """When it was decided that a recording be erased, in wall time; None where it was not."""
    query = select(erasures.c.decided_at_us).where(erasures.c.recording_id == recording)
    return (await connection.execute(query)).scalar_one_or_none()


async def erased_recordings(connection: AsyncConnection, wanted: Collection[RecordingId]) -> set[RecordingId]:
    """Those of some recordings that were erased."""
    found: set[RecordingId] = set()
    every = list(wanted)
    for begin in range(0, len(every), AT_ONCE_MAX):
        among = every[begin : begin + AT_ONCE_MAX]
        query = select(erasures.c.recording_id).where(erasures.c.recording_id.in_(among))
        found.update((await connection.execute(query)).scalars())
    return found


async def missing_recording(connection: AsyncConnection, recording: RecordingId) -> NotFoundError:
    """What to say of a recording that is not there: that it was erased, where it was."""
    at_us = await was_erased(connection, recording)
    if at_us is None:
        return NotFoundError("recording.not_found", f"There is no recording {recording}.")
    return NotFoundError("recording.erased", f"This recording was erased on {utc(at_us):%Y-%m-%d}.")


_COLUMNS: Final = (
    "workstation", "agent", "started_at_us", "length_us", "by", "reason", "rule", "decided_at_us", "phase",
    "shredded_at_us", "removed_at_us", "certificate",
)  # fmt: skip


async def _with_segments(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Erasure]:
    parts: dict[int, list[ErasedSegment]] = {row.id: [] for row in rows}
    query = select(erasure_segments).where(erasure_segments.c.erasure_id.in_(list(parts)))
    for row in (await connection.execute(query.order_by(erasure_segments.c.segment_id))).all():
        part = ErasedSegment(
            segment=row.segment_id,
            location=row.location,
            started_at_us=row.started_at_us,
            covered_us=row.covered_us,
            size_bytes=row.bytes,
            chain=row.chain,
            keys=tuple(row.keys),
            object=row.object or "",
        )
        parts[row.erasure_id].append(part)
    return [_erasure(row, tuple(parts[row.id])) for row in rows]


def _erasure(row: Row[Any], parts: tuple[ErasedSegment, ...]) -> Erasure:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Erasure(id=row.id, recording=row.recording_id, size_bytes=row.bytes, segments=parts, **values)
