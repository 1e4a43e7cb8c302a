"""The party that must say all the time whether it may be light: what its silence means.

It renews a lease, and with each renewal says whether the screen is to be black. A lease that was not renewed in time is
over: the party is dead, stuck or late, and nobody knows what is on the screen. Times are monotonic microseconds.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Failing(StrEnum):
    """What the silence of the decision source means."""

    CLOSED = "closed"
    """Black."""
    OPEN = "open"
    """What it said last holds, a blackout no longer than any other."""


class Verdict(StrEnum):
    """What follows from a lease."""

    LIGHT = "light"
    BLACK = "black"
    """It says so."""
    LATE = "late"
    """It says nothing: black."""
    LAPSED = "lapsed"
    """It says nothing, and what it said last was black: that holds for a limited time."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What is known of the decision source. At the start it has said nothing, and is late."""

    failing: Failing
    length_us: int
    """How long one renewal lasts."""
    renewed_us: int | None = None
    is_black: bool = False
    reason: str = ""

    def renewed(self, now_us: int, *, black: bool, reason: str) -> Self:
        """It said something."""
        return replace(self, renewed_us=now_us, is_black=black, reason=reason)

    def forgotten(self) -> Self:
        """What it said last no longer holds."""
        return replace(self, is_black=False, reason="")

    @property
    def due_us(self) -> int | None:
        """When it will be late; None where it has never said anything."""
        return None if self.renewed_us is None else self.renewed_us + self.length_us

    def is_late(self, now_us: int) -> bool:
        """Whether it was silent for too long. At the very end of its length it is."""
        return self.due_us is None or now_us >= self.due_us

    def verdict(self, now_us: int) -> Verdict:
        """What follows from it now."""
        if not self.is_late(now_us):
            return Verdict.BLACK if self.is_black else Verdict.LIGHT
        if self.failing is Failing.CLOSED:
            return Verdict.LATE
        return Verdict.LAPSED if self.is_black else Verdict.LIGHT
