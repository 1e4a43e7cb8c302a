"""Events that sites sent, put into the outbox of their tenant: each once, however often it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError
from playhead.base.ids import SiteId, TenantSite
from playhead.domain.cloudevents import source_of
from playhead.domain.event_batches import BEGINNING, EventBatch, EventPlace, ToldEvent, judge, readable
from playhead.domain.events import Event
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.schema_messages import event_sources, taken_events

REMEMBERED_US: Final = 14 * 86_400_000_000
"""How long the id of an event is known. A site that is put back to an older state than that tells some twice."""

FORGOTTEN_AT_ONCE: Final = 1_000
"""Ids forgotten with each batch: more than come with it, few enough for one transaction."""

_log: Final[Any] = structlog.get_logger()


@dataclass(slots=True)
class Taken:
    """What became of a batch."""

    place: EventPlace
    """Where the site stands now."""
    events: int = 0
    repeated: int = 0
    """Events whose ids were known."""
    refused: int = 0
    """Events that are none."""


async def event_place_of(connection: AsyncConnection, site: SiteId) -> EventPlace:
    """How far a site's events were taken."""
    query = select(event_sources).where(event_sources.c.site == str(site))
    row = (await connection.execute(query)).one_or_none()
    return BEGINNING if row is None else EventPlace(row.stream, row.position, row.event_id)


async def take_events(connection: AsyncConnection, site: TenantSite, batch: EventBatch, now_us: int) -> Taken:
    """Take a batch, in a transaction that writes.

    Args:
        connection: of the transaction, in the catalogue of the site's tenant.
        site: which its certificate proves it to be.
        batch: what it sent.
        now_us: wall time.

    Raises:
        ConflictError: ``events.gap``: something before the batch is missing.
    """
    known = await event_place_of(connection, site.site)
    verdict = judge(known, batch)
    if verdict is None:
        text = f"Events up to {known.position} are here, and the batch begins after {batch.after}."
        raise ConflictError("events.gap", text, hint="Ask for the place, and go on from there.")
    taken = Taken(verdict.place)
    if verdict.place == known:
        return taken
    good, bad = readable(verdict.events)
    for one in bad:
        _log.error("a site's event is refused", site=str(site), id=one.id, type=one.type)
    new = await _unknown(connection, site.site, good)
    source = source_of(site)
    await add_events(connection, [Event(one.id, one.type, one.subject, one.at_us, one.data, source) for one in new])
    if new:
        rows = [{"site": str(site.site), "event_id": UUID(one.id).bytes, "taken_at_us": now_us} for one in new]
        await connection.execute(insert(taken_events), rows)
    await _forget(connection, now_us - REMEMBERED_US)
    await _put_place(connection, site.site, verdict.place)
    taken.events, taken.refused = len(new), len(bad)
    taken.repeated = len(good) - len(new)
    return taken


async def _unknown(connection: AsyncConnection, site: SiteId, events: Sequence[ToldEvent]) -> list[ToldEvent]:
    """Those that are not known, in their order and each once."""
    first = {one.id: one for one in reversed(events)}
    ids = [UUID(one).bytes for one in first]
    query = select(taken_events.c.event_id).where(taken_events.c.site == str(site), taken_events.c.event_id.in_(ids))
    known = set((await connection.execute(query)).scalars())
    return [one for one in events if first[one.id] is one and UUID(one.id).bytes not in known]


async def _forget(connection: AsyncConnection, before_us: int) -> None:
    columns = taken_events.c
    query = select(columns.site, columns.event_id).where(columns.taken_at_us < before_us)
    old = query.order_by(columns.taken_at_us).limit(FORGOTTEN_AT_ONCE)
    await connection.execute(delete(taken_events).where(tuple_(columns.site, columns.event_id).in_(old)))


async def _put_place(connection: AsyncConnection, site: SiteId, place: EventPlace) -> None:
    values = {"stream": place.stream, "position": place.position, "event_id": place.event}
    which = event_sources.c.site == str(site)
    if (await connection.execute(update(event_sources).where(which).values(**values))).rowcount == 0:
        await connection.execute(insert(event_sources).values(site=str(site), **values))
