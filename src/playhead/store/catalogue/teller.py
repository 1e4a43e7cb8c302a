"""Which of several processes tells other programs what happens in a catalogue: one at a time, so that order holds."""

from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.store.catalogue.schema_messages import event_teller

TURN_US: Final = 15_000_000
"""How long a turn holds. A process that says nothing for so long is taken for gone."""


async def take_turn(connection: AsyncConnection, process: str, now_us: int) -> bool:
    """Have the turn, or go on having it, in a transaction that writes; False where it is another's."""
    columns = event_teller.c
    free = (columns.process == process) | (columns.until_us < now_us) | (columns.until_us > now_us + 2 * TURN_US)
    values = {"process": process, "until_us": now_us + TURN_US}
    if (await connection.execute(update(event_teller).where(free).values(**values))).rowcount:
        return True
    if (await connection.execute(select(columns.id))).one_or_none() is not None:
        return False
    await connection.execute(insert(event_teller), {"id": 1, **values})
    return True


async def leave_turn(connection: AsyncConnection, process: str) -> None:
    """Leave it to the others."""
    await connection.execute(delete(event_teller).where(event_teller.c.process == process))
