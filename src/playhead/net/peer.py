"""The loop that drives a sans-IO core over an asyncio transport: TCP, TLS or simulated.

    async for message in peer:                # ends when the connection does; raises ProtocolError for a peer's fault
        await peer.send(answer)               # waits while the peer does not keep up
    print(peer.end)                           # why it ended

`Peer` is the transport's protocol object itself, and works on few objects and large reads, so that one process serves
a thousand. What it holds is bounded in both directions: it stops reading while its owner is behind, and gives up on a
peer that does not read.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, ProtocolError, UnavailableError
from playhead.net.core import Core, End, Timings

INBOUND_BYTES = 64 * 1024
"""Received bytes waiting for the owner, beyond which reading stops (plus what one read brings). Only while the owner is
behind is there anything to wait; then a thousand peers may each hold so much."""
TLS_INBOUND_BYTES = 16 * 1024
"""Received bytes that TLS holds undecrypted while reading has stopped, beyond which it stops, too (plus one read)."""
OUTBOUND_BYTES = 256 * 1024
"""Unwritten bytes beyond which `Peer.send` waits."""
OUTBOUND_BYTES_MAX = 1024 * 1024
"""Unwritten bytes beyond which `Peer.post` gives the peer up."""
FLUSH_BYTES = 64 * 1024
"""Queued bytes that are written at once; fewer wait for the end of the loop's turn, to go out together."""
READ_BYTES = 256 * 1024
"""Most that one read takes from the transport."""
CLOSE_S = 5.0
"""How long a closing connection may take to get rid of its last bytes."""
_MESSAGE_BYTES = 256
"""What a message without bulk is reckoned as in a queue."""


M = TypeVar("M")


class Peer(asyncio.BufferedProtocol, Generic[M]):
    """The other end of one connection.

    Args:
        make_core: makes the core, given the peer's TLS certificate (DER) or None. A `PlayheadError` refuses the peer.
        clock: for the wall time in heartbeats.
        timings: when to send heartbeats and when to give up.
        scratch: where reads land. May be shared by all peers of one loop where reading completes within one call, as
            it does on selector loops and uvloop.
        on_made: called once when the connection is made.
        on_settled: called once when the handshake is over, or the connection ended before.
    """

    def __init__(
        self,
        make_core: Callable[[bytes | None], Core[M]],
        *,
        clock: Clock,
        timings: Timings,
        scratch: memoryview | None = None,
        on_made: Callable[["Peer[M]"], None] | None = None,
        on_settled: Callable[[], None] | None = None,
    ) -> None:
        self.remote = ""
        """Address of the peer, for logs."""
        self.certificate: bytes | None = None
        """The peer's TLS certificate (DER), where it showed one; signed by the site's authority."""
        self.end: End | None = None
        """Why the connection ended; None while it has not."""
        self.core: Core[M]
        self._make_core = make_core
        self._clock = clock
        self._timings = timings
        self._scratch = scratch if scratch is not None else memoryview(bytearray(READ_BYTES))
        self._on_made = on_made
        self._on_settled = on_settled
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received: deque[tuple[M, int]] = deque()
        self._received_bytes = 0
        self._fault: ProtocolError | None = None
        self._reading = True
        self._wanted: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._queued_bytes = 0
        self._flushing = False
        self._stalled_bytes = 0
        self._made_at = self._heard_at = self._sent_at = self._stalled_at = self._loop.time()

    # What its owner uses

    @property
    def held_bytes(self) -> int:
        """Bytes held for this connection: received and not taken yet, part of a frame, and not written yet."""
        unwritten = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return self._received_bytes + self.core.held_bytes + self._queued_bytes + unwritten

    def __aiter__(self) -> "Peer[M]":
        return self

    async def __anext__(self) -> M:
        while not self._received:
            if self._fault is not None:
                fault, self._fault = self._fault, None
                raise fault
            if self.end is not None:
                raise StopAsyncIteration
            self._wanted = self._loop.create_future()
            await self._wanted
        message, size = self._received.popleft()
        self._received_bytes -= size
        if not self._reading and self._received_bytes <= INBOUND_BYTES // 2 and self.end is None:
            self._reading = True
            self._heard_at = self._loop.time()  # the silence was ours
            cast("asyncio.Transport", self._transport).resume_reading()
        return message

    def post(self, message: M) -> None:
        """Queue a message without waiting.

        Raises:
            UnavailableError: ``net.closed``; also where the peer has been given up for not reading.
        """
        if self.end is not None:
            raise UnavailableError("net.closed", f"The connection to {self.remote} has ended ({self.end}).")
        self._queued_bytes += self.core.send(message)
        self._settle()
        if self._queued_bytes >= FLUSH_BYTES:
            self._flush()
        elif not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    async def send(self, message: M) -> None:
        """Queue a message; wait while more than `OUTBOUND_BYTES` are unwritten.

        Raises:
            UnavailableError: ``net.closed``.
        """
        self.post(message)
        if self._drained is not None:
            await asyncio.shield(self._drained)
            if self.end is not None:
                raise UnavailableError("net.closed", f"The connection to {self.remote} has ended ({self.end}).")

    async def close(self, code: str = "net.closed", message: str = "", *, retry_ms: int = 0) -> None:
        """Say goodbye, where that is still possible, and wait at most `CLOSE_S` for the end of the connection."""
        if self.end is None:
            self.core.send(self.core.goodbye(code, message, retry_ms))
            self._finish(End.CLOSED)
        await asyncio.shield(self._gone)

    def abort(self, end: End = End.CLOSED) -> None:
        """Drop the connection now, with all that is unwritten."""
        self._mark_ended(end)
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Return when the transport is gone."""
        await asyncio.shield(self._gone)

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=OUTBOUND_BYTES)
        limit_reading = getattr(transport, "set_read_buffer_limits", None)  # TLS transports alone have it
        if limit_reading is not None:
            limit_reading(high=TLS_INBOUND_BYTES)
        name = transport.get_extra_info("peername")
        self.remote = f"{name[0]}:{name[1]}" if isinstance(name, tuple) else str(name or "")
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.certificate = tls.getpeercert(binary_form=True)
        try:
            self.core = self._make_core(self.certificate)
        except PlayheadError:
            self.abort(End.TLS)
            return
        self._made_at = self._heard_at = self._sent_at = self._loop.time()
        self._tick()
        if self._on_made is not None:
            self._on_made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next read lands (`asyncio.BufferedProtocol`)."""
        del sizehint
        return self._scratch

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read (`asyncio.BufferedProtocol`)."""
        if self.end is not None:
            return
        try:
            messages = self.core.receive_data(self._scratch[:nbytes])
        except ProtocolError as fault:
            self._fail(fault)
            return
        if messages:
            self._heard_at = self._loop.time()
            for message in messages:
                data = getattr(message, "data", None)
                size = len(data) if data is not None else _MESSAGE_BYTES
                self._received.append((message, size))
                self._received_bytes += size
            self._wake()
            self._settle()
        if self.core.fault is not None:
            self._fail(self.core.fault)
        elif self.core.closed:
            self._finish(End.GOODBYE)
        elif self._reading and self._received_bytes > INBOUND_BYTES:
            self._reading = False
            cast("asyncio.Transport", self._transport).pause_reading()

    def eof_received(self) -> bool:
        """The peer sends no more (`asyncio.BaseProtocol`)."""
        if self.end is None:
            try:
                self.core.receive_eof()
            except ProtocolError as fault:
                self._fail(fault)
            else:
                self._finish(End.EOF)
        return False

    def pause_writing(self) -> None:
        """The transport holds enough (`asyncio.BaseProtocol`)."""
        self._drained = self._loop.create_future()
        self._stalled_at, self._stalled_bytes = self._loop.time(), OUTBOUND_BYTES_MAX

    def resume_writing(self) -> None:
        """The transport wants more (`asyncio.BaseProtocol`)."""
        self._release_writers()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone (`asyncio.BaseProtocol`)."""
        if self._timer is not None:
            self._timer.cancel()
        self._mark_ended(End.TLS if isinstance(exc, ssl.SSLError) else End.LOST)
        self._transport = None
        if not self._gone.done():
            self._gone.set_result(None)

    # Inside

    def _flush(self) -> None:
        self._flushing = False
        self._queued_bytes = 0
        pieces = self.core.data_to_send()
        if not pieces or self._transport is None:
            return
        self._sent_at = self._loop.time()
        self._transport.write(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        if self._transport.get_write_buffer_size() > OUTBOUND_BYTES_MAX:
            self.abort(End.STALLED)

    def _fail(self, fault: ProtocolError) -> None:
        self._fault = fault
        self._finish(End.FAULT)

    def _finish(self, end: End) -> None:
        """Write out what is queued and close; give up on that after `CLOSE_S`."""
        if self._transport is None or self.end is not None:
            return
        self._flush()
        self._mark_ended(end)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(CLOSE_S, self._transport.abort)
        self._transport.close()

    def _mark_ended(self, end: End) -> None:
        if self.end is None:
            self.end = end
        self._wake()
        self._release_writers()
        self._settle()

    def _wake(self) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(None)
        self._wanted = None

    def _release_writers(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def _settle(self) -> None:
        if self._on_settled is not None and (self.end is not None or self.core.established):
            settled, self._on_settled = self._on_settled, None
            settled()

    def _tick(self) -> None:
        """Send a heartbeat or give up where it is due; come back when something may be due next."""
        if self.end is not None or self._transport is None:
            return
        now = self._loop.time()
        timings = self._timings
        due: list[float] = []
        if self._drained is not None:
            self._note_progress(now, self._transport.get_write_buffer_size())
            due.append(self._stalled_at + timings.stall_s)
            if now >= due[0]:
                self.abort(End.STALLED)
                return
        if not self.core.established:
            due.append(self._made_at + timings.handshake_s)
            if now >= due[-1]:
                self._give_up(End.TIMEOUT, "The handshake took too long.")
                return
        else:
            if not self._reading:
                self._heard_at = now
            due.append(self._heard_at + timings.silence_s)
            if now >= due[-1]:
                self._give_up(End.SILENT, "Nothing was heard for too long.")
                return
            if self._drained is None:
                if now >= self._sent_at + timings.heartbeat_s:
                    self._beat(now)
                due.append(self._sent_at + timings.heartbeat_s)
        self._timer = self._loop.call_at(min(due), self._tick)

    def _note_progress(self, now: float, unwritten: int) -> None:
        if unwritten < self._stalled_bytes:
            self._stalled_at, self._stalled_bytes = now, unwritten

    def _beat(self, now: float) -> None:
        self._sent_at = now
        heartbeat = self.core.heartbeat(self._clock.wall_us())
        if heartbeat is not None:
            self.post(heartbeat)

    def _give_up(self, end: End, text: str) -> None:
        self.core.send(self.core.goodbye("net.timeout", text))
        self._finish(end)
