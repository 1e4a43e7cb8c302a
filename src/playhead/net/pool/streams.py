"""Streams of a pool as coroutines use them."""

import asyncio
from collections import deque
from typing import Protocol

from typing_extensions import Buffer

from playhead.base.errors import UnavailableError
from playhead.wire.pool import Outgoing, Stream, Urgency


class Actions(Protocol):
    """What streams have their pool do."""

    def wake(self, stream: Stream) -> None:
        """It has something to send."""
        ...

    def finish(self, stream: Stream) -> None:
        """It will have nothing more."""
        ...

    def consume(self, stream: Stream, size: int) -> None:
        """So much of it was used."""
        ...

    def reset(self, stream: Stream, code: str) -> None:
        """It is given up."""
        ...


class Taker(Protocol):
    """Who takes what comes on a stream, at once. `PoolStream` keeps it for a coroutine."""

    def note_data(self, data: memoryview) -> None:
        """Bytes have come. They are there until this returns; `Actions.consume` tells of those that are used."""
        ...

    def note_ended(self) -> None:
        """No more will come."""
        ...

    def note_broken(self, code: str) -> None:
        """It is over before its end."""
        ...


class Feed:
    """What a stream sends from: an `Outgoing` that somebody may wait for."""

    __slots__ = ("outgoing", "wanted")

    def __init__(self) -> None:
        self.outgoing = Outgoing()
        self.wanted: asyncio.Future[None] | None = None

    @property
    def drained(self) -> bool:
        """Whether there is nothing now (`Source`)."""
        return self.outgoing.drained

    def read(self, size_max: int) -> memoryview:
        """The next bytes (`Source`)."""
        data = self.outgoing.read(size_max)
        if self.outgoing.room:
            self.release()
        return data

    def release(self) -> None:
        """Let the writer go on."""
        wanted, self.wanted = self.wanted, None
        if wanted is not None and not wanted.done():
            wanted.set_result(None)


class PoolStream:
    """A stream of bytes both ways.

    One task may read and one may write at a time. What is not read is held, up to the stream's window, and slows down
    nobody but this stream's sender.
    """

    __slots__ = (
        "_actions",
        "_ended",
        "_ending",
        "_feed",
        "_over",
        "_received",
        "_stream",
        "_wanted",
        "broken",
        "head",
    )

    def __init__(self, actions: Actions, stream: Stream, feed: Feed, head: bytes) -> None:
        self.head = head
        """What it says of itself, in the language of its kind."""
        self.broken: str | None = None
        """The code with which it was broken off."""
        self._actions = actions
        self._stream = stream
        self._feed = feed
        self._received: deque[bytes] | None = None  # an empty one takes more than all else of an idle stream
        self._ended = False
        self._ending = False
        self._wanted: asyncio.Future[None] | None = None
        self._over: asyncio.Future[None] | None = None

    @property
    def kind(self) -> str:
        """What it is for."""
        return self._stream.kind

    @property
    def urgency(self) -> Urgency:
        """Its class."""
        return self._stream.urgency

    @property
    def room(self) -> int:
        """How many bytes `write` takes without waiting."""
        return self._feed.outgoing.room

    async def read(self) -> bytes:
        """The next bytes, as many as have come in one piece; none at the end.

        Raises:
            UnavailableError: with the code that it was broken off with.
        """
        while not self._received:
            self._check()
            if self._ended:
                return b""
            self._wanted = asyncio.get_running_loop().create_future()
            await self._wanted
        data = self._received.popleft()
        if not self._received:
            self._received = None
        self._actions.consume(self._stream, len(data))
        return data

    async def write(self, data: Buffer) -> None:
        """Send ``data``, by reference; wait while too much is unsent.

        Raises:
            UnavailableError: with the code that it was broken off with.
        """
        while not self._feed.outgoing.room:
            self._check()
            self._feed.wanted = asyncio.get_running_loop().create_future()
            await self._feed.wanted
        self._check()
        self._feed.outgoing.write(data)
        self._actions.wake(self._stream)

    def end(self) -> None:
        """Nothing more will be written."""
        if self.broken is None and not self._ending:
            self._ending = True
            self._actions.finish(self._stream)
            self._wake()

    def reset(self, code: str) -> None:
        """Give it up, both ways."""
        if self.broken is None:
            self._actions.reset(self._stream, code)
            self.note_broken(code)

    async def wait_over(self) -> None:
        """Return when it has ended both ways, or is broken off."""
        while self.broken is None and not (self._ended and self._ending):
            self._over = self._over or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._over)

    # What its pool tells it

    def note_data(self, data: memoryview) -> None:
        """Bytes have come."""
        if self._received is None:
            self._received = deque()
        self._received.append(bytes(data))
        self._wake()

    def note_ended(self) -> None:
        """No more will come."""
        self._ended = True
        self._wake()

    def note_broken(self, code: str) -> None:
        """It is over before its end."""
        self.broken = code
        self._received = None
        self._feed.release()
        self._wake()

    def _wake(self) -> None:
        wanted, self._wanted = self._wanted, None
        over, self._over = self._over, None
        for waiting in (wanted, over):
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    def _check(self) -> None:
        if self.broken is not None:
            raise UnavailableError(self.broken, f"The {self.kind} stream was broken off.")
