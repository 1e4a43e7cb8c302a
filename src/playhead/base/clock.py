"""Time as an argument: nothing below the command line reads a clock of its own.

Two clocks, never mixed. *Wall* time says when something happened to people and other machines; it may jump.
*Monotonic* time measures how long something took; it never goes back, and means nothing on another machine.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """What everything that needs the time is given."""

    def wall_us(self) -> int:
        """Microseconds since 1970-01-01T00:00:00Z (Unix time, UTC)."""
        ...

    def monotonic_us(self) -> int:
        """Microseconds since an arbitrary start, never decreasing."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall_us(self) -> int:
        """Microseconds since the Unix epoch, from ``CLOCK_REALTIME``."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Microseconds from ``CLOCK_MONOTONIC``."""
        return time.monotonic_ns() // 1000
