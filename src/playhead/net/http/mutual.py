"""HTTP/1.1 for machines that show a certificate (RFC 9112), over a connection of our network: bounded throughout.

Browsers' HTTP is `playhead.net.http.server`'s, which does not tell an application whose certificate a client showed.
One request after another on a connection; a body says its length first, so that all bodies together have a bound.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, cast

import h11
import structlog

from playhead.base.errors import (
    CorruptError,
    InvalidInputError,
    LimitError,
    PlayheadError,
    ProtocolError,
    UnavailableError,
)
from playhead.net.http.errors import error_body, status_of

HEAD_BYTES_MAX: Final = 16 * 1024
"""Of a request's head that has not ended yet; one read may bring a little more that has."""
IDLE_S: Final = 120.0
"""How long a connection may be silent between two requests, and within one."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked."""

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    certificate: bytes | None
    """The client's, DER; None where it showed none."""
    remote: str
    """IP address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Bodies:
    """How much of all bodies may be held at a time.

    Args:
        bytes_max: of all together.
        body_bytes_max: of one.
    """

    def __init__(self, bytes_max: int, body_bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._held = 0
        self.body_bytes_max = body_bytes_max

    def take(self, size: int) -> bool:
        """Whether there is room for one; it is held then."""
        if self._held + size > self._bytes_max:
            return False
        self._held += size
        return True

    def give_back(self, size: int) -> None:
        """One is held no more."""
        self._held -= size


class MutualHttp(asyncio.Protocol):
    """One connection.

    Args:
        handle: answers a request; `PlayheadError` becomes an answer with its code.
        bodies: shared by all connections.
        on_made: called once with this; False turns the client away.
        on_lost: called once at the end.
    """

    def __init__(
        self,
        handle: Callable[[Request], Awaitable[Answer]],
        bodies: Bodies,
        *,
        on_made: Callable[["MutualHttp"], bool],
        on_lost: Callable[["MutualHttp"], None],
    ) -> None:
        self._handle = handle
        self._bodies = bodies
        self._on_made = on_made
        self._on_lost = on_lost
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES_MAX)
        self._transport: asyncio.Transport | None = None
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._held = 0
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.remote = ""
        self.certificate: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        name: tuple[Any, ...] | None = transport.get_extra_info("peername")
        self.remote = str(name[0]).removeprefix("::ffff:") if name else ""
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self.certificate = None if tls is None else tls.getpeercert(binary_form=True)
        if self._on_made(self):
            self._wait()
        else:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End (`asyncio.BaseProtocol`)."""
        del exc
        self._transport = None
        self._forget()
        self._stop_waiting()
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Take what was read (`asyncio.Protocol`)."""
        self._wait()
        try:
            self._http.receive_data(data)
            self._read()
        except h11.RemoteProtocolError as error:
            self._end(_told(ProtocolError("http.malformed", f"This is not HTTP: {error}.")))

    def abort(self) -> None:
        """Drop the connection now."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def leave(self) -> None:
        """Close it once what is being answered was."""
        if self._task is None and self._transport is not None:
            self._transport.close()

    @property
    def answering(self) -> asyncio.Task[None] | None:
        """What is being answered, if anything."""
        return self._task

    def _read(self) -> None:
        while self._transport is not None and self._task is None:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                if not self._begin(event):
                    return
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._stop_waiting()
                self._transport.pause_reading()  # what is asked next waits with the client
                self._task = asyncio.create_task(self._answer())
            else:
                return

    def _begin(self, request: h11.Request) -> bool:
        headers = dict(request.headers)
        length = headers.get(b"content-length", b"0")
        if b"transfer-encoding" in headers:
            self._end(_told(InvalidInputError("http.length", "Say how long the body is (Content-Length).")))
            return False
        size = int(length)  # h11 has checked that it is a number
        if size > self._bodies.body_bytes_max:
            text = f"A body has at most {self._bodies.body_bytes_max} bytes."
            self._end(_told(LimitError("http.body_size", text, hint="Send several.")))
            return False
        if not self._bodies.take(size):
            self._end(_told(UnavailableError("http.busy", "Too much is being sent at once.", hint="Come back soon.")))
            return False
        self._request, self._held = request, size
        if headers.get(b"expect", b"").lower() == b"100-continue" and self._transport is not None:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            self._transport.write(self._http.send(go_on) or b"")
        return True

    async def _answer(self) -> None:
        request, body = self._request, bytes(self._body)
        assert request is not None  # noqa: S101 - its end was read
        try:
            answer = await self._answer_of(request, body)
        finally:
            self._forget()
        if self._transport is None:
            return
        self._send(answer)
        self._task = None
        if self._transport.is_closing() or self._http.our_state is not h11.DONE:
            self._transport.close()
            return
        self._http.start_next_cycle()
        self._transport.resume_reading()
        self._wait()
        try:
            self._read()
        except h11.RemoteProtocolError as error:
            self._end(_told(ProtocolError("http.malformed", f"This is not HTTP: {error}.")))

    async def _answer_of(self, request: h11.Request, body: bytes) -> Answer:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
        try:
            return await self._handle(Request(method, target, headers, body, self.certificate, self.remote))
        except PlayheadError as error:
            return _told(error)
        except Exception:  # noqa: BLE001 - the border to the network: logged, and answered as a failure
            _log.exception("request failed", target=target[:64], remote=self.remote)
            return _told(CorruptError("internal.error", "The server has failed."))

    def _send(self, answer: Answer) -> None:
        if self._transport is None:
            return
        headers = {"content-type": "application/json", **answer.headers, "content-length": str(len(answer.body))}
        response = h11.Response(
            status_code=answer.status,
            headers=list(headers.items()),
            reason=HTTPStatus(answer.status).phrase.encode(),
        )
        parts = [self._http.send(response)]
        if answer.body:
            parts.append(self._http.send(h11.Data(answer.body)))
        parts.append(self._http.send(h11.EndOfMessage()))
        self._transport.write(b"".join(part or b"" for part in parts))

    def _end(self, answer: Answer) -> None:
        """Say why nothing more is read, and close."""
        if self._transport is None:
            return
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self._send(Answer(answer.status, answer.body, {**answer.headers, "connection": "close"}))
        self._transport.close()

    def _forget(self) -> None:
        self._bodies.give_back(self._held)
        self._held, self._request, self._body = 0, None, bytearray()

    def _wait(self) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(IDLE_S, self.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _told(error: PlayheadError) -> Answer:
    return Answer(status_of(error), error_body(error))
