"""Holds: recordings that must not be deleted, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RecordingId, UserId
from playhead.domain.annotations import REASON_CHARS_MAX
from playhead.store.catalogue.changes import note_changed
from playhead.store.catalogue.schema import holds


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a recording must not be deleted."""

    recording: RecordingId
    reason: str
    by_user: UserId
    at_us: int


async def add_hold(connection: AsyncConnection, hold: Hold) -> bool:
    """Hold a recording that exists; returns whether it was not held before. A first reason stays.

    Raises:
        InvalidInputError: ``hold.reason``.
    """
    if not 1 <= len(hold.reason.strip()) <= REASON_CHARS_MAX:
        raise InvalidInputError("hold.reason", f"A hold needs a reason of up to {REASON_CHARS_MAX} characters.")
    if await find_hold(connection, hold.recording) is not None:
        return False
    values = {
        "recording_id": hold.recording,
        "reason": hold.reason.strip(),
        "by_user": hold.by_user,
        "at_us": hold.at_us,
    }
    await connection.execute(insert(holds), values)
    await note_changed(connection, [hold.recording])
    return True


async def release_hold(connection: AsyncConnection, recording: RecordingId) -> bool:
    """Let a recording go; returns whether it was held."""
    gone = await connection.execute(delete(holds).where(holds.c.recording_id == recording))
    if gone.rowcount == 0:
        return False
    await note_changed(connection, [recording])
    return True


async def find_hold(connection: AsyncConnection, recording: RecordingId) -> Hold | None:
    """Why a recording is held, or None."""
    row = (await connection.execute(select(holds).where(holds.c.recording_id == recording))).one_or_none()
    return None if row is None else Hold(row.recording_id, row.reason, row.by_user, row.at_us)


async def held_of(connection: AsyncConnection, recordings: Sequence[RecordingId]) -> set[RecordingId]:
    """Those of ``recordings`` that are held."""
    query = select(holds.c.recording_id).where(holds.c.recording_id.in_(recordings))
    return set((await connection.execute(query)).scalars())
