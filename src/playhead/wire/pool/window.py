"""How much a peer may send on a stream before its owner has taken it: credit that sizes itself (docs/wire/pool.md §6).

The credit is told as an absolute offset, so that a lost, repeated or late word of it does no harm. It is told again
when a quarter of the window was taken, and the window is four round trips of what is taken: with half a window and two
round trips there is a stable point at half of what the link could carry.
"""

from dataclasses import dataclass
from typing import Final

from playhead.wire.pool.limits import INITIAL_WINDOW_BYTES, MAX_WINDOW_BYTES, WINDOW_ROUNDS

UNKNOWN_ROUND_TRIP_US: Final = 100_000
"""Where none was measured yet."""
ROUND_TRIP_US_MIN: Final = 10_000
"""A shorter one counts as this: on a short wire it is the machines that take turns, and a window of four of its round
trips would have each of them wait for the other at every handful of bytes."""


@dataclass(slots=True)
class Budget:
    """What the windows of one pool may take beyond their initial size, together."""

    limit_bytes: int
    used_bytes: int = 0

    @property
    def left_bytes(self) -> int:
        """What may still be handed out."""
        return max(self.limit_bytes - self.used_bytes, 0)


@dataclass(slots=True)
class Window:
    """The receiving side of one stream's credit."""

    limit: int = INITIAL_WINDOW_BYTES
    """How far the peer may send: what it was told, or is about to be."""
    size: int = INITIAL_WINDOW_BYTES
    floor: int = INITIAL_WINDOW_BYTES
    """It is never smaller."""
    consumed: int = 0
    """What the owner has taken."""
    _marked: int = 0
    _marked_at_us: int = -1

    def consume(self, size: int, now_us: int, round_trip_us: int | None, budget: Budget) -> bool:
        """The owner has taken so much more; returns whether the peer is to be told of a new `limit`."""
        self.consumed += size
        if self._marked_at_us < 0:
            self._marked_at_us = now_us
        if self.consumed + self.size - self.limit < max(self.size // 4, 1):
            return False
        self._resize(now_us, max(round_trip_us or UNKNOWN_ROUND_TRIP_US, ROUND_TRIP_US_MIN), budget)
        limit = self.consumed + self.size
        if limit <= self.limit:
            return False
        self.limit = limit
        return True

    def release(self, budget: Budget) -> None:
        """The stream is over: give back what it had of the budget."""
        budget.used_bytes -= self.size - self.floor
        self.size = self.floor

    def _resize(self, now_us: int, round_trip_us: int, budget: Budget) -> None:
        elapsed_us = now_us - self._marked_at_us
        if elapsed_us < round_trip_us:
            return  # a burst says nothing about the rate
        wanted = WINDOW_ROUNDS * (self.consumed - self._marked) * round_trip_us // max(elapsed_us, 1)
        self._marked, self._marked_at_us = self.consumed, now_us
        if wanted > self.size:
            wanted = min(wanted, self.size + budget.left_bytes)
        elif wanted > self.size // 4:
            return  # it fits well enough
        wanted = max(min(wanted, MAX_WINDOW_BYTES), self.floor)
        budget.used_bytes += wanted - self.size
        self.size = wanted
