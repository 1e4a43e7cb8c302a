"""The accepting end: which pool a connection belongs to, and the pools that there are."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from playhead.base.addresses import Address
from playhead.base.errors import LimitError
from playhead.net.either import EitherListening
from playhead.net.network import Listening, Network
from playhead.net.pool.carrier import Carrier, Preface
from playhead.net.pool.end import Limits, PoolEnd, make_scratch
from playhead.net.pool.streams import PoolStream, Taker
from playhead.net.pool.upgrade import Answering
from playhead.wire.pool import Event, Hello, Link, Pool, Role, Stream, Welcome
from playhead.wire.pool.proof import Challenger

MAX_HANDSHAKES: Final = 256
"""Connections that are no links yet; others wait to be accepted."""
MAX_POOLS: Final = 4096
"""Pools of one process; a premises has one, and an old one for as long as streams are kept after a restart."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who connected, as far as TLS and the Upgrade have proved it."""

    identity: str
    stranger: bool = False
    """One without a certificate: it has one link, few streams and little time (`STRANGER_S`)."""


MAX_STRANGERS: Final = 16
"""Strangers at a time."""
STRANGER_S: Final = 15.0
"""How long a stranger's pool lasts: to ask for a certificate is one request."""
OF_STRANGERS: Final = Limits(streams=4, memory_bytes=256 * 1024)

Serving = Callable[[PoolEnd, Caller, PoolStream], Coroutine[Any, Any, None]]


class Pools:
    """All pools that were dialled from elsewhere.

    Args:
        serve: what to do with a stream that a caller opens, given its pool.
        identify: given the certificate (DER) or None, who that is. A `PlayheadError` refuses the connection.
        on_changed: called after a link of a pool has joined or ended, with whose it is.
        take: see `PoolEnd`.
    """

    def __init__(
        self,
        serve: Serving,
        identify: Callable[[bytes | None], Caller],
        on_changed: Callable[[Caller], None] = lambda _caller: None,
        take: Callable[[PoolEnd, Stream], Taker] | None = None,
    ) -> None:
        self.pools: dict[tuple[str, bytes], PoolEnd] = {}
        """By who dialled, and the dialer's name of the pool: a name is worth nothing to anyone else."""
        self.scratch = make_scratch()
        self._serve = serve
        self._identify = identify
        self._on_changed = on_changed
        self._take = take
        self._loop = asyncio.get_running_loop()

    async def listen(
        self,
        address: Address,
        tls: ssl.SSLContext | None,
        network: Network,
        plain: Callable[[], Challenger] | None = None,
    ) -> Listening:
        """Accept links at an address, each begun by an Upgrade.

        Args:
            address: where.
            tls: None for no TLS and nobody proven, as in tests.
            network: how; of the system where ``plain`` is given.
            plain: links may come without TLS, too, if they prove themselves to one of these.

        Raises:
            UnavailableError: ``net.*``.
        """
        if plain is not None and tls is not None:
            return EitherListening(
                lambda: self.accept(Answering()),
                address,
                tls,
                may_be_plain=lambda _: True,
                make_plain=lambda: self.accept(Answering(plain())),
                receive_buffer_bytes=None,
            )
        strangers = asyncio.Semaphore(MAX_HANDSHAKES)
        return await network.listen(
            lambda: self.accept(Answering(), strangers.release), address, tls, strangers=strangers
        )

    def accept(self, preface: Preface | None = None, on_settled: Callable[[], None] | None = None) -> Carrier:
        """A protocol for a connection that somebody makes."""

        def make_link(certificate: bytes | None) -> Link:
            def join(greeting: Hello | Welcome) -> Pool:
                end = self._pool_of(self._identify(certificate), greeting)
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

    def of(self, identity: str) -> list[PoolEnd]:
        """The pools of somebody that have links: one, or two after a restart of theirs. The newest comes first."""
        return [end for (who, _), end in reversed(self.pools.items()) if who == identity and end.links]

    async def end(self, identity: str, code: str) -> None:
        """Break off all that somebody has."""
        await asyncio.gather(*(end.close(code) for (who, _), end in list(self.pools.items()) if who == identity))

    async def drain(self, code: str, within_s: float) -> None:
        """Take no new streams; return when those that are open have ended, or the time is over."""
        ends = list(self.pools.values())
        for end in ends:
            end.drain(code)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await asyncio.gather(*(end.wait_drained() for end in ends))

    async def close(self, code: str = "pool.closed") -> None:
        """End all pools."""
        await asyncio.gather(*(end.close(code) for end in list(self.pools.values())))

    def _pool_of(self, caller: Caller, greeting: Hello | Welcome) -> PoolEnd:
        key = (caller.identity, greeting.pool)
        end = self.pools.get(key)
        if end is None:
            self._forget_what_is_over()
            if len(self.pools) >= MAX_POOLS:
                raise LimitError("pool.pools", "There are too many pools already.")
            if caller.stranger and sum(1 for _, known in self.pools if not known) >= MAX_STRANGERS:
                raise LimitError("pool.strangers", "Too many are here already that show no certificate.")
            self.pools[key] = end = self._made(key, caller)
        return end

    def _made(self, key: tuple[str, bytes], caller: Caller) -> PoolEnd:
        take = self._take
        end = PoolEnd(
            Role.ACCEPTOR,
            secrets.token_bytes(16),
            lambda stream: self._serve(self.pools[key], caller, stream),
            scratch=self.scratch,
            on_changed=lambda: self._on_changed(caller),
            limits=OF_STRANGERS if caller.stranger else Limits(),
            take=None if take is None else lambda stream: take(self.pools[key], stream),
        )
        if caller.stranger:
            self._loop.call_later(STRANGER_S, end.end_soon, "pool.stranger")
        return end

    def _forget_what_is_over(self) -> None:
        """Pools without links and streams: their dialers were restarted, or have gone for good."""
        for key, end in list(self.pools.items()):
            if not end.links and not end.core.streams:
                del self.pools[key]
