"""One stream as its pool keeps it. What is done with it, `Pool` does."""

from sys import intern

from playhead.wire.pool.classes import Urgency
from playhead.wire.pool.limits import SPARSE_BYTES, SPARSE_IDLE_US
from playhead.wire.pool.messages import Opening
from playhead.wire.pool.reassembly import Reassembly
from playhead.wire.pool.sources import Source
from playhead.wire.pool.window import Window


class Stream:
    """A stream of bytes both ways.

    Args:
        number: as on the wire.
        opening: what it says about itself.
        source: what it sends from.
        limit: how far the peer lets us send.
        window: how far we let the peer send, at first.
    """

    __slots__ = (
        "__weakref__",
        "active_at_us",
        "end_sent",
        "ending",
        "home",
        "id",
        "kind",
        "known",
        "limit",
        "offset",
        "opening",
        "order",
        "over",
        "owner",
        "resumable",
        "source",
        "sparse_bytes",
        "urgency",
        "window",
    )

    def __init__(self, number: int, opening: Opening, source: Source, *, limit: int, window: int) -> None:
        self.id = number
        self.kind = intern(opening.kind)  # thousands of streams are of few kinds
        self.urgency: Urgency = opening.urgency
        self.resumable = opening.resumable
        self.source = source
        self.home: object = None
        """The link on which it sends; None while there is none."""
        self.opening: Opening | None = None
        """To be said yet."""
        self.known = True
        """Whether the peer has certainly heard of it, so that it may send on any link."""
        self.offset = 0
        """Bytes sent."""
        self.limit = limit
        self.ending = False
        """There will be no more than what ``source`` has."""
        self.end_sent = False
        self.over = False
        """Done both ways, or reset: the pool has forgotten it."""
        self.owner: object = None
        """Whatever whoever uses the pool wants to find there."""
        self.order = Reassembly()
        self.window = Window(limit=window, size=window, floor=window)
        self.active_at_us = -SPARSE_IDLE_US
        self.sparse_bytes = SPARSE_BYTES

    @property
    def unread_bytes(self) -> int:
        """What was handed on and not reported as consumed, and what waits for something before it."""
        return self.order.next - self.window.consumed + self.order.held_bytes

    @property
    def received(self) -> int:
        """Bytes handed on to the owner."""
        return self.order.next
