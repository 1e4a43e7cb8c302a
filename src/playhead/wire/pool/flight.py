"""What was sent on a link and not acknowledged: to be forgotten, or to be sent again on another link."""

from collections import deque
from dataclasses import dataclass, field

from playhead.base.errors import ProtocolError
from playhead.wire.pool.classes import Urgency
from playhead.wire.pool.frames import FrameType
from playhead.wire.pool.path import Mark

SPLIT_TYPES = frozenset({FrameType.DATA, FrameType.DATA_END})
"""Frames that may be cut into several, each of which makes sense by itself."""


@dataclass(slots=True, eq=False)
class Sent:
    """One frame that asks for an acknowledgement. Its payload is kept by reference, where it may be needed again."""

    type: FrameType
    stream: int
    value: int
    payload: bytes | memoryview
    urgency: Urgency
    keep: bool
    """Whether it is sent again after the loss of its link."""
    end: int = 0
    """Bytes of the link up to its end."""
    mark: Mark | None = None

    def split(self, size: int) -> "Sent | None":
        """Cut the data after ``size`` bytes: it keeps what is before; what is after is returned."""
        if self.type not in SPLIT_TYPES or len(self.payload) <= size:
            return None
        rest = Sent(self.type, self.stream, self.value + size, self.payload[size:], self.urgency, self.keep)
        self.type, self.payload = FrameType.DATA, self.payload[:size]
        return rest


@dataclass(slots=True)
class Flight:
    """The frames of one link that are on their way, oldest first."""

    frames: deque[Sent] = field(default_factory=deque[Sent])

    def __bool__(self) -> bool:
        return bool(self.frames)

    def acknowledge(self, received: int, *, before: int, sent: int) -> list[Sent]:
        """The peer has ``received`` bytes; the frames that are whole by it.

        Raises:
            ProtocolError: ``pool.ack`` where it had more before, or was sent less.
        """
        if not before <= received <= sent:
            raise ProtocolError("pool.ack", "The peer acknowledges what cannot be.")
        done: list[Sent] = []
        while self.frames and self.frames[0].end <= received:
            done.append(self.frames.popleft())
        return done
