"""The portals of the cloud's tenants, on port 443: each made as a site's is, over the tenant's catalogue.

What is changed in one is changed at the site of the recording. What concerns one server the cloud does not have:
enrolling, its environment, its quarantine, for how long it keeps recordings.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from starlette.routing import BaseRoute, Router

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import SegmentId, SiteId, TenantId
from playhead.cloud.annotating import SitesAnnotator
from playhead.cloud.asking import Asking
from playhead.cloud.coverage import SitesCoverage
from playhead.cloud.erasing import SitesErasing
from playhead.cloud.exports import Exports, SitesExports
from playhead.cloud.links import Links
from playhead.cloud.near import NearTokens
from playhead.cloud.operating import SitesOperating
from playhead.cloud.own_lines import OwnLines
from playhead.cloud.playing import Playing
from playhead.cloud.portals import Portals
from playhead.cloud.present import Present
from playhead.net.http.server import AsgiApp, HttpServer, TlsFiles
from playhead.portal.config import PortalConfig
from playhead.portal.service import PortalService, sessions_of
from playhead.premises.tokens.application import Tokens
from playhead.premises.tokens.config import TokensConfig
from playhead.store.annotating import Annotator
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring
from playhead.store.replication import origins_of
from playhead.store.sites.tenants import list_tenants, tenant_of_host
from playhead.store.tenants import Tenants

IDLE_S: Final = 3_600.0
"""A portal that nobody has asked anything for so long is put away; the next request starts it again."""

NEAR_S: Final = 30.0
"""How often it is looked where sites are reached directly."""

_log: Final[Any] = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ObjectPlayer:
    """A player over a tenant's catalogue and objects."""

    routes: Sequence[BaseRoute]
    run: Callable[[], Coroutine[Any, Any, None]]
    forget: Callable[[Sequence[SegmentId]], None]
    exports: Exports | None = None
    """Makes files of what it plays."""


PlayerOver = Callable[[TenantId, Catalogue, Keyring, AuditTrail], ObjectPlayer | None]


@dataclass(slots=True)
class _Open:
    """A tenant's portal that runs, or is about to."""

    ready: asyncio.Future[AsgiApp]
    task: asyncio.Task[None] | None = None
    used_at_us: int = 0
    player: ObjectPlayer | None = None


@dataclass(kw_only=True)
class CloudPortals:
    """See the module.

    Args:
        config: what the operator set.
        tokens: likewise.
        keys: the folder below which each tenant has its keys: ``<keys>/<tenant>``.
        listener: from `playhead.net.http.listen`; closed by this.
        tls: None for plain HTTP.
        control: the control catalogue: whose a host name is.
        tenants: the way to their catalogues.
        links: to the sites.
        clock: tells the time.
        player_over: makes a player of objects, or none for a tenant that has no store.
    """

    config: PortalConfig
    tokens: TokensConfig
    keys: Path
    listener: socket.socket
    tls: TlsFiles | None
    control: Catalogue
    tenants: Tenants
    links: Links
    clock: Clock
    player_over: PlayerOver | None = None
    _open: dict[TenantId, _Open] = field(default_factory=dict[TenantId, _Open])

    def __post_init__(self) -> None:
        self._server = HttpServer(Portals(self._find, self._portal), self.listener, clock=self.clock, tls=self.tls)
        self.port = self._server.port
        self._own = OwnLines(self.clock)

    def forget(self, tenant: TenantId, segments: Sequence[SegmentId]) -> None:
        """Keep nothing at hand of segments that were erased."""
        known = self._open.get(tenant)
        if known is not None and known.player is not None:
            known.player.forget(segments)

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._server.run())
                tasks.create_task(self._put_away())
        finally:
            running = [one.task for one in self._open.values() if one.task is not None]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self._own.close()

    async def _find(self, host: str) -> TenantId | None:
        async with self.control.reading() as connection:
            named = await tenant_of_host(connection, host)
            if named is not None:
                return named
            every = await list_tenants(connection)
        # Who is alone needs no name: the portal's guard still refuses those that are not this machine's.
        return every[0].id if len(every) == 1 else None

    async def _portal(self, tenant: TenantId) -> AsgiApp:
        known = self._open.get(tenant)
        if known is None:
            known = _Open(asyncio.get_running_loop().create_future())
            self._open[tenant] = known
            known.task = asyncio.create_task(self._run_portal(tenant, known), name=f"portal of {tenant}")
        known.used_at_us = self.clock.monotonic_us()
        return await asyncio.shield(known.ready)

    async def _run_portal(self, tenant: TenantId, known: _Open) -> None:
        try:
            async with self.tenants.catalogue(tenant) as catalogue:
                await self._serve(tenant, catalogue, known)
        except Exception as error:  # noqa: BLE001 # one tenant's trouble is no other's; whoever asks next tries again
            _log.error("the portal of a tenant has stopped", tenant=str(tenant), exc_info=error)
            if not known.ready.done():
                known.ready.set_exception(error)
                known.ready.exception()  # seen, also where nobody waits any more
        finally:
            if not known.ready.done():
                known.ready.cancel()
            if self._open.get(tenant) is known:
                del self._open[tenant]

    async def _serve(self, tenant: TenantId, catalogue: Catalogue, known: _Open) -> None:
        clock = self.clock
        keyring = await asyncio.to_thread(Keyring.open, self.keys / str(tenant), SiteId(str(tenant)), clock)
        audit = AuditTrail(catalogue, clock)
        sessions = sessions_of(self.config, catalogue, clock)
        present = Present(tenant, catalogue, self.links, clock)
        near = _Near(catalogue)
        await near.look()  # a page is told once, as it is loaded, where it may play from
        player = None if self.player_over is None else self.player_over(tenant, catalogue, keyring, audit)
        known.player = player
        playing = Playing(
            tenant=tenant,
            catalogue=catalogue,
            keyring=keyring,
            player=None if player is None else Router(player.routes),
            links=self.links,
            audit=audit,
            clock=clock,
        )
        asking = Asking(tenant, self.links)
        tokens = Tokens(
            config=self.tokens,
            clock=clock,
            catalogue=catalogue,
            keyring=keyring,
            signed_in=sessions,
            audit=audit,
            secure=self.tls is not None,
            portal_port=self.port,
        )
        near_tokens = NearTokens(
            tenant=tenant,
            tokens=Router(tokens.routes),
            catalogue=catalogue,
            keyring=keyring,
            links=self.links,
            clock=clock,
        )
        async with self.control.reading() as connection:
            hosts = next((one.hosts for one in await list_tenants(connection) if one.id == tenant), ())
        portal = PortalService(
            self.config,
            None,
            tls=None,
            catalogue=catalogue,
            keyring=keyring,
            control=present,
            audit=audit,
            clock=clock,
            token_port=None,
            names=hosts,
            strict_s=None if self.tls is None else self.config.strict.us // 1_000_000,
            near=near,
            mounted=[*playing.routes, *near_tokens.routes],
            sessions=sessions,
            pictures=present,
            annotating=SitesAnnotator(asking=asking, catalogue=catalogue, copy=Annotator(catalogue, audit, clock)),
            coverages=SitesCoverage(asking=asking, catalogue=catalogue, present=present, clock=clock),
            erasing=SitesErasing(
                asking=asking,
                catalogue=catalogue,
                audit=audit,
                on_erased=lambda gone: self.forget(tenant, gone),
            ),
            sites=SitesOperating(asking, self._own),
            exports=SitesExports(asking=asking, catalogue=catalogue, own=None if player is None else player.exports),
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(portal.run())
            tasks.create_task(present.run())
            tasks.create_task(near.run())
            if player is not None:
                tasks.create_task(player.run())
            known.ready.set_result(portal.application)

    async def _put_away(self) -> None:
        while True:
            await asyncio.sleep(IDLE_S / 10)
            before_us = self.clock.monotonic_us() - int(IDLE_S * 1e6)
            for known in [one for one in self._open.values() if one.used_at_us < before_us]:
                if known.task is not None:
                    known.task.cancel()


class _Near:
    """Where a tenant's sites are reached directly, as last looked at."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._origins: tuple[str, ...] = ()

    def __call__(self) -> Sequence[str]:
        return self._origins

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(NEAR_S)
            await self.look()

    async def look(self) -> None:
        """Look once."""
        try:
            async with self._catalogue.reading() as connection:
                found = await origins_of(connection)
        except PlayheadError as error:
            _log.warning("it is not known where sites are reached", code=error.code)
        else:
            self._origins = tuple(sorted({one for origins in found.values() for one in origins}))
