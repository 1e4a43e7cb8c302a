"""A role is a list of services that are introduced to each other. This is the premises server's."""

import asyncio
import os
from collections.abc import Callable

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.settings import PremisesSettings
from playhead.cli.web_tls import web_certificate
from playhead.net.http import listen
from playhead.portal.service import PortalService
from playhead.premises.player import PlayerService
from playhead.premises.screen import ScreenService
from playhead.premises.tokens import TokensService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.store.segments import CatalogueLedger, SegmentStore


async def run_premises(
    places: PremisesPlaces, settings: PremisesSettings, *, clock: Clock, announce: Callable[[Running], None]
) -> None:
    """Run the premises server until cancelled.

    Args:
        places: where it keeps its data.
        settings: of its services.
        clock: for all of them.
        announce: called once everything listens.

    Raises:
        ConflictError: ``folder.locked`` where another server runs with this data.
        ExceptionGroup: of what stopped a service; with one of them all end.
    """
    places.make()
    with FolderLock(places.lock_folder, "premises server"):
        catalogue = await Catalogue.open(places.catalogue)
        try:
            await _run(places, settings, catalogue, clock, announce)
        finally:
            places.running.unlink(missing_ok=True)
            await catalogue.close()


async def _run(
    places: PremisesPlaces,
    settings: PremisesSettings,
    catalogue: Catalogue,
    clock: Clock,
    announce: Callable[[Running], None],
) -> None:
    keyring = Keyring.open(places.keys, settings.site.id, clock)
    keyring.refresh()
    audit = AuditTrail(catalogue, clock)
    segments = SegmentStore(
        places.recordings,
        disk=SystemDisk(),
        ledger=CatalogueLedger(catalogue),
        clock=clock,
        interval_s=settings.screen.commit_interval.us / 1e6,
    )
    screen = ScreenService(settings.screen, catalogue=catalogue, segments=segments, keyring=keyring, clock=clock)
    player = PlayerService(
        settings.player,
        catalogue=catalogue,
        store=segments,
        keyring=keyring,
        screen=screen,
        audit=audit,
        clock=clock,
    )
    tls = web_certificate(places, settings, clock)
    portal_listener = listen(settings.portal.listen.host, settings.portal.listen.port)
    tokens_listener = listen(settings.tokens.listen.host, settings.tokens.listen.port)
    portal = PortalService(
        settings.portal,
        portal_listener,
        tls=tls,
        catalogue=catalogue,
        keyring=keyring,
        control=screen,
        audit=audit,
        clock=clock,
        token_port=tokens_listener.getsockname()[1],
        mounted=player.routes,
    )
    tokens = TokensService(
        settings.tokens,
        tokens_listener,
        tls=tls,
        catalogue=catalogue,
        keyring=keyring,
        signed_in=portal.sessions,
        audit=audit,
        clock=clock,
        portal_port=portal.port,
        names=settings.portal.names,
    )
    async with asyncio.TaskGroup() as services:
        for service in (screen, player, portal, tokens):
            services.create_task(service.run(), name=type(service).__name__)
        await screen.listening.wait()
        scheme, host = ("http", "https")[tls is not None], settings.portal.listen.host
        address = Address("127.0.0.1" if host in {"*", "0.0.0.0", "::"} else host, portal.port)  # noqa: S104 - compared
        announce(Running(process=os.getpid(), portal=f"{scheme}://{address}", screen_port=screen.port))
