"""One link of a pool: its handshake, what it receives, its health. What it sends is in `sending`."""

from collections.abc import Callable, Iterator
from typing import Protocol

from typing_extensions import Buffer

from playhead.base.errors import PlayheadError, ProtocolError
from playhead.wire.pool.classes import Role
from playhead.wire.pool.events import Event, Joined
from playhead.wire.pool.frames import OF_LINK, Frame, FrameReader, FrameType
from playhead.wire.pool.limits import (
    DOUBT_ROUND_TRIPS,
    DOUBT_US,
    HANDSHAKE_US,
    MAX_CODE_BYTES,
    PING_BUSY_US,
    PING_IDLE_US,
    SILENCE_US,
)
from playhead.wire.pool.messages import (
    Hello,
    Welcome,
    choose_version,
    decode_hello,
    decode_welcome,
    encode,
    shared_features,
)
from playhead.wire.pool.metrics import LinkFigures
from playhead.wire.pool.sending import Chunk, Owner, Sending


class Member(Owner, Protocol):
    """What a link takes from the pool that it belongs to."""

    def attach(self, link: "Link", greeting: Hello | Welcome, now_us: int) -> list[Event]:
        """The link's handshake is over."""
        ...

    def take(self, link: "Link", frame: Frame, now_us: int) -> Iterator[Event]:
        """A frame about a stream, or `DRAIN`."""
        ...

    def lose(self, link: "Link", code: str, now_us: int) -> list[Event]:
        """The link is over."""
        ...

    def answer(self, hello: Hello) -> Welcome:
        """What to greet a dialer with."""
        ...


Join = Callable[[Hello | Welcome], Member]
"""Which pool a link belongs to. A `PlayheadError` refuses it, with its code."""


class Link:
    """One connection between the two ends of a pool.

    Args:
        role: which end this is.
        join: asked once for the pool, with what the peer said: `Hello` of a dialer, `Welcome` of an acceptor.
        now_us: monotonic time; all of it is given from outside.
        hello: what to say first; of a dialer only.
    """

    def __init__(self, role: Role, join: Join, now_us: int, hello: Hello | None = None) -> None:
        if (hello is not None) != (role is Role.DIALER):
            raise AssertionError("Who dials says hello, and nobody else.")
        self.role = role
        self.slot = hello.slot if hello is not None else 0
        self.features: frozenset[str] = frozenset()
        self.sending = Sending()
        self.fault: ProtocolError | None = None
        self.ended: str | None = None
        """The code with which it ended; None while it has not."""
        self.joined = False
        """Whether its handshake was ever over."""
        self._join = join
        self._hello = hello
        self._pool: Member | None = None
        self._reader = FrameReader()
        self._made_at_us = self._heard_at_us = now_us
        self._ping_at_us: int | None = None
        if hello is not None:
            self.sending.say(FrameType.HELLO, encode(hello))

    @property
    def established(self) -> bool:
        """Whether the handshake is over."""
        return self._pool is not None

    @property
    def held_bytes(self) -> int:
        """Received bytes that are not a whole frame yet."""
        return self._reader.held_bytes

    def receive_data(self, data: Buffer, now_us: int) -> list[Event]:
        """What comes of received bytes. Events with data refer to ``data``: use them before it is overwritten.

        A fault of the peer ends the link with a queued `GOODBYE`; it is in `fault`, and is not raised, for the events
        before it count. Streams live on where the pool has other links.
        """
        events: list[Event] = []
        if self.ended is not None:
            return events
        self._heard_at_us = now_us
        self.sending.note_received(memoryview(data).nbytes)
        try:
            for frame in self._reader.read(data):
                self._take(frame, events, now_us)
                if self.ended is not None:
                    break
        except ProtocolError as fault:
            self.fault = fault
            events += self.close(fault.code, now_us)
        return events

    def receive_eof(self, now_us: int) -> list[Event]:
        """The connection is gone, however that came."""
        return self._end("pool.link_lost", now_us)

    def close(self, code: str, now_us: int) -> list[Event]:
        """Say goodbye; what is on its way goes by other links. Write out `data_to_send` and close the connection."""
        if self.ended is not None:
            return []
        events = self._end(code, now_us)
        self.sending.say(FrameType.GOODBYE, code.encode()[:MAX_CODE_BYTES])
        return events

    def drain(self, code: str) -> None:
        """Ask for no new streams."""
        self.sending.say(FrameType.DRAIN, code.encode()[:MAX_CODE_BYTES])

    def data_to_send(self, now_us: int, room: int = 256 * 1024) -> list[Chunk]:
        """What to write now, as for ``writev``: about ``room`` bytes. Ask again when the connection takes more.

        Ask after every call of anything of the pool, too: there may be something new.
        """
        if self._ping_at_us is None and self.sending.path.wants_ping(now_us):
            self._ping(now_us)
        return self.sending.data_to_send(now_us, room)

    # Time

    @property
    def due_us(self) -> int:
        """When `tick` has something to do next."""
        if self._pool is None:
            return self._made_at_us + HANDSHAKE_US
        soon = [one for one in (self.sending.ack_due_us, self.sending.bulk_due_us) if one is not None]
        if self._ping_at_us is not None:
            due_us = max(self._heard_at_us, self._ping_at_us) + SILENCE_US
        else:
            due_us = self._next_ping_us()
        return min(due_us, *soon) if soon else due_us

    def doubtful(self, now_us: int) -> bool:
        """Whether the peer was asked, and has said nothing for a while: perhaps only this connection is broken."""
        patience_us = max(DOUBT_US, DOUBT_ROUND_TRIPS * (self.sending.path.round_trip_us or 0))
        return self._ping_at_us is not None and now_us >= max(self._heard_at_us, self._ping_at_us) + patience_us

    def tick(self, now_us: int) -> list[Event]:
        """Ask whether the peer is there, or give it up."""
        if self.ended is not None:
            return []
        if self._pool is None:
            return self.close("pool.timeout", now_us) if now_us >= self._made_at_us + HANDSHAKE_US else []
        if self._ping_at_us is not None:
            if now_us >= max(self._heard_at_us, self._ping_at_us) + SILENCE_US:
                return self.close("pool.silent", now_us)
        elif now_us >= self._next_ping_us():
            self._ping(now_us)
        return []

    def figures(self, now_us: int) -> LinkFigures:
        """How it does."""
        path = self.sending.path
        return LinkFigures(
            slot=self.slot,
            round_trip_us=path.round_trip_us,
            round_trip_us_min=path.round_trip_us_min,
            rate_bytes_s=path.rate_bytes_s,
            flight_bytes=path.flight_bytes,
            flight_bytes_max=path.flight_bytes_max(now_us),
            sent_bytes=path.sent,
            received_bytes=self.sending.received,
            streams_waiting=len(self.sending.scheduler),
        )

    # Inside

    def _ping(self, now_us: int) -> None:
        self._ping_at_us = now_us
        self.sending.say(FrameType.PING, value=now_us)

    def _next_ping_us(self) -> int:
        """By what was heard: one that only sends would never learn that nobody is there."""
        return self._heard_at_us + (PING_BUSY_US if self.sending.flight else PING_IDLE_US)

    def _end(self, code: str, now_us: int) -> list[Event]:
        if self.ended is not None:
            return []
        self.ended = code
        pool, self._pool = self._pool, None
        self.sending.owner = None
        return pool.lose(self, code, now_us) if pool is not None else []

    def _take(self, frame: Frame, events: list[Event], now_us: int) -> None:
        if frame.type not in OF_LINK:
            if self._pool is None:
                raise ProtocolError("pool.order", f"{frame.type.name} cannot come before the handshake is over.")
            self.sending.note_eliciting(now_us)
            events.extend(self._pool.take(self, frame, now_us))
            return
        match frame.type:
            case FrameType.GOODBYE:
                events += self._end(code_of(frame), now_us)
            case FrameType.HELLO | FrameType.WELCOME:
                self._greet(frame, events, now_us)
            case _ if self._pool is None:
                raise ProtocolError("pool.order", f"{frame.type.name} cannot come before the handshake is over.")
            case FrameType.ACK:
                self.sending.acknowledge(frame.value, now_us)
            case FrameType.PING:
                self.sending.answer_ping(frame.value)
            case FrameType.PONG:
                self._answered(frame.value, now_us)
            case _:
                events.extend(self._pool.take(self, frame, now_us))

    def _answered(self, value: int, now_us: int) -> None:
        if value != self._ping_at_us:
            raise ProtocolError("pool.ping", "The peer answers a question that was not asked.")
        self._ping_at_us = None
        self.sending.path.measure_round_trip(now_us - value, now_us)

    def _greet(self, frame: Frame, events: list[Event], now_us: int) -> None:
        expected = FrameType.HELLO if self.role is Role.ACCEPTOR else FrameType.WELCOME
        if self._pool is not None or frame.type is not expected:
            raise ProtocolError("pool.order", f"{frame.type.name} cannot come now.")
        if frame.type is FrameType.HELLO:
            hello = decode_hello(frame.payload)
            choose_version(hello.versions)
            self.slot = hello.slot
            pool = self._ask(hello)
            welcome = pool.answer(hello)
            self.sending.say(FrameType.WELCOME, encode(welcome))
            greeting: Hello | Welcome = hello
            self.features = frozenset(shared_features(hello.features))
        else:
            welcome = decode_welcome(frame.payload)
            hello = self._hello
            if (
                hello is None
                or welcome.version not in hello.versions
                or not set(welcome.features) <= set(hello.features)
            ):
                raise ProtocolError("pool.version", "The peer goes on with what was not offered.")
            pool, greeting = self._ask(welcome), welcome
            self.features = frozenset(welcome.features)
        self._pool = self.sending.owner = pool
        self.joined = True
        self._ping(now_us)  # the round trip is never as short as before there is anything to carry
        events += pool.attach(self, greeting, now_us)
        events.append(Joined(self))

    def _ask(self, greeting: Hello | Welcome) -> Member:
        try:
            return self._join(greeting)
        except ProtocolError:
            raise
        except PlayheadError as error:
            raise ProtocolError(error.code, error.message) from error


def code_of(frame: Frame) -> str:
    """The peer's code. It is shown to people and matched by programs, so that nothing else than a code will do.

    Raises:
        ProtocolError: ``pool.code``.
    """
    text = bytes(frame.payload).decode("ascii", "replace")
    if not text.replace(".", "").replace("_", "").isalnum() or not text.isascii():
        raise ProtocolError("pool.code", "The peer gives a code that is none.")
    return text
