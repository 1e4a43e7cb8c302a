"""What a site tells of its present when the cloud asks: who is connected, what grows, and which pictures there are."""

from typing import Final

import msgspec

from playhead.base.errors import InvalidInputError, PlayheadError
from playhead.base.ids import RecordingId
from playhead.domain.accounts import Present
from playhead.domain.health import Problem
from playhead.domain.live import LiveWorkstation

PRESENCE_BYTES_MAX: Final = 4 << 20
"""2,000 workstations at 2 KiB."""


class LivePicture(msgspec.Struct, frozen=True):
    """The newest small picture of a recording: what tells it from others, and when it was taken."""

    tag: str
    at_us: int


class SitePresence(msgspec.Struct, frozen=True):
    """What is happening at a site. Keys are ids of recordings."""

    workstations: tuple[LiveWorkstation, ...] = ()
    progress_age_us: dict[str, int] = {}
    """How long ago more of each became durable."""
    pictures: dict[str, LivePicture] = {}
    problems: tuple[Problem, ...] = ()
    """What is wrong with its server."""
    coverage: tuple[Present, ...] = ()
    """Who is covered."""
    time_zone: str = "UTC"
    """In which its days begin, by the name that IANA gives it."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(SitePresence)


def write_presence(presence: SitePresence) -> bytes:
    """For an answer."""
    return _ENCODER.encode(presence)


def read_presence(body: bytes) -> SitePresence:
    """Read what `write_presence` wrote.

    Raises:
        InvalidInputError: ``presence.malformed``.
    """
    try:
        found = _DECODER.decode(body)
        for key in (*found.progress_age_us, *found.pictures):
            RecordingId.parse(key)
    except (msgspec.MsgspecError, RecursionError, PlayheadError) as error:
        raise InvalidInputError("presence.malformed", f"A site tells nonsense of itself: {error}.") from None
    return found
