"""One connection of a native player: bytes in, one request after the other, and what is played between the answers."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Final, cast

import structlog

from playhead.base.errors import PlayheadError, ProtocolError
from playhead.net.http.hosts import is_loopback
from playhead.premises.native_players.conversation import Conversation
from playhead.premises.native_players.metrics import FAULTS
from playhead.premises.native_players.session import Shared
from playhead.wire import rtp, rtsp

REQUESTS_WAITING_MAX: Final = 32
"""Requests of one player that wait for their turn; past it (plus one read) no more are read."""

OUTBOUND_BYTES: Final = 256 << 10
"""Unwritten bytes beyond which nothing more is sent, and at a quarter of which it goes on."""

ASK_S: Final = 15.0
"""How long a player may take for each request before it has a session."""

LOOK_S: Final = 5.0
"""How often it is looked whether a player is still there."""

_log = structlog.get_logger()


class PlayerConnection(asyncio.Protocol):
    """See the module.

    Args:
        shared: with all others.
        on_made: called once with this.
        on_lost: called once at the end.
    """

    def __init__(
        self,
        shared: Shared,
        *,
        on_made: Callable[["PlayerConnection"], None],
        on_lost: Callable[["PlayerConnection"], None],
    ) -> None:
        self.remote = ""
        self._shared = shared
        self._on_made = on_made
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._conversation: Conversation | None = None
        self._waiting: deque[rtsp.Request] = deque()
        self._wanted = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._paused = False
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = self._loop.time()

    @property
    def is_known(self) -> bool:
        """Whether its player has shown who it is."""
        return self._conversation is not None and self._conversation.is_known

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=OUTBOUND_BYTES)
        name: tuple[str, int] | None = transport.get_extra_info("peername")
        self.remote = name[0].removeprefix("::ffff:") if name else ""
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        private = tls is not None or is_loopback(self.remote)
        self._conversation = Conversation(self._shared, self, address=self.remote, private=private)
        self._task = asyncio.create_task(self._converse(self._conversation), name="native player")
        self._look()
        self._on_made(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End (`asyncio.BaseProtocol`)."""
        del exc
        self._transport = None
        self._drained.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Take what was read (`asyncio.Protocol`)."""
        conversation = self._conversation
        if conversation is None or self._transport is None:
            return
        for message in conversation.core.receive_data(data):
            match message:
                case rtsp.Request():
                    self._heard_at = self._loop.time()
                    self._waiting.append(message)
                case rtsp.Interleaved():
                    self._take_report(message)
                case rtsp.Response():  # to what we told it: nothing depends on it
                    self._heard_at = self._loop.time()
        self._wanted.set()
        if not self._paused and len(self._waiting) > REQUESTS_WAITING_MAX:
            self._paused = True
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """The transport holds enough (`asyncio.BaseProtocol`)."""
        self._drained.clear()

    def resume_writing(self) -> None:
        """The transport wants more (`asyncio.BaseProtocol`)."""
        self._drained.set()

    def write(self, data: bytes) -> None:
        """Send."""
        if self._transport is not None:
            self._transport.write(data)

    async def writable(self) -> None:
        """Return once the player has taken most of what it was sent."""
        await self._drained.wait()

    def close(self) -> None:
        """End the connection once all is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection now."""
        if self._transport is not None:
            self._transport.abort()

    async def ended(self) -> None:
        """Return once nothing of it runs any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _converse(self, conversation: Conversation) -> None:
        try:
            while self._transport is not None:
                while self._waiting:
                    request = self._waiting.popleft()
                    self._resume()
                    self.write(await conversation.answer(request))
                    conversation.proceed()
                    await self.writable()  # who does not read its answers is not read from, either
                fault = conversation.core.fault
                if fault is not None:
                    self._give_up(conversation, fault)
                    return
                self._wanted.clear()
                await self._wanted.wait()
        except PlayheadError as error:  # of what notes refusals, where the catalogue is away
            _log.warning("native player not answered", remote=self.remote, code=error.code)
        finally:
            self.close()
            await conversation.end()

    def _resume(self) -> None:
        if self._paused and len(self._waiting) <= REQUESTS_WAITING_MAX // 4 and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _give_up(self, conversation: Conversation, fault: ProtocolError) -> None:
        FAULTS.labels(fault.code).inc()
        _log.info("native player cut off", remote=self.remote, code=fault.code)
        self.write(conversation.core.unreadable(fault))
        self.close()

    def _take_report(self, message: rtsp.Interleaved) -> None:
        """A sign of life where it is one (RFC 7826 §10.5); what else it says, nothing depends on."""
        try:
            if rtp.parse_reports(message.data):
                self._heard_at = self._loop.time()
        except ProtocolError as fault:
            FAULTS.labels(fault.code).inc()

    def _look(self) -> None:
        """Give up a player of whom nothing is heard. While it takes what it is sent, it is there."""
        conversation = self._conversation
        if conversation is None or self._transport is None:
            return
        session = conversation.session
        now = self._loop.time()
        if session is not None and session.is_playing and self._drained.is_set():
            self._heard_at = now
        patience_s = ASK_S if session is None else self._shared.config.timeout.seconds + LOOK_S
        if now - self._heard_at >= patience_s:
            FAULTS.labels("rtsp.silent").inc()
            self.close() if self._drained.is_set() else self.abort()
            return
        self._timer = self._loop.call_later(LOOK_S, self._look)
