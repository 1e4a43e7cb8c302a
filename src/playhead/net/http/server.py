"""Granian (hyper in Rust) inside our event loop, serving one ASGI application on one socket until cancelled.

HTTP/1.1, and over TLS also HTTP/2 (RFC 9113). In the versions measured, hyper's timeouts for headers and for idle
connections hold for HTTP/1.1 alone; `watch` has those of every TLS connection. A peer of HTTP/2 can also take an
answer's bytes slowly or not at all while TCP goes on, and ask for many things at a time; both have their limits here.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import structlog
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.net import SocketHolder  # pyright: ignore[reportPrivateImportUsage] - granian.net is its public place
from granian.server.embed import Server

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.net.http.renewal import LOOK_S, stamp_of
from playhead.net.http.watch import ConnectionWatch, peer_of
from playhead.net.listener import BACKLOG, STALL_MS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI 3 application (asgi.readthedocs.io, HTTP & WebSocket message format 2.3)."""

CONNECTIONS_MAX: Final = 1_000
"""Connections that are served at a time; further ones wait to be accepted."""

HEADER_BYTES_MAX: Final = 32 * 1024
"""About where hyper stops reading the head of a request and answers 431; `guard` has the exact limits below it."""

HEADER_TIMEOUT_MS: Final = 15_000
"""How long a connection may take for a request's headers, and how long it may idle between two requests."""

PING_MS: Final = 20_000
"""How often a peer of HTTP/2 is asked whether it is there, so that one which is gone does not hold a live view."""

REQUESTS_MAX: Final = 2_000
"""Requests under way at a time, over all connections; further ones are answered 503 at once."""

STREAMS_MAX: Final = 64
"""Requests under way on one connection of HTTP/2 (RFC 9113 §5.1.2). A page of ours has under ten."""

SEND_BYTES_MAX: Final = 64 * 1024
"""Given to the server at a time, and held by it for one request: so that a peer who takes nothing of an answer costs
this much and not all of it, and a request is over when all but this much of its answer was taken."""

STALL_S: Final = STALL_MS / 1000
"""A peer that takes nothing of an answer for so long is gone. The kernel sees it only where TCP stands still, too."""

GRACE_S: Final = 5.0
"""How long requests under way may go on after the stop; then they are cancelled."""

_THREADS: Final = 2
"""Of the runtime in Rust for blocking work; it has none in our use."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Certificate chain and private key (PKCS #8), both PEM. TLS 1.2 is the least spoken."""

    certificate: Path
    key: Path


class HttpServer:
    """Serves ``app`` on a listening socket.

    Args:
        app: the application; it needs no lifespan events and gets none.
        listener: from `listen`; belongs to this server from now on. It already takes connections, which wait for
            `run`.
        tls: None for plain HTTP.
        grace_s: see `GRACE_S`.
        clock: tells how long a TLS connection has been silent or idle.

    Raises:
        InvalidInputError: ``net.tls_files``.
    """

    def __init__(
        self,
        app: AsgiApp,
        listener: socket.socket,
        *,
        clock: Clock,
        tls: TlsFiles | None = None,
        grace_s: float = GRACE_S,
    ) -> None:
        host, port = listener.getsockname()[:2]
        self.host: str = host
        self.port: int = port
        """What the system chose, where the listener asked for 0."""
        self.secure = tls is not None
        self._watch = ConnectionWatch(self.port, clock) if tls is not None else None
        self._requests = _Requests(app, self._watch)
        self._grace_s = grace_s
        self._tls = tls
        self._stamp = () if tls is None else stamp_of(tls.certificate, tls.key)
        self._listener = None if tls is None else listener.dup()
        self._server = self._made(listener)
        self._serving: dict[asyncio.Task[None], Server] = {}
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled; then take no more connections, let requests end, and return.

        Open-ended responses (events, live media) see a disconnect as soon as the stop begins. A certificate whose files
        have changed is shown to new connections; those that there are go on under the one before.

        Raises:
            UnavailableError: ``net.http_stopped`` where the server stops by itself.
        """
        self._serve()
        looking = [] if self._watch is None else [asyncio.create_task(self._watch.run())]
        if self._tls is not None:
            looking.append(asyncio.create_task(self._renew(self._tls)))
        try:
            await self._ended.wait()
        except asyncio.CancelledError:
            await self._stop()
            raise
        finally:
            for task in looking:
                task.cancel()
            if self._listener is not None:
                self._listener.close()
        raise UnavailableError("net.http_stopped", f"The HTTP server on port {self.port} has stopped.")

    def _made(self, listener: socket.socket) -> Server:
        try:
            return _embedded(self._requests, listener, self._tls)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            message = "The TLS certificate or its key cannot be used."
            raise InvalidInputError("net.tls_files", message, hint="Both are PEM; the key is PKCS #8.") from error

    def _serve(self) -> None:
        server = self._server
        serving = asyncio.create_task(server.serve(), name=f"http:{self.port}")
        self._serving[serving] = server
        serving.add_done_callback(self._stopped)

    def _stopped(self, serving: asyncio.Task[None]) -> None:
        was_current = self._serving.pop(serving) is self._server
        if not serving.cancelled() and (error := serving.exception()) is not None:
            _log.error("HTTP server failed", port=self.port, exc_info=error)
        if was_current:
            self._ended.set()

    async def _renew(self, tls: TlsFiles) -> None:
        """Show a certificate that was renewed, until cancelled. What cannot be used is logged, once.

        Only files that were the same at two looks are used: the server reads them a moment after they were found good,
        and one that cannot use them then ends the process.
        """
        seen = self._stamp
        while True:
            await asyncio.sleep(LOOK_S)
            before, seen = seen, stamp_of(tls.certificate, tls.key)
            if seen != before or seen == self._stamp or self._listener is None:
                continue
            self._stamp = seen
            try:
                renewed = self._made(self._listener.dup())
            except InvalidInputError as error:
                _log.error("renewed certificate not used", port=self.port, code=error.code, reason=error.message)
                continue
            former, self._server = self._server, renewed
            self._serve()
            former.stop()  # takes no more connections; those that it has go on
            _log.info("renewed certificate in use", port=self.port, certificate=str(tls.certificate))

    async def _stop(self) -> None:
        self._requests.stopping.set()
        for server in self._serving.values():
            server.stop()
        serving = set(self._serving)
        await asyncio.wait(serving, timeout=self._grace_s)
        if not all(task.done() for task in serving):
            _log.warning("requests cancelled at the stop", port=self.port, requests=self._requests.cancel())
            await asyncio.wait(serving, timeout=self._grace_s)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


class _Requests:
    """The application, with the requests under way in view, and the stop told to those that wait for a disconnect."""

    def __init__(self, app: AsgiApp, watch: ConnectionWatch | None) -> None:
        self._app = app
        self._watch = watch
        self._tasks: set[asyncio.Task[Any]] = set()
        self.stopping = asyncio.Event()

    def cancel(self) -> int:
        """Cancel what is under way; says how many."""
        for task in self._tasks:
            task.cancel()
        return len(self._tasks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        if len(self._tasks) >= REQUESTS_MAX:
            await _answer_busy(send)
            return
        self._tasks.add(task)
        peer = peer_of(scope["client"][0], int(scope["client"][1]))
        if self._watch is not None:
            self._watch.began(peer)
        try:
            await self._app(scope, _Receiving(receive, self.stopping), _Sending(send))
        finally:
            self._tasks.discard(task)
            if self._watch is not None:
                self._watch.ended(peer)


async def _answer_busy(send: Send) -> None:
    await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"3")]})
    await send({"type": "http.response.body", "body": b""})


class _Receiving:
    """ASGI ``receive`` that tells a disconnect as soon as the server stops."""

    def __init__(self, receive: Receive, stopping: asyncio.Event) -> None:
        self._receive = receive
        self._stopping = stopping
        self._body_ended = False

    async def __call__(self) -> Message:
        if not self._body_ended:
            message = await self._receive()
            self._body_ended = not message.get("more_body", False)
            return message
        message = asyncio.ensure_future(self._receive())
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({message, stop}, return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else {"type": "http.disconnect"}
        finally:
            message.cancel()
            stop.cancel()


class _Sending:
    """ASGI ``send`` that gives a long body in parts, and waits for a peer only so long."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        body: bytes = message.get("body", b"")
        last = max(0, len(body) - 1) // SEND_BYTES_MAX * SEND_BYTES_MAX
        for start in range(0, last, SEND_BYTES_MAX):
            part = body[start : start + SEND_BYTES_MAX]
            await self._within_limit({"type": message["type"], "body": part, "more_body": True})
        await self._within_limit({**message, "body": body[last:]} if last else message)

    async def _within_limit(self, message: Message) -> None:
        try:
            async with asyncio.timeout(STALL_S):
                await self._send(message)
        except TimeoutError:
            raise UnavailableError("net.http_stalled", "The peer takes nothing of the answer.") from None


class _SocketServer(Server):
    """Granian on a socket of ours: so the port may be 0, and one that is taken is our own clear error."""

    def __init__(self, listener: socket.socket, **settings: Any) -> None:  # noqa: ANN401 - granian's own settings
        super().__init__(**settings)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        self._ssp = None
        not_unix = False
        # Its stub leaves out the constructor, by which granian itself hands sockets to its workers.
        self._shd = SocketHolder(self._listener.detach(), not_unix, BACKLOG)  # pyright: ignore[reportCallIssue]


def _embedded(app: AsgiApp, listener: socket.socket, tls: TlsFiles | None) -> Server:
    return _SocketServer(
        listener,
        target=app,
        interface=Interfaces.ASGINL,
        http=HTTPModes.auto if tls else HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=HEADER_BYTES_MAX),
        http2_settings=HTTP2Settings(
            max_concurrent_streams=STREAMS_MAX,
            max_headers_size=HEADER_BYTES_MAX,
            max_send_buffer_size=SEND_BYTES_MAX,
            initial_connection_window_size=SEND_BYTES_MAX,  # no body that we take is longer than a quarter of it
            initial_stream_window_size=SEND_BYTES_MAX,
            keep_alive_interval=PING_MS,
        ),
        websockets=False,
        backpressure=CONNECTIONS_MAX,
        runtime_blocking_threads=_THREADS,
        log_enabled=False,
        # Incremental, or setting up its own loggers would close the handlers of ours.
        log_dictconfig={"incremental": True, "formatters": {}, "handlers": {}, "loggers": {}},
        ssl_cert=tls.certificate if tls else None,
        ssl_key=tls.key if tls else None,
        ssl_protocol_min=SSLProtocols.tls12,
    )
