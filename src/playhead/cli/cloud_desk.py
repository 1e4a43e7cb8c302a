"""What an administrator does on the cloud's machine: tenants, sites, codes."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.cli.administration import add_person_to
from playhead.cli.cloud_databases import opened_control, opened_tenants
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_settings import CloudSettings
from playhead.cli.console import done
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring
from playhead.store.sites.codes import add_code
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.processes import connected_sites
from playhead.store.sites.sites import Site, add_site, get_site, list_sites, revoke_site
from playhead.store.sites.tenants import Tenant, add_tenant, get_tenant, list_tenants, set_hosts

HOUR_US = 3_600_000_000


async def new_tenant(places: CloudPlaces, tenant: str, *, name: str, hosts: Sequence[str]) -> None:
    """Add a tenant, with a catalogue of its own.

    Raises:
        InvalidInputError: ``id.malformed``.
        ConflictError: ``tenant.exists``, ``tenant.host``.
    """
    places.make()
    made = Tenant(TenantId(tenant), name or tenant, SystemClock().wall_us(), tuple(hosts))
    _keyring(places, made.id)
    async with opened_tenants(places, CloudSettings.load(places)) as tenants:
        await tenants.create(made.id)
    async with _control(places) as control, control.writing() as connection:
        await add_tenant(connection, made)
    done(f"There is a tenant {tenant}. Add its sites with `playhead cloud site add {tenant}/NAME`.")


async def change_hosts(places: CloudPlaces, tenant: str, hosts: Sequence[str]) -> None:
    """By which names browsers come to a tenant's portal.

    Raises:
        NotFoundError: ``tenant.not_found``.
        ConflictError: ``tenant.host``.
    """
    places.require()
    identifier = TenantId(tenant)
    async with _control(places) as control, control.writing() as connection:
        await get_tenant(connection, identifier)
        await set_hosts(connection, identifier, hosts)
    done(f"Browsers come to the portal of {tenant} by {', '.join(hosts) or 'no name'}.")


async def new_person(places: CloudPlaces, tenant: str, user: str, *, roles: Sequence[str], password: str) -> None:
    """Add a person who may sign in to a tenant's portal.

    Raises:
        NotFoundError: ``tenant.not_found``, ``role.not_found``.
        InvalidInputError: ``id.malformed``, and what is wrong with the password.
        ConflictError: ``user.exists``.
    """
    places.require()
    settings = CloudSettings.load(places)
    length = settings.portal.password_length
    async with opened_tenants(places, settings) as tenants, tenants.catalogue(TenantId(tenant)) as catalogue:
        await add_person_to(catalogue, user, name=user, roles=roles, password=password, length=length)


async def tenant_key(places: CloudPlaces, tenant: str) -> str:
    """The public key to which a tenant's sites seal what the cloud may play, in hexadecimal.

    Raises:
        NotFoundError: ``tenant.not_found``.
    """
    places.require()
    async with _control(places) as control, control.reading() as connection:
        known = await get_tenant(connection, TenantId(tenant))
    return _keyring(places, known.id).site_key.hex()


async def all_tenants(places: CloudPlaces) -> Sequence[Tenant]:
    """Every one, by id."""
    places.require()
    async with _control(places) as control, control.reading() as connection:
        return await list_tenants(connection)


async def new_site(places: CloudPlaces, site: str, *, name: str, hours: int) -> str:
    """Add a site; a one-time code for it.

    Raises:
        InvalidInputError: ``id.malformed``.
        NotFoundError: ``tenant.not_found``.
        ConflictError: ``site.exists``.
    """
    places.require()
    identifier = TenantSite.parse(site)
    async with _control(places) as control:
        async with control.writing() as connection:
            await get_tenant(connection, identifier.tenant)
            await add_site(connection, Site(identifier, name or str(identifier.site), SystemClock().wall_us()))
        return await _code(places, control, identifier, hours)


async def new_code(places: CloudPlaces, site: str, *, hours: int) -> str:
    """A one-time code for a site that there is: it may enrol (again).

    Raises:
        NotFoundError: ``site.not_found``.
    """
    places.require()
    identifier = TenantSite.parse(site)
    async with _control(places) as control:
        async with control.reading() as connection:
            await get_site(connection, identifier)
        return await _code(places, control, identifier, hours)


async def shut_out(places: CloudPlaces, site: str) -> None:
    """Let a site in no more, connected or not.

    Raises:
        NotFoundError: ``site.not_found``.
    """
    places.require()
    async with _control(places) as control, control.writing() as connection:
        await revoke_site(connection, TenantSite.parse(site), SystemClock().wall_us())
    done(
        f"{site} may no longer connect; its links end within seconds. What it sent stays. A new code lets it in again."
    )


async def all_sites(places: CloudPlaces) -> Sequence[tuple[Site, bool]]:
    """Every site, by id, and whether it is connected."""
    places.require()
    now_us = SystemClock().wall_us()
    async with _control(places) as control, control.reading() as connection:
        found = await list_sites(connection)
        connected = {
            one
            for tenant in sorted({site.id.tenant for site in found})
            for one in await connected_sites(connection, tenant, now_us)
        }
    return [(site, site.id in connected) for site in found]


def _keyring(places: CloudPlaces, tenant: TenantId) -> Keyring:
    """A tenant's keys, made where there are none."""
    return Keyring.open(places.tenant_keys / str(tenant), SiteId(str(tenant)), SystemClock())


async def _code(places: CloudPlaces, control: Catalogue, site: TenantSite, hours: int) -> str:
    clock = SystemClock()
    code = CloudKeys.open(places.keys, CloudSettings.load(places).cloud.id, clock).create_code()
    now_us = clock.wall_us()
    async with control.writing() as connection:
        await add_code(connection, site, code.secret_hash, created_at_us=now_us, expires_at_us=now_us + hours * HOUR_US)
    return code.text


@asynccontextmanager
async def _control(places: CloudPlaces) -> AsyncGenerator[Catalogue]:
    async with opened_control(places, CloudSettings.load(places)) as control:
        yield control
