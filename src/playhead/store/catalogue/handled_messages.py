"""Commands that came by message: each is carried out once, however often it comes."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import RecordingId
from playhead.store.catalogue.schema_messages import handled_messages

KEPT_US: Final = 3_600_000_000
"""How long it is remembered that a command was carried out. None is taken that has waited for more than a minute."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What is known of a command that has come before."""

    recording: RecordingId | None
    """What it begins, if anything: the same each time."""
    answer: bytes | None
    """What was answered; None where it was not carried out to its end."""


async def find_handled(connection: AsyncConnection, sender: str, message_id: str) -> Handled | None:
    """A command, or None where it was never begun."""
    columns = handled_messages.c
    query = select(columns.recording_id, columns.answer)
    row = (
        await connection.execute(query.where(columns.sender == sender, columns.message_id == message_id))
    ).one_or_none()
    if row is None:
        return None
    return Handled(None if row.recording_id is None else RecordingId.parse(row.recording_id), row.answer)


async def begin_handling(
    connection: AsyncConnection, sender: str, message_id: str, *, recording: RecordingId | None, at_us: int
) -> None:
    """Note that a command is about to be carried out; forget those of long ago."""
    await connection.execute(delete(handled_messages).where(handled_messages.c.at_us < at_us - KEPT_US))
    values = {
        "sender": sender,
        "message_id": message_id,
        "at_us": at_us,
        "recording_id": None if recording is None else str(recording),
        "answer": None,
    }
    await connection.execute(insert(handled_messages), values)


async def end_handling(connection: AsyncConnection, sender: str, message_id: str, answer: bytes) -> None:
    """Note what was answered."""
    columns = handled_messages.c
    statement = update(handled_messages).where(columns.sender == sender, columns.message_id == message_id)
    await connection.execute(statement.values(answer=answer))
