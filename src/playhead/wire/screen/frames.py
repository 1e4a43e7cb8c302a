"""Frames: how a byte stream is cut into messages (docs/wire/screen.md §3).

``length u32 ‖ type u8 ‖ payload``, big-endian; the length counts what follows it. A frame whose length breaks a limit
is refused when its first five bytes are there, before anything of it is kept.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.screen.limits import MAX_CONTROL_BYTES, MAX_OFFSET, MAX_RECORDS_BYTES
from playhead.wire.screen.messages import Records

CONTROL = 1
RECORDS = 2

_HEAD = struct.Struct(">IB")
_RECORDS = struct.Struct(">IQ")
_RECORDS_FRAME = struct.Struct(">IBIQ")

_FOREIGN = {
    b"\x16\x03": "The peer speaks TLS, but this end is configured for plain TCP.",
    b"GET ": "The peer speaks HTTP; this port takes the screen protocol.",
    b"POST": "The peer speaks HTTP; this port takes the screen protocol.",
    b"SSH-": "The peer speaks SSH; this port takes the screen protocol.",
}


def control_frame(payload: bytes) -> bytes:
    """One frame around an encoded control message."""
    return _HEAD.pack(len(payload) + 1, CONTROL) + payload


def records_head(message: Records) -> bytes:
    """The 17 bytes that come before the data of ``message``, which follows as it is."""
    return _RECORDS_FRAME.pack(len(message.data) + 13, RECORDS, message.channel, message.offset)


@dataclass(slots=True)
class FrameReader:
    """Cuts a byte stream into frames. Holds at most one incomplete frame.

    Both limits may be changed while it reads: strangers get less than peers.
    """

    max_control_bytes: int = MAX_CONTROL_BYTES
    max_records_bytes: int = MAX_RECORDS_BYTES
    _partial: bytearray = field(default_factory=bytearray)

    @property
    def held_bytes(self) -> int:
        """Bytes of the frame that is not whole yet."""
        return len(self._partial)

    def read(self, data: Buffer) -> Iterator[memoryview | Records]:
        """The frames that ``data`` completes: a control frame's payload, or `Records` with bytes of its own.

        A view is valid until the iteration goes on. The iteration must be used up, or the reader be dropped.

        Raises:
            ProtocolError: ``screen.foreign``, ``screen.frame_type``, ``screen.frame_too_large``, ``screen.frame``.
        """
        if self._partial:
            self._partial += memoryview(data)
            buffer = self._partial
            self._partial = bytearray()
        else:
            buffer = data
        view = memoryview(buffer).cast("B")
        position = 0
        while (head := self._head(view, position)) is not None:
            kind, size = head
            end = position + 4 + size
            if end > len(view):
                break
            payload = view[position + 5 : end]
            position = end
            yield payload if kind == CONTROL else _records(payload)
        if position < len(view):
            self._partial += view[position:]

    def _head(self, view: memoryview, position: int) -> tuple[int, int] | None:
        """Type and length of the frame at ``position``; None where its head is not whole."""
        if len(view) - position < _HEAD.size:
            return None
        size, kind = _HEAD.unpack_from(view, position)
        if kind == CONTROL:
            least, most = 2, self.max_control_bytes + 1
        elif kind == RECORDS:
            if not self.max_records_bytes:
                raise ProtocolError("screen.order", "Records cannot come before Welcome.")
            least, most = _RECORDS.size + 2, self.max_records_bytes + _RECORDS.size + 1
        else:
            fault = ProtocolError("screen.frame_type", f"Frame type {kind} is unknown.")
            raise _foreign(view[position : position + 4]) or fault
        if size > most:
            fault = ProtocolError("screen.frame_too_large", f"A frame of {size} bytes where {most} are allowed.")
            raise _foreign(view[position : position + 4]) or fault
        if size < least:
            raise ProtocolError("screen.frame", f"A frame of type {kind} cannot have {size} bytes.")
        return kind, size


def _records(payload: memoryview) -> Records:
    channel, offset = _RECORDS.unpack_from(payload)
    data = bytes(payload[_RECORDS.size :])
    if offset > MAX_OFFSET - len(data):
        raise ProtocolError("screen.offset", f"Offset {offset} is beyond any file.")
    return Records(channel, offset, data)


def _foreign(start: memoryview) -> ProtocolError | None:
    """The error for a peer that evidently speaks something else, so that a support person sees it at once."""
    for mark, message in _FOREIGN.items():
        if bytes(start).startswith(mark):
            return ProtocolError("screen.foreign", message)
    return None
