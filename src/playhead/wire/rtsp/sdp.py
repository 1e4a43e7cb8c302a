"""What a presentation is, for a player (SDP, RFC 8866; with RTSP: RFC 2326 §C, RFC 7826 §D)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PAYLOAD_TYPE: Final = 96
"""Of every stream: each is described by itself (RFC 3551 §3)."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One line of media."""

    kind: str
    """``video`` or ``audio``."""
    encoding: str
    """As ``a=rtpmap`` has it, such as ``H264/90000``."""
    parameters: str
    """Of ``a=fmtp``; empty for none."""
    control: str
    """Its address below the presentation's."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Presentation:
    """All that is told of a recording."""

    number: int
    """Tells presentations of one server apart; such as when it began, in microseconds."""
    title: str
    range: str
    """As the ``Range`` header has it."""
    streams: Sequence[Stream]


def write_sdp(presentation: Presentation) -> bytes:
    """The session description. Where media come from and when it begins, RTSP settles: hence the zeros."""
    lines = [
        "v=0",
        f"o=- {presentation.number} {presentation.number} IN IP4 0.0.0.0",
        f"s={_text(presentation.title) or '-'}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=tool:Playhead",
        "a=control:*",
        f"a=range:{presentation.range}",
    ]
    for stream in presentation.streams:
        lines.append(f"m={stream.kind} 0 RTP/AVP {PAYLOAD_TYPE}")
        if _text(stream.title):
            lines.append(f"i={_text(stream.title)}")
        lines.append(f"a=rtpmap:{PAYLOAD_TYPE} {stream.encoding}")
        if stream.parameters:
            lines.append(f"a=fmtp:{PAYLOAD_TYPE} {stream.parameters}")
        lines.append(f"a=control:{stream.control}")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _text(text: str) -> str:
    """A text without what ends a line (§9, byte-string)."""
    return "".join(" " if character in "\0\r\n" else character for character in text).strip()
