"""Asks an HTTP/1.1 server over a connection of our network: one request after another, with bounded answers.

For machines that speak to machines of their site with certificates of their own; browsers' HTTP is ``server``'s.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import h11

from playhead.base.errors import LimitError, ProtocolError, UnavailableError

ANSWER_S: Final = 60.0
"""How long one request and its answer may take."""
HEAD_BYTES_MAX: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class HttpPeer(asyncio.Protocol):
    """A connection. Make it by `Network.connect`, then `ask`; `close` it.

    Args:
        host: whom it asks, for ``Host``.
        body_bytes_max: of an answer.
    """

    def __init__(self, host: str, *, body_bytes_max: int) -> None:
        self._host = host
        self._body_bytes_max = body_bytes_max
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES_MAX)
        self._transport: asyncio.Transport | None = None
        self._asking: asyncio.Future[HttpAnswer] | None = None
        self._response: h11.Response | None = None
        self._body = bytearray()
        self.certificate: bytes | None = None
        """The server's, DER."""

    async def ask(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes = b"") -> HttpAnswer:
        """Ask, and wait for the answer.

        Raises:
            UnavailableError: ``net.closed``, ``net.timeout``.
            ProtocolError: ``net.http``: it speaks no HTTP.
            LimitError: ``net.answer``: the answer is longer than was allowed.
        """
        if self._transport is None or self._http.our_state is not h11.IDLE:
            raise UnavailableError("net.closed", "The server has closed the connection.")
        self._asking = asyncio.get_running_loop().create_future()
        length = {"content-length": str(len(body))} if body else {}
        request = h11.Request(
            method=method, target=target, headers=list({"host": self._host, **headers, **length}.items())
        )
        parts = [self._http.send(request), self._http.send(h11.Data(body)) if body else b""]
        self._transport.write(b"".join(part or b"" for part in [*parts, self._http.send(h11.EndOfMessage())]))
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._asking
        except TimeoutError as error:
            raise UnavailableError("net.timeout", "The server does not answer.") from error
        finally:
            self._asking = None

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.certificate = tls.getpeercert(binary_form=True)

    def data_received(self, data: bytes) -> None:
        """Take what was read (`asyncio.Protocol`)."""
        try:
            self._http.receive_data(data)
            self._read()
        except h11.RemoteProtocolError as error:
            self._fail(ProtocolError("net.http", f"The answer is not HTTP: {error}."))

    def connection_lost(self, exc: Exception | None) -> None:
        """End (`asyncio.BaseProtocol`)."""
        self._transport = None
        reason = "" if exc is None else f": {exc}"
        self._fail(UnavailableError("net.closed", f"The server has closed the connection{reason}."))

    def _read(self) -> None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Response):
                self._response = event
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._body_bytes_max:
                    self._fail(LimitError("net.answer", f"The answer is longer than {self._body_bytes_max} bytes."))
                    return
            elif isinstance(event, h11.EndOfMessage):
                self._answered()
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    self.close()
                    return
                self._http.start_next_cycle()
            elif not isinstance(event, h11.InformationalResponse):
                return

    def _answered(self) -> None:
        response, body = self._response, bytes(self._body)
        self._response, self._body = None, bytearray()
        if response is not None and self._asking is not None and not self._asking.done():
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
            self._asking.set_result(HttpAnswer(response.status_code, headers, body))

    def _fail(self, error: Exception) -> None:
        if self._asking is not None and not self._asking.done():
            self._asking.set_exception(error)
        self.close()
