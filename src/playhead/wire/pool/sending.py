"""The sending half of a link: from whose turn it is to bytes to write (docs/wire/pool.md §7).

Bytes go out in this order: answers to pings and acknowledgements, small frames about streams, then streams by their
turn. Payloads are passed on by reference, as a list for ``writev``; only short ones are copied behind their head.
"""

from collections import deque
from typing import Final, Protocol

from playhead.base.errors import ProtocolError
from playhead.wire.pool.classes import Urgency
from playhead.wire.pool.flight import Flight, Sent
from playhead.wire.pool.frames import HEAD_BYTES, FrameType, head
from playhead.wire.pool.governor import Governor
from playhead.wire.pool.limits import (
    ACK_BYTES,
    ACK_DELAY_US,
    MAX_DATA_BYTES,
    MAX_FIRST_BYTES,
    MAX_QUEUED_FRAMES,
    QUANTUM_BYTES_MIN,
    SPARSE_BYTES,
)
from playhead.wire.pool.messages import encode
from playhead.wire.pool.metrics import Traffic
from playhead.wire.pool.path import Path
from playhead.wire.pool.schedule import Scheduler, Turn
from playhead.wire.pool.stream import Stream
from playhead.wire.pool.window import Budget

Chunk = bytes | memoryview

COPIED_BYTES: Final = 512
"""A payload up to this is cheaper to copy behind its head than to hand over by itself."""


class Owner(Protocol):
    """What a link's sending half takes from its pool."""

    retained: Budget
    governor: Governor
    traffic: dict[Urgency, Traffic]

    def note_full(self, stream: Stream) -> None:
        """Too much is retained: wake this stream when it is less."""
        ...

    def note_acknowledged(self, frame: Sent, now_us: int) -> None:
        """The peer has this frame."""
        ...

    def note_end_sent(self, stream: Stream) -> None:
        """All of it was sent."""
        ...


class Sending:
    """What one link sends."""

    def __init__(self) -> None:
        self.path = Path()
        self.flight = Flight()
        self.scheduler = Scheduler()
        self.owner: Owner | None = None
        self.received = 0
        """Bytes that came on this link."""
        self._acknowledged = 0
        self._ack_due_us: int | None = None
        self._bulk_due_us: int | None = None
        self._pong: int | None = None
        self._plain: list[Chunk] = []
        self._small: deque[Sent] = deque()
        self._windows: dict[int, Stream] = {}

    @property
    def bulk_due_us(self) -> int | None:
        """When `data_to_send` has bulk that waits for the governor."""
        return self._bulk_due_us

    @property
    def ack_due_us(self) -> int | None:
        """When `data_to_send` has an acknowledgement at the latest."""
        return self._ack_due_us

    # What is to be sent

    def say(self, kind: FrameType, payload: bytes = b"", value: int = 0) -> None:
        """Queue a frame about the link itself, of which there are few."""
        self._plain.append(head(kind, 0, value, len(payload)) + payload)

    def answer_ping(self, value: int) -> None:
        """Only the newest ping is answered: a peer that does not read cannot pile up answers."""
        self._pong = value

    def note_received(self, size: int) -> None:
        """So much came."""
        self.received += size

    def note_eliciting(self, now_us: int) -> None:
        """It wants to be acknowledged."""
        if self._ack_due_us is None:
            self._ack_due_us = now_us + ACK_DELAY_US

    def reset(self, stream: int, code: str, urgency: Urgency) -> None:
        """End a stream. It outlives the link: its number must not stay unused, or the peer would wait for it.

        Raises:
            ProtocolError: ``pool.flood`` where the peer makes us say too much and reads none of it.
        """
        if len(self._small) >= MAX_QUEUED_FRAMES:
            raise ProtocolError("pool.flood", "The peer asks and does not read the answers.")
        self._small.append(Sent(FrameType.RESET, stream, 0, code.encode(), urgency, keep=True))

    def repeat(self, frames: list[Sent]) -> None:
        """Send again what was lost with another link."""
        for frame in frames:
            if frame.type is FrameType.RESET:
                self._small.append(frame)
            else:
                self.scheduler.queues[frame.urgency].again.append(frame)

    def tell_window(self, stream: Stream) -> None:
        """The peer may send more."""
        self._windows[stream.id] = stream

    def forget(self, stream: Stream) -> None:
        """It has nothing more to say."""
        self._windows.pop(stream.id, None)
        self.scheduler.remove(stream)

    def lost(self) -> list[Sent]:
        """The link is gone: what has to be sent again elsewhere, in order."""
        waiting = [frame for queue in self.scheduler.queues for frame in queue.again]
        return [frame for frame in [*self.flight.frames, *waiting, *self._small] if frame.keep]

    # What comes back

    def acknowledge(self, received: int, now_us: int) -> None:
        """The peer has so many bytes of this link.

        Raises:
            ProtocolError: ``pool.ack``.
        """
        done = self.flight.acknowledge(received, before=self.path.delivered, sent=self.path.sent)
        self.path.acknowledge(received, now_us, done[-1].mark if done else None)
        owner = self.owner
        if owner is None:
            return
        for frame in done:
            owner.note_acknowledged(frame, now_us)

    # Bytes

    def data_to_send(self, now_us: int, room: int) -> list[Chunk]:
        """What to write now: about ``room`` bytes of streams, and all that may not wait."""
        out, self._plain = self._plain, []
        self.path.sent += sum(map(len, out))
        if self._pong is not None:
            self._put_plain(out, head(FrameType.PONG, 0, self._pong))
            self._pong = None
        if self._ack_is_due(now_us):
            self._acknowledged, self._ack_due_us = self.received, None
            self._put_plain(out, head(FrameType.ACK, 0, self.received))
        owner = self.owner
        if owner is None:
            return out
        while self._small:
            self._put(out, self._small.popleft(), now_us)
        if self._windows:
            windows, self._windows = self._windows, {}
            for stream in windows.values():
                frame = Sent(FrameType.WINDOW, stream.id, stream.window.limit, b"", stream.urgency, keep=False)
                self._put(out, frame, now_us)
        self.scheduler.sparse_bytes = min(self.path.quantum_bytes(now_us), SPARSE_BYTES)
        self._put_streams(out, owner, now_us, room)
        return out

    def _put_streams(self, out: list[Chunk], owner: Owner, now_us: int, room: int) -> None:
        while room > 0 and self.scheduler:
            size = self._put_next(out, owner, now_us, room)
            if size is None:
                return
            room -= size
        if not self.scheduler:
            self._bulk_due_us = None
            if room > 0 and self.path.flight_bytes < self.path.flight_bytes_max(now_us):
                self.path.note_idle()

    def _ack_is_due(self, now_us: int) -> bool:
        if self.received - self._acknowledged >= ACK_BYTES:
            return True
        due_us = self._ack_due_us
        return due_us is not None and (now_us >= due_us or bool(self._small or self._windows or self.scheduler))

    def _put_plain(self, out: list[Chunk], data: bytes) -> None:
        self.path.sent += len(data)
        out.append(data)

    def _put(self, out: list[Chunk], frame: Sent, now_us: int) -> int:
        """Send a frame and remember it until it is acknowledged; its size."""
        size = HEAD_BYTES + len(frame.payload)
        first = head(frame.type, frame.stream, frame.value, len(frame.payload))
        if len(frame.payload) <= COPIED_BYTES:
            out.append(first + frame.payload)
        else:
            out += (first, frame.payload)
        frame.mark = self.path.send(size, now_us, first=not self.flight)
        frame.end = self.path.sent
        if not frame.keep:
            frame.payload = b""
        self.flight.frames.append(frame)
        return size

    def _put_next(self, out: list[Chunk], owner: Owner, now_us: int, room: int) -> int | None:
        """Let whoever's turn it is send; how much that was, or None where it is nobody's."""
        path = self.path
        most, quantum = path.flight_bytes_max(now_us), path.quantum_bytes(now_us)
        space = most - path.flight_bytes
        # Not by each little that is acknowledged: a frame for that would cost as much as a long one.
        self._bulk_due_us = owner.governor.due_us(now_us) if self.scheduler.has_bulk else None
        governed = self._bulk_due_us is not None
        turn = self.scheduler.pick(quantum, capped=space < min(quantum, most // 4), governed=governed)
        if turn is None:
            if space > 0:
                path.note_idle()
            return None
        allowance = min(turn.allowance, max(room, QUANTUM_BYTES_MIN))
        if turn.sparse:
            path.note_urgent(now_us)
        else:
            allowance = min(allowance, max(space, QUANTUM_BYTES_MIN))
        if turn.queue.urgency is Urgency.BULK and (room_of_bulk := owner.governor.room(now_us)) is not None:
            allowance = min(allowance, room_of_bulk)
        if turn.stream is None:
            size = self._put_again(out, owner, turn, allowance, now_us)
        else:
            size = self._put_stream(out, owner, turn.stream, allowance, now_us)
        if size:
            self.scheduler.sent(turn, size, now_us)
            owner.governor.note_sent(size, now_us)
        return size

    def _put_again(self, out: list[Chunk], owner: Owner, turn: Turn, allowance: int, now_us: int) -> int:
        frame = turn.queue.again.popleft()
        rest = frame.split(allowance)
        if rest is not None:
            turn.queue.again.appendleft(rest)
        owner.traffic[frame.urgency].repeated_bytes += len(frame.payload)
        return self._put(out, frame, now_us)

    def _put_stream(self, out: list[Chunk], owner: Owner, stream: Stream, allowance: int, now_us: int) -> int:
        """Send of a stream what it has and may; where that is nothing, it waits no more."""
        if stream.resumable and not owner.retained.left_bytes:
            self.scheduler.remove(stream)
            owner.note_full(stream)
            return 0
        opening, stream.opening = stream.opening, None
        allowed = min(allowance, stream.limit - stream.offset, MAX_DATA_BYTES if opening is None else MAX_FIRST_BYTES)
        data = stream.source.read(allowed) if allowed > 0 else b""
        last = stream.ending and stream.source.drained
        if not data and not last and opening is None:
            self.scheduler.remove(stream)
            return 0
        kept = stream.resumable
        if opening is None:
            kind = FrameType.DATA_END if last else FrameType.DATA
            frame = Sent(kind, stream.id, stream.offset, data, stream.urgency, kept)
        else:
            words = encode(opening)
            kind = FrameType.OPEN_END if last else FrameType.OPEN
            whole = len(words).to_bytes(2, "big") + words + data
            frame = Sent(kind, stream.id, stream.window.limit, whole, stream.urgency, kept)
        stream.offset += len(data)
        owner.traffic[stream.urgency].sent_bytes += len(data)
        if kept:
            owner.retained.used_bytes += len(frame.payload)
        if last:
            stream.end_sent = True
        if last or stream.source.drained or stream.offset >= stream.limit:
            self.scheduler.remove(stream)
        size = self._put(out, frame, now_us)
        if last:
            owner.note_end_sent(stream)
        return size
