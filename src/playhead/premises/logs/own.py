"""What this process logs goes into the store, too.

Lines are said in any thread, before there is a store and while it fails: they wait, only so many, and those that did
not fit are counted.
"""

import asyncio
import threading
from collections import deque
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.instants import rfc3339
from playhead.base.logs import Said, keep
from playhead.domain.logs import LogLine
from playhead.premises.logs.connection import RETRY_S, Store
from playhead.premises.logs.rules import own_line

WAITING_MAX: Final = 10_000
"""Lines that wait."""


class OwnLines:
    """Keeps lines from its making on, until `close`.

    Args:
        clock: stamps them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: deque[Said] = deque()
        self._lost = 0
        self._lock = threading.Lock()
        self._arrived: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self.close = keep(clock, self.add)
        """Keep none any more."""

    def add(self, said: Said) -> None:
        """Have a line kept; in any thread."""
        with self._lock:
            if len(self._waiting) >= WAITING_MAX:
                self._lost += 1
                return
            self._waiting.append(said)
        arrived = self._arrived
        if arrived is not None and not arrived[0].is_closed():
            arrived[0].call_soon_threadsafe(arrived[1].set)

    async def run(self, store: Store) -> None:
        """Store what comes until cancelled."""
        event = asyncio.Event()
        event.set()
        self._arrived = asyncio.get_running_loop(), event
        while True:
            await event.wait()
            event.clear()
            lines = self._take()
            while lines:
                try:
                    await store.append(lines)
                except UnavailableError:  # who stores says so itself
                    await asyncio.sleep(RETRY_S)
                    continue
                lines = self._take()

    def _take(self) -> list[LogLine]:
        with self._lock:
            lines = [own_line(said) for said in self._waiting]
            self._waiting.clear()
            lost, self._lost = self._lost, 0
        if lost:
            fields = {"lines": str(lost)}
            now = rfc3339(self._clock.wall_us())
            lines.append(own_line(Said(now, "warning", "logs", "lines were lost: too many at once", fields)))
        return lines
