"""The service for native players: listens, and runs until cancelled."""

import asyncio
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import SegmentId
from playhead.net.either import EitherListening
from playhead.net.http.hosts import is_loopback
from playhead.net.http.renewal import LOOK_S, Stamp, stamp_of
from playhead.net.tls import anonymous_context, load_certificate
from playhead.premises.native_players.access import Access, Prove
from playhead.premises.native_players.config import NativePlayersConfig
from playhead.premises.native_players.connection import PlayerConnection
from playhead.premises.native_players.lookups import SharedLookup
from playhead.premises.native_players.metrics import CONNECTED, FAULTS
from playhead.premises.native_players.reels import Reels
from playhead.premises.native_players.session import Shared
from playhead.premises.player.service import PlayerService
from playhead.premises.player.streamed import Turns
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring

_FULL: Final = UnavailableError("native_players.full", "Too many are playing at once.", hint="Try again later.")

FIRST_BYTE_S: Final = 3.0
"""How long a connection may take for its first byte, and for its handshake: players speak at once."""

SAY_US: Final = 60_000_000
"""How often it is said that connections were turned away."""

_log = structlog.get_logger()


class NativePlayersService:
    """See the module.

    Args:
        config: what the operator set.
        player: the portal's player, with which segments, keys and what is noted of viewers are shared.
        catalogue: open.
        keyring: verifies tokens.
        prove: knows the users' passwords.
        audit: where views and refusals are noted.
        clock: tells the time.
        certificate: of TLS, a PEM file; it may be renewed at any time.
        key: its private key, PEM.
    """

    def __init__(
        self,
        config: NativePlayersConfig,
        *,
        player: PlayerService,
        catalogue: Catalogue,
        keyring: Keyring,
        prove: Prove,
        audit: AuditTrail,
        clock: Clock,
        certificate: Path,
        key: Path,
    ) -> None:
        self._config = config
        self._files = (certificate, key)
        self._reels = Reels(player.shelf, clock, config.cache.bytes)
        self._shared = Shared(
            config=config,
            clock=clock,
            catalogue=catalogue,
            access=Access(catalogue=catalogue, keyring=keyring, clock=clock, prove=prove),
            audit=audit,
            lookup=SharedLookup(player.lookup),
            shelf=player.shelf,
            reels=self._reels,
            screen=player.screen,
            demand=player.demand,
            viewings=player.viewings,
            viewers=Turns(config.viewers_max, _FULL),
        )
        self._connections: dict[PlayerConnection, None] = {}
        self._turned_away = 0
        self._said_us: int | None = None
        self.listening = asyncio.Event()
        """Set while players are accepted, or will never be; `port` is known then."""
        self.port = 0

    def forget(self, segments: Iterable[SegmentId]) -> None:
        """Keep nothing at hand of segments that were erased."""
        self._reels.forget(frozenset(segments))

    async def run(self) -> None:
        """Listen and serve until cancelled, where that is enabled.

        Raises:
            UnavailableError: ``net.port_taken`` and the like, ``net.tls_files``.
        """
        if not self._config.enabled:
            self.listening.set()
            await asyncio.Event().wait()
        tls = await asyncio.to_thread(anonymous_context, *self._files)
        listener = EitherListening(
            self._make_connection,
            self._config.listen,
            tls,
            may_be_plain=self._may_be_plain,
            first_byte_s=FIRST_BYTE_S,
        )
        self.port = listener.address.port
        self.listening.set()
        _log.info("native players are served", address=str(listener.address), plain=self._config.plain)
        try:
            await self._upkeep(tls)
        finally:
            await listener.close()
            connections = list(self._connections)
            for one in connections:
                one.abort()
            await asyncio.gather(*(one.ended() for one in connections))
            await self._reels.close()

    async def _upkeep(self, tls: ssl.SSLContext) -> None:
        """Let go of pictures that nobody took lately, and show the certificate that there is now."""
        shown: Stamp = stamp_of(*self._files)
        while True:
            await asyncio.sleep(LOOK_S)
            self._reels.tidy()
            found = stamp_of(*self._files)
            if found != shown:
                try:
                    load_certificate(tls, *self._files)
                except PlayheadError as error:  # half written, or wrong: the one before goes on
                    _log.warning("certificate not renewed", code=error.code, reason=error.message)
                else:
                    shown = found

    def _make_connection(self) -> PlayerConnection:
        return PlayerConnection(self._shared, on_made=self._made, on_lost=self._lost)

    def _may_be_plain(self, remote: str) -> bool:
        return self._config.plain == "yes" or (self._config.plain == "loopback" and is_loopback(remote))

    def _made(self, connection: PlayerConnection) -> None:
        self._connections[connection] = None
        if len(self._connections) > self._config.connections_max:
            # Whoever has shown nothing longest goes; where everybody has, the newest.
            going = next((one for one in self._connections if not one.is_known), connection)
            del self._connections[going]  # now, as it hears of its end later: the next one is to be another
            self._turn_away(going)
        CONNECTED.set(len(self._connections))

    def _turn_away(self, going: PlayerConnection) -> None:
        """End a connection. It is said once a minute: there may be thousands of them."""
        going.abort()
        FAULTS.labels("native_players.crowded").inc()
        now_us = self._shared.clock.monotonic_us()
        self._turned_away += 1
        if self._said_us is None or now_us - self._said_us >= SAY_US:
            _log.warning("native players turned away", since_last_time=self._turned_away, newest=going.remote)
            self._said_us, self._turned_away = now_us, 0

    def _lost(self, connection: PlayerConnection) -> None:
        self._connections.pop(connection, None)
        CONNECTED.set(len(self._connections))
