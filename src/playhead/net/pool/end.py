"""One end of a pool in an asyncio loop: its core, the carriers of its links, and its streams as coroutines use them."""

import asyncio
import mmap
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from typing_extensions import Buffer

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.net.pool.carrier import Carrier, Preface
from playhead.net.pool.streams import Feed, PoolStream, Taker
from playhead.wire.pool import (
    Broken,
    Data,
    Draining,
    Ended,
    Event,
    Figures,
    Governor,
    Hello,
    Joined,
    Link,
    LinkEnded,
    Opened,
    Pool,
    Role,
    Source,
    Spreading,
    Stream,
    Urgency,
    Welcome,
)
from playhead.wire.pool.limits import MAX_STREAMS, MEMORY_BYTES

OVERDUE_US: Final = 20_000
"""When to look again after something that is due and cannot be written."""
READ_BYTES: Final = 512 * 1024
"""Most that one read takes from a link."""

Serve = Callable[[PoolStream], Coroutine[Any, Any, None]]
"""What to do with a stream that the peer opens. What it leaves open is reset, or ended where it returns."""
Take = Callable[[Stream], Taker]
"""Who takes a stream that the peer opens, without a coroutine. It gives the stream its source."""

log = structlog.get_logger(__name__)


def make_scratch() -> memoryview:
    """A buffer for reads that begins at a page: the kernel copies to it 2.5 times as fast as to a `bytearray`."""
    return memoryview(mmap.mmap(-1, READ_BYTES))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the peer of a pool may have; see `Pool`."""

    streams: int = MAX_STREAMS
    memory_bytes: int = MEMORY_BYTES


class PoolEnd:
    """One end of a pool.

    Args:
        role: which end.
        name: 16 bytes made by chance.
        serve: for streams that the peer opens.
        scratch: where reads land; may be shared by all pools of a loop.
        on_changed: called after a link has joined or ended.
        limits: what the peer may have.
        governor: what holds bulk back; see `playhead.net.pool.line`.
        take: instead of ``serve``: for thousands of streams, or bytes that are only passed on.
    """

    def __init__(
        self,
        role: Role,
        name: bytes,
        serve: Serve,
        *,
        scratch: memoryview | None = None,
        on_changed: Callable[[], None] = lambda: None,
        limits: Limits = Limits(),
        governor: Governor | None = None,
        take: Take | None = None,
    ) -> None:
        self.role = role
        self._limits = limits
        self.core = self._made(name, governor or Governor())
        self.scratch = scratch if scratch is not None else make_scratch()
        self.changed = asyncio.Event()
        """Set whenever a link joins or ends; whoever waits clears it."""
        self._serve = serve
        self._take = take
        self._on_changed = on_changed
        self._drained: asyncio.Future[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._carriers: dict[Link, Carrier] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._flushing = False
        self._spreading = Spreading()

    def now_us(self) -> int:
        """Monotonic time."""
        return round(self._loop.time() * 1e6)

    @property
    def links(self) -> int:
        """How many links carry streams now."""
        return len(self.core.links)

    @property
    def answers(self) -> bool:
        """Whether there is a link that is not doubtful."""
        now_us = self.now_us()
        return any(not link.doubtful(now_us) for link in self.core.links.values())

    def figures(self) -> Figures:
        """How it does."""
        return self.core.figures(self.now_us())

    def dial(self, slot: int, preface: Preface | None = None) -> Carrier:
        """A protocol for a connection to who accepts, as the link in this slot."""

        def make_link(_certificate: bytes | None) -> Link:
            link = Link(self.role, self._join, self.now_us(), self.core.hello(slot))
            self.adopt(link, carrier)
            return link

        carrier = Carrier(self, make_link, preface)
        return carrier

    def adopt(self, link: Link, carrier: Carrier) -> None:
        """Keep a link going, together with all others."""
        carrier.keeper = self
        self._carriers[link] = carrier
        self._set_timer()

    def open(
        self,
        kind: str,
        *,
        urgency: Urgency = Urgency.INTERACTIVE,
        resumable: bool = False,
        head: bytes = b"",
        data: Buffer = b"",
        end: bool = False,
    ) -> PoolStream:
        """Open a stream; see `Pool.open`. Nobody is waited for.

        Raises:
            UnavailableError: ``pool.no_link``, ``pool.draining``.
            LimitError: ``pool.streams``, ``pool.streams_ahead``.
        """
        feed = Feed()
        feed.outgoing.write(data)
        stream = self.core.open(
            kind, self.now_us(), urgency=urgency, resumable=resumable, head=head, end=end, source=feed
        )
        return self._keep(stream, feed, head)

    def open_for(
        self,
        kind: str,
        taker: Taker,
        source: Source,
        *,
        urgency: Urgency = Urgency.INTERACTIVE,
        resumable: bool = False,
    ) -> Stream:
        """As `open`, where somebody takes what comes at once, and has what goes when it is asked for.

        Raises:
            UnavailableError: ``pool.no_link``, ``pool.draining``.
            LimitError: ``pool.streams``, ``pool.streams_ahead``.
        """
        stream = self.core.open(kind, self.now_us(), urgency=urgency, resumable=resumable, source=source)
        stream.owner = taker
        self._flush_soon()
        return stream

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do this beside, at the longest until the end is closed."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def drain(self, code: str) -> None:
        """Take no new streams; those that are open go on to their end."""
        self.core.drain(code)
        self._flush_soon()

    async def wait_drained(self) -> None:
        """Return when nothing is open or on its way any more, or there is no link that it could end on."""
        while self.links and not self.core.drained:
            self._drained = self._drained or self._loop.create_future()
            await asyncio.shield(self._drained)

    def end_soon(self, code: str) -> None:
        """As `close`, beside."""
        self._ending = self._loop.create_task(self.close(code), name="pool end")

    async def close(self, code: str = "pool.closed") -> None:
        """End all links and streams now."""
        carriers = list(self._carriers.values())
        for link in list(self._carriers):
            self.handle(link.close(code, self.now_us()))
        for stream in list(self.core.streams.values()):
            self.core.reset(stream, code)
            _taker(stream).note_broken(code)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._flush()
        for carrier in carriers:
            await carrier.wait_closed()
        if self._timer is not None:
            self._timer.cancel()

    # For streams

    def wake(self, stream: Stream) -> None:
        """It has something to send."""
        self.core.wake(stream, self.now_us())
        self._flush_soon()

    def finish(self, stream: Stream) -> None:
        """It will have nothing more."""
        self.core.end(stream, self.now_us())
        self._flush_soon()

    def consume(self, stream: Stream, size: int) -> None:
        """So much of it was used."""
        self.core.consume(stream, size, self.now_us())
        self._flush_soon()

    def reset(self, stream: Stream, code: str) -> None:
        """It is given up."""
        self.core.reset(stream, code)
        self._flush_soon()

    # For carriers

    def handle(self, events: list[Event]) -> None:
        """Take what has come, and have every link send what there is."""
        for event in events:
            match event:
                case Data(stream, data):
                    _taker(stream).note_data(data)
                case Opened(stream, head):
                    self._opened(stream, head)
                case Ended(stream):
                    _taker(stream).note_ended()
                case Broken(stream, code):
                    _taker(stream).note_broken(code)
                case Joined(link):
                    log.info("pool_link_joined", slot=link.slot, links=self.links)
                    self._note_changed()
                case LinkEnded(link, code):
                    log.info("pool_link_ended", slot=link.slot, code=code, links=self.links)
                    self._note_changed()
                case Draining(code):
                    log.info("pool_peer_drains", code=code)
                    self.changed.set()
        self._flush_soon()

    # Inside

    def _note_changed(self) -> None:
        self.changed.set()
        self._on_changed()

    def _join(self, greeting: Hello | Welcome) -> Pool:
        """The acceptor answered: it may have been restarted and know nothing of our streams.

        Raises:
            UnavailableError: ``pool.other`` where links still lead to the one that knows them, as far as one can tell.
        """
        if not self.core.knows(greeting):
            if self.answers:
                raise UnavailableError("pool.other", "The other end is not the one that the other links lead to.")
            for link in list(self.core.links.values()):
                self.handle(link.close("pool.silent", self.now_us()))
            self.handle(self.core.abandon("pool.restarted"))
            former = self.core
            self.core = self._made(former.name, former.governor)
            self._spreading = Spreading()
        return self.core

    def _made(self, name: bytes, governor: Governor) -> Pool:
        limits = self._limits
        return Pool(self.role, name, streams=limits.streams, memory_bytes=limits.memory_bytes, governor=governor)

    def _keep(self, stream: Stream, feed: Feed, head: bytes) -> PoolStream:
        stream.owner = kept = PoolStream(self, stream, feed, head)
        self._flush_soon()
        return kept

    def _opened(self, stream: Stream, head: bytes) -> None:
        if self._take is not None:
            stream.owner = self._take(stream)
            return
        feed = Feed()
        stream.source = feed
        self.spawn(self._run(self._keep(stream, feed, head)), f"pool stream {stream.kind}")

    async def _run(self, stream: PoolStream) -> None:
        try:
            await self._serve(stream)
        except PlayheadError as error:
            log.info("pool_stream_failed", kind=stream.kind, code=error.code)
            stream.reset(error.code)
        except BaseException:
            stream.reset("pool.failed")
            raise
        else:
            stream.end()

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        for link, carrier in list(self._carriers.items()):
            carrier.flush()
            if link.ended is not None:
                del self._carriers[link]
        if self._drained is not None and (self.core.drained or not self.links):
            self._drained.set_result(None)
            self._drained = None
        self._set_timer()

    def _set_timer(self) -> None:
        due = [link.due_us for link in self._carriers]
        if (pool_due := self.core.due_us) is not None:
            due.append(pool_due)
        if not due:
            return
        now_us = self.now_us()
        due_us = min(due)
        if due_us <= now_us:  # it could not be written yet
            due_us = now_us + OVERDUE_US
        if self._timer is not None:
            if self._timer.when() <= due_us / 1e6:
                return  # too early does no harm
            self._timer.cancel()
        self._timer = self._loop.call_at(due_us / 1e6, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now_us = self.now_us()
        self._spread(now_us)
        events = self.core.tick(now_us)
        for link in list(self._carriers):
            events += link.tick(now_us)
        self.handle(events)

    def _spread(self, now_us: int) -> None:
        """Have bulk take all links, or one again, by what they lose."""
        if len(self._carriers) < 2:  # noqa: PLR2004 - there is nothing to spread over
            return
        links = [carrier.packets() for carrier in self._carriers.values()]
        known = [packets for packets in links if packets is not None]
        before = self._spreading.on
        if len(known) > 1 and self._spreading.judge(known) != before:
            log.info("pool_spread", on=not before)
            self.core.spread(now_us, on=not before)


def _taker(stream: Stream) -> Taker:
    return cast("Taker", stream.owner)
