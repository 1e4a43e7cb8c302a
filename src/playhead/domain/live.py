"""What is happening right now: who is connected, and what just changed. Told by the screen service, shown by others."""

from dataclasses import dataclass

from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.accounts import Present
from playhead.domain.blackouts import Source
from playhead.domain.health import Problem


@dataclass(frozen=True, slots=True)
class LiveBlackout:
    """A request for a blackout that is in force at a workstation."""

    source: Source
    by: str
    """Name of the person or program that asks; may be empty."""
    label: str
    """Tells several requests of one party apart."""
    reason: str
    since_us: int
    until_us: int | None
    """Wall time at which it should end by itself; None: it lasts until it is ended."""
    follows: bool = False
    """It shall hold wherever the agent works."""


@dataclass(frozen=True, slots=True)
class LiveWorkstation:
    """A workstation as it was last heard of."""

    id: WorkstationId
    connected: bool
    changed_at_us: int
    """Wall time at which it connected or was lost."""
    state: str = ""
    """As in `playhead.wire.screen.messages.Status`; empty until it has told."""
    recording: RecordingId | None = None
    reason: str = ""
    fps: float = 0.0
    spool_bytes: int = 0
    """What it has captured and not yet been acknowledged."""
    monitors: tuple[str, ...] = ()
    agent: str = ""
    software: str = ""
    aside_segments: int = 0
    """Refused by this server for good, and kept there."""
    aside_bytes: int = 0
    blackouts: tuple[LiveBlackout, ...] = ()
    """All requests for blackouts in force when it told last, oldest first."""


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """A recording began, got a segment, or has another state; the catalogue says what it is now."""

    recording: RecordingId


@dataclass(frozen=True, slots=True)
class SegmentGrew:
    """More of a segment is durable (``durable_bytes`` from its file's start), or it has ended."""

    recording: RecordingId
    segment: SegmentId
    durable_bytes: int
    covered_us: int
    ended: str = ""


@dataclass(frozen=True, slots=True)
class WorkstationChanged:
    """A workstation connected, was lost, or told something new."""

    workstation: LiveWorkstation


@dataclass(frozen=True, slots=True)
class Resync:
    """Events were left out, because this subscriber was slow: look at everything again."""


@dataclass(frozen=True, slots=True)
class HealthChanged:
    """What is wrong with the server is not what it was."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class CoverageChanged:
    """What is due of a workstation comes to exist, or does not any more, or why it does not is another."""

    present: Present


Event = RecordingChanged | SegmentGrew | WorkstationChanged | Resync | HealthChanged | CoverageChanged
