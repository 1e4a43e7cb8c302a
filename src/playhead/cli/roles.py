"""A role is a list of services that are introduced to each other. This is the premises server's."""

import asyncio
import os
import random
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.cli.catalogues import open_catalogue
from playhead.cli.keepers import eraser_of
from playhead.cli.listening import listening_at, port_at, told_listeners, web_certificates
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.premises_doctor import examine_premises
from playhead.cli.settings import PremisesSettings
from playhead.cli.uploads import Uploading, open_objects
from playhead.cli.web_tls import WebTls, keep_certificate, web_tls
from playhead.environment.installation import Listener
from playhead.environment.ports import Service
from playhead.net.http.hosts import AllowedHosts
from playhead.net.http.redirect import RedirectServer
from playhead.net.http.server import TlsFiles
from playhead.net.listener import listen
from playhead.net.network import SystemNetwork
from playhead.net.pool.line import Line
from playhead.portal.oidc import Oidc
from playhead.portal.service import PortalService, sessions_of
from playhead.premises.analytics.acting import Acting
from playhead.premises.analytics.service import AnalyticsService
from playhead.premises.aside import AsideOrders
from playhead.premises.asked.application import Asked
from playhead.premises.asked.changes import AskedChanges
from playhead.premises.asked.coverage import AskedCoverage
from playhead.premises.asked.exports import AskedExports
from playhead.premises.asked.operating import AskedOperating
from playhead.premises.coverage.hours import zone_of
from playhead.premises.coverage.service import CoverageService
from playhead.premises.environment.service import EnvironmentService
from playhead.premises.export.service import ExportService
from playhead.premises.keeping.service import KeepingService
from playhead.premises.link.identity import LinkFolder
from playhead.premises.link.service import LinkService
from playhead.premises.logs.levels import LogLevels
from playhead.premises.logs.own import OwnLines
from playhead.premises.logs.service import LogsService
from playhead.premises.messaging.service import MessagingService
from playhead.premises.native_players.service import NativePlayersService
from playhead.premises.player.nearby import nearby
from playhead.premises.player.service import PlayerService
from playhead.premises.policy.service import PolicyService
from playhead.premises.quarantine import Quarantine
from playhead.premises.replication.events import EventsService
from playhead.premises.replication.service import ReplicationService
from playhead.premises.screen.service import ScreenService
from playhead.premises.tokens.service import TokensService
from playhead.store.annotating import Annotator
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.audit_proof import AuditProof
from playhead.store.audit_trail import AuditTrail
from playhead.store.backup.last import watch_backups
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Gone
from playhead.store.event_log import publish
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.store.segments import BALLAST_SHARE, Ballast, CatalogueLedger, SegmentStore
from playhead.store.segments.mending import Mending
from playhead.store.server_id import server_id


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
        catalogue = await open_catalogue(places)
        own = OwnLines(clock)
        try:
            await _run(places, settings, catalogue, clock, announce, own=own)
        finally:
            own.close()
            places.running.unlink(missing_ok=True)
            await catalogue.close()


async def _run(
    places: PremisesPlaces,
    settings: PremisesSettings,
    catalogue: Catalogue,
    clock: Clock,
    announce: Callable[[Running], None],
    *,
    own: OwnLines,
) -> None:
    keyring = Keyring.open(places.keys, settings.site.id, clock)
    keyring.refresh()
    audit = AuditTrail(catalogue, clock)
    objects = open_objects(settings.upload, keyring.site, clock)
    segments = SegmentStore(
        places.recordings,
        disk=SystemDisk(),
        ledger=CatalogueLedger(catalogue, clock, uploading=bool(settings.upload.url)),
        clock=clock,
        interval_s=settings.screen.commit_interval.us / 1e6,
        reserve_bytes=settings.screen.disk_free_min.bytes,
        ballast=Ballast(places.ballast, settings.screen.disk_free_min.bytes // BALLAST_SHARE),
        elsewhere=objects,
    )
    line = Line()
    uploads = Uploading(settings.upload, places, catalogue, segments, objects, keyring, clock).service(line.take)
    screen = ScreenService(
        settings.screen,
        catalogue=catalogue,
        segments=segments,
        keyring=keyring,
        clock=clock,
        server=server_id(SystemDisk(), places.server_id, clock),
    )
    coverage = CoverageService(settings.coverage, catalogue=catalogue, watched=screen, clock=clock)
    player = PlayerService(
        settings.player,
        catalogue=catalogue,
        store=segments,
        keyring=keyring,
        screen=screen,
        audit=audit,
        clock=clock,
        explain=coverage.ledger.explain,
    )
    exports = ExportService(
        settings.export, places.exports, catalogue=catalogue, store=segments, keyring=keyring, clock=clock
    )

    def gone(one: Gone) -> None:
        player.forget(one.segments)
        native_players.forget(one.segments)
        exports.forget(one.recording)

    eraser = eraser_of(
        places,
        catalogue=catalogue,
        keyring=keyring,
        audit=audit,
        clock=clock,
        objects=objects,
        delete_object=uploads.uploader.delete,
        on_gone=gone,
    )
    keeping = KeepingService(settings.keeping, catalogue=catalogue, eraser=eraser, audit=audit, clock=clock)
    asides = AsideOrders(catalogue, screen, audit)
    messaging = MessagingService(
        settings.messaging,
        catalogue=catalogue,
        control=screen,
        site=keyring.site,
        clock=clock,
        jitter=random.random,
    )
    screen.health.watch(messaging.condition)
    changes = AskedChanges(
        annotator=Annotator(catalogue, audit, clock), erasing=keeping, catalogue=catalogue, announce=screen.announce
    )
    asked = Asked(
        control=screen,
        pictures=player.newest,
        media=player.routes,
        keyring=keyring,
        clock=clock,
        presents=coverage.now.all,
        time_zone=coverage.ledger.zone.key,
        more=[
            *changes.routes,
            *AskedExports(exports=exports, audit=audit).routes,
            *AskedCoverage(ledger=coverage.ledger, catalogue=catalogue).routes,
            *AskedOperating(lambda: portal.application).routes,
        ],
    )
    link = LinkService(
        settings.cloud,
        LinkFolder(SystemDisk(), places.cloud),
        application=asked.application(),
        clock=clock,
        zone=zone_of(settings.coverage.time_zone),
        line=line,
    )
    screen.health.watch(link)
    anchor = AuditAnchor(places.audit_head, keyring, clock)
    logs = LogsService(
        settings.logs,
        places.logs,
        disk=SystemDisk(),
        keyring=keyring,
        catalogue=catalogue,
        clock=clock,
        own=own,
    )
    analytics = AnalyticsService(
        settings.analytics,
        places.analytics,
        disk=SystemDisk(),
        keyring=keyring,
        catalogue=catalogue,
        acting=Acting(catalogue, audit, clock),
        clock=clock,
        zone=zone_of(settings.coverage.time_zone).key,
    )
    log_levels = LogLevels(SystemDisk(), places.logs, screen, clock)
    web = web_tls(places, settings, clock)
    doors = _Doors.open(settings, web)
    ports = doors.ports
    policy = PolicyService(
        settings.policy, SystemNetwork(), player_port=lambda: port_at(listening(), Service.CLIENT_PLAYERS)
    )
    sessions = sessions_of(settings.portal, catalogue, clock)
    tokens = TokensService(
        settings.tokens,
        listen(settings.tokens.listen.host, settings.tokens.listen.port),
        tls=web.of_tokens,
        catalogue=catalogue,
        keyring=keyring,
        signed_in=sessions,
        audit=audit,
        clock=clock,
        portal_port=doors.main.getsockname()[1],
        names=settings.portal.names,
        strict_s=None if web.plain else settings.portal.strict.us // 1_000_000,
        also=policy.routes,
    )

    def listening() -> tuple[Listener, ...]:
        own_ports = {
            Service.TOKENS: tokens.port,
            Service.SCREEN: screen.port,
            Service.LOGGING: logs.port,
            Service.ANALYTICS: analytics.port,
            Service.POLICY: policy.port,
            Service.CLIENT_PLAYERS: native_players.port,
        }
        return listening_at(settings, {**ports, **own_ports})

    environment = EnvironmentService(
        examine=lambda: examine_premises(places, clock=clock, environment=os.environ),
        workstations=screen,
        tell=partial(publish, catalogue),
        clock=clock,
        listeners=listening,
        data=places.root.absolute(),
        program=Path(sys.executable),
    )
    portal = PortalService(
        settings.portal,
        doors.main,
        tls=web.of_tokens,
        also=doors.also,
        catalogue=catalogue,
        keyring=keyring,
        control=screen,
        audit=audit,
        clock=clock,
        token_port=tokens.port,
        mounted=[
            *(nearby(player.routes) if settings.replication.origins else player.routes),
            *tokens.routes,
            *policy.routes,
        ],
        described=[player.described, tokens.described],
        sessions=sessions,
        pictures=player.newest,
        coverage=coverage,
        exports=exports,
        erasing=keeping,
        keeping=keeping,
        quarantine=Quarantine(
            catalogue,
            Mending(places.recordings, disk=SystemDisk(), catalogue=catalogue, store=segments, clock=clock),
            exports,
            uploads,
            asides,
            changed=screen.changed,
        ),
        environment=environment,
        proof=AuditProof(catalogue, anchor),
        link=link,
        oidc=Oidc.of(settings.oidc, clock),
        logs=logs,
        log_levels=log_levels,
        analytics=analytics if settings.analytics.enabled else None,
    )
    native_players = NativePlayersService(
        settings.native_players,
        player=player,
        catalogue=catalogue,
        keyring=keyring,
        prove=portal.prove,
        audit=audit,
        clock=clock,
        certificate=keyring.server_file if web.tls is None else web.tls.certificate,
        key=keyring.server_file if web.tls is None else web.tls.key,
    )
    async with asyncio.TaskGroup() as services:
        web_services = (portal, tokens, native_players, *doors.redirect)
        outside = (uploads, messaging, link, *_telling(places, settings, catalogue, link, clock))
        inside = (screen, logs, analytics, log_levels, asides, player, policy, coverage, exports, keeping, environment)
        for service in (*inside, *outside, *web_services):
            services.create_task(service.run(), name=type(service).__name__)
        services.create_task(anchor.run(catalogue), name=type(anchor).__name__)
        services.create_task(watch_backups(catalogue), name="backups")
        services.create_task(keep_certificate(places, settings, clock), name="certificate")
        for ready in (screen.listening, logs.listening, analytics.ready, policy.ready, native_players.listening):
            await ready.wait()
        screen.probes.listeners = lambda: told_listeners(listening(), web_certificates(places, settings))
        announce(
            Running(
                process=os.getpid(),
                portal=doors.portal,
                https=doors.https,
                screen_port=screen.port,
                listeners={one.service.value: str(Address(one.host, one.port)) for one in listening()},
            )
        )


def _telling(
    places: PremisesPlaces, settings: PremisesSettings, catalogue: Catalogue, link: LinkService, clock: Clock
) -> tuple[ReplicationService, EventsService]:
    """What tells the cloud: how things are, and what happens."""
    config, joined = settings.replication, LinkFolder(SystemDisk(), places.cloud).joined
    things = ReplicationService(config, catalogue=catalogue, link=link, clock=clock, jitter=random.random)
    events = EventsService(config, catalogue=catalogue, link=link, joined=joined, clock=clock, jitter=random.random)
    return things, events


@dataclass(frozen=True, slots=True)
class _Doors:
    """The portal's listening sockets, and the addresses that a person on this machine types."""

    main: socket.socket
    also: tuple[socket.socket, TlsFiles] | None
    redirect: tuple[RedirectServer, ...]
    portal: str
    https: str

    @property
    def ports(self) -> Mapping[Service, int]:
        """Where the portal listens; to be asked before the sockets are given away."""
        main = self.main.getsockname()[1]
        if self.also is not None:
            return {Service.PORTAL: main, Service.HTTPS: self.also[0].getsockname()[1]}
        return {Service.HTTPS: main, Service.PORTAL: self.redirect[0].port} if self.redirect else {Service.PORTAL: main}

    @classmethod
    def open(cls, settings: PremisesSettings, web: WebTls) -> "_Doors":
        portal = settings.portal
        plain = listen(portal.listen.host, portal.listen.port)
        if web.tls is None:
            return cls(plain, None, (), _base("http", portal.listen.host, plain), "")
        secure = listen(portal.https_listen.host, portal.https_listen.port)
        https = _base("https", portal.https_listen.host, secure)
        if web.plain:
            return cls(plain, (secure, web.tls), (), _base("http", portal.listen.host, plain), https)
        hosts = AllowedHosts.of_this_machine(*portal.names)
        redirect = RedirectServer(plain, tls=web.tls, port=secure.getsockname()[1], hosts=hosts)
        return cls(secure, None, (redirect,), https, https)


def _base(scheme: str, host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    address = Address("127.0.0.1" if host in {"*", "0.0.0.0", "::"} else host, port)  # noqa: S104 - compared
    return f"{scheme}://{str(address).removesuffix(':443') if scheme == 'https' else address}"
