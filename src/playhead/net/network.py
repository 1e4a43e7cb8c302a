"""The network as an argument: where connections are made and accepted.

Real code uses `SystemNetwork`; ``playhead.testing.network`` has one in memory, with delays, cuts and stalls.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

import structlog

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.net.accepting import TLS_CLOSE_S, Accepting, hand_over, reason_of
from playhead.net.listener import listen

CONNECT_S = 10.0
"""How long making a connection may take."""
HANDSHAKE_S = 10.0
"""How long a TLS handshake may take."""
RECEIVE_BUFFER_BYTES = 32 * 1024
"""Of an accepted connection, in the system (which doubles it: socket(7)). What one read brings is at most that, and TLS
keeps buffers as large as the largest read of each connection: with the system's own choice, a thousand workstations
that all caught up at once took 1.4 GB. It still lets each send 64 KiB a round trip, 2 MB/s at 30 ms."""

P = TypeVar("P", bound=asyncio.BaseProtocol)

log = structlog.get_logger(__name__)


class Listening(Protocol):
    """An open listener."""

    @property
    def address(self) -> Address:
        """Where it listens, with the port that the system chose where it was asked to."""
        ...

    async def close(self) -> None:
        """Accept no more. Connections that were accepted go on."""
        ...


class Network(Protocol):
    """Makes and accepts connections."""

    async def connect(self, make_protocol: Callable[[], P], address: Address, tls: ssl.SSLContext | None) -> P:
        """Connect, and with ``tls`` shake hands.

        Raises:
            UnavailableError: ``net.unreachable``, ``net.timeout``.
            RefusedError: ``net.untrusted_server``, ``net.tls``.
        """
        ...

    async def listen(
        self,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        address: Address,
        tls: ssl.SSLContext | None,
        *,
        strangers: asyncio.Semaphore,
    ) -> Listening:
        """Accept connections.

        ``strangers`` is acquired before each is accepted, so that only so many are in their handshake at a time. The
        protocol releases it, from ``connection_made`` on; the network does where it never comes to that.

        Raises:
            UnavailableError: ``net.port_taken``, ``net.port_forbidden``, ``net.address_unusable``.
            InvalidInputError: ``net.host_unknown``.
        """
        ...


class SystemNetwork:
    """TCP of the machine.

    Args:
        connect_s: how long making a connection may take, before TLS.
        handshake_s: how long a TLS handshake may take.
        receive_buffer_bytes: of accepted connections, in the system; None leaves it to the system, which then follows
            the rate: for a few fast connections rather than a thousand slow ones.
    """

    def __init__(
        self,
        *,
        connect_s: float = CONNECT_S,
        handshake_s: float = HANDSHAKE_S,
        receive_buffer_bytes: int | None = RECEIVE_BUFFER_BYTES,
    ) -> None:
        self._connect_s = connect_s
        self._handshake_s = handshake_s
        self._receive_buffer_bytes = receive_buffer_bytes

    async def connect(self, make_protocol: Callable[[], P], address: Address, tls: ssl.SSLContext | None) -> P:
        """Connect by IPv6 or IPv4, whichever answers (RFC 8305), and with ``tls`` shake hands."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_s) as limit:

                def begin() -> P:  # called when there is a connection
                    limit.reschedule(loop.time() + self._handshake_s)
                    return make_protocol()

                _, protocol = await loop.create_connection(
                    begin,
                    address.host,
                    address.port,
                    ssl=tls,
                    ssl_handshake_timeout=self._handshake_s if tls is not None else None,
                    ssl_shutdown_timeout=TLS_CLOSE_S if tls is not None else None,
                )
        except (OSError, UnicodeError) as error:
            raise _unconnected(address, error) from error
        return protocol

    async def listen(
        self,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        address: Address,
        tls: ssl.SSLContext | None,
        *,
        strangers: asyncio.Semaphore,
    ) -> Listening:
        """Listen on one address, or on all with ``*``."""
        listener = listen(address.host, address.port)
        if self._receive_buffer_bytes is not None:  # accepted connections inherit it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer_bytes)

        async def begin(connection: socket.socket, _remote: str) -> bool:
            await hand_over(connection, make_protocol, tls, handshake_s=self._handshake_s)
            return True

        return Accepting(listener, begin, strangers)


def _unconnected(address: Address, error: OSError | UnicodeError) -> PlayheadError:
    match error:
        case ssl.SSLCertVerificationError():
            text = f"The server at {address} is not of this site: {error.verify_message}."
            return RefusedError("net.untrusted_server", text)
        case ssl.SSLError():
            return RefusedError("net.tls", f"TLS with {address} failed: {reason_of(error)}.")
        case TimeoutError() | ConnectionAbortedError():
            return UnavailableError("net.timeout", f"{address} did not answer in time.")
        case _:
            return UnavailableError("net.unreachable", f"{address} cannot be reached: {reason_of(error)}.")
