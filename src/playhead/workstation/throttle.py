"""How fast what is caught up may go: pure arithmetic over monotonic time.

Nothing is saved up: over any time t at most t × the pace is sent, and one slice.
"""

from typing import Final

PATIENCE_US: Final = 10_000_000
"""How long a premises may take to say the pace. One that never does must not keep recordings from arriving."""

SLICES_A_SECOND: Final = 4
"""A slow pace is kept by small slices, so that none takes long."""

SLICE_BYTES_MIN: Final = 1024


class Throttle:
    """The pace of one connection."""

    def __init__(self) -> None:
        self._bytes_per_s: int | None = None
        self._asked_us: int | None = None
        self._ready_us = 0

    def ask(self, now_us: int) -> None:
        """The premises was told that there is something to catch up: nothing goes until it says how fast."""
        if self._bytes_per_s is None and self._asked_us is None:
            self._asked_us = now_us

    def rest(self) -> None:
        """There is nothing to catch up any more: the next time the premises is asked anew."""
        self._bytes_per_s = self._asked_us = None

    def set(self, bytes_per_s: int, now_us: int) -> None:
        """The premises has said the pace; 0: as fast as it goes. A pause that is under way is of the new pace."""
        before = self._bytes_per_s
        wait_us = max(0, self._ready_us - now_us)
        if not bytes_per_s:
            wait_us = 0
        elif before:
            wait_us = -(-wait_us * before // bytes_per_s)  # never shorter than it should be
        self._ready_us = now_us + wait_us
        self._bytes_per_s = bytes_per_s

    def ready_us(self) -> int | None:
        """From when on the next slice may go; None while nothing may before the premises is asked."""
        if self._bytes_per_s is None:
            return None if self._asked_us is None else self._asked_us + PATIENCE_US
        return self._ready_us

    def slice_bytes(self, most: int) -> int:
        """How much to send at a time, at most ``most``."""
        if not self._bytes_per_s:
            return most
        return min(most, max(SLICE_BYTES_MIN, self._bytes_per_s // SLICES_A_SECOND))

    def spend(self, size: int, now_us: int) -> None:
        """A slice of ``size`` bytes is sent."""
        if self._bytes_per_s:
            self._ready_us = max(self._ready_us, now_us) + -(-size * 1_000_000 // self._bytes_per_s)
