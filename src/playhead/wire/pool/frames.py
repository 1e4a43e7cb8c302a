"""Frames: how a link's bytes are cut (docs/wire/pool.md §2).

Sixteen bytes, ``type u8 ‖ length u24 ‖ stream u32 ‖ value u64``, big-endian, then ``length`` bytes of payload. A frame
that breaks a limit is refused when its head is there. The payload of `DATA` is handed on piece by piece as it arrives,
as views of what was received; all other payloads are small and handed on whole.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.pool.limits import (
    MAX_CODE_BYTES,
    MAX_DATA_BYTES,
    MAX_GREETING_BYTES,
    MAX_OFFSET,
    MAX_OPEN_BYTES,
)

HEAD: Final = struct.Struct(">IIQ")
HEAD_BYTES: Final = HEAD.size


class FrameType(IntEnum):
    """The first byte of a frame."""

    HELLO = 1
    WELCOME = 2
    OPEN = 4
    """Begins a stream. ``value``: how much the peer may send on it; ``length`` includes its first data, from offset
    0."""
    OPEN_END = 5
    """The same, and there will be no more data this way."""
    DATA = 6
    """``value``: the offset of the first byte in the stream."""
    DATA_END = 7
    """The same, and these were the last."""
    WINDOW = 8
    """``value``: how far the peer may send, as an offset in the stream."""
    RESET = 9
    """Ends a stream both ways, at once. Payload: the code of the reason."""
    ACK = 16
    """``value``: bytes of this link that were received, from its beginning."""
    PING = 17
    """``value`` comes back in `PONG`, ahead of everything."""
    PONG = 18
    DRAIN = 19
    """No new streams to the sender, please. Payload: a code."""
    GOODBYE = 20
    """The last frame of a link. Payload: a code."""


OF_LINK: Final = frozenset(
    {
        FrameType.HELLO,
        FrameType.WELCOME,
        FrameType.ACK,
        FrameType.PING,
        FrameType.PONG,
        FrameType.DRAIN,
        FrameType.GOODBYE,
    }
)
"""Types that speak of the link, so that the stream is 0."""

MAX_PAYLOAD: Final[dict[int, int]] = {
    FrameType.HELLO: MAX_GREETING_BYTES,
    FrameType.WELCOME: MAX_GREETING_BYTES,
    FrameType.OPEN: MAX_OPEN_BYTES,
    FrameType.OPEN_END: MAX_OPEN_BYTES,
    FrameType.DATA: MAX_DATA_BYTES,
    FrameType.DATA_END: MAX_DATA_BYTES,
    FrameType.WINDOW: 0,
    FrameType.RESET: MAX_CODE_BYTES,
    FrameType.ACK: 0,
    FrameType.PING: 0,
    FrameType.PONG: 0,
    FrameType.DRAIN: MAX_CODE_BYTES,
    FrameType.GOODBYE: MAX_CODE_BYTES,
}

_FOREIGN = {
    b"\x16\x03": "The peer speaks TLS, but this end is configured for plain TCP.",
    b"HTTP": "The peer answers in HTTP where the pool protocol was to begin: is there a proxy in between?",
    b"GET ": "The peer speaks HTTP where the pool protocol was to begin.",
    b"SSH-": "The peer speaks SSH; this port takes the pool protocol.",
}


@dataclass(slots=True)
class Frame:
    """A frame, or a piece of one's data. ``payload`` is valid until the reader goes on."""

    type: FrameType
    stream: int
    value: int
    payload: memoryview


def head(kind: FrameType, stream: int, value: int, size: int = 0) -> bytes:
    """The sixteen bytes before a payload of ``size`` bytes."""
    return HEAD.pack(kind << 24 | size, stream, value)


@dataclass(slots=True)
class FrameReader:
    """Cuts a link's bytes into frames. Holds at most one that is not `DATA`, and of that no more than its limit."""

    _partial: bytearray = field(default_factory=bytearray)
    _type: FrameType = FrameType.DATA
    _stream: int = 0
    _offset: int = 0
    _left: int = 0
    """Of a `DATA` payload that has begun."""
    _begun: bool = False

    @property
    def held_bytes(self) -> int:
        """Bytes of a frame that is not whole yet."""
        return len(self._partial)

    @property
    def between_frames(self) -> bool:
        """Whether nothing is missing of the last frame."""
        return not self._partial and not self._left

    def read(self, data: Buffer) -> Iterator[Frame]:
        """The frames and pieces of data that ``data`` brings. The iteration must be used up, or the reader be dropped.

        Raises:
            ProtocolError: ``pool.foreign``, ``pool.frame_type``, ``pool.frame_too_large``, ``pool.frame``.
        """
        view = memoryview(data)
        at, size = 0, len(view)
        while at < size:
            if self._left:
                end = min(at + self._left, size)
                yield self._piece(view[at:end])
                at = end
            elif self._partial or size - at < HEAD_BYTES:
                at += self._gather(view[at:])
                whole = self._gathered()
                if whole is not None:
                    yield whole
            else:
                kind, stream, value, length = self._head(view, at)
                if kind in {FrameType.DATA, FrameType.DATA_END} and length:
                    self._type, self._stream, self._offset, self._left = kind, stream, value, length
                    at += HEAD_BYTES
                elif size - at - HEAD_BYTES >= length:
                    at += HEAD_BYTES + length
                    yield Frame(kind, stream, value, view[at - length : at])
                else:
                    self._partial += view[at:]
                    at = size

    def _piece(self, view: memoryview) -> Frame:
        self._left -= len(view)
        offset = self._offset
        self._offset += len(view)
        return Frame(FrameType.DATA if self._left else self._type, self._stream, offset, view)

    def _gather(self, view: memoryview) -> int:
        """Take what is missing of the head, or else of the payload; how much that was."""
        missing = HEAD_BYTES - len(self._partial)
        if missing <= 0:
            missing = HEAD_BYTES + self._head(memoryview(self._partial), 0)[3] - len(self._partial)
        taken = view[:missing]
        self._partial += taken
        return len(taken)

    def _gathered(self) -> Frame | None:
        if len(self._partial) < HEAD_BYTES:
            self._refuse_foreign()
            return None
        whole = memoryview(self._partial)
        kind, stream, value, length = self._head(whole, 0)
        if kind in {FrameType.DATA, FrameType.DATA_END} and length:
            self._type, self._stream, self._offset, self._left = kind, stream, value, length
        elif len(whole) < HEAD_BYTES + length:
            return None
        self._partial = bytearray()
        return None if self._left else Frame(kind, stream, value, whole[HEAD_BYTES:])

    def _head(self, view: memoryview, at: int) -> tuple[FrameType, int, int, int]:
        first, stream, value = HEAD.unpack_from(view, at)
        length = first & 0xFFFFFF
        limit = MAX_PAYLOAD.get(first >> 24)
        if limit is None:
            self._refuse_foreign(bytes(view[at : at + 4]))
            raise ProtocolError("pool.frame_type", f"There is no frame type {first >> 24}.")
        kind = FrameType(first >> 24)
        if length > limit:
            raise ProtocolError("pool.frame_too_large", f"A {kind.name} frame of {length} bytes is beyond {limit}.")
        if value > MAX_OFFSET or (stream == 0) != (kind in OF_LINK):
            raise ProtocolError("pool.frame", f"The head of a {kind.name} frame makes no sense.")
        if not self._begun:
            self._begun = True
            if kind not in {FrameType.HELLO, FrameType.WELCOME, FrameType.GOODBYE}:
                raise ProtocolError("pool.order", f"A link cannot begin with {kind.name}.")
        return kind, stream, value, length

    def _refuse_foreign(self, beginning: bytes | None = None) -> None:
        if not self._begun:
            begins = bytes(self._partial[:4]) if beginning is None else beginning
            for sign, text in _FOREIGN.items():
                if begins.startswith(sign):
                    raise ProtocolError("pool.foreign", text)
