"""Where the segments of a recording lie on its timeline, and what is missing between them."""

from dataclasses import dataclass
from typing import Final

from playhead.domain.recordings import Recording, Segment

GAP_US_MIN: Final = 1_000_000
"""Less than this between two segments is the time it takes to begin the next one, and the clock's own steps."""

UNPLAYABLE: Final = frozenset({"corrupt", "deleting"})
"""`Segment.ended` of segments whose bytes cannot be counted on any more."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the timeline of which nothing is there to play."""

    from_us: int
    to_us: int
    reason: str
    """`Segment.ended` of the segment before it, or ``corrupt``."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recording's segments tell of it, as the library filters by it."""

    length_us: int
    has_gap: bool
    has_blackout: bool


def facts_of(recording: Recording) -> Facts:
    """What its segments tell of a recording now. A blackout that is known of already stays known."""
    dark = recording.has_blackout or any(segment.has_blackout for segment in recording.segments)
    return Facts(duration_us(recording), bool(gaps(recording)), dark)


def offset_us(recording: Recording, segment: Segment) -> int:
    """Position of a segment's media time zero on the recording's timeline."""
    return segment.started_at_us - recording.started_at_us


def playable(recording: Recording) -> tuple[Segment, ...]:
    """The segments that can be played, in time order."""
    return tuple(segment for segment in recording.segments if segment.ended not in UNPLAYABLE)


def duration_us(recording: Recording) -> int:
    """Length of the timeline, up to what is durable now."""
    return max((offset_us(recording, segment) + segment.covered_us for segment in recording.segments), default=0)


def gaps(recording: Recording) -> tuple[Gap, ...]:
    """What is missing between the first and the last of what is there, in time order."""
    found: list[Gap] = []
    reached_us, reason = 0, "lost"
    for segment in sorted(recording.segments, key=lambda one: (one.started_at_us, one.id)):
        begin_us = offset_us(recording, segment)
        if begin_us - reached_us >= GAP_US_MIN:
            found.append(Gap(reached_us, begin_us, reason))
        reached_us = max(reached_us, begin_us)
        end_us = begin_us + segment.covered_us
        if segment.ended in UNPLAYABLE and end_us > reached_us:
            found.append(Gap(reached_us, end_us, segment.ended))
        reached_us, reason = max(reached_us, end_us), segment.ended or "lost"
    return tuple(found)
