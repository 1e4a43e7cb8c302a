"""One end of a pool in an asyncio loop: its core, the carriers of its links, and its streams as coroutines use them."""

import asyncio
import mmap
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

import structlog
from typing_extensions import Buffer

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.net.pool.carrier import Carrier, Preface
from playhead.net.pool.streams import Feed, PoolStream
from playhead.wire.pool import (
    Broken,
    Data,
    Draining,
    Ended,
    Event,
    Figures,
    Hello,
    Joined,
    Link,
    LinkEnded,
    Opened,
    Pool,
    Role,
    Stream,
    Urgency,
    Welcome,
)

OVERDUE_US: Final = 20_000
"""When to look again after something that is due and cannot be written."""
READ_BYTES: Final = 512 * 1024
"""Most that one read takes from a link."""

Serve = Callable[[PoolStream], Coroutine[Any, Any, None]]
"""What to do with a stream that the peer opens. What it leaves open is reset, or ended where it returns."""

log = structlog.get_logger(__name__)


def make_scratch() -> memoryview:
    """A buffer for reads that begins at a page: the kernel copies to it 2.5 times as fast as to a `bytearray`."""
    return memoryview(mmap.mmap(-1, READ_BYTES))


class PoolEnd:
    """One end of a pool.

    Args:
        role: which end.
        name: 16 bytes made by chance.
        serve: for streams that the peer opens.
        scratch: where reads land; may be shared by all pools of a loop.
    """

    def __init__(self, role: Role, name: bytes, serve: Serve, *, scratch: memoryview | None = None) -> None:
        self.role = role
        self.core = Pool(role, name)
        self.scratch = scratch if scratch is not None else make_scratch()
        self.changed = asyncio.Event()
        """Set whenever a link joins or ends; whoever waits clears it."""
        self._serve = serve
        self._loop = asyncio.get_running_loop()
        self._carriers: dict[Link, Carrier] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._flushing = False

    def now_us(self) -> int:
        """Monotonic time."""
        return round(self._loop.time() * 1e6)

    @property
    def links(self) -> int:
        """How many links carry streams now."""
        return len(self.core.links)

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

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do this beside, at the longest until the end is closed."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, code: str = "pool.closed") -> None:
        """End all links and streams now."""
        carriers = list(self._carriers.values())
        for link in list(self._carriers):
            self.handle(link.close(code, self.now_us()))
        for stream in list(self.core.streams.values()):
            _kept(stream).reset(code)
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
                    _kept(stream).note_data(data)
                case Opened(stream, head):
                    self._opened(stream, head)
                case Ended(stream):
                    _kept(stream).note_ended()
                case Broken(stream, code):
                    _kept(stream).note_broken(code)
                case Joined(link):
                    log.info("pool_link_joined", slot=link.slot, links=self.links)
                    self.changed.set()
                case LinkEnded(link, code):
                    log.info("pool_link_ended", slot=link.slot, code=code, links=self.links)
                    self.changed.set()
                case Draining(code):
                    log.info("pool_peer_drains", code=code)
                    self.changed.set()
        self._flush_soon()

    # Inside

    def _join(self, greeting: Hello | Welcome) -> Pool:
        """The acceptor answered: it may have been restarted and know nothing of our streams.

        Raises:
            UnavailableError: ``pool.other`` where links still lead to the one that knows them.
        """
        if not self.core.knows(greeting):
            if self.core.links:
                raise UnavailableError("pool.other", "The other end is not the one that the other links lead to.")
            self.handle(self.core.abandon("pool.restarted"))
            self.core = Pool(self.role, self.core.name)
        return self.core

    def _keep(self, stream: Stream, feed: Feed, head: bytes) -> PoolStream:
        stream.owner = kept = PoolStream(self, stream, feed, head)
        self._flush_soon()
        return kept

    def _opened(self, stream: Stream, head: bytes) -> None:
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
        events = self.core.tick(now_us)
        for link in list(self._carriers):
            events += link.tick(now_us)
        self.handle(events)


def _kept(stream: Stream) -> PoolStream:
    return cast("PoolStream", stream.owner)
