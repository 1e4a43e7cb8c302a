"""Indexes and data keys at hand, and the threads that read and decrypt: all of it bounded.

A data key is unwrapped once for a segment and kept for a minute, so that a player need not unwrap it for each of its
requests, and a core dump of tomorrow does not hold today's keys.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.premises.player import metrics
from playhead.premises.player.index import SegmentIndex
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Readable
from playhead.store.keyring import Keyring
from playhead.store.segments.recovery import check_header
from playhead.wire import vid

SEGMENTS_MAX: Final = 256
"""Segments whose index is kept; the one used longest ago goes first."""

WEIGHT_MAX: Final = 2_000_000
"""Pieces and the like in all kept indexes together: about 70 MB."""

KEY_US: Final = 60_000_000
"""How long an unwrapped data key is kept."""

THREADS: Final = 2
"""Reading and decrypting runs at some 300 MB/s in each; more would compete with the recorder for the cores."""

WAITING_MAX: Final = 256
"""Work that may wait for a thread."""

T = TypeVar("T")

Grants = Callable[[SegmentId], Awaitable[Sequence[vid.Envelope]]]
"""Envelopes of a segment's data key that are kept beside it."""


class Store(Protocol):
    """Where segments lie. `SegmentStore` at a site."""

    def view(self, location: str) -> Readable:
        """A segment for reading. Blocks; close it afterwards.

        Raises:
            CorruptError: ``store.missing``.
            UnavailableError: ``store.failed``, ``objects.*``.
        """
        ...


@dataclass(slots=True)
class _Kept:
    index: SegmentIndex | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    key: bytes = b""
    key_until_us: int = 0


@dataclass(frozen=True, slots=True)
class OpenedSegment:
    """A segment's index up to date, and what its records are opened with. Holds while its block lasts."""

    located: Located
    index: SegmentIndex
    data_key: bytes

    def __repr__(self) -> str:
        return f"OpenedSegment({self.located.segment.id})"


class Shelf:
    """Segments that are being played.

    Args:
        store: where they lie.
        keyring: opens them.
        clock: tells the time.
        grants: for whom they were not sealed to; None where all envelopes are in their headers.
    """

    def __init__(self, store: Store, keyring: Keyring, clock: Clock, grants: Grants | None = None) -> None:
        self._store = store
        self._grants = grants
        self._keyring = keyring
        self._clock = clock
        self._kept: OrderedDict[SegmentId, _Kept] = OrderedDict()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="media")
        self._waiting = 0

    def close(self) -> None:
        """End the threads; work that has begun finishes first."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def forget(self, segments: Iterable[SegmentId]) -> None:
        """Keep nothing of segments that were erased: no key, no index."""
        for segment in segments:
            kept = self._kept.pop(segment, None)
            if kept is not None:
                kept.key = b""

    @asynccontextmanager
    async def opened(self, located: Located) -> AsyncGenerator[OpenedSegment]:
        """A segment, indexed up to its durable length. Nobody else extends the index while the block lasts.

        Raises:
            CorruptError: ``vid.*`` of its header, ``store.missing``. Later faults are the index's `fault`.
            RefusedError: ``vid.recipient``: it is sealed to another site's key.
            UnavailableError: ``media.busy``, ``store.failed``.
        """
        kept = self._kept.setdefault(located.segment.id, _Kept())
        self._kept.move_to_end(located.segment.id)
        async with kept.lock:
            is_due = kept.key_until_us <= self._clock.monotonic_us()
            grants = () if self._grants is None or not is_due else await self._grants(located.segment.id)
            if kept.index is None or kept.index.looked_at < located.segment.durable_bytes:
                with metrics.INDEX_SECONDS.time():
                    await self.work(lambda: self._extend(kept, located, grants))
            elif is_due:
                await self.work(lambda: self._with_file(located, lambda file: self._unwrap(kept, file, grants)))
            assert kept.index is not None  # noqa: S101 - just made
            yield OpenedSegment(located, kept.index, kept.key)
        self.tidy()

    async def work(self, job: Callable[[], T]) -> T:
        """Run something that reads or decrypts in a thread.

        Raises:
            UnavailableError: ``media.busy``.
        """
        if self._waiting >= WAITING_MAX:
            raise UnavailableError("media.busy", "Too much is being played at once.", hint="Try again in a moment.")
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, job)
        future.add_done_callback(self._done)
        try:
            return await asyncio.shield(future)
        finally:
            while not future.done():  # cancelled: a thread must not go on with what the caller lets go of
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({future})

    async def read(self, located: Located, job: Callable[[Readable], T]) -> T:
        """Run ``job`` in a thread with a segment's file open.

        Raises:
            CorruptError: ``store.missing``, and what the job says.
            UnavailableError: ``media.busy``, ``store.failed``.
        """
        return await self.work(lambda: self._with_file(located, job))

    def _done(self, future: asyncio.Future[T]) -> None:
        self._waiting -= 1
        if not future.cancelled():
            future.exception()  # seen, also where nobody waits any more

    def _with_file(self, located: Located, job: Callable[[Readable], T]) -> T:
        file = self._store.view(located.location)
        try:
            return job(file)
        finally:
            file.close()

    def _extend(self, kept: _Kept, located: Located, grants: Sequence[vid.Envelope]) -> None:
        def job(file: Readable) -> None:
            index = kept.index or SegmentIndex.begin(file.read_at)
            check_header(index.header, located.segment)
            self._unwrap(kept, file, grants, index.header)
            index.extend(file.read_at, located.segment.durable_bytes, kept.key)
            kept.index = index

        self._with_file(located, job)

    def _unwrap(
        self, kept: _Kept, file: Readable, grants: Sequence[vid.Envelope], header: vid.Header | None = None
    ) -> None:
        if kept.key_until_us > self._clock.monotonic_us():
            return
        known = header or vid.read_header(file.read_at)[0]
        kept.key = vid.open_data_key(replace(known, keys=(*known.keys, *grants)), self._keyring.recording_key)
        kept.key_until_us = self._clock.monotonic_us() + KEY_US

    def tidy(self) -> None:
        """Forget keys that are old, and indexes that are too many."""
        now_us = self._clock.monotonic_us()
        for kept in self._kept.values():
            if kept.key and kept.key_until_us <= now_us and not kept.lock.locked():
                kept.key = b""
        weight = sum(kept.index.weight for kept in self._kept.values() if kept.index is not None)
        for identifier, kept in list(self._kept.items()):
            if len(self._kept) <= SEGMENTS_MAX and weight <= WEIGHT_MAX:
                break
            if not kept.lock.locked():
                weight -= kept.index.weight if kept.index is not None else 0
                del self._kept[identifier]
        metrics.INDEXED.set(weight)
