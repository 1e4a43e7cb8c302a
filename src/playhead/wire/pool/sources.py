"""Where a stream's bytes come from when it is its turn.

Nothing is queued by the pool: bytes are asked for when a link can take them and the stream is the one to go. So who
goes first is decided at the last moment, and whoever has the bytes is slowed down by not being asked.
"""

from collections import deque
from typing import Protocol

from typing_extensions import Buffer

from playhead.base.errors import LimitError
from playhead.wire.pool.limits import OUTGOING_BYTES


class Source(Protocol):
    """What a stream sends from. A socket, a file, or `Outgoing`."""

    def read(self, size_max: int) -> bytes | memoryview:
        """The next bytes, at most ``size_max``; none where there are none now.

        What is returned is written out later: it may not change until then, and for a resumable stream never.
        """
        ...

    @property
    def drained(self) -> bool:
        """Whether there is nothing more now. Whoever fills it calls `Stream.wake` when that changes."""
        ...


class Outgoing:
    """Bytes handed over by an owner in this process, without a copy, up to ``limit_bytes``."""

    __slots__ = ("_chunks", "limit_bytes", "size")

    def __init__(self, limit_bytes: int = OUTGOING_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.size = 0
        """Bytes not sent yet."""
        self._chunks: deque[memoryview] | None = None  # an empty one takes more than all else of an idle stream

    @property
    def room(self) -> int:
        """How many bytes fit in."""
        return max(self.limit_bytes - self.size, 0)

    @property
    def drained(self) -> bool:
        """Whether all was sent."""
        return not self._chunks

    def write(self, data: Buffer) -> None:
        """Take ``data`` by reference. It is taken whole while there is any room.

        Raises:
            LimitError: ``pool.outgoing`` where it is full.
        """
        view = memoryview(data)
        if not view.nbytes:
            return
        if not self.room:
            raise LimitError("pool.outgoing", "The stream holds as much as it may already.")
        if self._chunks is None:
            self._chunks = deque()
        self._chunks.append(view.cast("B"))
        self.size += view.nbytes

    def read(self, size_max: int) -> memoryview:
        """The next bytes, of one chunk."""
        if not self._chunks:
            return memoryview(b"")
        chunk = self._chunks[0]
        if len(chunk) <= size_max:
            self._chunks.popleft()
            if not self._chunks:
                self._chunks = None
        else:
            self._chunks[0] = chunk[size_max:]
            chunk = chunk[:size_max]
        self.size -= len(chunk)
        return chunk
