"""What a pool tells its owner."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playhead.wire.pool.stream import Stream

if TYPE_CHECKING:
    from playhead.wire.pool.link import Link


@dataclass(frozen=True, slots=True)
class Joined:
    """A link has finished its handshake and carries streams."""

    link: "Link"


@dataclass(frozen=True, slots=True)
class Opened:
    """The peer has opened a stream. Take it, or reset it."""

    stream: Stream
    head: bytes


@dataclass(slots=True)
class Data:
    """Bytes of a stream, in order: valid until the next call. Report them to `Pool.consume` once used."""

    stream: Stream
    data: memoryview


@dataclass(frozen=True, slots=True)
class Ended:
    """The peer sends no more on this stream; this side still may."""

    stream: Stream


@dataclass(frozen=True, slots=True)
class Broken:
    """A stream is over before its end: reset by the peer (``code`` is the peer's), or lost (``pool.*``)."""

    stream: Stream
    code: str


@dataclass(frozen=True, slots=True)
class Draining:
    """The peer takes no new streams: it is going to stop. Dial anew, elsewhere."""

    code: str


@dataclass(frozen=True, slots=True)
class LinkEnded:
    """A link is over. Write out what it has to send, and close its connection."""

    link: "Link"
    code: str


Event = Joined | Opened | Data | Ended | Broken | Draining | LinkEnded
