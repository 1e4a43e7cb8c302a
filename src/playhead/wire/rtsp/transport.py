"""The ``Transport`` header (RFC 2326 §12.39, RFC 7826 §18.54)."""

import re
from dataclasses import dataclass
from typing import Final

OFFERS_MAX: Final = 16
"""Ways of transport looked at in one header."""

_CHANNELS: Final = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
_CHANNEL_MAX: Final = 255


@dataclass(frozen=True, slots=True)
class Channels:
    """Where RTP and RTCP of a stream go between messages; None where the player leaves it to us."""

    rtp: int | None = None
    rtcp: int | None = None


def interleaved(header: str) -> Channels | None:
    """The first way in a header that is spoken here: RTP over this connection, to this player, to be played.

    None where there is none.
    """
    for offer in header.split(",")[:OFFERS_MAX]:
        protocol, *parameters = (part.strip() for part in offer.split(";"))
        if protocol.upper() != "RTP/AVP/TCP":
            continue
        named = {name.strip().lower(): value.strip().strip('"') for name, _, value in map(_parted, parameters)}
        if "multicast" in named or named.get("mode", "PLAY").upper() != "PLAY":
            continue
        if "interleaved" not in named:
            return Channels()
        match = _CHANNELS.fullmatch(named["interleaved"])
        if match is None:
            continue
        rtp = int(match[1])
        rtcp = int(match[2]) if match[2] else rtp + 1
        if rtp != rtcp and max(rtp, rtcp) <= _CHANNEL_MAX:
            return Channels(rtp, rtcp)
    return None


def write_interleaved_transport(rtp: int, rtcp: int, ssrc: int) -> str:
    """What is answered."""
    return f'RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp};ssrc={ssrc:08X};mode="PLAY"'


def _parted(parameter: str) -> tuple[str, str, str]:
    return parameter.partition("=")
