"""Sees what a workstation sends and what the server acknowledges, and keeps both, to hold the server to it later."""

from dataclasses import dataclass, field
from uuid import UUID

from playhead.wire.screen.codec import decode_control
from playhead.wire.screen.frames import FrameReader
from playhead.wire.screen.messages import Ack, Offer, Records


@dataclass
class Seen:
    """A segment as it passed by."""

    data: bytearray = field(default_factory=bytearray)
    there: bytearray = field(default_factory=bytearray)
    """One byte for each of ``data``: 1 where it was seen."""
    acknowledged: int = 0
    altered: int = 0
    """Bytes below what was acknowledged that were sent again, and differed."""

    def put(self, offset: int, data: bytes | memoryview) -> None:
        end = offset + len(data)
        if end > len(self.data):
            grown = end - len(self.data)
            self.data += bytes(grown)
            self.there += bytes(grown)
        known = min(self.acknowledged, end)
        if offset < known and self.data[offset:known] != data[: known - offset]:
            self.altered += known - offset
        self.data[offset:end] = data
        self.there[offset:end] = b"\x01" * len(data)

    def lost(self, held: bytes) -> int:
        """How many acknowledged bytes the server does not hold as they were sent."""
        promised = self.data[: self.acknowledged]
        same = min(len(held), len(promised))
        wrong = (
            sum(a != b for a, b in zip(held[:same], promised[:same], strict=True))
            if held[:same] != promised[:same]
            else 0
        )
        return wrong + len(promised) - same


class Witness:
    """Of all connections of a run."""

    def __init__(self) -> None:
        self.segments: dict[UUID, Seen] = {}

    @property
    def acknowledged(self) -> int:
        return sum(seen.acknowledged for seen in self.segments.values())

    @property
    def unseen(self) -> int:
        """Acknowledged bytes that did not pass by: the relay was not between the two."""
        return sum(seen.acknowledged - sum(seen.there[: seen.acknowledged]) for seen in self.segments.values())


class Conversation:
    """One connection: feed it each direction's bytes as they pass."""

    def __init__(self, witness: Witness) -> None:
        self._segments = witness.segments
        self._up = FrameReader()
        self._down = FrameReader()
        self._channels: dict[int, Seen] = {}

    def sent(self, data: bytes) -> None:
        """By the workstation."""
        for frame in self._up.read(data):
            if isinstance(frame, Records):
                self._channels[frame.channel].put(frame.offset, frame.data)
            elif isinstance(message := decode_control(frame), Offer):
                seen = self._channels[message.channel] = self._segments.setdefault(UUID(bytes=message.segment), Seen())
                seen.put(0, message.header)

    def answered(self, data: bytes) -> None:
        """By the server."""
        for frame in self._down.read(data):
            if not isinstance(frame, Records) and isinstance(message := decode_control(frame), Ack):
                seen = self._channels[message.channel]
                seen.acknowledged = max(seen.acknowledged, message.offset)
