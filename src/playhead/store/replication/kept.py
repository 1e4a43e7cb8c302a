"""A site's events as they are kept for the cloud: beside the outbox, until the cloud has taken them."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.domain.event_batches import BATCH_EVENTS_MAX, EventPlace, Own
from playhead.domain.events import Event
from playhead.store.catalogue.counters import get_counter, raise_counter
from playhead.store.catalogue.schema_messages import event_followers, kept_events

STREAM: Final = "events"
"""The counter that says when the stream began."""

_SHOWN: Final = "events_shown"
_CLOUD: Final = "cloud"


@dataclass(frozen=True, slots=True)
class KeptState:
    """What is kept."""

    events: int
    """At the most: numbers may have gaps."""
    oldest_at_us: int | None
    """When the first of them happened."""


async def follow(connection: AsyncConnection) -> None:
    """Keep every event from now on, where that is not done already."""
    if not await is_followed(connection):
        await connection.execute(insert(event_followers), {"name": _CLOUD, "position": 0})


async def unfollow(connection: AsyncConnection, limit: int) -> int:
    """Keep no more, and let go of up to ``limit`` of those that are kept; how many went."""
    await connection.execute(delete(event_followers))
    return (await connection.execute(delete(kept_events).where(kept_events.c.id.in_(_oldest(limit))))).rowcount


async def is_followed(connection: AsyncConnection) -> bool:
    """Whether events are kept."""
    return (await connection.execute(select(event_followers.c.name))).one_or_none() is not None


async def own_place(connection: AsyncConnection, known: EventPlace) -> Own:
    """What this site knows, beside what the cloud does."""
    position = (await connection.execute(select(event_followers.c.position))).scalar_one_or_none() or 0
    newest = await newest_kept(connection)
    there = select(kept_events.c.event_id).where(kept_events.c.id == known.position)
    event = (await connection.execute(there)).scalar_one_or_none() or ""
    return Own(await get_counter(connection, STREAM), position, max(position, newest), event)


async def begin_event_stream(connection: AsyncConnection, now_us: int) -> int:
    """Have all that is kept told again, for this catalogue was put back to an older state; the new stream."""
    stream = max(now_us, await get_counter(connection, STREAM) + 1)
    await raise_counter(connection, STREAM, stream)
    return stream


async def newest_kept(connection: AsyncConnection) -> int:
    """The number of the newest event that is kept; 0 for none."""
    return (await connection.execute(select(func.max(kept_events.c.id)))).scalar_one() or 0


async def next_kept(connection: AsyncConnection, place: EventPlace) -> list[tuple[int, Event]]:
    """Let go of what the cloud has, and read what comes then: to be committed durably before it is told.

    A transaction that a power cut undid leaves its numbers to other events, which the cloud would take for known.
    """
    passed = update(event_followers).where(event_followers.c.position < place.position)
    await connection.execute(passed.values(position=place.position))
    await connection.execute(delete(kept_events).where(kept_events.c.id <= place.position))
    rows = (await connection.execute(select(kept_events).order_by(kept_events.c.id).limit(BATCH_EVENTS_MAX))).all()
    if rows:
        await raise_counter(connection, _SHOWN, rows[-1].id)
    return [(row.id, Event(row.event_id, row.type, row.subject, row.at_us, row.data)) for row in rows]


async def kept_state(connection: AsyncConnection) -> KeptState:
    """How much is kept, and since when; without counting."""
    bounds = select(func.min(kept_events.c.id), func.max(kept_events.c.id))
    first, last = (await connection.execute(bounds)).one()
    if first is None:
        return KeptState(0, None)
    query = select(kept_events.c.at_us).where(kept_events.c.id == first)
    return KeptState(last - first + 1, (await connection.execute(query)).scalar_one())


async def give_up_oldest(connection: AsyncConnection, limit: int, before_us: int | None) -> list[int]:
    """Let go of up to ``limit`` of the oldest, or of those of them before ``before_us``; when each happened."""
    rows = (
        await connection.execute(select(kept_events.c.id, kept_events.c.at_us).order_by(kept_events.c.id).limit(limit))
    ).all()
    some = [row for row in rows if before_us is None or row.at_us < before_us]
    if some:
        await connection.execute(delete(kept_events).where(kept_events.c.id.in_([row.id for row in some])))
    return [row.at_us for row in some]


def _oldest(limit: int):  # noqa: ANN202 # a subquery
    return select(kept_events.c.id).order_by(kept_events.c.id).limit(limit)
