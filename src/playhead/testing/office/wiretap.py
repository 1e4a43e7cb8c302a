"""Hears every message between the hosts, remembers what was promised, and makes peers speak as older versions do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec
from typing_extensions import Buffer

from playhead.base.ids import SegmentId
from playhead.testing.link import SimTransport
from playhead.wire.screen.codec import decode_control
from playhead.wire.screen.frames import FrameReader, control_frame, records_head
from playhead.wire.screen.messages import Accept, Ack, Command, Control, Offer, Records, Result

FIRST: Final[dict[str, frozenset[str]]] = {
    "hello": frozenset({"versions", "workstation", "software", "user"}),
    "welcome": frozenset({"version", "site", "siteKey", "wallTimeUs", "live"}),
    "offer": frozenset({"channel", "recording", "segment", "header"}),
    "accept": frozenset({"channel", "offset"}),
    "decline": frozenset({"channel", "code", "message", "final"}),
    "ack": frozenset({"channel", "offset", "final"}),
    "end": frozenset({"channel", "size", "reason"}),
    "command": frozenset({"id", "name", "recording", "reason"}),
    "result": frozenset({"id", "ok", "code", "message", "recording"}),
    "status": frozenset({"state", "recording", "reason", "fps", "spoolBytes", "monitors"}),
    "heartbeat": frozenset({"wallTimeUs"}),
    "goodbye": frozenset({"code", "message", "retryMs"}),
}
"""The messages of version 1 as they were first, with their fields. A peer from then sends no others, and ignores other
fields. Other messages must not be sent to it: it would not understand them."""


class SegmentAltered(AssertionError):  # noqa: N818 - a broken promise
    """Bytes of a segment were sent again, and were other ones."""


@dataclass(slots=True)
class Sent:
    """What the premises was sent of a segment, in whatever order, and what it promised."""

    workstation: str
    content: bytearray = field(default_factory=bytearray)
    acknowledged: int = 0
    """Highest offset that the premises has said is durable."""
    final: bool = False
    """It has said that this is all of it."""


@dataclass(slots=True)
class _Way:
    reader: FrameReader = field(default_factory=FrameReader)


class Wiretap:
    """Between the two ends of every connection. See the module.

    Args:
        is_old: whether a host speaks as the first version did.
        life_of: which life a host is in.
    """

    def __init__(self, is_old: Callable[[str], bool], life_of: Callable[[str], int]) -> None:
        self.sent: dict[SegmentId, Sent] = {}
        self.on_ack: Callable[[], None] = lambda: None
        """Told of each acknowledgement, when it is sent."""
        self.commands: dict[str, dict[int, Command]] = {}
        """What each host was ordered, by id."""
        self._is_old = is_old
        self._life_of = life_of
        self._old_links: dict[object, bool] = {}
        self._last_commands: dict[SimTransport, int] = {}
        self._carried_out: dict[tuple[str, int], int] = {}
        self._ways: dict[SimTransport, _Way] = {}
        self._channels: dict[object, dict[int, SegmentId]] = {}

    def __call__(self, end: SimTransport, data: Buffer) -> bytes:
        """What arrives of what ``end`` writes."""
        way = self._ways.setdefault(end, _Way())
        if end.link not in self._old_links:  # as their programs were when the connection was made
            self._old_links[end.link] = self._is_old(end.host) or self._is_old(end.other.host)
        is_old = self._old_links[end.link]
        passed = bytearray()
        for frame in way.reader.read(data):
            if isinstance(frame, Records):
                self._records(end, frame)
                passed += records_head(frame) + frame.data
            else:
                payload = self._as_first(bytes(frame)) if is_old else bytes(frame)
                message = decode_control(payload)
                self._heard(end, message)
                passed += control_frame(payload)
        return bytes(passed)

    def repeatable(self, end: SimTransport) -> list[Command]:
        """What the host at the other end of ``end`` was ordered before, and may be ordered again in this connection."""
        last = self._last_commands.get(end, -1)
        return [command for number, command in self.commands.get(end.other.host, {}).items() if number > last]

    def _as_first(self, payload: bytes) -> bytes:
        fields: dict[str, Any] = msgspec.msgpack.decode(payload)
        known = FIRST.get(fields["type"])
        if known is None:
            raise AssertionError(f"A message {fields['type']!r} was sent to a peer that does not know it")
        return msgspec.msgpack.encode({key: value for key, value in fields.items() if key in known or key == "type"})

    def _heard(self, end: SimTransport, message: Control) -> None:
        channels = self._channels.setdefault(end.link, {})
        match message:
            case Offer():
                segment = SegmentId(UUID(bytes=message.segment))
                channels[message.channel] = segment
                sent = self.sent.setdefault(segment, Sent(end.host))
                _put(segment, sent, message.header, 0)
            case Accept(offset=offset) if offset:
                self._promised(channels[message.channel], offset, final=False)
            case Ack():
                self._promised(channels[message.channel], message.offset, final=message.final)
            case Command():
                self.commands.setdefault(end.other.host, {})[message.id] = message
                self._last_commands[end] = message.id
            case Result(ok=True):
                life = self._life_of(end.host)
                if self._carried_out.setdefault((end.host, message.id), life) != life:
                    raise AssertionError(f"{end.host} carried out command {message.id} twice")
            case _:
                pass

    def _promised(self, segment: SegmentId, offset: int, *, final: bool) -> None:
        sent = self.sent[segment]
        sent.acknowledged = max(sent.acknowledged, offset)
        sent.final = sent.final or final
        self.on_ack()

    def _records(self, end: SimTransport, records: Records) -> None:
        segment = self._channels[end.link][records.channel]
        _put(segment, self.sent[segment], records.data, records.offset)


def _put(segment: SegmentId, sent: Sent, data: Buffer, offset: int) -> None:
    piece, held = bytes(data), sent.content
    if offset > len(held):
        raise AssertionError(f"Segment {segment}: bytes from {offset} on were sent, but not those from {len(held)}")
    known = bytes(held[offset : offset + len(piece)])
    if piece[: len(known)] != known:
        raise SegmentAltered(f"Segment {segment} was sent again from {offset} on with other bytes")
    held += piece[len(known) :]
