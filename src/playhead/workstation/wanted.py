"""The recording that is to be made, and where in wall time its segments lie.

Media time is monotonic, and a recording's timeline is wall time. The two are tied together at the recording's first
segment; the tie is kept from then on, so that segments follow one another without a seam, and is made anew only where
wall time ran ahead (the machine slept, or its clock was set forward).
"""

from dataclasses import dataclass
from typing import Final

from playhead.base.ids import RecordingId
from playhead.workstation.actions import Now
from playhead.workstation.intake import because
from playhead.workstation.pieces import Details, Mark

CLOCK_STEP_US: Final = 2_000_000
"""Wall time running ahead of monotonic time by this much is a step. Clocks that are merely slewed stay below it."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """A recording goes on after something broke it off."""

    reason: str
    """``restarted``, ``killed``, ``disk_full``, ``lost``."""
    not_before_us: int = 0
    """Wall time at which its last segment ended: the next one does not begin earlier."""


@dataclass(slots=True)
class Wanted:
    """A recording in the making."""

    recording: RecordingId
    requested: Now
    reason: str
    resumption: Resumption | None = None
    _offset_us: int | None = None
    """Wall minus monotonic time, as the recording's segments are placed."""
    _seen: Now | None = None
    """The clocks when they were looked at last."""
    _step: Details | None = None
    """A step of the clock that the next segment is to explain."""

    def wall_us(self, at_us: int) -> int:
        """Where a monotonic time lies on the recording's timeline, once `place` was called."""
        return at_us + (self._offset_us or 0)

    def look(self, now: Now) -> Mark | None:
        """See whether the clock was set, or the machine slept, since the clocks were looked at last.

        Returns:
            The marker of a step that leaves the segment where it is. One that the segment cannot hold is explained by
            the next, which `is_stepped` asks for.
        """
        before, self._seen = self._seen, now
        if before is None or abs(now.ahead_us - before.ahead_us) < CLOCK_STEP_US:
            return None
        step = _step(before.ahead_us + now.monotonic_us, now, now.asleep_us - before.asleep_us)
        if self.is_stepped(now):
            self._step = step
            return None
        return Mark(now.monotonic_us, "clock.stepped", step)

    def is_stepped(self, now: Now) -> bool:
        """Whether wall time has run ahead, so that a new segment should be placed."""
        return self._offset_us is not None and now.wall_us >= self.wall_us(now.monotonic_us) + CLOCK_STEP_US

    def place(self, first_us: int, now: Now) -> list[Mark]:
        """Fix where a segment lies that begins at monotonic ``first_us``; returns the markers that explain it."""
        marks: list[Mark] = []
        placed_us, offset_us = self._offset_us, now.ahead_us
        step, self._step, self._seen = self._step, None, now
        if self.resumption is not None:
            offset_us = max(offset_us, self.resumption.not_before_us - first_us)
            marks.append(Mark(first_us, "recording.resumed", because(self.resumption.reason)))
        elif placed_us is None:
            details: Details = {"requested_at_us": self.requested.wall_us, **because(self.reason)}
            marks.append(Mark(max(first_us, self.requested.monotonic_us), "recording.started", details))
        if placed_us is not None and offset_us >= placed_us + CLOCK_STEP_US:
            marks.append(Mark(first_us, "clock.stepped", step or _step(placed_us + now.monotonic_us, now, 0)))
        elif placed_us is not None:
            offset_us = placed_us  # also where the clock was set back: segments must not overlap
        self._offset_us = offset_us
        self.resumption = None
        return marks


def _step(from_us: int, now: Now, asleep_us: int) -> Details:
    """What a ``clock.stepped`` says: what the clock would say and what it says, and how long the machine slept."""
    details: Details = {"from_us": from_us, "to_us": now.wall_us, "by_us": now.wall_us - from_us}
    return details | ({"asleep_us": asleep_us} if asleep_us else {})
