"""Sites of tenants: who may connect with which certificate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, NotFoundError
from playhead.base.ids import TenantId, TenantSite
from playhead.store.sites.schema import sites, state


@dataclass(frozen=True, slots=True)
class Site:
    """A site as the cloud knows it. Instants are microseconds since 1970; None for what has not happened."""

    id: TenantSite
    name: str
    created_at_us: int
    certificate_hash: bytes | None = None
    """SHA-256 of the certificate that it may come with."""
    previous_hash: bytes | None = None
    """Of the one before a renewal: good until it has come with the new one, for that may never have reached it."""
    enrolled_at_us: int | None = None
    revoked_at_us: int | None = None
    seen_at_us: int | None = None

    @property
    def certificates(self) -> frozenset[bytes]:
        """Hashes of the certificates that let it in now."""
        if self.revoked_at_us is not None:
            return frozenset()
        return frozenset(one for one in (self.certificate_hash, self.previous_hash) if one is not None)


async def add_site(connection: AsyncConnection, site: Site) -> None:
    """Add one that is not enrolled yet. Its tenant exists.

    Raises:
        ConflictError: ``site.exists``.
    """
    if (await connection.execute(select(sites.c.id).where(_is(site.id)))).first() is not None:
        raise ConflictError("site.exists", f"There is a site {site.id} already.")
    values = {
        "tenant_id": site.id.tenant,
        "id": site.id.site,
        "name": site.name,
        "created_at_us": site.created_at_us,
    }
    await connection.execute(insert(sites), values)


async def get_site(connection: AsyncConnection, site: TenantSite) -> Site:
    """One site.

    Raises:
        NotFoundError: ``site.not_found``.
    """
    row = (await connection.execute(select(sites).where(_is(site)))).first()
    if row is None:
        hint = "List them with `playhead cloud site list`."
        raise NotFoundError("site.not_found", f"There is no site {site}.", hint=hint)
    return _site(row)


async def list_sites(connection: AsyncConnection, tenant: TenantId | None = None) -> Sequence[Site]:
    """Those of a tenant, or all; by id."""
    statement = select(sites).order_by(sites.c.tenant_id, sites.c.id)
    if tenant is not None:
        statement = statement.where(sites.c.tenant_id == tenant)
    return [_site(row) for row in await connection.execute(statement)]


async def enrol_site(connection: AsyncConnection, site: TenantSite, certificate_hash: bytes, now_us: int) -> None:
    """It may come with this certificate from now on, and with no other; a revocation before is undone.

    Raises:
        NotFoundError: ``site.not_found``.
    """
    values = {
        "certificate_hash": certificate_hash,
        "previous_hash": None,
        "enrolled_at_us": now_us,
        "revoked_at_us": None,
    }
    await _change(connection, site, values)


async def renew_site(connection: AsyncConnection, site: TenantSite, shown: bytes, certificate_hash: bytes) -> None:
    """It may come with this certificate as well as with the one (``shown``, by its hash) that it renews.

    Raises:
        NotFoundError: ``site.not_found``.
    """
    await _change(connection, site, {"certificate_hash": certificate_hash, "previous_hash": shown})


async def revoke_site(connection: AsyncConnection, site: TenantSite, now_us: int) -> None:
    """Nothing lets it in any more but a new enrolment.

    Raises:
        NotFoundError: ``site.not_found``.
    """
    await _change(connection, site, {"revoked_at_us": now_us})


async def note_seen(connection: AsyncConnection, seen: Iterable[TenantSite], now_us: int) -> None:
    """These are connected now."""
    which = [_is(site) for site in seen]
    if which:
        await connection.execute(update(sites).where(or_(*which)).values(seen_at_us=now_us))


async def roster_version(connection: AsyncConnection) -> int:
    """A number that is another after every change of who may connect."""
    return (await connection.execute(select(state.c.roster))).scalar_one()


async def _change(connection: AsyncConnection, site: TenantSite, values: Mapping[str, Any]) -> None:
    if (await connection.execute(update(sites).where(_is(site)).values(**values))).rowcount == 0:
        raise NotFoundError("site.not_found", f"There is no site {site}.")
    await connection.execute(update(state).values(roster=state.c.roster + 1))


def _is(site: TenantSite) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return and_(sites.c.tenant_id == site.tenant, sites.c.id == site.site)


def _site(row: Row[Any]) -> Site:
    return Site(
        id=TenantSite(row.tenant_id, row.id),
        name=row.name,
        created_at_us=row.created_at_us,
        certificate_hash=row.certificate_hash,
        previous_hash=row.previous_hash,
        enrolled_at_us=row.enrolled_at_us,
        revoked_at_us=row.revoked_at_us,
        seen_at_us=row.seen_at_us,
    )
