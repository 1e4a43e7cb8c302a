"""Whether the disk of the recordings has room.

Segments leave a reserve free, which is the catalogue's alone: without room for it not even deleting would work. A disk
that was full has room again only with a little more than the reserve, else it would be full and free in turns.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.store.segments import metrics

RESERVE_BYTES: Final = 256 << 20
"""Left free for the catalogue, logs and people, unless configured otherwise."""

MORE_SHARE: Final = 4
"""A disk that was full has room again with one part in so many more than the reserve."""

_log: Any = structlog.get_logger()


def is_full(free_bytes: int, *, wanted_bytes: int, reserve_bytes: int, was_full: bool) -> bool:
    """Whether so much may not be written.

    Args:
        free_bytes: of the disk.
        wanted_bytes: what is to be written now.
        reserve_bytes: what is to be left.
        was_full: what was said before.
    """
    left = reserve_bytes + reserve_bytes // MORE_SHARE if was_full else reserve_bytes
    return free_bytes < wanted_bytes + left


class Room:
    """What is known of the disk, and who is told when that changes.

    Args:
        reserve_bytes: to be left free.
        clock: says since when.
    """

    def __init__(self, reserve_bytes: int, clock: Clock) -> None:
        self.reserve_bytes = reserve_bytes
        self._clock = clock
        self.is_full = False
        self.free_bytes: int | None = None
        """As last seen; None before."""
        self.since_us = 0
        """Wall time at which it became full, or free again; 0 where it never was full."""
        self.on_change: Callable[[], None] = lambda: None
        """Called, on the event loop, when it has become full or free."""

    def look(self, free_bytes: int, wanted_bytes: int = 0) -> bool:
        """Take note of what is free; returns whether the disk is full. Called on the event loop."""
        self.free_bytes = free_bytes
        metrics.FREE_BYTES.set(free_bytes)
        full = is_full(free_bytes, wanted_bytes=wanted_bytes, reserve_bytes=self.reserve_bytes, was_full=self.is_full)
        if full != self.is_full:
            self._turn(full=full)
        return full

    def refused(self) -> None:
        """The system said that there is no room, whatever it says of what is free."""
        if not self.is_full:
            self._turn(full=True)

    def _turn(self, *, full: bool) -> None:
        self.is_full = full
        self.since_us = self._clock.wall_us()
        metrics.FULL.set(int(full))
        facts = {"free_bytes": self.free_bytes, "reserve_bytes": self.reserve_bytes}
        if full:
            _log.error("disk.full", **facts)
        else:
            _log.warning("disk.freed", **facts)
        self.on_change()
