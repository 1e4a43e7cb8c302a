"""A clock that stands still until it is told to move."""

START_US = 1_800_000_000_000_000
"""2027-01-15T08:00:00Z: a plausible wall time, so that nothing is tested near zero by accident."""


class SimClock:
    """`playhead.base.clock.Clock` under control.

    Args:
        wall_us: wall time at the start, microseconds since 1970.
        monotonic_us: monotonic time at the start; not zero, because real ones are not.
    """

    def __init__(self, wall_us: int = START_US, monotonic_us: int = 1_000_000_000) -> None:
        self._wall_us = wall_us
        self._monotonic_us = monotonic_us

    def wall_us(self) -> int:
        """Microseconds since 1970-01-01T00:00:00Z."""
        return self._wall_us

    def monotonic_us(self) -> int:
        """Microseconds since an arbitrary start."""
        return self._monotonic_us

    def advance(self, us: int) -> None:
        """Let ``us`` microseconds pass."""
        if us < 0:
            raise AssertionError(f"Time does not go back ({us} µs)")
        self._wall_us += us
        self._monotonic_us += us

    def jump(self, us: int) -> None:
        """Set the wall clock forward or, with a negative number, back, as an administrator or NTP does."""
        self._wall_us += us
