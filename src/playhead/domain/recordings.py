"""Recordings and their segments as the catalogue knows them."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.ids import RecordingId, SegmentId, WorkstationId


class RecordingState(StrEnum):
    """How far a recording is.

    ``RECORDING`` while a segment is open and its workstation connected; ``COMPLETE`` when stopped and sealed;
    ``INTERRUPTED`` when the workstation went away in the middle and has not continued.
    """

    RECORDING = "recording"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Segment:
    """One ``.vid`` file of a recording. ``durable_bytes`` never decreases."""

    id: SegmentId
    recording: RecordingId
    started_at_us: int
    """Wall time of media time zero."""
    covered_us: int
    """Media time up to which the segment is known to cover, in microseconds from its start."""
    durable_bytes: int
    sealed: bool
    ended: str
    """Why no more will come: ``sealed``, ``killed``, ``disk_full``, ``lost``; empty while it may still grow."""
    has_blackout: bool = False
    """Its markers tell of one; known once it has ended."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording with its segments in time order."""

    id: RecordingId
    workstation: WorkstationId
    agent: str
    state: RecordingState
    started_at_us: int
    ended_at_us: int | None
    durable_bytes: int
    segments: tuple[Segment, ...] = ()
    site: str = ""
    """Where it was recorded."""
    has_blackout: bool = False
    tags: tuple[str, ...] = ()
    """What people call it, sorted."""
    held: bool = False
    """It must not be deleted."""
