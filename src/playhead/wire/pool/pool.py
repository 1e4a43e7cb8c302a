"""One end of a pool: its streams over its links (docs/wire/pool.md).

    pool = Pool(Role.DIALER, name)                       # name: 16 bytes made by chance
    link = Link(Role.DIALER, lambda _: pool, now_us, pool.hello(slot=0))
    for event in link.receive_data(data, now_us): ...    # bytes in, events out
    stream = pool.open("upload", now_us, urgency=Urgency.BULK, resumable=True)
    pool.write(stream, data, now_us)
    connection.writelines(link.data_to_send(now_us))     # bytes to send, of every link, after every call

Time is given from outside, monotonic and in microseconds. What the peer does wrong ends a link or a stream; what we do
wrong is an `AssertionError`.
"""

from collections.abc import Iterator

from typing_extensions import Buffer

from playhead.base.errors import LimitError, ProtocolError, UnavailableError
from playhead.wire.pool.classes import Role, Urgency
from playhead.wire.pool.events import Broken, Draining, Event, LinkEnded, Opened
from playhead.wire.pool.flight import Sent
from playhead.wire.pool.frames import Frame, FrameType
from playhead.wire.pool.governor import Governor
from playhead.wire.pool.limits import (
    INITIAL_WINDOW_BYTES,
    MAX_STREAMS,
    MEMORY_BYTES,
    RESUME_US,
    RETAINED_BYTES_MAX,
)
from playhead.wire.pool.link import Link, code_of
from playhead.wire.pool.links import Links
from playhead.wire.pool.messages import Hello, Opening, Welcome, choose_version, decode_opening, shared_features
from playhead.wire.pool.metrics import Figures
from playhead.wire.pool.registry import Registry
from playhead.wire.pool.sources import Outgoing, Source
from playhead.wire.pool.stream import Stream
from playhead.wire.pool.window import Budget


class Pool:
    """One end of a pool.

    Args:
        role: which end.
        name: 16 bytes by which this end knows the pool; made by chance for each.
        window: bytes the peer may send on a new stream of its own.
        streams: how many the peer may have open.
        memory_bytes, retained_bytes: see `MEMORY_BYTES`, `RETAINED_BYTES_MAX`.
        resume_us: how long streams are kept without any link.
        governor: what holds bulk back; of this pool alone where none is given.
    """

    def __init__(
        self,
        role: Role,
        name: bytes,
        *,
        window: int = INITIAL_WINDOW_BYTES,
        streams: int = MAX_STREAMS,
        memory_bytes: int = MEMORY_BYTES,
        retained_bytes: int = RETAINED_BYTES_MAX,
        resume_us: int = RESUME_US,
        governor: Governor | None = None,
    ) -> None:
        self.role = role
        self.name = name
        self.peer: bytes | None = None
        """The peer's name of this pool; None before its first link."""
        self._links = Links()
        self.links = self._links.by_slot
        """By slot; the pool alone changes it."""
        self.draining, self.peer_drains = False, False
        """Whether the peer was asked for no new streams, and whether it takes none."""
        self.retained = Budget(retained_bytes)
        self.governor = governor or Governor()
        self._registry = Registry(role, memory_bytes)
        self.traffic = self._registry.traffic
        self.streams = self._registry.streams
        """Open ones, by number; the pool alone changes it."""
        self._window = window
        self._streams_max = streams
        self._peer_window = INITIAL_WINDOW_BYTES
        self._peer_streams_max = MAX_STREAMS
        self._resume_us = resume_us
        self._full: dict[int, Stream] = {}
        """Streams that wait until less is retained."""
        self._alone_at_us: int | None = None

    # Greetings

    def hello(self, slot: int) -> Hello:
        """What to dial with."""
        return Hello(pool=self.name, slot=slot, window=self._window, streams=self._streams_max)

    def answer(self, hello: Hello) -> Welcome:
        """What to answer with."""
        return Welcome(
            pool=self.name,
            version=choose_version(hello.versions),
            features=shared_features(hello.features),
            window=self._window,
            streams=self._streams_max,
        )

    def knows(self, greeting: Hello | Welcome) -> bool:
        """Whether it comes from the other end of this very pool; a peer that was restarted is another."""
        return self.peer is None or self.peer == greeting.pool

    # Streams

    def open(
        self,
        kind: str,
        now_us: int,
        *,
        urgency: Urgency = Urgency.INTERACTIVE,
        resumable: bool = False,
        head: bytes = b"",
        data: Buffer = b"",
        end: bool = False,
        source: Source | None = None,
    ) -> Stream:
        """Open a stream. Its first bytes go with the frame that opens it: nobody is waited for.

        Args:
            kind: what it is for.
            now_us: the time.
            urgency: its class.
            resumable: whether it goes on after the loss of its link. Without, it is broken then.
            head: more about it, in the language of its kind.
            data: its first bytes.
            end: whether those are all.
            source: what it sends from, instead of what is given to `write`.

        Raises:
            UnavailableError: ``pool.draining``, ``pool.no_link`` (not where it is resumable: it waits).
            LimitError: ``pool.streams``, ``pool.streams_ahead``.
        """
        if self.peer_drains:
            raise UnavailableError("pool.draining", "The other end takes nothing new: it is about to stop.")
        if self._registry.opened[self.role] >= self._peer_streams_max:
            raise LimitError("pool.streams", "As many streams are open as the other end allows.")
        home = self._links.place(urgency)
        if home is None and not resumable:
            raise UnavailableError("pool.no_link", "There is no connection to the other end now.")
        opening = Opening(kind, urgency, resumable and "resume" in self._links.features, head)
        if source is None:
            source = Outgoing()
            source.write(data)
        stream = Stream(
            self._registry.given.take(), opening, source, limit=self._peer_window, window=INITIAL_WINDOW_BYTES
        )
        stream.opening, stream.known, stream.ending = opening, False, end
        self._registry.add(stream)
        self._links.settle(stream, home, now_us)
        return stream

    def write(self, stream: Stream, data: Buffer, now_us: int) -> None:
        """Send ``data``, by reference: it may not be changed until it is written out, and on a resumable stream never.

        Raises:
            UnavailableError: ``pool.stream_over``.
            LimitError: ``pool.outgoing``; see `Outgoing.room`.
            AssertionError: after `end`, or on a stream that has a source of its own.
        """
        if stream.over:
            raise UnavailableError("pool.stream_over", "The stream is over.")
        if stream.ending or not isinstance(stream.source, Outgoing):
            raise AssertionError("Nothing can be written to this stream")
        stream.source.write(data)
        self.wake(stream, now_us)

    def end(self, stream: Stream, now_us: int) -> None:
        """Nothing more will be sent on it; what comes from the peer still comes."""
        if not stream.over and not stream.ending:
            stream.ending = True
            self.wake(stream, now_us)

    def wake(self, stream: Stream, now_us: int) -> None:
        """Its source has something, or may send again."""
        self._links.wake(stream, now_us)

    def reset(self, stream: Stream, code: str) -> None:
        """End it both ways, at once. ``code`` is a stable code; the peer is told."""
        if stream.over:
            return
        home = stream.home
        self._break(stream)
        if isinstance(home, Link):
            home.sending.reset(stream.id, code, stream.urgency)
        else:
            self._links.waiting.append(_reset(stream, code))

    def consume(self, stream: Stream, size: int, now_us: int) -> None:
        """So much of what was handed on is used: the peer may send more."""
        home = stream.home
        round_trip_us = home.sending.path.round_trip_us_min if isinstance(home, Link) else None
        if self._registry.consume(stream, size, now_us, round_trip_us) and isinstance(home, Link):
            home.sending.tell_window(stream)

    def spread(self, now_us: int, *, on: bool) -> None:
        """Whether one stream's bulk takes all links: where packets are lost by chance, not for a link being full."""
        self._links.spread = on and all("spread" in link.features for link in self.links.values())
        for link in self.links.values():
            for stream in list(link.sending.scheduler.streams()):
                self.wake(stream, now_us)

    # Time, and the end

    @property
    def due_us(self) -> int | None:
        """When `tick` has something to do next."""
        due = [link.due_us for link in self.links.values()]
        if self._alone_at_us is not None:
            due.append(self._alone_at_us + self._resume_us)
        return min(due, default=None)

    def tick(self, now_us: int) -> list[Event]:
        """What comes of the time that has passed."""
        events: list[Event] = []
        for link in list(self.links.values()):
            events += link.tick(now_us)
        if self._alone_at_us is not None and now_us >= self._alone_at_us + self._resume_us:
            events += self.abandon("pool.lost")
        return events

    def abandon(self, code: str) -> list[Event]:
        """The other end is gone for good, with all it knew: so are the streams."""
        if self.links:
            raise AssertionError("There is a link to the other end")
        events: list[Event] = []
        for stream in list(self.streams.values()):
            self._break(stream)
            events.append(Broken(stream, code))
        self._links.waiting.clear()
        self.retained.used_bytes = 0
        self._alone_at_us = None
        return events

    def drain(self, code: str) -> None:
        """Take no new streams; those that are open go on to their end. Then `drained` holds."""
        self.draining = True
        for link in self.links.values():
            link.drain(code)

    @property
    def drained(self) -> bool:
        """Whether nothing is open or on its way."""
        return not (self.streams or self._links.waiting or any(link.sending.flight for link in self.links.values()))

    def figures(self, now_us: int) -> Figures:
        """How it does."""
        streams = dict.fromkeys(Urgency, 0)
        for stream in self.streams.values():
            streams[stream.urgency] += 1
        return Figures(
            links=tuple(self.links[slot].figures(now_us) for slot in sorted(self.links)),
            traffic={urgency: traffic.copy() for urgency, traffic in self.traffic.items()},
            streams=streams,
            retained_bytes=self.retained.used_bytes,
            unread_bytes=self._registry.unread_bytes,
        )

    # What links call

    def attach(self, link: Link, greeting: Hello | Welcome, now_us: int) -> list[Event]:
        """A link has joined: it takes what had to wait for one."""
        if not self.knows(greeting):
            raise AssertionError("The link belongs to another pool")
        self.peer = greeting.pool
        self._peer_window, self._peer_streams_max = greeting.window, greeting.streams
        self._links.features = link.features
        before = self.links.get(link.slot)
        events = before.close("pool.replaced", now_us) if before is not None else []
        self.links[link.slot] = link
        self._alone_at_us = None
        waiting, self._links.waiting = self._links.waiting, []
        link.sending.repeat(waiting)
        for stream in self.streams.values():
            if stream.home is None:
                self._links.settle(stream, link, now_us)
            else:
                self._links.make_way(stream, now_us)
        if self.draining:
            link.drain("pool.draining")
        return events

    def lose(self, link: Link, code: str, now_us: int) -> list[Event]:
        """A link is over. What was on its way goes by others, for streams that may."""
        if self.links.get(link.slot) is link:
            del self.links[link.slot]
        events: list[Event] = [LinkEnded(link, code)]
        frames = link.sending.lost()
        for stream in [stream for stream in self.streams.values() if stream.home is link]:
            if not stream.resumable:
                self._break(stream)
                frames.append(_reset(stream, "pool.link_lost"))
                events.append(Broken(stream, "pool.link_lost"))
        self._links.repeat(frames)
        for stream in self.streams.values():
            if stream.home is link:
                self._links.settle(stream, self._links.place(stream.urgency), now_us)
        if not self.links:
            self._alone_at_us = now_us
        return events

    def take(self, link: Link, frame: Frame, now_us: int) -> Iterator[Event]:
        """A frame of a stream, or `DRAIN`."""
        if frame.type is FrameType.DRAIN:
            self.peer_drains = True
            yield Draining(code_of(frame))
            return
        if frame.type in {FrameType.OPEN, FrameType.OPEN_END}:
            yield from self._take_open(link, frame, now_us)
            return
        stream = self.streams.get(frame.stream)
        if stream is None:
            self._registry.take_unknown(frame)
        elif frame.type is FrameType.WINDOW:
            if frame.value > stream.limit:
                stream.limit = frame.value
                self.wake(stream, now_us)
        elif frame.type is FrameType.RESET:
            self._break(stream)
            yield Broken(stream, code_of(frame))
        else:
            last = frame.type is FrameType.DATA_END
            yield from self._take_data(link, stream, frame.value, frame.payload, last=last)

    def note_full(self, stream: Stream) -> None:
        """Too much is retained: it waits until it is less."""
        self._full[stream.id] = stream

    def note_acknowledged(self, frame: Sent, now_us: int) -> None:
        """The peer has this frame."""
        if frame.type in {FrameType.OPEN, FrameType.OPEN_END, FrameType.RESET}:
            self._registry.given.note_heard(frame.stream)
            stream = self.streams.get(frame.stream)
            if stream is not None:
                stream.known = True
        if frame.keep and frame.type is not FrameType.RESET:
            self.retained.used_bytes -= len(frame.payload)
            while self._full and self.retained.left_bytes:
                self.wake(self._full.pop(next(iter(self._full))), now_us)

    def note_end_sent(self, stream: Stream) -> None:
        """All of it was sent."""
        if stream.order.complete:
            self._forget(stream, broken=False)

    # Inside

    def _take_open(self, link: Link, frame: Frame, now_us: int) -> Iterator[Event]:
        payload, last = frame.payload, frame.type is FrameType.OPEN_END
        size = int.from_bytes(payload[:2], "big")
        if len(payload) < 2 + size:
            raise ProtocolError("pool.message", "An opening frame is shorter than what it says of itself.")
        data = payload[2 + size :]
        if not self._registry.is_new(frame.stream):
            stream = self.streams.get(frame.stream)  # it comes again, as after the loss of a link
            if stream is not None:
                yield from self._take_data(link, stream, 0, data, last=last)
            return
        opening = decode_opening(payload[2 : 2 + size])
        if self.draining or self._registry.opened[self.role.peer] >= self._streams_max:
            code = "pool.draining" if self.draining else "pool.streams"
            link.sending.reset(frame.stream, code, opening.urgency)
            return
        stream = Stream(frame.stream, opening, Outgoing(), limit=frame.value, window=self._window)
        stream.resumable = opening.resumable and "resume" in link.features
        self._registry.add(stream)
        stream.home = link
        self._links.make_way(stream, now_us)
        yield Opened(stream, opening.head)
        if not stream.over:
            yield from self._take_data(link, stream, 0, data, last=last)

    def _take_data(self, link: Link, stream: Stream, offset: int, data: memoryview, *, last: bool) -> Iterator[Event]:
        events = list(self._registry.take_data(stream, offset, data, last=last))
        if self._registry.too_full:
            self._break(stream)
            link.sending.reset(stream.id, "pool.memory", stream.urgency)
            yield Broken(stream, "pool.memory")
            return
        yield from events
        if stream.end_sent and stream.order.complete and not stream.over:
            self._forget(stream, broken=False)

    def _break(self, stream: Stream) -> None:
        self._forget(stream, broken=True)

    def _forget(self, stream: Stream, *, broken: bool) -> None:
        self._registry.remove(stream, broken=broken)
        self._full.pop(stream.id, None)
        self._links.forget(stream)


def _reset(stream: Stream, code: str) -> Sent:
    return Sent(FrameType.RESET, stream.id, 0, code.encode(), stream.urgency, keep=True)
