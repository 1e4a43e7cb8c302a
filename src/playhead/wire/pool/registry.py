"""The open streams of a pool with their numbers, and what of theirs was received and not used yet."""

from collections.abc import Iterator

from playhead.base.errors import ProtocolError
from playhead.wire.pool.classes import Role, Urgency
from playhead.wire.pool.events import Data, Ended, Event
from playhead.wire.pool.frames import Frame, FrameType
from playhead.wire.pool.metrics import Traffic
from playhead.wire.pool.numbers import Given, Seen, first_number
from playhead.wire.pool.stream import Stream
from playhead.wire.pool.window import Budget


class Registry:
    """Streams of one end of a pool.

    Args:
        role: which end.
        memory_bytes: by how much windows may grow, together, and how much may be received and not consumed.
    """

    def __init__(self, role: Role, memory_bytes: int) -> None:
        self.streams: dict[int, Stream] = {}
        self.traffic = {urgency: Traffic() for urgency in Urgency}
        self.given = Given(first_number(role))
        self.opened = {Role.DIALER: 0, Role.ACCEPTOR: 0}
        """Open streams by which end opened them."""
        self.unread_bytes = 0
        self._role = role
        self._seen = Seen(first_number(role.peer))
        self._memory_bytes = memory_bytes
        self._budget = Budget(memory_bytes)

    @property
    def too_full(self) -> bool:
        """Whether more was received and not consumed than may be."""
        return self.unread_bytes > self._memory_bytes

    def add(self, stream: Stream) -> None:
        """It is open from now on."""
        self.streams[stream.id] = stream
        self.opened[self._opener(stream.id)] += 1
        self.traffic[stream.urgency].opened += 1

    def remove(self, stream: Stream, *, broken: bool) -> None:
        """It is over. What was handed on stays counted until it is consumed, unless it was broken off."""
        stream.over = True
        del self.streams[stream.id]
        self.opened[self._opener(stream.id)] -= 1
        stream.window.release(self._budget)
        if broken:
            self.traffic[stream.urgency].broken += 1
            self.unread_bytes -= stream.unread_bytes
            stream.order.drop()
            stream.window.consumed = stream.received

    def is_new(self, number: int) -> bool:
        """Whether the peer opens a stream by this number for the first time, from now on no more.

        Raises:
            ProtocolError: ``pool.stream`` where it may not open it.
        """
        if self._role.opens(number):
            raise ProtocolError("pool.stream", f"Stream {number} is not the peer's to open.")
        if number in self._seen:
            return False
        self._seen.add(number)
        return True

    def take_unknown(self, frame: Frame) -> None:
        """A frame of a stream that is not open: late, or a fault.

        Raises:
            ProtocolError: ``pool.stream`` where there never was such a stream.
        """
        if self._role.opens(frame.stream):
            if frame.stream >= self.given.next:
                raise ProtocolError("pool.stream", f"Stream {frame.stream} was never opened.")
        elif frame.type is FrameType.RESET:  # it was given up before it came to be opened, or overtook that
            self.is_new(frame.stream)
        elif frame.stream not in self._seen:
            raise ProtocolError("pool.stream", f"Stream {frame.stream} was never opened.")

    def take_data(self, stream: Stream, offset: int, data: memoryview, *, last: bool) -> Iterator[Event]:
        """What comes of data for a stream.

        Raises:
            ProtocolError: ``pool.window``, ``pool.end``.
        """
        order = stream.order
        was_complete, before = order.complete, stream.unread_bytes
        pieces = order.add(offset, data, limit=stream.window.limit, last=last)
        self.unread_bytes += stream.unread_bytes - before
        traffic = self.traffic[stream.urgency]
        for piece in pieces:
            traffic.received_bytes += len(piece)
            yield Data(stream, piece)
        if order.complete and not was_complete:
            yield Ended(stream)

    def consume(self, stream: Stream, size: int, now_us: int, round_trip_us: int | None) -> bool:
        """The owner used so much; returns whether the peer is to be told of a new limit."""
        unused = stream.received - stream.window.consumed
        if size > unused and not stream.over:
            raise AssertionError(f"{size} bytes are consumed of {unused}")
        size = min(size, unused)
        self.unread_bytes -= size
        if stream.over or stream.order.end is not None:
            stream.window.consumed += size
            return False
        return stream.window.consume(size, now_us, round_trip_us, self._budget)

    def _opener(self, number: int) -> Role:
        return self._role if self._role.opens(number) else self._role.peer
