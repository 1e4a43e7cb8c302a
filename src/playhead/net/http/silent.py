"""Cutting off TLS connections that never say anything.

The embedded server has a time limit for requests and for idle connections, and none for the TLS handshake before
them. Its sockets are its own; but they are descriptors of our process, so those that have been open for a while and
never brought a request can be found and shut down. Without this, whoever opens connections and keeps silent takes
one descriptor of the process after the other, from every service in it.
"""

import asyncio
import os
import socket
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final

from playhead.base.clock import Clock

SILENT_US_MAX: Final = 20_000_000
"""From being accepted to the first request. A handshake takes a second over the worst of lines."""

SILENT_MAX: Final = 256
"""Silent connections at a time; past it the oldest go at once."""

LOOK_S: Final = 2.0

_DESCRIPTORS: Final = "/proc/self/fd"


class SilentPeers:
    """Watches over the connections to one listening port.

    Args:
        port: ours.
        clock: tells the time.
    """

    def __init__(self, port: int, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._heard: set[int] = set()
        """Peers' ports from which a request has come."""
        self._first_seen_us: dict[int, int] = {}

    def heard(self, peer_port: int) -> None:
        """A request has come from this port of a peer."""
        self._heard.add(peer_port)

    async def run(self) -> None:
        """Look again and again, until cancelled. Where the system does not tell a process its sockets, do nothing."""
        while os.path.isdir(_DESCRIPTORS):  # noqa: ASYNC240, PTH112 - not a file system that blocks
            await asyncio.sleep(LOOK_S)
            await asyncio.to_thread(self.look)

    def look(self) -> int:
        """Shut down those that have been silent for too long; says how many."""
        now_us = self._clock.monotonic_us()
        with _connections(self._port) as found:
            self._heard &= found.keys()
            silent = {port: self._first_seen_us.get(port, now_us) for port in found if port not in self._heard}
            self._first_seen_us = silent
            oldest_first = sorted(silent, key=silent.__getitem__)
            late = [port for port in oldest_first if now_us - silent[port] >= SILENT_US_MAX]
            too_many = oldest_first[: max(0, len(silent) - SILENT_MAX)]
            gone = {*late, *too_many}
            for port in gone:
                with suppress(OSError):
                    found[port].shutdown(socket.SHUT_RDWR)
        return len(gone)


@contextmanager
def _connections(port: int) -> Generator[dict[int, socket.socket]]:
    """The process's TCP connections to one of its ports, by the peer's port, as sockets beside those of the server."""
    found: dict[int, socket.socket] = {}
    try:
        for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - names are wanted
            with suppress(OSError):
                if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                    _keep_if_ours(socket.socket(fileno=os.dup(int(name))), port, found)
        yield found
    finally:
        for connection in found.values():
            connection.close()


def _keep_if_ours(connection: socket.socket, port: int, found: dict[int, socket.socket]) -> None:
    try:
        if connection.family in {socket.AF_INET, socket.AF_INET6} and connection.getsockname()[1] == port:
            found[connection.getpeername()[1]] = connection
            return
    except OSError:  # listening, or gone in this moment
        pass
    connection.close()
