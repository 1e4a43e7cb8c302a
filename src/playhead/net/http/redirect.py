"""A port that only says where the pages are now: over HTTPS, at another port.

It takes plain HTTP and TLS at the same port, told apart by the first byte (a TLS record of a handshake begins with 22,
RFC 8446 §5.1): a browser that was told ``Strict-Transport-Security`` calls every port of the host by ``https:``
(RFC 6797 §8.3), and has to be understood here, too. Nothing else is served, no body is read, and each connection gets
one answer.
"""

import asyncio
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.errors import InvalidInputError, PlayheadError, RefusedError
from playhead.net.http.errors import error_body, status_of
from playhead.net.http.hosts import AllowedHosts
from playhead.net.http.renewal import stamp_of
from playhead.net.http.server import TlsFiles

CONNECTIONS_MAX: Final = 128
"""At a time; each is over after `WITHIN_S` at the latest, and further ones are closed."""

WITHIN_S: Final = 5.0
"""From being accepted to the last byte of the answer."""

HEAD_BYTES_MAX: Final = 8 * 1024
"""Request line and headers."""

HTTPS_PORT: Final = 443

_TLS_HANDSHAKE: Final = b"\x16"
_HEAD_END: Final = b"\r\n\r\n"
_REQUEST_LINE: Final = re.compile(rb"([A-Z]{3,16}) (/[\x21-\x7e]*) HTTP/1\.[01]\r\n")
_HOST: Final = re.compile(rb"\r\nhost:[ \t]*([\x21-\x7e]+)[ \t]*(?=\r\n)", re.IGNORECASE)
_REASONS: Final = {308: "Permanent Redirect", 400: "Bad Request", 403: "Forbidden", 421: "Misdirected Request"}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Redirection:
    """What is answered to the head of a request: pure."""

    hosts: AllowedHosts
    port: int
    """Where HTTPS is spoken."""

    def answer(self, head: bytes) -> bytes:
        """The whole answer to a request's head (RFC 9110 §15.4.9)."""
        try:
            location = self._location(head)
        except PlayheadError as error:
            return _answer(status_of(error), error_body(error), "content-type: application/json\r\n")
        return _answer(308, b"", f"location: {location}\r\n")

    def _location(self, head: bytes) -> str:
        line, named = _REQUEST_LINE.match(head), _HOST.findall(head)
        if line is None or len(named) != 1:
            raise InvalidInputError("http.request", "The request is malformed.")
        host = self.hosts.allow(named[0].decode())
        if host is None:
            hint = "Use its address, or add the name to the configuration (portal.names)."
            raise RefusedError("http.host", "This server is not known by that name.", hint=hint)
        origin = f"https://{host.name}" if self.port == HTTPS_PORT else f"https://{host.name}:{self.port}"
        if line[1] not in {b"GET", b"HEAD"}:
            # Whatever it carried has been sent in the clear already; it is better noticed than done again.
            raise RefusedError("http.plain", "This is served over HTTPS only.", hint=f"Use {origin}.")
        return origin + line[2].decode()


def _answer(status: int, body: bytes, headers: str) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n{headers}server: playhead\r\ncache-control: no-store\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


class RedirectServer:
    """Sends whoever calls on a listening socket to the HTTPS port of the same host.

    Args:
        listener: from `listen`; belongs to this server from now on.
        tls: for those who call by ``https:`` already.
        port: where HTTPS is spoken.
        hosts: the names that may be redirected to, so that no foreign one is ever sent on.
    """

    def __init__(self, listener: socket.socket, *, tls: TlsFiles, port: int, hosts: AllowedHosts) -> None:
        self._listener = listener
        self._redirection = Redirection(hosts, port)
        self._files = tls
        self._stamp = stamp_of(tls.certificate, tls.key)
        self._tls = _context(tls)
        self._under_way: set[asyncio.Task[None]] = set()
        self.port: int = listener.getsockname()[1]

    async def run(self) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        with self._listener:
            try:
                while True:
                    try:
                        connection, _ = await loop.sock_accept(self._listener)
                    except OSError as error:  # out of descriptors, or the peer is gone already (accept(2))
                        _log.warning("a connection was not accepted", port=self.port, reason=str(error))
                        await asyncio.sleep(1)
                        continue
                    self._take(connection)
            finally:
                for task in self._under_way:
                    task.cancel()

    def _take(self, connection: socket.socket) -> None:
        if len(self._under_way) >= CONNECTIONS_MAX:
            connection.close()
            return
        task = asyncio.get_running_loop().create_task(self._answer(connection))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, connection: socket.socket) -> None:
        # Peers that hang up, are too slow or speak no HTTP: nobody is there to be told.
        with connection, suppress(TimeoutError, OSError, EOFError, asyncio.LimitOverrunError):
            async with asyncio.timeout(WITHIN_S):
                await _readable(connection)
                is_tls = connection.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE
                await self._converse(connection, self._renewed() if is_tls else None)

    def _renewed(self) -> ssl.SSLContext:
        """With the certificate as it is now; with the one before while that cannot be used."""
        stamp = stamp_of(self._files.certificate, self._files.key)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._tls = _context(self._files)
            except InvalidInputError as error:
                _log.error("renewed certificate not used", port=self.port, code=error.code, reason=error.message)
        return self._tls

    async def _converse(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(HEAD_BYTES_MAX, loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=tls)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            writer.write(self._redirection.answer(await reader.readuntil(_HEAD_END)))
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        finally:
            transport.abort()


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)


def _context(tls: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    try:
        context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        message = "The TLS certificate or its key cannot be used."
        raise InvalidInputError("net.tls_files", message, hint="Both are PEM; the key is PKCS #8.") from error
    return context
