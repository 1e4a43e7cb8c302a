"""Holds bulk to what a site allows, so that whoever else uses its line is never noticed by it (docs/wire/pool.md §7).

All that streams send counts; only bulk waits. So the line carries no more than the cap as long as people and players
alone need less than that.
"""

from dataclasses import dataclass
from typing import Final

BURST_US: Final = 50_000
"""How much may go at once after a silence, as time at the rate: little for the queue of a router."""
BURST_BYTES_MIN: Final = 16 * 1024
LEAST_BYTES: Final = 4 * 1024
"""Of a frame, where there is more to send."""


@dataclass(slots=True)
class Governor:
    """A bucket that fills at the allowed rate. Time is monotonic, in microseconds."""

    rate_bytes_s: float | None = None
    """None for as much as the links carry."""
    _level: float = 0.0
    _at_us: int = 0

    def allow(self, rate_bytes_s: float | None, now_us: int) -> None:
        """From now on so much.

        Raises:
            AssertionError: the rate is not above zero.
        """
        if rate_bytes_s is not None and rate_bytes_s <= 0:
            raise AssertionError("A rate is above zero")
        if rate_bytes_s == self.rate_bytes_s:
            return
        if self.rate_bytes_s is None:
            self._level = 0.0
        self._fill(now_us)
        self.rate_bytes_s, self._at_us = rate_bytes_s, now_us

    def room(self, now_us: int) -> int | None:
        """How much bulk may go now; None for any amount."""
        if self.rate_bytes_s is None:
            return None
        self._fill(now_us)
        return max(int(self._level), 0)

    def due_us(self, now_us: int) -> int | None:
        """When bulk may go again; None where it may now. A frame of very little costs as much as a long one."""
        room = self.room(now_us)
        if self.rate_bytes_s is None or room is None or room >= LEAST_BYTES:
            return None
        return now_us + int((LEAST_BYTES - self._level) / self.rate_bytes_s * 1e6) + 1

    def note_sent(self, size: int, now_us: int) -> None:
        """So much went out, of whatever class. What the others take from bulk is not owed for longer than a second."""
        if self.rate_bytes_s is not None:
            self._fill(now_us)
            self._level = max(self._level - size, -self.rate_bytes_s)

    @property
    def _most(self) -> float:
        return max((self.rate_bytes_s or 0.0) * BURST_US / 1e6, BURST_BYTES_MIN)

    def _fill(self, now_us: int) -> None:
        if self.rate_bytes_s is not None:
            self._level = min(self._level + self.rate_bytes_s * (now_us - self._at_us) / 1e6, self._most)
        self._at_us = now_us
