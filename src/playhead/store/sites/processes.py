"""The cloud's processes: where each is reached by the others, and whose links it has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.addresses import Address
from playhead.base.ids import TenantId, TenantSite
from playhead.store.sites.schema import processes, site_links
from playhead.store.sites.sites import note_seen

GONE_US: Final = 15_000_000
"""A process that has said nothing for so long is taken for gone."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A process that has links of a site."""

    process: str
    address: Address


async def beat(
    connection: AsyncConnection, process: str, address: Address, connected: Iterable[TenantSite], now_us: int
) -> None:
    """A process is there, and these sites have links to it. Those that have gone without a word are forgotten."""
    gone = select(processes.c.id).where(processes.c.seen_at_us < now_us - GONE_US, processes.c.id != process)
    await connection.execute(delete(site_links).where(site_links.c.process_id.in_(gone)))
    await connection.execute(delete(processes).where(processes.c.id.in_(gone.scalar_subquery())))
    values = {"address": str(address), "seen_at_us": now_us}
    known = await connection.execute(update(processes).where(processes.c.id == process).values(**values))
    if known.rowcount == 0:
        await connection.execute(insert(processes), {"id": process, **values})
    await connection.execute(delete(site_links).where(site_links.c.process_id == process))
    sites = sorted(set(connected))
    if sites:
        rows = [{"tenant_id": one.tenant, "site_id": one.site, "process_id": process} for one in sites]
        await connection.execute(insert(site_links), rows)
        await note_seen(connection, sites, now_us)


async def leave(connection: AsyncConnection, process: str) -> None:
    """A process stops."""
    await connection.execute(delete(site_links).where(site_links.c.process_id == process))
    await connection.execute(delete(processes).where(processes.c.id == process))


async def whereabouts(connection: AsyncConnection, site: TenantSite, now_us: int) -> Sequence[Whereabouts]:
    """Processes that have links of a site, those heard of last first."""
    statement = (
        select(processes.c.id, processes.c.address)
        .join(site_links, site_links.c.process_id == processes.c.id)
        .where(
            site_links.c.tenant_id == site.tenant,
            site_links.c.site_id == site.site,
            processes.c.seen_at_us >= now_us - GONE_US,
        )
        .order_by(processes.c.seen_at_us.desc())
    )
    return [Whereabouts(row.id, Address.parse(row.address)) for row in await connection.execute(statement)]


async def connected_sites(connection: AsyncConnection, tenant: TenantId, now_us: int) -> frozenset[TenantSite]:
    """Sites of a tenant that have links to any process."""
    statement = (
        select(site_links.c.site_id)
        .join(processes, site_links.c.process_id == processes.c.id)
        .where(site_links.c.tenant_id == tenant, processes.c.seen_at_us >= now_us - GONE_US)
    )
    return frozenset(TenantSite(tenant, row.site_id) for row in await connection.execute(statement))
