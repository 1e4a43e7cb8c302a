"""AV1 in RTP packets (RTP Payload Format For AV1, AOM, version 1.0.0).

No workstation writes AV1 yet; the one that does is sent by this as H.264 is by `playhead.wire.rtp.h264`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from playhead.base.errors import CorruptError
from playhead.wire.rtp.h264 import PAYLOAD_BYTES_MAX

ENCODING: Final = "AV1/90000"
"""As ``a=rtpmap`` has it (§7.1)."""

_SEQUENCE_HEADER: Final = 1
_LEFT_OUT: Final = frozenset({2, 8, 15})
"""Temporal delimiters and tile lists, which are not sent, and padding (§5)."""
_HAS_EXTENSION: Final = 0x04
_HAS_SIZE: Final = 0x02
_Z: Final = 0x80
_Y: Final = 0x40
_N: Final = 0x08
_COUNTED_MAX: Final = 3
"""Elements whose number the aggregation header can tell; the last one needs no length then (§4.4)."""
_LEB_BYTES_MAX: Final = 8
_ROOM_MIN: Final = 2
"""A fragment of less is not worth its length."""


def obus(temporal_unit: bytes) -> Iterator[bytes]:
    """The OBUs of a temporal unit in low-overhead format (AV1 §5.2), without their size fields (payload format §5).

    Raises:
        CorruptError: ``rtp.obu``.
    """
    offset = 0
    while offset < len(temporal_unit):
        first = temporal_unit[offset]
        head = 2 if first & _HAS_EXTENSION else 1
        begin = offset + head
        if first & 0x80 or begin > len(temporal_unit):
            raise CorruptError("rtp.obu", "This is no AV1 picture.")
        end = len(temporal_unit)
        if first & _HAS_SIZE:
            size, begin = _read_leb(temporal_unit, begin)
            end = begin + size
        if end > len(temporal_unit):
            raise CorruptError("rtp.obu", "An AV1 picture ends too early.")
        if _type_of(first) not in _LEFT_OUT:
            yield bytes((first & ~_HAS_SIZE,)) + temporal_unit[offset + 1 : offset + head] + temporal_unit[begin:end]
        offset = end


def packetise_av1(units: Iterable[bytes], payload_bytes_max: int = PAYLOAD_BYTES_MAX) -> list[bytes]:
    """The payloads of one temporal unit's packets; the last one's packet has the marker (§4.2).

    Args:
        units: from `obus`.
        payload_bytes_max: at least 16.
    """
    payloads: list[bytes] = []
    packet = _Packet()
    begins_sequence = False
    for unit in units:
        begins_sequence = begins_sequence or _type_of(unit[0]) == _SEQUENCE_HEADER
        offset = 0
        while offset < len(unit):
            room = payload_bytes_max - packet.size
            room -= len(_leb(min(room, len(unit) - offset)))
            if room < min(_ROOM_MIN, len(unit) - offset):
                payloads.append(packet.written(continues=offset > 0))
                packet = _Packet(continued=offset > 0)
                continue
            packet.add(unit[offset : offset + room])
            offset += room
    if packet.elements:
        payloads.append(packet.written(continues=False))
    if begins_sequence:  # a coded video sequence begins in the first packet (§4.4, N)
        payloads[0] = bytes((payloads[0][0] | _N,)) + payloads[0][1:]
    return payloads


@dataclass(slots=True)
class _Packet:
    continued: bool = False
    """Its first element goes on with an OBU of the packet before."""
    elements: list[bytes] = field(default_factory=list[bytes])
    size: int = 1

    def add(self, element: bytes) -> None:
        self.elements.append(element)
        self.size += len(_leb(len(element))) + len(element)

    def written(self, *, continues: bool) -> bytes:
        count = len(self.elements) if len(self.elements) <= _COUNTED_MAX else 0
        head = (_Z if self.continued else 0) | (_Y if continues else 0) | count << 4
        last = len(self.elements) - 1
        parts = [bytes((head,))]
        for number, element in enumerate(self.elements):
            if not count or number < last:
                parts.append(_leb(len(element)))
            parts.append(element)
        return b"".join(parts)


def _type_of(first: int) -> int:
    return first >> 3 & 0x0F


def _leb(value: int) -> bytes:
    """``leb128()`` (AV1 §4.10.5)."""
    found = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _read_leb(data: bytes, offset: int) -> tuple[int, int]:
    """A value, and where what follows it begins."""
    value = 0
    for number, byte in enumerate(data[offset : offset + _LEB_BYTES_MAX]):
        value |= (byte & 0x7F) << 7 * number
        if not byte & 0x80:
            return value, offset + number + 1
    raise CorruptError("rtp.obu", "An AV1 picture has a size without an end.")
