"""``playhead up``: a premises server with a cloud beside it, that it has joined."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.ids import TenantId, TenantSite
from playhead.cli.cloud_databases import opened_control, opened_tenants
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_role import run_cloud
from playhead.cli.cloud_settings import CloudSettings
from playhead.cli.console import done, notice
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.ports import choose
from playhead.cli.roles import run_premises
from playhead.cli.settings import PremisesSettings
from playhead.environment.ports import Service, port_of
from playhead.net.network import SystemNetwork
from playhead.premises.link.enrolment import join
from playhead.premises.link.identity import LinkFolder
from playhead.store.disk import SystemDisk
from playhead.store.sites.codes import add_code
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.sites import Site, add_site, list_sites
from playhead.store.sites.tenants import Tenant, add_tenant, list_tenants

TENANT: Final = TenantId("local")
LOOPBACK: Final = "127.0.0.1"
CODE_US: Final = 60_000_000
"""How long the code is good that the one hands to the other."""


async def run_together(
    places: PremisesPlaces, settings: PremisesSettings, *, clock: Clock, announce: Callable[[Running], None]
) -> None:
    """Run both until cancelled; the premises server alone where its site has joined another cloud.

    Args:
        places: their data folder.
        settings: of the premises server, with ports that can be had.
        clock: for all services.
        announce: as `run_premises`'s.

    Raises:
        PlayheadError: as `run_premises` and `run_cloud`.
    """
    places.make()
    there = CloudPlaces(places.root)
    there.make()
    cloud = CloudSettings.load(there)
    keys = CloudKeys.open(there.keys, cloud.cloud.id, clock)
    folder = LinkFolder(SystemDisk(), places.cloud)
    identity = folder.load()
    if identity is not None and identity.authority != keys.authority.certificate:
        await run_premises(places, settings, clock=clock, announce=announce)
        return
    cloud = _with_free_ports(cloud, settings, is_own=there.config.exists())
    listening: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()

    def tell(portal: str, port: int) -> None:
        listening.set_result((portal, port))

    async with asyncio.TaskGroup() as roles:
        roles.create_task(run_cloud(there, cloud, clock=clock, announce=tell), name="cloud")
        portal, port = await listening
        address = Address(LOOPBACK, port)
        if identity is None:
            code = await _code(there, cloud, keys, TenantSite(TENANT, settings.site.id), clock.wall_us())
            await join(address, code, settings.site.id, folder, network=SystemNetwork(receive_buffer_bytes=None))
        done(f"A cloud is beside it, with a portal at {portal}: playhead cloud user add {TENANT} NAME")
        settings = msgspec.structs.replace(settings, cloud=msgspec.structs.replace(settings.cloud, address=address))
        await run_premises(places, settings, clock=clock, announce=announce)


def _with_free_ports(cloud: CloudSettings, premises: PremisesSettings, *, is_own: bool) -> CloudSettings:
    """Ports that can be had. Without a cloud.toml it is reached from this machine alone."""
    taken = {listener.port for listener in premises.listening().values()}

    def free(service: Service, wanted: Address) -> Address:
        host = wanted.host if is_own else LOOPBACK
        number, sentence = choose(replace(port_of(service), number=wanted.port), host, taken=frozenset(taken))
        if sentence and is_own:
            notice(sentence)
        taken.add(number)
        return Address(host, number)

    links = msgspec.structs.replace(cloud.links, listen=free(Service.POOL, cloud.links.listen))
    key = "listen" if cloud.portal.transport == "plain" else "https_listen"
    service = Service.PORTAL if key == "listen" else Service.HTTPS
    portal = msgspec.structs.replace(cloud.portal, **{key: free(service, getattr(cloud.portal, key))})
    return msgspec.structs.replace(cloud, links=links, portal=portal)


async def _code(places: CloudPlaces, settings: CloudSettings, keys: CloudKeys, site: TenantSite, now_us: int) -> str:
    """A code for the site, which is added with its tenant where there is none."""
    async with opened_tenants(places, settings) as tenants:
        await tenants.create(site.tenant)
    code = keys.create_code()
    async with opened_control(places, settings) as control, control.writing() as connection:
        if site.tenant not in {one.id for one in await list_tenants(connection)}:
            await add_tenant(connection, Tenant(site.tenant, "This machine", now_us))
        if site not in {one.id for one in await list_sites(connection, site.tenant)}:
            await add_site(connection, Site(site, str(site.site), now_us))
        await add_code(connection, site, code.secret_hash, created_at_us=now_us, expires_at_us=now_us + CODE_US)
    return code.text
