"""Granian (hyper in Rust) inside our event loop, serving one ASGI application on one socket until cancelled.

HTTP/1.1 only: in the versions measured, hyper's timeouts for headers and for idle connections hold there, and not
for HTTP/2 or while it waits to tell the two apart; so a handful of silent connections would take the port away from
everyone.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import structlog
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # pyright: ignore[reportPrivateImportUsage] - granian.net is its public place
from granian.server.embed import Server

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.net.http.listener import BACKLOG
from playhead.net.http.silent import SilentPeers

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
        clock: tells how long a TLS connection has been silent.

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
        self._silent = SilentPeers(self.port, clock) if tls is not None else None
        self._requests = _Requests(app, self._silent)
        self._grace_s = grace_s
        try:
            self._server = _embedded(self._requests, listener, tls)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            message = "The TLS certificate or its key cannot be used."
            raise InvalidInputError("net.tls_files", message, hint="Both are PEM; the key is PKCS #8.") from error

    async def run(self) -> None:
        """Serve until cancelled; then take no more connections, let requests end, and return.

        Open-ended responses (events, live media) see a disconnect as soon as the stop begins.

        Raises:
            UnavailableError: ``net.http_stopped`` where the server stops by itself.
        """
        serving = asyncio.create_task(self._server.serve(), name=f"http:{self.port}")
        looking = None if self._silent is None else asyncio.create_task(self._silent.run())
        try:
            await asyncio.wait({serving})
        except asyncio.CancelledError:
            await self._stop(serving)
            raise
        finally:
            if looking is not None:
                looking.cancel()
        cause = None if serving.cancelled() else serving.exception()
        raise UnavailableError("net.http_stopped", f"The HTTP server on port {self.port} has stopped.") from cause

    async def _stop(self, serving: asyncio.Task[None]) -> None:
        self._requests.stopping.set()
        self._server.stop()
        await asyncio.wait({serving}, timeout=self._grace_s)
        if not serving.done():
            _log.warning("requests cancelled at the stop", port=self.port, requests=self._requests.cancel())
            await asyncio.wait({serving}, timeout=self._grace_s)
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


class _Requests:
    """The application, with the requests under way in view, and the stop told to those that wait for a disconnect."""

    def __init__(self, app: AsgiApp, silent: SilentPeers | None) -> None:
        self._app = app
        self._silent = silent
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
        self._tasks.add(task)
        if self._silent is not None:
            self._silent.heard(int(scope["client"][1]))
        body_ended = False

        async def receive_or_stop() -> Message:
            nonlocal body_ended
            if not body_ended:
                message = await receive()
                body_ended = not message.get("more_body", False)
                return message
            message = asyncio.ensure_future(receive())
            stop = asyncio.ensure_future(self.stopping.wait())
            try:
                await asyncio.wait({message, stop}, return_when=asyncio.FIRST_COMPLETED)
                return message.result() if message.done() else {"type": "http.disconnect"}
            finally:
                message.cancel()
                stop.cancel()

        try:
            await self._app(scope, receive_or_stop, send)
        finally:
            self._tasks.discard(task)


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
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=HEADER_BYTES_MAX),
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
