"""A server's side of RTSP: 1.0 as players speak it (RFC 2326), 2.0 for who asks for it (RFC 7826). No IO, no clock.

`parser` and `messages` are bytes and what they say, `states` is the session's table, `server` holds to both;
`ranges`, `transport` and `sdp` are what headers and descriptions say. `docs/services/native_players.md` has which
parts are spoken.
"""

from playhead.wire.rtsp.messages import V1, V2, Interleaved, Message, Request, Response, Version, write_interleaved
from playhead.wire.rtsp.parser import Parser
from playhead.wire.rtsp.ranges import ACCEPTED, Clock, Npt, Range, parse_range, write_range
from playhead.wire.rtsp.sdp import PAYLOAD_TYPE, Presentation, Stream, write_sdp
from playhead.wire.rtsp.server import SERVER, ServerCore
from playhead.wire.rtsp.states import METHODS, State
from playhead.wire.rtsp.transport import Channels, interleaved, write_interleaved_transport

__all__ = [
    "ACCEPTED",
    "METHODS",
    "PAYLOAD_TYPE",
    "SERVER",
    "V1",
    "V2",
    "Channels",
    "Clock",
    "Interleaved",
    "Message",
    "Npt",
    "Parser",
    "Presentation",
    "Range",
    "Request",
    "Response",
    "ServerCore",
    "State",
    "Stream",
    "Version",
    "interleaved",
    "parse_range",
    "write_interleaved",
    "write_interleaved_transport",
    "write_range",
    "write_sdp",
]
