"""Dead letters: events that nobody would take, and commands that nobody could act on. They wait for a person."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, NotFoundError
from playhead.domain.events import Event
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.schema_messages import dead_letters

KEPT_MAX: Final = 10_000
"""Then the oldest goes: strangers may send what nobody can read."""

TEXT_CHARS_MAX: Final = 1_024
"""Of each text, which may be a stranger's; the rest is cut off."""

BODY_BYTES_MAX: Final = 64 << 10
"""The same, of a message."""

OUT: Final = "out"
"""`DeadLetter.direction` of an event of ours."""
IN: Final = "in"
"""`DeadLetter.direction` of a message that came."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One that waits."""

    direction: str
    message_id: str
    type: str
    subject: str
    """What the event is about, or who sent the message."""
    code: str
    message: str
    """Why, as a sentence."""
    body: bytes
    """An event's data, or the whole message that came."""
    at_us: int
    attempts: int = 1
    id: int = 0


class _Kept(msgspec.Struct):
    """An event as its dead letter keeps it: with when it happened, which `DeadLetter.at_us` does not tell."""

    at_us: int
    data: msgspec.Raw
    source: str = ""


async def bury_event(
    connection: AsyncConnection, event: Event, *, code: str, message: str, at_us: int, attempts: int
) -> None:
    """Keep an event that nobody takes."""
    body = msgspec.json.encode(_Kept(event.at_us, msgspec.Raw(event.data), event.source))
    letter = DeadLetter(OUT, event.id, event.type, event.subject, code, message, body, at_us, attempts)
    await _add(connection, letter, body)


async def bury_message(connection: AsyncConnection, letter: DeadLetter) -> None:
    """Keep a message that came and that nobody can act on."""
    await _add(connection, letter, letter.body[:BODY_BYTES_MAX])


async def list_dead_letters(connection: AsyncConnection, limit: int) -> list[DeadLetter]:
    """Up to ``limit``, newest first."""
    query = select(dead_letters).order_by(dead_letters.c.id.desc()).limit(limit)
    return [_letter(row) for row in (await connection.execute(query)).all()]


async def count_dead_letters(connection: AsyncConnection) -> int:
    """How many wait."""
    return (await connection.execute(select(func.count()).select_from(dead_letters))).scalar_one()


async def retry_dead_letter(connection: AsyncConnection, number: int) -> None:
    """Have an event delivered again, behind all that wait.

    Raises:
        NotFoundError: ``messages.not_found``.
        ConflictError: ``messages.not_an_event``: a command is not carried out when its moment is over.
    """
    row = (await connection.execute(select(dead_letters).where(dead_letters.c.id == number))).one_or_none()
    if row is None:
        raise _not_found(number)
    if row.direction != OUT:
        hint = "Have it sent again by whoever sent it, and take this one off with `playhead messages dead drop`."
        raise ConflictError("messages.not_an_event", f"Number {number} is a command, whose moment is over.", hint=hint)
    kept = msgspec.json.decode(row.body, type=_Kept)
    event = Event(row.message_id, row.type, row.subject, kept.at_us, bytes(kept.data), kept.source)
    await add_events(connection, [event])
    await drop_dead_letter(connection, number)


async def drop_dead_letter(connection: AsyncConnection, number: int) -> None:
    """Give one up.

    Raises:
        NotFoundError: ``messages.not_found``.
    """
    if (await connection.execute(delete(dead_letters).where(dead_letters.c.id == number))).rowcount == 0:
        raise _not_found(number)


async def _add(connection: AsyncConnection, letter: DeadLetter, body: bytes) -> None:
    values = {
        "direction": letter.direction,
        "message_id": _told(letter.message_id),
        "type": _told(letter.type),
        "subject": _told(letter.subject),
        "code": letter.code,
        "message": _told(letter.message),
        "body": body,
        "at_us": letter.at_us,
        "attempts": letter.attempts,
    }
    await connection.execute(insert(dead_letters), values)
    if await count_dead_letters(connection) > KEPT_MAX:
        oldest = select(func.min(dead_letters.c.id)).scalar_subquery()
        await connection.execute(delete(dead_letters).where(dead_letters.c.id == oldest))


def _told(text: str) -> str:
    return text[:TEXT_CHARS_MAX].encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _not_found(number: int) -> NotFoundError:
    return NotFoundError("messages.not_found", f"There is no dead letter {number}.")


def _letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        row.direction, row.message_id, row.type, row.subject, row.code, row.message, row.body, row.at_us,
        row.attempts, row.id,
    )  # fmt: skip
