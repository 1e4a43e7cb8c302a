"""Tenants: the organisations in the cloud."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, NotFoundError
from playhead.base.ids import TenantId
from playhead.store.sites.schema import tenant_hosts, tenants


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation."""

    id: TenantId
    name: str
    created_at_us: int
    hosts: tuple[str, ...] = ()
    """Names by which browsers come to its portal, in lower case."""


async def add_tenant(connection: AsyncConnection, tenant: Tenant) -> None:
    """Add one.

    Raises:
        ConflictError: ``tenant.exists``, ``tenant.host``.
    """
    known = await connection.execute(select(tenants.c.id).where(tenants.c.id == tenant.id))
    if known.first() is not None:
        raise ConflictError("tenant.exists", f"There is a tenant {tenant.id} already.")
    values = {"id": tenant.id, "name": tenant.name, "created_at_us": tenant.created_at_us}
    await connection.execute(insert(tenants), values)
    await set_hosts(connection, tenant.id, tenant.hosts)


async def set_hosts(connection: AsyncConnection, tenant: TenantId, hosts: Iterable[str]) -> None:
    """Replace the names of a tenant's portal.

    Raises:
        ConflictError: ``tenant.host``: one of them is another's.
    """
    rows = [{"host": host, "tenant_id": tenant} for host in sorted({host.lower() for host in hosts})]
    await connection.execute(delete(tenant_hosts).where(tenant_hosts.c.tenant_id == tenant))
    if not rows:
        return
    try:
        await connection.execute(insert(tenant_hosts), rows)
    except IntegrityError as error:
        names = ", ".join(str(row["host"]) for row in rows)
        raise ConflictError("tenant.host", f"One of these names is another tenant's: {names}.") from error


async def get_tenant(connection: AsyncConnection, tenant: TenantId) -> Tenant:
    """One tenant.

    Raises:
        NotFoundError: ``tenant.not_found``.
    """
    found = await _tenants(connection, tenant)
    if not found:
        hint = "List them with `playhead cloud tenant list`."
        raise NotFoundError("tenant.not_found", f"There is no tenant {tenant}.", hint=hint)
    return found[0]


async def list_tenants(connection: AsyncConnection) -> Sequence[Tenant]:
    """All of them, by id."""
    return await _tenants(connection, None)


async def tenant_of_host(connection: AsyncConnection, host: str) -> TenantId | None:
    """Whose portal a browser wants that names this host; None for nobody's."""
    statement = select(tenant_hosts.c.tenant_id).where(tenant_hosts.c.host == host.lower())
    return (await connection.execute(statement)).scalar()


async def _tenants(connection: AsyncConnection, only: TenantId | None) -> Sequence[Tenant]:
    rows, hosts = select(tenants).order_by(tenants.c.id), select(tenant_hosts).order_by(tenant_hosts.c.host)
    if only is not None:
        rows, hosts = rows.where(tenants.c.id == only), hosts.where(tenant_hosts.c.tenant_id == only)
    of: dict[TenantId, list[str]] = {}
    for row in await connection.execute(hosts):
        of.setdefault(row.tenant_id, []).append(row.host)
    found = await connection.execute(rows)
    return [Tenant(row.id, row.name, row.created_at_us, tuple(of.get(row.id, ()))) for row in found]
