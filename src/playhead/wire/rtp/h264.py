"""H.264 in RTP packets, packetization mode 1 (RFC 6184): single NAL units, STAP-A and FU-A.

Pictures are sent in decoding order, which is the order they are shown in, so no packet carries a decoding number.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PAYLOAD_BYTES_MAX: Final = 16_000
"""Of one packet. Over TCP a packet may have 65,535 bytes (RFC 2326 §10.12); players of the live555 family had room for
20,000 for long. Most pictures of a desktop are one packet then."""

_STAP_A: Final = 24
_FU_A: Final = 28
_FNRI: Final = 0xE0
"""Of a NAL unit's first byte: forbidden_zero_bit and nal_ref_idc."""
_TYPE: Final = 0x1F
_START: Final = 0x80
_END: Final = 0x40
_SIZE_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class H264:
    """What a session's description says of a stream."""

    sps: bytes
    pps: bytes


def packetise(nals: Iterable[bytes], payload_bytes_max: int = PAYLOAD_BYTES_MAX) -> list[bytes]:
    """The payloads of one picture's packets; the last one's packet has the marker (§5.1).

    Neighbours that fit together go into one packet (§5.7.1), what is too long into several (§5.8).

    Args:
        nals: NAL units of one access unit, without start codes or lengths; none is empty.
        payload_bytes_max: at least 16.
    """
    payloads: list[bytes] = []
    together: list[bytes] = []
    size = 1
    for nal in nals:
        needed = _SIZE_BYTES + len(nal)
        if together and size + needed > payload_bytes_max:
            payloads.append(_aggregated(together))
            together, size = [], 1
        if len(nal) > payload_bytes_max:
            payloads += _fragments(nal, payload_bytes_max)
        else:
            together.append(nal)
            size += needed
    if together:
        payloads.append(_aggregated(together))
    return payloads


def fmtp(stream: H264) -> str:
    """The format parameters of a stream (§8.1, §8.2.1)."""
    sets = ",".join(base64.b64encode(one).decode() for one in (stream.sps, stream.pps))
    return f"packetization-mode=1;profile-level-id={stream.sps[1:4].hex().upper()};sprop-parameter-sets={sets}"


def _aggregated(nals: list[bytes]) -> bytes:
    if len(nals) == 1:
        return nals[0]
    # Forbidden bit and importance are the highest of what is in it (§5.7).
    forbidden = max(nal[0] & 0x80 for nal in nals)
    importance = max(nal[0] & 0x60 for nal in nals)
    parts = [bytes((forbidden | importance | _STAP_A,))]
    for nal in nals:
        parts += (len(nal).to_bytes(_SIZE_BYTES, "big"), nal)
    return b"".join(parts)


def _fragments(nal: bytes, payload_bytes_max: int) -> list[bytes]:
    indicator, kind = nal[0] & _FNRI | _FU_A, nal[0] & _TYPE
    room = payload_bytes_max - 2
    last = 1 + (len(nal) - 2) // room * room
    return [
        bytes((indicator, kind | (_START if begin == 1 else 0) | (_END if begin == last else 0)))
        + nal[begin : begin + room]
        for begin in range(1, len(nal), room)
    ]
