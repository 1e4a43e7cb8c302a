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
from playhead.net.accepting import Accepting, hand_over
from playhead.net.listener import listen
from playhead.net.network import HANDSHAKE_S, RECEIVE_BUFFER_BYTES

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
        make_plain: makes what drives a plain connection, where that is another.
        first_byte_s: how long the first byte and the handshake may take.
        receive_buffer_bytes: see `playhead.net.network.SystemNetwork`.

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
        make_plain: Callable[[], asyncio.BaseProtocol] | None = None,
        first_byte_s: float = HANDSHAKE_S,
        receive_buffer_bytes: int | None = RECEIVE_BUFFER_BYTES,
    ) -> None:
        self._make_protocol = make_protocol
        self._make_plain = make_plain or make_protocol
        self._tls = tls
        self._may_be_plain = may_be_plain
        self._first_byte_s = first_byte_s
        self._strangers = asyncio.Semaphore(STRANGERS_MAX)
        listener = listen(address.host, address.port)
        # Accepted connections inherit both. A log sender may be silent for days: the kernel asks whether it lives.
        if receive_buffer_bytes is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._accepting = Accepting(listener, self._begin, self._strangers)

    @property
    def address(self) -> Address:
        """Where it listens, with the port that the system chose where it was asked to."""
        return self._accepting.address

    async def close(self) -> None:
        """Accept no more, and drop those that have not begun."""
        await self._accepting.close()

    async def _begin(self, connection: socket.socket, remote: str) -> bool:
        async with asyncio.timeout(self._first_byte_s):
            first = await _first_byte(connection)
        tls = self._tls if first == _HANDSHAKE_RECORD else None
        if not first or (tls is None and not self._may_be_plain(remote)):
            if first:
                log.warning("plain_refused", remote=remote, address=str(self.address))
            return False
        make = self._make_plain if tls is None else self._make_protocol
        await hand_over(connection, make, tls, handshake_s=self._first_byte_s)
        self._strangers.release()
        return True


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
