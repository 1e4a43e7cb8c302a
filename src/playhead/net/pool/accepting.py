"""The accepting end: which pool a connection belongs to, and the pools that there are."""

import asyncio
import secrets
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from playhead.base.addresses import Address
from playhead.base.errors import LimitError
from playhead.net.network import Listening, Network
from playhead.net.pool.carrier import Carrier, Preface
from playhead.net.pool.end import PoolEnd, make_scratch
from playhead.net.pool.streams import PoolStream
from playhead.net.pool.upgrade import Answering
from playhead.wire.pool import Event, Hello, Link, Pool, Role, Welcome

MAX_HANDSHAKES: Final = 256
"""Connections that are no links yet; others wait to be accepted."""
MAX_POOLS: Final = 4096
"""Pools of one process; a premises has one, and an old one for as long as streams are kept after a restart."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who connected, as far as TLS and the Upgrade have proved it."""

    identity: str


Serving = Callable[[PoolEnd, Caller, PoolStream], Coroutine[Any, Any, None]]


class Pools:
    """All pools that were dialled from elsewhere.

    Args:
        serve: what to do with a stream that a caller opens, given its pool.
        identify: given the certificate (DER) or None, who that is. A `PlayheadError` refuses the connection.
    """

    def __init__(self, serve: Serving, identify: Callable[[bytes | None], Caller]) -> None:
        self.pools: dict[tuple[str, bytes], PoolEnd] = {}
        """By who dialled, and the dialer's name of the pool: a name is worth nothing to anyone else."""
        self.scratch = make_scratch()
        self._serve = serve
        self._identify = identify
        self._loop = asyncio.get_running_loop()

    async def listen(self, address: Address, tls: ssl.SSLContext | None, network: Network) -> Listening:
        """Accept links at an address, each begun by an Upgrade.

        Raises:
            UnavailableError: ``net.*``.
        """
        strangers = asyncio.Semaphore(MAX_HANDSHAKES)
        return await network.listen(
            lambda: self.accept(Answering(), strangers.release), address, tls, strangers=strangers
        )

    def accept(self, preface: Preface | None = None, on_settled: Callable[[], None] | None = None) -> Carrier:
        """A protocol for a connection that somebody makes."""

        def make_link(certificate: bytes | None) -> Link:
            caller = self._identify(certificate)

            def join(greeting: Hello | Welcome) -> Pool:
                end = self._pool_of(caller, greeting)
                end.adopt(link, carrier)
                return end.core

            link = Link(Role.ACCEPTOR, join, self.now_us())
            return link

        carrier = Carrier(self, make_link, preface, on_settled)
        return carrier

    def now_us(self) -> int:
        """Monotonic time (`Keeper`)."""
        return round(self._loop.time() * 1e6)

    def handle(self, events: list[Event]) -> None:
        """Nothing comes of a link that belongs to no pool yet (`Keeper`)."""
        del events

    async def close(self, code: str = "pool.closed") -> None:
        """End all pools."""
        await asyncio.gather(*(end.close(code) for end in self.pools.values()))

    def _pool_of(self, caller: Caller, greeting: Hello | Welcome) -> PoolEnd:
        key = (caller.identity, greeting.pool)
        end = self.pools.get(key)
        if end is None:
            self._forget_what_is_over()
            if len(self.pools) >= MAX_POOLS:
                raise LimitError("pool.pools", "There are too many pools already.")
            self.pools[key] = end = PoolEnd(
                Role.ACCEPTOR,
                secrets.token_bytes(16),
                lambda stream: self._serve(self.pools[key], caller, stream),
                scratch=self.scratch,
            )
        return end

    def _forget_what_is_over(self) -> None:
        """Pools without links and streams: their dialers were restarted, or have gone for good."""
        for key, end in list(self.pools.items()):
            if not end.links and not end.core.streams:
                del self.pools[key]
