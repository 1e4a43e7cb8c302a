"""The screen protocol over a network: ports 5633's two ends.

Premises::

    listener = await listen(serve, Address("*", 5633), tls=keyring.server_context(), clock=clock)

    async def serve(peer: ScreenPeer) -> None:     # one task a connection; its return closes the connection
        async for message in peer:
            match message: ...

Workstation::

    peer = await connect(Address(host, 5633), site=site, tls=client_context(authority, certificate, key), clock=clock)
    await peer.send(Hello(...))
    async for message in peer: ...

``tls=None`` is plain TCP, only where the configuration says so: the workstation's name is then taken as said.
"""

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable

import structlog

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, PlayheadError, ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import SiteId
from playhead.net.core import End, Timings
from playhead.net.network import Listening, Network, SystemNetwork
from playhead.net.peer import READ_BYTES, Peer
from playhead.wire.pki import require_site, workstation_of
from playhead.wire.screen import Connection, Message, Role
from playhead.wire.screen.limits import HANDSHAKE_S, HEARTBEAT_S, SILENCE_S, STALL_S

ScreenPeer = Peer[Message]

TIMINGS = Timings(handshake_s=HANDSHAKE_S, heartbeat_s=HEARTBEAT_S, silence_s=SILENCE_S, stall_s=STALL_S)
STRANGERS_MAX = 256
"""Connections in their handshake at a time; others wait in the system's queue. Bounds what a flood of them can hold."""
PEERS_MAX = 4096
"""Connections in all; past it new ones are told to come back later."""
BUSY_RETRY_MS = 30_000

log = structlog.get_logger(__name__)


async def connect(
    address: Address,
    *,
    tls: ssl.SSLContext | None,
    clock: Clock,
    site: SiteId | None = None,
    timings: Timings = TIMINGS,
    network: Network | None = None,
) -> ScreenPeer:
    """Connect a workstation to its premises. The first message is the caller's to send.

    Args:
        address: of the premises server.
        tls: a context of `playhead.net.tls`; None for plain TCP.
        clock: for heartbeats.
        site: whose server it must be; None only where nothing but `Inquire` will be sent, or on plain TCP.
        timings: other than the protocol's only where the operator says so.
        network: for simulations.

    Raises:
        UnavailableError: ``net.unreachable``, ``net.timeout``: try again later.
        RefusedError: ``net.untrusted_server``, ``net.tls``, ``pki.*``: somebody has to act.
    """

    def make_peer() -> ScreenPeer:
        return Peer(lambda _certificate: Connection(Role.WORKSTATION), clock=clock, timings=timings)

    peer = await (network or SystemNetwork()).connect(make_peer, address, tls)
    if tls is not None and site is not None:
        try:
            require_site(peer.certificate or b"", site)
        except RefusedError:
            peer.abort(End.TLS)
            raise
    return peer


async def listen(
    serve: Callable[[ScreenPeer], Awaitable[None]],
    address: Address,
    *,
    tls: ssl.SSLContext | None,
    clock: Clock,
    timings: Timings = TIMINGS,
    peers_max: int = PEERS_MAX,
    network: Network | None = None,
) -> "Listener":
    """Accept workstations and run ``serve`` for each in a task of its own.

    ``serve`` reads the peer; when it returns the connection is closed. Where it refuses by a `PlayheadError`, the peer
    is told its code, message and hint; of one that is not the peer's fault only the code. Any other exception is
    logged with its trace, and the peer learns only that it happened.

    Raises:
        UnavailableError: ``net.port_taken``, ``net.port_forbidden``, ``net.address_unusable``.
    """
    listener = Listener(serve, tls=tls, clock=clock, timings=timings, peers_max=peers_max)
    await listener.open(network or SystemNetwork(), address)
    return listener


class Listener:
    """The premises' end: use `listen`."""

    def __init__(
        self,
        serve: Callable[[ScreenPeer], Awaitable[None]],
        *,
        tls: ssl.SSLContext | None,
        clock: Clock,
        timings: Timings,
        peers_max: int,
    ) -> None:
        self._serve = serve
        self._tls = tls
        self._clock = clock
        self._timings = timings
        self._peers_max = peers_max
        self._strangers = asyncio.Semaphore(STRANGERS_MAX)
        self._peers: dict[ScreenPeer, asyncio.Task[None]] = {}
        self._listening: Listening | None = None
        # On selector loops a read completes within one call, so that one buffer serves all; not so on Windows.
        self._scratch = None if sys.platform == "win32" else memoryview(bytearray(READ_BYTES))

    @property
    def address(self) -> Address:
        """Where it listens."""
        if self._listening is None:
            raise AssertionError("Not listening")
        return self._listening.address

    @property
    def peers(self) -> int:
        """How many connections there are, in their handshake or past it."""
        return len(self._peers)

    async def open(self, network: Network, address: Address) -> None:
        """Begin to accept."""
        self._listening = await network.listen(self._make_peer, address, self._tls, strangers=self._strangers)

    async def close(self, *, retry_ms: int = 1000) -> None:
        """Accept no more, say goodbye to all, and return when their tasks are done."""
        if self._listening is not None:
            await self._listening.close()
        tasks = list(self._peers.values())
        text = "The server is shutting down."
        await asyncio.gather(*(peer.close("screen.shutdown", text, retry_ms=retry_ms) for peer in list(self._peers)))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _make_peer(self) -> ScreenPeer:
        return Peer(
            self._make_core,
            clock=self._clock,
            timings=self._timings,
            scratch=self._scratch,
            on_made=self._start,
            on_settled=self._strangers.release,
        )

    def _make_core(self, certificate: bytes | None) -> Connection:
        identity = workstation_of(certificate) if certificate is not None else None
        return Connection(Role.PREMISES, identity=identity, trusting=self._tls is None)

    def _start(self, peer: ScreenPeer) -> None:
        task = asyncio.create_task(self._run(peer), name=f"screen {peer.remote}")
        self._peers[peer] = task

    async def _run(self, peer: ScreenPeer) -> None:
        try:
            if len(self._peers) > self._peers_max:
                await peer.close("screen.busy", "The server has too many connections.", retry_ms=BUSY_RETRY_MS)
                return
            await self._serve(peer)
        except ProtocolError as fault:
            log.warning("peer_refused", remote=peer.remote, code=fault.code, error=fault.message)
        except (UnavailableError, CorruptError) as error:  # ours or the network's: its words are not for the peer
            log.info("peer_lost", remote=peer.remote, code=error.code, error=error.message, end=peer.end)
            await peer.close(error.code, "The server cannot go on with this now.")
        except PlayheadError as error:
            log.warning("peer_refused", remote=peer.remote, code=error.code, error=error.message)
            await peer.close(error.code, str(error))
        except Exception:
            log.exception("peer_failed", remote=peer.remote)
            await peer.close("screen.internal", "The server failed.")
        else:
            await peer.close()
        finally:
            peer.abort()
            self._peers.pop(peer, None)
