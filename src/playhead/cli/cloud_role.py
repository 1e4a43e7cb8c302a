"""A role is a list of services that are introduced to each other. This is the cloud's."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.ids import SegmentId, TenantId
from playhead.cli.cloud_databases import opened_control, opened_tenants
from playhead.cli.cloud_messaging import CloudMessaging
from playhead.cli.cloud_objects import ObjectPlayers
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_portals import CloudPortals
from playhead.cli.cloud_settings import CloudSettings
from playhead.cli.cloud_status import keep_status
from playhead.cloud.links import LinksService
from playhead.cloud.site_api import site_application
from playhead.net.http.certificates import own_certificate
from playhead.net.http.server import TlsFiles
from playhead.net.listener import listen
from playhead.store.catalogue import Catalogue
from playhead.store.folder_lock import FolderLock
from playhead.store.sites.keys import CloudKeys
from playhead.store.tenants import Tenants


async def run_cloud(
    places: CloudPlaces, settings: CloudSettings, *, clock: Clock, announce: Callable[[str, int], None]
) -> None:
    """Run the cloud until cancelled.

    Args:
        places: where it keeps its data.
        settings: of its services.
        clock: for all of them.
        announce: called once everything listens, with the portal's address and the port for sites.

    Raises:
        ConflictError: ``folder.locked`` where another one runs with this data.
        ExceptionGroup: of what stopped a service; with one of them all end.
    """
    places.make()
    with FolderLock(places.lock_folder, "cloud"):
        async with opened_control(places, settings) as control, opened_tenants(places, settings) as tenants:
            await _run(places, settings, control, tenants, clock=clock, announce=announce)


async def _run(
    places: CloudPlaces,
    settings: CloudSettings,
    control: Catalogue,
    tenants: Tenants,
    *,
    clock: Clock,
    announce: Callable[[str, int], None],
) -> None:
    keys = CloudKeys.open(places.keys, settings.cloud.id, clock)
    door = _Door.open(places, settings, clock)
    portals: CloudPortals | None = None

    def forget(tenant: TenantId, segments: Sequence[SegmentId]) -> None:
        if portals is not None:
            portals.forget(tenant, segments)

    links = LinksService(
        settings.links,
        control=control,
        keys=keys,
        application=site_application(tenants, clock, on_erased=forget),
        clock=clock,
    )
    portals = CloudPortals(
        config=settings.portal,
        tokens=settings.tokens,
        keys=places.tenant_keys,
        listener=door.listener,
        tls=door.tls,
        control=control,
        tenants=tenants,
        links=links,
        clock=clock,
        player_over=ObjectPlayers(settings.player, settings.export, places.exports, settings.objects, clock),
    )
    messaging = CloudMessaging(settings.messaging, tenants=tenants, links=links, process=links.process, clock=clock)
    told = False

    def tell() -> None:
        nonlocal told
        if not told:
            announce(door.base, links.port)
            told = True

    async with asyncio.TaskGroup() as services:
        services.create_task(links.run(), name=type(links).__name__)
        services.create_task(portals.run(), name=type(portals).__name__)
        services.create_task(messaging.run(), name=type(messaging).__name__)
        await links.listening.wait()
        services.create_task(keep_status(places, links, clock, door.base, tell), name="status")


@dataclass(frozen=True, slots=True)
class _Door:
    """Where browsers come in."""

    listener: socket.socket
    tls: TlsFiles | None
    base: str
    """Address for a person on this machine."""

    @classmethod
    def open(cls, places: CloudPlaces, settings: CloudSettings, clock: Clock) -> "_Door":
        portal = settings.portal
        plain = portal.transport == "plain"
        address = portal.listen if plain else portal.https_listen
        tls = None
        if not plain and portal.certificate is not None and portal.key is not None:
            tls = TlsFiles(portal.certificate, portal.key)
        elif not plain:
            tls = own_certificate(places.web_keys, (*portal.names, address.host), clock)
        listener = listen(address.host, address.port)
        shown = "127.0.0.1" if address.host in {"*", "0.0.0.0", "::"} else address.host  # noqa: S104 - compared
        text = str(Address(shown, listener.getsockname()[1]))
        return cls(listener, tls, f"http://{text}" if plain else f"https://{text.removesuffix(':443')}")
