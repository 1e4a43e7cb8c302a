"""Cutting off TLS connections that say nothing, or nothing any more.

The embedded server has a time limit for the requests of HTTP/1.1 and for its idle connections. It has none for the TLS
handshake before them, and none for HTTP/2. Its sockets are its own; but they are descriptors of our process, so those
that have gone without a request for too long can be found and shut down. Without this, whoever opens connections and
keeps silent takes one descriptor of the process after the other, from every service in it.
"""

import asyncio
import os
import socket
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock

SILENT_US_MAX: Final = 20_000_000
"""From being accepted to the first request. A handshake takes a second over the worst of lines."""

SILENT_MAX: Final = 256
"""Connections without a first request at a time; past it the oldest go at once."""

IDLE_US_MAX: Final = 60_000_000
"""From the end of the last request to the next one. The last of an answer may still be on its way in that time: at
most what `server` holds for one connection, which takes a slow line some seconds."""

LOOK_S: Final = 2.0

_DESCRIPTORS: Final = "/proc/self/fd"
_MAPPED: Final = "::ffff:"

Peer = tuple[str, int]
"""Address and port of a peer, as `peer_of` writes them."""


@dataclass(slots=True)
class _Speaker:
    """A connection that has brought a request."""

    under_way: int = 0
    ended_at_us: int = 0


class ConnectionWatch:
    """Watches over the connections to one listening port.

    Args:
        port: ours.
        clock: tells the time.
    """

    def __init__(self, port: int, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._speakers: dict[Peer, _Speaker] = {}
        self._first_seen_us: dict[Peer, int] = {}

    def began(self, peer: Peer) -> None:
        """A request has come from this peer."""
        self._speakers.setdefault(peer, _Speaker()).under_way += 1

    def ended(self, peer: Peer) -> None:
        """A request of this peer has been answered, or broken off."""
        speaker = self._speakers.setdefault(peer, _Speaker(1))
        speaker.under_way -= 1
        speaker.ended_at_us = self._clock.monotonic_us()

    async def run(self) -> None:
        """Look again and again, until cancelled. Where the system does not tell a process its sockets, do nothing."""
        while os.path.isdir(_DESCRIPTORS):  # noqa: ASYNC240, PTH112 - not a file system that blocks
            await asyncio.sleep(LOOK_S)
            # In this loop: what began and ended meanwhile would be seen half. It takes ten milliseconds for a thousand.
            self.look()

    def look(self) -> int:
        """Shut down those that have been silent or idle for too long; says how many."""
        now_us = self._clock.monotonic_us()
        with _connections(self._port) as found:
            self._speakers = {peer: one for peer, one in self._speakers.items() if peer in found or one.under_way}
            silent = {peer: self._first_seen_us.get(peer, now_us) for peer in found if peer not in self._speakers}
            self._first_seen_us = silent
            oldest_first = sorted(silent, key=silent.__getitem__)
            gone = {peer for peer in oldest_first if now_us - silent[peer] >= SILENT_US_MAX}
            gone.update(oldest_first[: max(0, len(silent) - SILENT_MAX)])
            gone.update(peer for peer, one in self._speakers.items() if peer in found and _is_idle(one, now_us))
            for peer in gone:
                with suppress(OSError):
                    found[peer].shutdown(socket.SHUT_RDWR)
        return len(gone)


def peer_of(address: str, port: int) -> Peer:
    """A peer, spelt alike by the system and by the server: an IPv4 address inside IPv6 as IPv4, and no zone."""
    return address.removeprefix(_MAPPED).partition("%")[0], port


def _is_idle(speaker: _Speaker, now_us: int) -> bool:
    return speaker.under_way == 0 and now_us - speaker.ended_at_us >= IDLE_US_MAX


@contextmanager
def _connections(port: int) -> Generator[dict[Peer, socket.socket]]:
    """The process's TCP connections to one of its ports, by peer, as sockets beside those of the server."""
    found: dict[Peer, socket.socket] = {}
    try:
        for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - names are wanted
            with suppress(OSError):
                if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                    _keep_if_ours(socket.socket(fileno=os.dup(int(name))), port, found)
        yield found
    finally:
        for connection in found.values():
            connection.close()


def _keep_if_ours(connection: socket.socket, port: int, found: dict[Peer, socket.socket]) -> None:
    try:
        if connection.family in {socket.AF_INET, socket.AF_INET6} and connection.getsockname()[1] == port:
            address, peer_port = connection.getpeername()[:2]
            found[peer_of(address, peer_port)] = connection
            return
    except OSError:  # listening, or gone in this moment
        pass
    connection.close()
