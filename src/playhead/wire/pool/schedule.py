"""Who goes next on a link (docs/wire/pool.md §7).

Classes go by their urgency, with a floor so that none starves. Within a class what has to be sent again goes first, for
it is the oldest; then streams that were silent a moment ago (sparse), then the others by turns.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from playhead.wire.pool.classes import Urgency
from playhead.wire.pool.flight import Sent
from playhead.wire.pool.limits import FLOOR_SHARE, SPARSE_BYTES, SPARSE_IDLE_US
from playhead.wire.pool.stream import Stream


@dataclass(slots=True, eq=False)
class Queue:
    """What waits in one class."""

    urgency: Urgency
    again: deque[Sent] = field(default_factory=deque[Sent])
    sparse: deque[Stream] = field(default_factory=deque[Stream])
    backlog: deque[Stream] = field(default_factory=deque[Stream])
    owed: float = 0.0
    """What it may have before higher classes."""


@dataclass(slots=True)
class Turn:
    """Whose turn it is: of a stream, or of a frame that is sent again."""

    queue: Queue
    stream: Stream | None
    allowance: int
    sparse: bool


class Scheduler:
    """The streams of one link that have something to send."""

    def __init__(self) -> None:
        self.sparse_bytes = SPARSE_BYTES
        """What a sparse stream may send ahead of its class."""
        self.queues = [Queue(urgency) for urgency in Urgency]
        self._known: dict[int, deque[Stream]] = {}
        """By number, in which line a stream stands."""

    def __bool__(self) -> bool:
        return bool(self._known) or any(queue.again for queue in self.queues)

    def __len__(self) -> int:
        """Streams that wait."""
        return len(self._known)

    def __contains__(self, stream: Stream) -> bool:
        return stream.id in self._known

    def add(self, stream: Stream, now_us: int) -> None:
        """It has something to send, or may have."""
        if stream.id in self._known:
            return
        if now_us - stream.active_at_us >= SPARSE_IDLE_US:
            stream.sparse_bytes = self.sparse_bytes
        queue = self.queues[stream.urgency]
        self._known[stream.id] = line = queue.sparse if stream.sparse_bytes > 0 else queue.backlog
        line.append(stream)

    def remove(self, stream: Stream) -> None:
        """It has nothing more to send, or may not."""
        line = self._known.pop(stream.id, None)
        if line is not None:
            line.remove(stream)

    def streams(self) -> Iterator[Stream]:
        """All that wait."""
        for queue in self.queues:
            yield from queue.sparse
            yield from queue.backlog

    @property
    def has_bulk(self) -> bool:
        """Whether bulk waits."""
        queue = self.queues[Urgency.BULK]
        return bool(queue.again or queue.sparse or queue.backlog)

    def pick(self, quantum: int, *, capped: bool, governed: bool = False) -> Turn | None:
        """Whose turn it is; None where nobody may send.

        Args:
            quantum: how long a frame of bulk may be.
            capped: whether enough is on its way, so that only sparse streams of the most urgent classes may go.
            governed: whether bulk has to wait, for it had as much as the site allows.
        """
        chosen: Turn | None = None
        for queue in self.queues[: Urgency.BULK] if governed else self.queues:
            if chosen is None:
                pressing = queue.again and queue.urgency <= Urgency.INTERACTIVE
                chosen = self._of(queue, quantum, capped=capped and not pressing)
            elif queue.owed >= quantum and not chosen.sparse:
                late = self._of(queue, quantum, capped=capped)
                if late is not None:
                    return late
        return chosen

    def sent(self, turn: Turn, size: int, now_us: int) -> None:
        """What came of a turn: so many bytes went out."""
        queue, stream = turn.queue, turn.stream
        queue.owed = max(queue.owed - size, 0.0)
        for lower in self.queues[queue.urgency + 1 :]:
            waiting = lower.again or lower.sparse or lower.backlog
            lower.owed = lower.owed + size * FLOOR_SHARE if waiting else 0.0
        if stream is None:
            return
        stream.active_at_us = now_us
        stream.sparse_bytes -= size
        if stream.id not in self._known:
            return
        if not turn.sparse:
            queue.backlog.rotate(-1)
        elif stream.sparse_bytes <= 0:
            self._demote(queue)

    def _demote(self, queue: Queue) -> None:
        """The first sparse stream is one of the others from now on."""
        stream = queue.sparse.popleft()
        queue.backlog.append(stream)
        self._known[stream.id] = queue.backlog

    def _of(self, queue: Queue, quantum: int, *, capped: bool) -> Turn | None:
        if queue.again:
            return None if capped else Turn(queue, None, quantum, sparse=False)
        while queue.sparse and queue.sparse[0].sparse_bytes <= 0:  # it has used that up on another link
            self._demote(queue)
        if queue.sparse:
            if capped and queue.urgency > Urgency.INTERACTIVE:
                return None
            stream = queue.sparse[0]
            return Turn(queue, stream, min(stream.sparse_bytes, quantum), sparse=True)
        if queue.backlog and not capped:
            return Turn(queue, queue.backlog[0], quantum, sparse=False)
        return None
