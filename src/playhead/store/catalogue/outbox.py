"""Events that wait to be delivered. Whoever changes something adds its event in the same transaction, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.domain.events import Event
from playhead.store.catalogue.schema_messages import outbox

AT_ONCE_MAX: Final = 500
"""Rows named in one statement: SQLite binds a bounded number of values."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits, and its place."""

    number: int
    event: Event


@dataclass(frozen=True, slots=True)
class OutboxState:
    """What waits."""

    events: int
    oldest_at_us: int | None
    """When the first of them happened."""


async def add_events(connection: AsyncConnection, events: Sequence[Event]) -> None:
    """Add events, in their order, in the transaction of what they tell of."""
    rows = [
        {
            "event_id": one.id,
            "type": one.type,
            "subject": one.subject,
            "at_us": one.at_us,
            "data": one.data,
            "source": one.source,
        }
        for one in events
    ]
    if rows:
        await connection.execute(insert(outbox), rows)


async def has_events(connection: AsyncConnection) -> bool:
    """Whether any waits."""
    return (await connection.execute(select(outbox.c.id).limit(1))).one_or_none() is not None


async def next_events(connection: AsyncConnection, limit: int) -> list[Waiting]:
    """Up to ``limit`` events, in the order of their changes."""
    query = select(outbox).order_by(outbox.c.id).limit(limit)
    return [_waiting(row) for row in (await connection.execute(query)).all()]


async def forget_events(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    """Take events off that were delivered, or are kept elsewhere."""
    for begin in range(0, len(numbers), AT_ONCE_MAX):
        await connection.execute(delete(outbox).where(outbox.c.id.in_(numbers[begin : begin + AT_ONCE_MAX])))


async def forget_oldest(connection: AsyncConnection, limit: int) -> int:
    """Take up to ``limit`` events off, the oldest first, that nobody wants; returns how many."""
    oldest = select(outbox.c.id).order_by(outbox.c.id).limit(limit)
    return (await connection.execute(delete(outbox).where(outbox.c.id.in_(oldest)))).rowcount


async def outbox_state(connection: AsyncConnection) -> OutboxState:
    """How much waits, and since when."""
    count = (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()
    query = select(outbox.c.at_us).order_by(outbox.c.id).limit(1)
    return OutboxState(count, (await connection.execute(query)).scalar_one_or_none())


async def oldest_events(connection: AsyncConnection, limit: int) -> list[Waiting]:
    """The oldest, without their data: for giving them up."""
    columns = outbox.c
    query = select(columns.id, columns.event_id, columns.type, columns.subject, columns.at_us).order_by(columns.id)
    rows = (await connection.execute(query.limit(limit))).all()
    return [Waiting(row.id, Event(row.event_id, row.type, row.subject, row.at_us, b"")) for row in rows]


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(row.id, Event(row.event_id, row.type, row.subject, row.at_us, row.data, row.source))
