"""A recording as a file to take away: what is asked for, and how far it is."""

from dataclasses import dataclass
from typing import Literal

from playhead.base.ids import RecordingId, UserId


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What somebody asks for."""

    user: UserId
    recording: RecordingId
    from_us: int | None = None
    """From the recording's beginning; None for that."""
    to_us: int | None = None
    """Up to where; None for its end."""


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far it is."""

    recording: RecordingId
    state: Literal["working", "ready", "failed"]
    done: float
    """0.0 to 1.0."""
    size_bytes: int = 0
    """Of the finished file."""
    code: str = ""
    """Why it failed."""
    faults: int = 0
    """Places where a part was damaged and is left out."""
