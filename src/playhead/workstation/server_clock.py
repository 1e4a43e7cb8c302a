"""What time the premises thinks it is: an estimate from what it says of its clock, pure.

A message takes a while, so its time is old when it comes: of several the one that took least says it best. The estimate
is therefore as far behind as the quickest message of the last minutes took, and never ahead.
"""

from collections import deque
from typing import Final

SAMPLES_MAX: Final = 16
"""Messages looked back at: two to three minutes of heartbeats, in which no clock drifts by more than milliseconds."""

STEP_US: Final = 1_000_000
"""A premises' clock that differs so much from what was expected was set: what was known before is void."""

NEWS_US: Final = 500_000
"""A change of the difference by so much is worth being told."""


class ServerClock:
    """See the module."""

    def __init__(self) -> None:
        self._ahead_us: deque[int] = deque(maxlen=SAMPLES_MAX)
        """The premises' wall clock less our monotonic one, by each message."""
        self._told_us: int | None = None

    def add(self, wall_us: int, monotonic_us: int) -> None:
        """The premises has said what time it is.

        Args:
            wall_us: what it said.
            monotonic_us: when that came.
        """
        ahead_us = wall_us - monotonic_us
        if self._ahead_us and abs(ahead_us - max(self._ahead_us)) > STEP_US:
            self._ahead_us.clear()
        self._ahead_us.append(ahead_us)

    def offset_us(self, wall_us: int, monotonic_us: int) -> int | None:
        """How far the premises' clock is ahead of ours, which says ``wall_us`` now; None where nothing is known."""
        return max(self._ahead_us) + monotonic_us - wall_us if self._ahead_us else None

    def news_us(self, wall_us: int, monotonic_us: int) -> int | None:
        """The same, where it is known for the first time or is another than was told last; else None."""
        offset_us = self.offset_us(wall_us, monotonic_us)
        if offset_us is None or (self._told_us is not None and abs(offset_us - self._told_us) < NEWS_US):
            return None
        self._told_us = offset_us
        return offset_us
