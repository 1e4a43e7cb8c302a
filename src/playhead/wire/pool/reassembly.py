"""Puts a stream's bytes in order that came over several links, or twice.

What comes in order is handed on as it is. What comes early is copied and kept; the credit of the stream bounds it.
"""

from bisect import bisect_right
from dataclasses import dataclass

from playhead.base.errors import ProtocolError
from playhead.wire.pool.limits import MAX_EARLY_PIECES, MAX_OFFSET


@dataclass(slots=True)
class Reassembly:
    """The receiving side of one stream's order."""

    next: int = 0
    """Everything before was handed on."""
    end: int | None = None
    """Where the stream ends, once that is known."""
    reached: int = 0
    """The largest offset that was seen."""
    held_bytes: int = 0
    """What waits for something before it."""
    _early: list[tuple[int, bytearray]] | tuple[()] = ()
    """By offset; they do not overlap. Most streams never have any, and so no list."""

    @property
    def complete(self) -> bool:
        """Whether all of it was handed on."""
        return self.next == self.end

    def add(self, offset: int, data: memoryview, *, limit: int, last: bool) -> list[memoryview]:
        """What can be handed on now that ``data`` has come.

        Args:
            offset: of the first byte of ``data`` in the stream.
            data: valid until the caller goes on with its buffer.
            limit: how far the peer may send.
            last: whether the stream ends with ``data``.

        Raises:
            ProtocolError: ``pool.window`` beyond the limit, ``pool.end`` beyond the end or with two ends,
                ``pool.pieces`` with too many holes.
        """
        stop = offset + len(data)
        if stop > limit or stop > MAX_OFFSET:
            raise ProtocolError("pool.window", "The peer has sent more than it was allowed to.")
        if (self.end is not None and (stop > self.end or (last and stop != self.end))) or (
            last and stop < self.reached
        ):
            raise ProtocolError("pool.end", "A stream goes on beyond its end.")
        if last:
            self.end = stop
        self.reached = max(self.reached, stop)
        if offset > self.next:
            self._keep(offset, bytes(data))
            return []
        fresh: list[memoryview] = []
        if stop > self.next:
            fresh.append(data[self.next - offset :])
            self.next = stop
        while self._early and self._early[0][0] <= self.next:
            offset, kept = self._early.pop(0)
            self.held_bytes -= len(kept)
            if offset + len(kept) > self.next:
                fresh.append(memoryview(kept)[self.next - offset :])
                self.next = offset + len(kept)
        return fresh

    def drop(self) -> None:
        """Forget what waits for something before it."""
        self._early = ()
        self.held_bytes = 0

    def _keep(self, offset: int, data: bytes) -> None:
        """Keep only what is not kept yet: what comes again and again must not pile up."""
        early = self._early = self._early or []
        at = bisect_right(early, offset, key=lambda kept: kept[0])
        if at:
            before, kept = early[at - 1]
            known = min(max(before + len(kept) - offset, 0), len(data))
            offset, data = offset + known, data[known:]
        while data and at < len(early) and early[at][0] < offset + len(data):
            after, kept = early[at]
            if after > offset:
                at = self._insert(early, at, offset, data[: after - offset])
            known = min(after + len(kept) - offset, len(data))
            offset, data = offset + known, data[known:]
            at += 1
        if data:
            self._insert(early, at, offset, data)
        if len(early) > MAX_EARLY_PIECES:
            raise ProtocolError("pool.pieces", "A stream comes in too many pieces, and none where it should go on.")

    def _insert(self, early: list[tuple[int, bytearray]], at: int, offset: int, data: bytes) -> int:
        """Keep a piece before the one at ``at``, or as part of the one before that; where the one at ``at`` is now."""
        self.held_bytes += len(data)
        if at and early[at - 1][0] + len(early[at - 1][1]) == offset:
            early[at - 1][1].extend(data)
            return at
        early.insert(at, (offset, bytearray(data)))
        return at + 1
