"""Numbers that must never go back, whatever the clock does: each has a name."""

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.store.catalogue.schema import counters


async def get_counter(connection: AsyncConnection, name: str) -> int:
    """The number; 0 where it was never raised."""
    return (await connection.execute(select(counters.c.value).where(counters.c.name == name))).scalar_one_or_none() or 0


async def raise_counter(connection: AsyncConnection, name: str, value: int) -> None:
    """Let it be at least ``value``."""
    statement = update(counters).where(counters.c.name == name, counters.c.value < value).values(value=value)
    raised = await connection.execute(statement)
    if raised.rowcount == 0 and await get_counter(connection, name) == 0 and value > 0:
        await connection.execute(insert(counters).values(name=name, value=value))
