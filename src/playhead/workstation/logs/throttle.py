"""How many lines a program may write: some at once, and a steady trickle."""

from typing import Final

_LINE: Final = 1_000_000
"""A line in what a microsecond brings at one line a second."""


class Throttle:
    """A bucket that a line empties and time fills.

    Args:
        per_s: lines a second, in the long run.
        burst: lines at once.
        now_us: monotonic time.
        spent: of the burst, by who ran here just before.
    """

    def __init__(self, per_s: int, burst: int, now_us: int, *, spent: int = 0) -> None:
        self._per_s = per_s
        self._full = burst * _LINE
        self._room = max(0, burst - spent) * _LINE
        self._at_us = now_us

    def admit(self, now_us: int, *, modest: bool = False) -> bool:
        """Whether another line may be written now; a modest one where half of the bucket is left for others."""
        self._room = min(self._full, self._room + (now_us - self._at_us) * self._per_s)
        self._at_us = now_us
        if self._room < (self._full // 2 if modest else _LINE):
            return False
        self._room -= _LINE
        return True
