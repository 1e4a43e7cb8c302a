"""Copies no faster than so many bytes a second, so that who records and who plays has the disk."""

import time
from collections.abc import Callable
from typing import Final

BURST_S: Final = 0.25
"""What may be copied at once after a pause."""


class Pace:
    """Call `took` after each portion; it waits as long as needed. For one thread.

    Args:
        bytes_per_s: 0 for as fast as it goes.
        now: a clock in seconds that never goes back.
        wait: waits so many seconds.
    """

    def __init__(
        self,
        bytes_per_s: int,
        *,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._bytes_per_s = bytes_per_s
        self._now = now
        self._wait = wait
        self._due_s = now()

    def took(self, size: int) -> None:
        """So many bytes were copied."""
        if self._bytes_per_s == 0:
            return
        now_s = self._now()
        self._due_s = max(self._due_s, now_s - BURST_S) + size / self._bytes_per_s
        if self._due_s > now_s:
            self._wait(self._due_s - now_s)
