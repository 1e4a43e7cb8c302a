"""Group commit: what many segments have received becomes durable together, and only then is acknowledged."""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.disk import Disk
from playhead.store.segments import metrics
from playhead.store.segments.commit import Work, write
from playhead.store.segments.ledger import Ledger
from playhead.store.segments.open_segment import OpenSegment
from playhead.store.segments.room import Room

PENDING_BYTES_MAX: Final = 32 << 20
"""Received bytes that wait for the next commit, of all segments: then the feeders must wait (`SegmentStore.room`)."""

RETRY_S: Final = 1.0
"""Pause after a commit that the catalogue refused."""

_log: Any = structlog.get_logger()
_T = TypeVar("_T")


class Offload(Protocol):
    """Runs something that blocks: `asyncio.to_thread`, or at once where a test wants one order of steps."""

    def __call__(self, work: Callable[[], _T], /) -> Awaitable[_T]: ...  # noqa: D102


class Committer:
    """Commits segments in groups. A part of `SegmentStore`, which has its arguments."""

    def __init__(
        self,
        root: Path,
        *,
        disk: Disk,
        ledger: Ledger,
        clock: Clock,
        interval_s: float,
        room: Room,
        offload: Offload,
        on_closed: Callable[[OpenSegment], None],
        on_failed: Callable[[OpenSegment], None],
        on_written: Callable[[OpenSegment], None],
    ) -> None:
        self._root = root
        self._disk = disk
        self._ledger = ledger
        self._clock = clock
        self._interval_s = interval_s
        self._disk_room = room
        self._offload = offload
        self._on_closed = on_closed
        self._on_failed = on_failed
        self._on_written = on_written
        self._dirty: dict[OpenSegment, None] = {}  # a set that keeps its order, so that a test's steps repeat
        self._wanted = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._committing = asyncio.Lock()
        self._known_folders: set[Path] = set()
        self.pending_bytes = 0
        """Received and not yet written."""
        self.successes = 0
        """Counts what became durable, segment by segment and commit by commit."""
        self.distrusted: set[SegmentId] = set()
        """Failed and not cut back: whole records beyond the recorded offset may be in memory alone."""

    async def run(self) -> None:
        """Commit as often as needed, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wanted.wait()
            started = loop.time()
            pause = self._interval_s
            try:
                await self.commit()
            except UnavailableError as error:
                metrics.UNRECORDED.inc()
                _log.error("group commit not recorded; will try again", code=error.code, reason=error.message)
                pause = max(pause, RETRY_S)
            await asyncio.sleep(max(0.0, pause - (loop.time() - started)))

    async def commit(self) -> None:
        """One group commit now: when it returns, what had arrived before is durable and observers know.

        A cancellation waits for it to be over, so that no thread is left writing.

        Raises:
            UnavailableError: the catalogue could not take it; nothing is acknowledged, the next commit tries again.
        """
        commit = asyncio.ensure_future(self._commit())
        try:
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            with contextlib.suppress(PlayheadError):  # the next one will say it again
                await commit
            raise

    def want(self, segment: OpenSegment) -> None:
        """Include a segment in the next commit."""
        self._dirty[segment] = None
        self._wanted.set()

    def held(self, size: int) -> None:
        """Count bytes that a segment has taken in, or (negative) let go of."""
        self.pending_bytes += size
        if self.pending_bytes > PENDING_BYTES_MAX:
            self._room.clear()
        else:
            self._room.set()

    async def room(self) -> None:
        """Wait until no more is pending than may be."""
        while self.pending_bytes > PENDING_BYTES_MAX:  # of many that wake at once, only so many go on
            await self._room.wait()

    async def settled(self, segment: OpenSegment) -> None:
        """As `SegmentStore.settled`."""
        while not segment.settled and segment.failure is None:
            self.want(segment)
            await segment.changed()
        if segment.failure is not None:
            raise segment.failure

    def close(self, segment: OpenSegment) -> None:
        """Let go of a segment's file."""
        self._dirty.pop(segment, None)
        if segment.file is not None:
            segment.file.close()
            segment.file = None
        self._on_closed(segment)

    async def look(self, wanted_bytes: int = 0) -> bool:
        """Look at the room on the disk; whether so much may not be written."""
        try:
            free_bytes = await self._offload(lambda: self._disk.free_bytes(self._root))
        except OSError as error:
            _log.warning("free space unknown", reason=error.strerror)
            return self._disk_room.is_full
        return self._disk_room.look(free_bytes, wanted_bytes)

    async def _commit(self) -> None:
        async with self._committing:
            self._wanted.clear()
            works = [_take(segment) for segment in self._dirty]
            self._dirty.clear()
            started_us = self._clock.monotonic_us()
            full = await self.look(sum(work.size for work in works))
            await self._offload(lambda: write(self._disk, self._root, works, self._known_folders, full=full))
            self.held(-sum(work.size for work in works))
            for work in works:
                work.segment.file = work.file
                if work.error is not None:
                    self._fail(work, work.error)
            await self._record([work for work in works if work.error is None])
            metrics.COMMIT_SECONDS.observe((self._clock.monotonic_us() - started_us) / 1_000_000)
            metrics.COMMIT_SEGMENTS.observe(len(works))

    async def _record(self, works: list[Work]) -> None:
        created = [work.segment.located(work.progress) for work in works if not work.segment.recorded]
        progress = [work.progress for work in works if work.segment.recorded and _is_news(work)]
        refused: set[SegmentId] = set()
        if created or progress:
            try:
                refused = await self._ledger.record(created, progress)
            except PlayheadError:
                for work in works:
                    self.want(work.segment)
                raise
        for work in works:
            if work.segment.id in refused:
                message = "The catalogue no longer has the recording of this segment, or has the segment elsewhere."
                self._let_go(work.segment, UnavailableError("store.refused", message))
            else:
                self._settle(work)

    def _settle(self, work: Work) -> None:
        segment = work.segment
        self.successes += work.sync
        self._on_written(segment)
        metrics.DURABLE_BYTES.inc(work.progress.durable_bytes - segment.durable)
        segment.recorded = True
        segment.durable = work.progress.durable_bytes
        segment.durable_end = work.progress.ended
        if segment.observer is not None:
            segment.observer.durable(segment)
        if segment.released and segment.settled:
            self.close(segment)
        segment.wake()

    def _fail(self, work: Work, error: OSError) -> None:
        metrics.FAILURES.inc()
        if work.distrusted:
            self.distrusted.add(work.segment.id)
        if is_full(error):
            self._disk_room.refused()  # which says so once, for all of them
        else:
            segment = str(work.segment.id)
            _log.error("segment not written", segment=segment, reason=error.strerror, cut_back=not work.distrusted)
            self._on_failed(work.segment)
        self._let_go(work.segment, unavailable(error))

    def _let_go(self, segment: OpenSegment, error: PlayheadError) -> None:
        segment.failure = error
        self.held(-segment.pending_bytes)
        segment.pending.clear()
        segment.pending_bytes = 0
        self.close(segment)
        if segment.observer is not None:
            segment.observer.failed(segment, error)
        segment.wake()


def is_full(error: OSError) -> bool:
    """Whether it says that there is no room."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def unavailable(error: OSError) -> UnavailableError:
    """The error that a person is shown for what the system said of the disk."""
    if is_full(error):
        message, hint = "The disk of the recordings is full.", "Make room on it."
        return UnavailableError("store.full", message, hint=hint)
    reason = error.strerror or type(error).__name__
    return UnavailableError("store.failed", f"The disk of the recordings failed: {reason}.", hint="See its health.")


def _take(segment: OpenSegment) -> Work:
    progress = segment.progress()
    work = Work(
        segment=segment,
        file=segment.file,
        location=segment.location,
        data=segment.pending,
        size=segment.pending_bytes,
        offset=segment.written,
        progress=progress,
        sync=not segment.recorded or progress.durable_bytes > segment.durable,
        durable=segment.durable,
        recorded=segment.recorded,
    )
    segment.written += segment.pending_bytes
    segment.pending = []
    segment.pending_bytes = 0
    return work


def _is_news(work: Work) -> bool:
    return (work.progress.durable_bytes, work.progress.ended) != (work.segment.durable, work.segment.durable_end)
