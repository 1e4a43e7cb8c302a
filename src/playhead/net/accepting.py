"""Accepting connections, of which only so many at a time have not begun.

By itself rather than by ``loop.create_server``, which would put no bound on handshakes.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from playhead.base.addresses import Address

ACCEPT_PAUSE_S: Final = 0.5
"""How long to wait where the system has no descriptors left."""
TLS_CLOSE_S: Final = 3.0
"""How long the farewell of TLS may take before the socket is closed without it."""

Begin = Callable[[socket.socket, str], Awaitable[bool]]
"""Begins a connection from an IP address; whether a protocol has it now. Otherwise, and where it raises `OSError`, it
is closed."""

log = structlog.get_logger(__name__)


class Accepting:
    """See the module. Accepts from its making on.

    Args:
        listener: listens already; closed by `close`.
        begin: see `Begin`.
        strangers: acquired before each is accepted; released here where a connection does not begin. Where it does,
            that is up to ``begin``, or to the protocol.
    """

    def __init__(self, listener: socket.socket, begin: Begin, strangers: asyncio.Semaphore) -> None:
        self._listener = listener
        self._begin = begin
        self._strangers = strangers
        self._beginning: set[asyncio.Task[None]] = set()
        name = listener.getsockname()
        self._address = Address(name[0], name[1])
        self._accepting = asyncio.create_task(self._accept(), name=f"accept {self._address}")

    @property
    def address(self) -> Address:
        """Where it listens, with the port that the system chose where it was asked to."""
        return self._address

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
                log.warning("accept_failed", address=str(self._address), error=error.strerror)
                await asyncio.sleep(ACCEPT_PAUSE_S)
                continue
            except BaseException:
                self._strangers.release()
                raise
            task = asyncio.create_task(self._run(connection, str(peer[0])))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _run(self, connection: socket.socket, remote: str) -> None:
        has_begun = False
        try:
            has_begun = await self._begin(connection, remote)
        except OSError as error:  # includes ssl.SSLError and time-outs
            log.info("handshake_failed", remote=remote, address=str(self._address), error=reason_of(error))
        finally:
            if not has_begun:
                self._strangers.release()
                connection.close()


async def hand_over(
    connection: socket.socket,
    make_protocol: Callable[[], asyncio.BaseProtocol],
    tls: ssl.SSLContext | None,
    *,
    handshake_s: float,
) -> None:
    """Have a protocol drive an accepted connection, with ``tls`` after its handshake.

    Raises:
        OSError: the handshake failed, or took too long.
    """
    await asyncio.get_running_loop().connect_accepted_socket(
        make_protocol,
        connection,
        ssl=tls,
        ssl_handshake_timeout=handshake_s if tls is not None else None,
        ssl_shutdown_timeout=TLS_CLOSE_S if tls is not None else None,
    )


def reason_of(error: Exception) -> str:
    """Why a connection failed, as the system or TLS has it."""
    match error:
        case ssl.SSLError():
            return error.reason or str(error)
        case OSError():
            return error.strerror or str(error) or type(error).__name__
        case _:
            return str(error)
