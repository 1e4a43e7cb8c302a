"""Accepts the sites' links on port 2010, and asks sites through them; runs until cancelled."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

import structlog
from starlette.routing import Mount, Router

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.cloud.links import metrics
from playhead.cloud.links.config import LinksConfig
from playhead.cloud.links.enrolment import Enrolment
from playhead.cloud.links.found import Found
from playhead.cloud.links.interface import Presence
from playhead.cloud.links.relay import Peers, Relay, Request, ask_end, request_of
from playhead.cloud.links.roster import Roster, check_time
from playhead.net.network import Network, SystemNetwork
from playhead.net.pool import Caller, PoolEnd, Pools, PoolStream
from playhead.net.pool.http import Answer, Application, Header, serve_asgi
from playhead.net.pool.tls import accepting_context
from playhead.net.tls import load_certificate
from playhead.store.catalogue import Catalogue
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.processes import beat, connected_sites, leave
from playhead.store.sites.sites import list_sites
from playhead.wire.pki import fingerprint, holder_of, validity_of
from playhead.wire.pool import Figures, Urgency
from playhead.wire.pool.proof import CHALLENGE_BYTES, Challenger

ROSTER_S: Final = 1.0
"""How often it is looked whether somebody may no longer connect."""
BEAT_S: Final = 5.0
"""How often the other processes are told that this one is there."""
RENEW_S: Final = 6 * 3_600.0
"""How often it is looked whether the cloud's own certificate is to be renewed."""
GONE_ANYWAY: Final = frozenset({"pool.no_link", "pool.draining"})
"""Nothing was asked yet: another link may be."""

_log: Any = structlog.get_logger()


class LinksService:
    """See the module; `playhead.cloud.links.Links`.

    Args:
        config: what the operator set.
        control: the control catalogue.
        keys: the cloud's.
        application: what sites may ask, at paths that begin with ``/site/``; see `origin_of`.
        clock: tells the time.
        network: for tests.
    """

    def __init__(
        self,
        config: LinksConfig,
        *,
        control: Catalogue,
        keys: CloudKeys,
        application: Application,
        clock: Clock,
        network: Network | None = None,
    ) -> None:
        self.process = secrets.token_hex(8)
        """Its name among the processes of the cloud."""
        self.listening = asyncio.Event()
        self.port = 0
        """Known once it listens."""
        self._config = config
        self._control = control
        self._keys = keys
        self._clock = clock
        self._network = network or SystemNetwork(receive_buffer_bytes=None)
        self._roster = Roster(control)
        self._enrolment = Enrolment(control=control, keys=keys, clock=clock, on_changed=self._look)
        self._sites: Application = Router([self._enrolment.renewal, Mount("/site", app=application)])
        self._relay = Relay(self._ask_here)
        self._peers = Peers(keys, self._network)
        self._found = Found(control, self.process, clock)
        self._pools = Pools(self._serve, self._identify, self._note_changed)
        self._shown: dict[TenantSite, bytes] = {}
        """With which certificate each came last."""
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled; then let what is under way end.

        Raises:
            UnavailableError: ``net.*``: it cannot listen; ``catalogue.unavailable``.
        """
        await self._roster.refresh()
        file = self._keys.server_file
        tls = accepting_context(file, file, self._keys.authority.certificate, strangers=True, judged_later=True)
        self._credentials = self._keys.server()
        plain = self._challenger if self._config.plain else None
        if plain is not None:
            _log.warning("sites may connect by plain HTTP: whoever is on the way reads and changes everything")
        listening = await self._pools.listen(self._config.listen, tls, self._network, plain)
        self.port = listening.address.port
        address = self._config.reached_at or Address("127.0.0.1", self.port)
        try:
            await self._beat(address)
            self.listening.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_beating(address))
                tasks.create_task(self._keep_roster())
                tasks.create_task(self._keep_certificate(tls))
        finally:
            await listening.close()
            await self._stop()

    # Asking

    async def ask(
        self,
        site: TenantSite,
        method: str,
        target: bytes,
        headers: Iterable[Header] = (),
        body: AsyncIterator[bytes] | bytes = b"",
        *,
        urgency: Urgency = Urgency.INTERACTIVE,
    ) -> Answer:
        """As `Links.ask`."""
        request = request_of(method, target, headers, body, urgency)
        if self._pools.of(str(site)):
            with contextlib.suppress(_NotHereError):
                return await self._ask_here(site, request)
        return await self._ask_elsewhere(site, request)

    async def presences(self, tenant: TenantId) -> Mapping[SiteId, Presence]:
        """As `Links.presences`."""
        async with self._control.reading() as connection:
            known = await list_sites(connection, tenant)
            elsewhere = await connected_sites(connection, tenant, self._clock.wall_us())
        connected = elsewhere.union(self._connected())
        return {
            site.id.site: Presence(site.id in connected, site.seen_at_us)
            for site in known
            if site.enrolled_at_us is not None
        }

    def figures(self) -> Mapping[TenantSite, Figures]:
        """How the links do that are here."""
        return {site: ends[0].figures() for site in self._connected() if (ends := self._pools.of(str(site)))}

    async def _ask_elsewhere(self, site: TenantSite, request: Request) -> Answer:
        known = self._found.known(site)
        if known and isinstance(request.body, bytes):
            try:
                return await self._peers.ask(known[0], site, request)
            except UnavailableError as error:
                if error.code != "link.down":
                    raise
                self._found.forget(site)  # nothing was asked: it is somewhere else by now, or nowhere
        found = await self._found.look(site)
        if not found:
            raise _down(site)
        return await self._peers.ask(found[0], site, request)

    async def _ask_here(self, site: TenantSite, request: Request) -> Answer:
        for end in self._pools.of(str(site)):
            try:
                return await ask_end(end, request)
            except UnavailableError as error:
                if error.code not in GONE_ANYWAY:
                    raise
        raise _NotHereError("link.down", f"Site {site} has no link to the cloud now.")

    # Who comes

    def _challenger(self) -> Challenger:
        return Challenger(self._credentials, secrets.token_bytes(CHALLENGE_BYTES), self._clock.wall_us())

    def _identify(self, certificate: bytes | None) -> Caller:
        if certificate is None:
            return Caller("", stranger=True)
        check_time(validity_of(certificate), self._clock.wall_us())
        holder = holder_of(certificate)
        if holder == self._keys.authority.cloud:
            return Caller(f"cloud:{holder}")
        if not isinstance(holder, TenantSite):
            raise RefusedError("pki.foreign_certificate", "The certificate is not a site's.")
        shown = fingerprint(certificate)
        self._roster.admit(holder, shown)
        self._shown[holder] = certificate
        return Caller(str(holder))

    async def _serve(self, _end: PoolEnd, caller: Caller, stream: PoolStream) -> None:
        if caller.stranger:
            await serve_asgi(self._enrolment.for_strangers)(stream)
        elif ":" in caller.identity:
            await serve_asgi(self._relay.application)(stream)
        else:
            site = TenantSite.parse(caller.identity)
            state = {"tenant": site.tenant, "site": site, "certificate": self._shown[site]}
            await serve_asgi(self._sites, state)(stream)

    def _note_changed(self, caller: Caller) -> None:
        if not caller.stranger:
            self._changed.set()

    def _connected(self) -> list[TenantSite]:
        names = {who for (who, _), end in self._pools.pools.items() if "/" in who and end.links}
        return [TenantSite.parse(name) for name in sorted(names)]

    # What goes on beside

    async def _beat(self, address: Address) -> None:
        connected = self._connected()
        metrics.SITES.set(len(connected))
        async with self._control.writing(durable=False) as connection:
            await beat(connection, self.process, address, connected, self._clock.wall_us())

    async def _keep_beating(self, address: Address) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._changed.wait()
            self._changed.clear()
            try:
                await self._beat(address)
            except PlayheadError as error:
                _log.warning("other processes not told", code=error.code, error=error.message)

    async def _keep_roster(self) -> None:
        while True:
            await asyncio.sleep(ROSTER_S)
            try:
                await self._look()
            except PlayheadError as error:
                _log.warning("who may connect is not known anew", code=error.code, error=error.message)

    async def _look(self) -> None:
        """Break off the links of those who may no longer connect."""
        if not await self._roster.refresh():
            return
        for site in self._connected():
            try:
                self._roster.admit(site, fingerprint(self._shown[site]))
            except RefusedError as error:
                _log.warning("site cut off", site=str(site), code=error.code)
                metrics.REVOKED.inc()
                await self._pools.end(str(site), error.code)

    async def _keep_certificate(self, tls: ssl.SSLContext) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                if await asyncio.to_thread(self._keys.refresh):
                    load_certificate(tls, self._keys.server_file, self._keys.server_file)
                    self._credentials = self._keys.server()
            except (PlayheadError, OSError) as error:
                _log.warning("cloud's certificate not looked after", error=str(error))

    async def _stop(self) -> None:
        await self._pools.drain("cloud.stopping", self._config.drain.us / 1e6)
        await self._pools.close("cloud.stopping")
        await self._peers.close()
        with contextlib.suppress(PlayheadError):  # the others find out by themselves
            async with self._control.writing(durable=False) as connection:
                await leave(connection, self.process)


class _NotHereError(UnavailableError):
    """No link of a site's is here, and nothing was asked."""


def _down(site: TenantSite) -> UnavailableError:
    hint = "Is its premises server running, and is port 2010 open for it to the cloud?"
    return UnavailableError("link.down", f"Site {site} has no link to the cloud now.", hint=hint)
