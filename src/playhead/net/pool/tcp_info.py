"""What the system knows of a TCP connection: ``TCP_INFO`` of Linux (tcp(7), ``struct tcp_info`` in linux/tcp.h)."""

import asyncio
import socket
import struct
import sys
from typing import Final, cast

from playhead.wire.pool import Packets

_BYTES: Final = 160
_ROUND_TRIP: Final = struct.Struct("=68xI")
_REPEATED: Final = struct.Struct("=100xI")
_ROUND_TRIP_MIN: Final = struct.Struct("=148xI")
_SENT: Final = struct.Struct("=156xI")


def packets_of(transport: asyncio.BaseTransport) -> Packets | None:
    """What a connection sent and lost; None where the system does not tell."""
    connection = cast("socket.socket | None", transport.get_extra_info("socket"))
    if connection is None or sys.platform != "linux":
        return None
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES)
    except OSError:  # it is not TCP, or gone
        return None
    if len(told) < _BYTES:
        return None
    (sent,), (repeated,) = _SENT.unpack_from(told), _REPEATED.unpack_from(told)
    (round_trip_us,), (round_trip_us_min,) = _ROUND_TRIP.unpack_from(told), _ROUND_TRIP_MIN.unpack_from(told)
    return Packets(sent, repeated, round_trip_us, round_trip_us_min)
