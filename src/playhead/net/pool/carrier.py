"""Carries one link of a pool over an asyncio transport: TCP, TLS or simulated.

Bytes are pulled from the core when the transport can take them, and never more than a little ahead of it: whoever is in
a hurry overtakes what the core still holds, but not what the transport has.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast

from playhead.base.errors import PlayheadError
from playhead.net.pool.tcp_info import packets_of
from playhead.wire.pool import Event, Link, Packets

WRITTEN_BYTES: Final = 128 * 1024
"""Unwritten bytes beyond which nothing more is asked of the core."""
ROOM_BYTES: Final = 512 * 1024
"""What is asked of the core at a time."""
HANDSHAKE_S: Final = 10.0
"""How long it may take from the connection (after TLS) to the end of the link's handshake."""
CLOSE_S: Final = 5.0
"""How long a link that has ended may take to get rid of its last bytes."""


class Preface(Protocol):
    """What is said before the link begins: the Upgrade of HTTP."""

    @property
    def certificate(self) -> bytes | None:
        """The peer's (DER), where it was proven here rather than by TLS."""
        ...

    def data_to_send(self) -> bytes:
        """What to write now."""
        ...

    def receive_data(self, data: bytes) -> bytes | None:
        """None while it is not over; then what has come of the link already.

        Raises:
            PlayheadError: the link is refused, or the peer speaks something else.
        """
        ...


class Keeper(Protocol):
    """Whom a carrier works for."""

    @property
    def scratch(self) -> memoryview:
        """Where reads land. What comes of them is used before the next one."""
        ...

    def now_us(self) -> int:
        """Monotonic time."""
        ...

    def handle(self, events: list[Event]) -> None:
        """Take what has come, and have every link send what there is."""
        ...


class Carrier(asyncio.BufferedProtocol):
    """One link on its transport.

    Args:
        keeper: whom it works for.
        make_link: makes the core's link, once the preface is over, given the peer's TLS certificate (DER) or None.
        preface: what is said before; None for nothing.
        on_settled: called once when the link has joined its pool, or the connection ended before.
    """

    def __init__(
        self,
        keeper: Keeper,
        make_link: Callable[[bytes | None], Link],
        preface: Preface | None = None,
        on_settled: Callable[[], None] | None = None,
    ) -> None:
        self.link: Link | None = None
        self.error: Exception | None = None
        """Why the preface failed."""
        self.remote = ""
        self.certificate: bytes | None = None
        self.keeper = keeper
        """Another one from the moment on that it is known which pool the link belongs to."""
        self._make_link = make_link
        self._preface = preface
        self._on_settled = on_settled
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._closing: asyncio.TimerHandle | None = None
        """Drops the connection where it takes too long: to begin, or to end."""

    @property
    def gone(self) -> bool:
        """Whether the transport is."""
        return self._gone.done()

    @property
    def doubtful(self) -> bool:
        """Whether another connection should be tried beside it: see `Link.doubtful`."""
        return self.link is not None and self.link.doubtful(self.keeper.now_us())

    async def wait_closed(self) -> None:
        """Return when the transport is gone."""
        await asyncio.shield(self._gone)

    def abort(self) -> None:
        """Drop the connection now."""
        if self._transport is not None:
            self._transport.abort()

    def packets(self) -> Packets | None:
        """What the connection has lost so far; None where nobody knows."""
        return None if self._transport is None else packets_of(self._transport)

    def flush(self) -> None:
        """Write what there is, as far as the transport takes it."""
        transport, link = self._transport, self.link
        if transport is None or link is None:
            return
        now_us = self.keeper.now_us()
        while not self._paused and transport.get_write_buffer_size() < WRITTEN_BYTES:
            pieces = link.data_to_send(now_us, ROOM_BYTES)
            if not pieces:
                break
            transport.writelines(pieces)
        if link.ended is not None and not transport.is_closing():
            self._limit(CLOSE_S)
            transport.close()

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=WRITTEN_BYTES)
        self._limit(HANDSHAKE_S)
        name = transport.get_extra_info("peername")
        self.remote = f"{name[0]}:{name[1]}" if isinstance(name, tuple) else str(name or "")
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.certificate = tls.getpeercert(binary_form=True)
        if self._preface is None:
            self._begin(b"")
        elif words := self._preface.data_to_send():
            self._transport.write(words)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next read lands (`asyncio.BufferedProtocol`)."""
        del sizehint
        return self.keeper.scratch

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read (`asyncio.BufferedProtocol`)."""
        received = self.keeper.scratch[:nbytes]
        if self.link is None:
            self._take_preface(bytes(received))
        else:
            events = self.link.receive_data(received, self.keeper.now_us())
            self.keeper.handle(events)  # the keeper may be another one by now
            if self.link.established:
                self._settle()
            else:
                self.flush()

    def eof_received(self) -> bool:
        """The peer sends no more: a link has no half-close (`asyncio.BaseProtocol`)."""
        return False

    def pause_writing(self) -> None:
        """The transport holds enough (`asyncio.BaseProtocol`)."""
        self._paused = True

    def resume_writing(self) -> None:
        """The transport wants more (`asyncio.BaseProtocol`)."""
        self._paused = False
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone (`asyncio.BaseProtocol`)."""
        if self._closing is not None:
            self._closing.cancel()
        self._transport = None
        if self.error is None and exc is not None:
            self.error = exc
        if self.link is not None:
            self.keeper.handle(self.link.receive_eof(self.keeper.now_us()))
        self._settle()
        if not self._gone.done():
            self._gone.set_result(None)

    # Inside

    def _limit(self, seconds: float) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = self._loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if self._transport is not None and (self.link is None or not self.link.established):
            self._transport.abort()

    def _take_preface(self, data: bytes) -> None:
        preface, transport = self._preface, self._transport
        if preface is None or transport is None or self.error is not None:
            return
        try:
            rest = preface.receive_data(data)
        except PlayheadError as error:
            self.error, rest = error, None
        if words := preface.data_to_send():
            transport.write(words)
        if self.error is not None:
            transport.close()
        elif rest is not None:
            self.certificate = self.certificate or preface.certificate
            self._preface = None
            self._begin(rest)

    def _begin(self, rest: bytes) -> None:
        self.link = self._make_link(self.certificate)
        events = self.link.receive_data(rest, self.keeper.now_us()) if rest else []
        self.keeper.handle(events)
        if self.link.established:
            self._settle()
        self.flush()

    def _settle(self) -> None:
        settled, self._on_settled = self._on_settled, None
        if settled is not None:
            settled()
