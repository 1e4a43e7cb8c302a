"""What the recorder asks to be done: frozen values, to be carried out in the order given."""

from dataclasses import dataclass

from playhead.base.ids import RecordingId
from playhead.wire.vid import RECORD_OVERHEAD_BYTES, Flag, Kind, Track


@dataclass(frozen=True, slots=True)
class Now:
    """Both clocks, read together."""

    wall_us: int
    monotonic_us: int
    asleep_us: int = 0
    """How long the machine has slept in all, while monotonic time stood still."""

    @property
    def ahead_us(self) -> int:
        """Wall time less monotonic time: the same at every moment but where the clock is set, or the machine sleeps."""
        return self.wall_us - self.monotonic_us


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """Begin a segment: make its id, key and file. Every `WriteRecord` up to `SealSegment` belongs to it."""

    recording: RecordingId
    started_at_us: int
    """Wall time of media time zero."""
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """One record of the open segment; times in microseconds, ``body`` in clear."""

    kind: Kind
    media_time_us: int
    wall_time_us: int
    body: bytes = b""
    track: int = 0
    epoch: int = 0
    flags: Flag = Flag.NONE
    span_us: int = 0

    @property
    def stored_bytes(self) -> int:
        """What it takes in the file."""
        return len(self.body) + RECORD_OVERHEAD_BYTES


@dataclass(frozen=True, slots=True)
class SealSegment:
    """The open segment is whole: write its SEAL."""

    media_time_us: int
    wall_time_us: int


@dataclass(frozen=True, slots=True)
class ForceKey:
    """The next picture of every track shall be a key frame, and shall come at once."""


@dataclass(frozen=True, slots=True)
class SetBlackout:
    """Stop, or go on, looking at the desktop."""

    on: bool


Action = OpenSegment | WriteRecord | SealSegment | ForceKey | SetBlackout
