"""The header of an RTP packet (RFC 3550 §5.1), and its clock."""

import struct
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import ProtocolError

CLOCK_HZ: Final = 90_000
"""Ticks in a second of a video's RTP timestamps (RFC 3551 §5, RFC 6184 §8.2.1)."""

HEADER_BYTES: Final = 12
"""Of a packet without contributing sources and extension, as all of ours are."""

_HEADER: Final = struct.Struct(">BBHII")
_VERSION: Final = 2
_U32: Final = 0xFFFF_FFFF
_MARKER: Final = 0x80


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet taken apart. Padding and extension are not kept."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Packet":
        """Read a packet.

        Raises:
            ProtocolError: ``rtp.packet``.
        """
        if len(data) < HEADER_BYTES or data[0] >> 6 != _VERSION:
            raise ProtocolError("rtp.packet", "This is no RTP packet.")
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        begin, end = HEADER_BYTES + 4 * (first & 0x0F), len(data)
        if first & 0x10:  # an extension: 16 bits of its own, then its length in words (§5.3.1)
            begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
        if first & 0x20:
            end -= data[-1]
        if begin > end:
            raise ProtocolError("rtp.packet", "An RTP packet ends inside its header.")
        return cls(bool(second & _MARKER), second & 0x7F, sequence, timestamp, ssrc, data[begin:end])


def header(payload_type: int, sequence: int, timestamp: int, ssrc: int, *, marker: bool) -> bytes:
    """The header of a packet.

    Args:
        payload_type: 0 to 127; from 96 on a session's description says what it is (RFC 3551 §3).
        sequence: counted on without an end; the header holds its last 16 bits.
        timestamp: likewise, in ticks, of which it holds the last 32 bits.
        ssrc: who sends.
        marker: the last packet of a picture (RFC 6184 §5.1).
    """
    second = payload_type | _MARKER if marker else payload_type
    return _HEADER.pack(_VERSION << 6, second, sequence & 0xFFFF, timestamp & _U32, ssrc)


def ticks(us: int) -> int:
    """Microseconds in ticks of `CLOCK_HZ`, rounded down."""
    return us * 9 // 100
