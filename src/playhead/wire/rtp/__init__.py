"""RTP and RTCP (RFC 3550), and how pictures and sound become packets. No IO, no clock.

H.264 by RFC 6184, AV1 by the Alliance's payload format, Opus by RFC 7587. The first is what recordings hold.

Only what a sender needs: `packet` and `rtcp` are also read, by tests and for what players report.
"""

from playhead.wire.rtp.av1 import obus, packetise_av1
from playhead.wire.rtp.h264 import H264, fmtp, packetise
from playhead.wire.rtp.opus import opus_fmtp
from playhead.wire.rtp.packet import CLOCK_HZ, HEADER_BYTES, Packet, header, ticks
from playhead.wire.rtp.rtcp import ReceiverReport, goodbye, parse_reports, sender_report

__all__ = [
    "CLOCK_HZ",
    "H264",
    "HEADER_BYTES",
    "Packet",
    "ReceiverReport",
    "fmtp",
    "goodbye",
    "header",
    "obus",
    "opus_fmtp",
    "packetise",
    "packetise_av1",
    "parse_reports",
    "sender_report",
    "ticks",
]
