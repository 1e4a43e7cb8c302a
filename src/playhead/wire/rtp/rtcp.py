"""RTCP (RFC 3550 §6): what a sender tells of its stream, and what a receiver reports of it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import ProtocolError

PACKET_BYTES_MAX: Final = 4_096
"""Of a compound packet that is looked into: 31 reports of 24 bytes, names, and some to spare."""

_SR: Final = 200
_RR: Final = 201
_SDES: Final = 202
_BYE: Final = 203
_CNAME: Final = 1
_VERSION: Final = 2 << 6
_U32: Final = 0xFFFF_FFFF
_NTP_EPOCH_S: Final = 2_208_988_800
"""From 1900, where NTP counts from, to 1970 (RFC 868)."""
_HEAD: Final = struct.Struct(">BBH")
_BLOCK: Final = struct.Struct(">IIIIII")


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What somebody says of a stream that they receive (§6.4.1)."""

    ssrc: int
    """Of the stream."""
    fraction_lost: int
    """Of 256, since the report before."""
    lost: int
    """In all; negative where packets came twice."""
    highest: int
    """Highest sequence number received, with how often it began anew."""
    jitter: int
    """In ticks."""


def sender_report(*, ssrc: int, cname: str, wall_us: int, timestamp: int, packets: int, payload_bytes: int) -> bytes:
    """A sender report (§6.4.1) with the sender's name (§6.5.1): a compound packet.

    Args:
        ssrc: of the stream.
        cname: the same for all streams that belong together, at most 255 bytes.
        wall_us: wall time at which what has ``timestamp`` is to be shown.
        timestamp: in ticks.
        packets: sent so far.
        payload_bytes: sent so far, without headers.
    """
    seconds, rest_us = divmod(wall_us, 1_000_000)
    report = struct.pack(
        ">IIIIII",
        ssrc,
        (seconds + _NTP_EPOCH_S) & _U32,
        (rest_us << 32) // 1_000_000,
        timestamp & _U32,
        packets & _U32,
        payload_bytes & _U32,
    )
    return _packet(_SR, 0, report) + _named(ssrc, cname)


def goodbye(*, ssrc: int, cname: str) -> bytes:
    """That a stream ends (§6.6), as a compound packet: it begins with a report, even if an empty one (§6.1)."""
    return _packet(_RR, 0, ssrc.to_bytes(4, "big")) + _named(ssrc, cname) + _packet(_BYE, 1, ssrc.to_bytes(4, "big"))


def parse_reports(data: bytes) -> list[ReceiverReport]:
    """The reports about received streams in a compound packet, whatever else it holds.

    Raises:
        ProtocolError: ``rtp.rtcp``.
    """
    if len(data) > PACKET_BYTES_MAX:
        raise ProtocolError("rtp.rtcp", "An RTCP packet is too long.")
    found: list[ReceiverReport] = []
    for kind, count, body in _packets(data):
        begin = {_SR: 24, _RR: 4}.get(kind)
        if begin is None:
            continue
        if begin + count * _BLOCK.size > len(body):
            raise ProtocolError("rtp.rtcp", "An RTCP packet is shorter than its reports.")
        found += (_report(body, begin + number * _BLOCK.size) for number in range(count))
    return found


def _report(body: bytes, offset: int) -> ReceiverReport:
    ssrc, loss, highest, jitter, _, _ = _BLOCK.unpack_from(body, offset)
    lost = loss & 0xFF_FFFF
    return ReceiverReport(ssrc, loss >> 24, lost - (1 << 24) if lost >> 23 else lost, highest, jitter)


def _packets(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, count and body of each packet of a compound one."""
    offset = 0
    while offset < len(data):
        if offset + _HEAD.size > len(data) or data[offset] & 0xC0 != _VERSION:
            raise ProtocolError("rtp.rtcp", "This is no RTCP packet.")
        first, kind, words = _HEAD.unpack_from(data, offset)
        end = offset + 4 * (words + 1)
        if end > len(data):
            raise ProtocolError("rtp.rtcp", "An RTCP packet is cut off.")
        yield kind, first & 0x1F, data[offset + _HEAD.size : end]
        offset = end


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(_VERSION | count, kind, len(body) // 4) + body


def _named(ssrc: int, cname: str) -> bytes:
    name = cname.encode()
    chunk = struct.pack(">IBB", ssrc, _CNAME, len(name)) + name
    return _packet(_SDES, 1, chunk + bytes(4 - len(chunk) % 4))  # ends in at least one zero (§6.5)
