"""What is known of a segment's object: how far it is uploaded, and what may be done next."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.ids import RecordingId, SegmentId


class UploadState(StrEnum):
    """How far a segment is uploaded.

    ``WAITING``: nothing is sent. ``SENDING``: parts are. ``STORED``: the object is whole, as far as its store says.
    ``VERIFIED``: it was proven to be what the segment is; from then on the file here may go. ``FAILED``: given up until
    a person looks at it. ``DELETING``: the segment is gone, and the object is to be.
    """

    WAITING = "waiting"
    SENDING = "sending"
    STORED = "stored"
    VERIFIED = "verified"
    FAILED = "failed"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an object that its store has, by its number from 1."""

    number: int
    size_bytes: int
    etag: str
    """What the store calls this content; to be said when the parts are put together."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One segment's object."""

    segment: SegmentId
    recording: RecordingId
    state: UploadState = UploadState.WAITING
    location: str = ""
    """The object's URL; empty before it is begun."""
    multipart: str = ""
    """What the store calls the multipart upload that is under way; empty for none."""
    sent_bytes: int = 0
    """In parts that are noted."""
    size_bytes: int = 0
    """Of the object, once it is whole."""
    chain: bytes = b""
    """The last link of its chain, which covers every byte; empty before it is whole."""
    attempts: int = 0
    """Failures since something last went well."""
    retry_at_us: int = 0
    """It rests until then, in wall time."""
    code: str = ""
    """Of the last failure; empty where the last step went well."""
    begun_at_us: int | None = None
    verified_at_us: int | None = None
    local_removed_at_us: int | None = None
