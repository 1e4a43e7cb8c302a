"""A listener on which TLS and plain TCP are told apart by a connection's first byte.

A ClientHello begins with the record type handshake, 22 (RFC 8446 §5.1), which no protocol of text does. The byte is
looked at and left where it is, so that whoever gets the connection reads everything.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Final

import structlog

from playhead.base.addresses import Address
from playhead.net.listener import listen
from playhead.net.network import ACCEPT_PAUSE_S, HANDSHAKE_S, RECEIVE_BUFFER_BYTES, TLS_CLOSE_S

STRANGERS_MAX: Final = 256
"""Connections that have sent nothing yet, or are in their handshake; others wait in the system's queue."""
_HANDSHAKE_RECORD: Final = b"\x16"

log = structlog.get_logger(__name__)


class EitherListening:
    """See the module. Listens from its making on.

    Args:
        make_protocol: makes what drives a connection.
        address: where.
        tls: for those who speak it.
        may_be_plain: whether a peer of this IP address may speak plain TCP.
        first_byte_s: how long the first byte and the handshake may take.

    Raises:
        UnavailableError: ``net.port_taken``, ``net.port_forbidden``, ``net.address_unusable``.
        InvalidInputError: ``net.host_unknown``.
    """

    def __init__(
        self,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        address: Address,
        tls: ssl.SSLContext,
        *,
        may_be_plain: Callable[[str], bool],
        first_byte_s: float = HANDSHAKE_S,
    ) -> None:
        self._make_protocol = make_protocol
        self._tls = tls
        self._may_be_plain = may_be_plain
        self._first_byte_s = first_byte_s
        self._listener = listen(address.host, address.port)
        # Accepted connections inherit both. A log sender may be silent for days: the kernel asks whether it lives.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        name = self._listener.getsockname()
        self.address = Address(name[0], name[1])
        self._strangers = asyncio.Semaphore(STRANGERS_MAX)
        self._beginning: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.create_task(self._accept(), name=f"accept {self.address}")

    async def close(self) -> None:
        """Accept no more, and drop those that have not begun."""
        tasks = [self._accepting, *self._beginning]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._strangers.acquire()
            try:
                connection, peer = await loop.sock_accept(self._listener)
            except OSError as error:  # descriptors are out, or the peer is gone already: neither ends the listener
                self._strangers.release()
                log.warning("accept_failed", address=str(self.address), error=error.strerror)
                await asyncio.sleep(ACCEPT_PAUSE_S)
                continue
            except BaseException:
                self._strangers.release()
                raise
            task = asyncio.create_task(self._begin(connection, str(peer[0])))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _begin(self, connection: socket.socket, remote: str) -> None:
        loop = asyncio.get_running_loop()
        made = False
        try:
            async with asyncio.timeout(self._first_byte_s):
                first = await _first_byte(connection)
            tls = self._tls if first == _HANDSHAKE_RECORD else None
            if not first or (tls is None and not self._may_be_plain(remote)):
                if first:
                    log.warning("plain_refused", remote=remote, address=str(self.address))
                return
            await loop.connect_accepted_socket(
                self._make_protocol,
                connection,
                ssl=tls,
                ssl_handshake_timeout=self._first_byte_s if tls is not None else None,
                ssl_shutdown_timeout=TLS_CLOSE_S if tls is not None else None,
            )
            made = True
        except OSError as error:  # includes ssl.SSLError and time-outs
            reason = str(error) or type(error).__name__
            log.info("handshake_failed", remote=remote, address=str(self.address), error=reason)
        finally:
            self._strangers.release()
            if not made:
                connection.close()


async def _first_byte(connection: socket.socket) -> bytes:
    """The first byte, which stays to be read; empty where the peer is gone."""
    loop = asyncio.get_running_loop()
    while True:
        readable: asyncio.Future[None] = loop.create_future()
        loop.add_reader(connection, _settle, readable)
        try:
            await readable
        finally:
            loop.remove_reader(connection)
        try:
            return connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            continue  # it was woken for nothing (select(2), BUGS)


def _settle(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
