"""The segment store: where acknowledged bytes live."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError
from playhead.base.ids import SegmentId
from playhead.store.catalogue.segments import CORRUPT, DELETING, SUPERSEDED, Located, Progress
from playhead.store.disk import Disk, Readable
from playhead.store.segments.aside import Aside
from playhead.store.segments.ballast import Ballast
from playhead.store.segments.committer import Committer, Offload, unavailable
from playhead.store.segments.elsewhere import Elsewhere, Nowhere, view
from playhead.store.segments.layout import is_object, local_of, location_of
from playhead.store.segments.ledger import Ledger
from playhead.store.segments.open_segment import SEALED, Observer, OpenSegment
from playhead.store.segments.recovery import (
    Opened,
    Recovery,
    make_root,
    open_file,
    remove_file,
)
from playhead.store.segments.reopening import segment_from
from playhead.store.segments.returning import bring_back
from playhead.store.segments.room import RESERVE_BYTES, Room
from playhead.store.segments.troubles import Troubles
from playhead.wire.vid import Header, Scanner

OPENING_MAX: Final = 4
"""Files opened and scanned at a time, after a restart when every workstation comes back at once."""

_log: Any = structlog.get_logger()


class SegmentStore:
    """Segments in files under one folder. `recover` it, keep `run` running, and `open` what is to grow.

    Args:
        root: the folder.
        disk: where it lies.
        ledger: the catalogue's part.
        clock: names the day folders.
        interval_s: least time between the beginnings of two commits.
        reserve_bytes: room to leave on the disk.
        ballast: room that the catalogue gets when something else has taken that.
        elsewhere: opens segments that lie in an object store.
        offload: runs what blocks.
    """

    def __init__(
        self,
        root: Path,
        *,
        disk: Disk,
        ledger: Ledger,
        clock: Clock,
        interval_s: float = 0.2,
        reserve_bytes: int = RESERVE_BYTES,
        ballast: Ballast | None = None,
        elsewhere: Elsewhere | None = None,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._root = root
        self._elsewhere = elsewhere or Nowhere()
        self._disk, self._ledger, self._clock, self._ballast = disk, ledger, clock, ballast
        self._offload = offload
        self.disk_room = Room(reserve_bytes, clock)
        """Whether the disk has room for segments."""
        self._aside = Aside(root, disk=disk, ledger=ledger, clock=clock, offload=offload)
        self._troubles = Troubles(clock, lambda: self._committer.successes)
        self._open: dict[SegmentId, OpenSegment] = {}
        self._busy: set[SegmentId] = set()
        self._opening = asyncio.Semaphore(OPENING_MAX)
        self._committer = Committer(
            root,
            disk=disk,
            ledger=ledger,
            clock=clock,
            interval_s=interval_s,
            room=self.disk_room,
            offload=offload,
            on_closed=self._forget,
            on_failed=lambda segment: self._troubles.failed(segment.id),
            on_written=lambda segment: self._troubles.forget(segment.id),
        )

    @property
    def pending_bytes(self) -> int:
        """Received and not yet written."""
        return self._committer.pending_bytes

    async def run(self) -> None:
        """Commit as often as needed, until cancelled."""
        await self._committer.run()

    async def commit(self) -> None:
        """One group commit now: when it returns, what had arrived before is durable and observers know.

        Raises:
            UnavailableError: ``catalogue.unavailable``: nothing is acknowledged; the next commit tries again.
        """
        await self._committer.commit()

    async def room(self) -> None:
        """Wait until no more is pending than may be (`PENDING_BYTES_MAX`). Feeders call it before they take in more."""
        await self._committer.room()

    async def look_at_disk(self) -> None:
        """Look at the room on the disk, and keep the catalogue's last reserve."""
        await self._committer.look()
        ballast, free_bytes = self._ballast, self.disk_room.free_bytes
        if ballast is not None and free_bytes is not None:
            await self._offload(lambda: ballast.settle(free_bytes, self.disk_room.reserve_bytes))

    async def check_room(self, segment: SegmentId) -> None:
        """Before a segment is opened to grow: whether the disk has room. One that has ended needs none.

        Raises:
            UnavailableError: ``store.full``, ``catalogue.unavailable``.
        """
        if self.disk_room.is_full and await self._committer.look():
            located = await self._ledger.find(segment)
            if located is None or located.segment.ended in {"", CORRUPT, SUPERSEDED}:
                raise unavailable(OSError(errno.ENOSPC, ""))

    def has_given_up(self, segment: SegmentId) -> bool:
        """Whether the disk failed with a segment again and again, while it works for others."""
        return self._troubles.has_given_up(segment)

    def try_again(self, segment: SegmentId) -> None:
        """Let a segment that the disk failed with be tried at once."""
        self._troubles.forget(segment)

    async def settled(self, segment: OpenSegment) -> None:
        """Wait until all whole records that have arrived, and the end if it has, are durable.

        Raises:
            PlayheadError: why the segment failed.
        """
        await self._committer.settled(segment)

    async def recover(self) -> Recovery:
        """After a start, before anything else: make the catalogue and the files agree. Procedure *recover*.

        Raises:
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        repaired: list[Progress] = []
        quarantined: list[SegmentId] = []
        unreadable: list[SegmentId] = []
        deleted: list[SegmentId] = []
        try:
            await self._offload(lambda: make_root(self._disk, self._root))
            for located in await self._ledger.unfinished():
                if located.segment.ended == DELETING:
                    await self.delete(located)
                    deleted.append(located.segment.id)
                if located.segment.ended == DELETING or is_object(located.location):
                    continue  # no file here that a crash could have torn
                try:
                    repaired += await self._repair(located)
                except CorruptError as error:
                    await self._aside.quarantine(located, error)
                    quarantined.append(located.segment.id)
                except OSError as error:
                    unreadable.append(located.segment.id)
                    _log.error("segment not readable", segment=str(located.segment.id), reason=error.strerror)
            if repaired:
                await self._ledger.record([], repaired)
            orphans = await self._aside.move_orphans()
        except OSError as error:
            raise unavailable(error) from error
        return Recovery(
            repaired=tuple(found.segment for found in repaired),
            quarantined=tuple(quarantined),
            unreadable=tuple(unreadable),
            deleted=tuple(deleted),
            orphans=orphans,
        )

    async def open(self, header: bytes, observer: Observer | None = None) -> OpenSegment:
        """Begin a segment, or go on with one; it goes on at its ``durable``. Procedures *create*, *open*, *replace*.

        Whoever offers a segment still has all of it. So one that lacks acknowledged bytes here is begun anew.

        Args:
            header: the whole ``.vid`` header. The catalogue has its recording already.
            observer: told of its progress.

        Raises:
            CorruptError: ``vid.*``: it is not one whole header.
            ConflictError: ``store.in_use``, ``store.header_differs``, ``store.deleting``.
            UnavailableError: ``store.full``, ``store.failed``, ``catalogue.unavailable``. ``store.refused``: the
                catalogue has changed since; offered again, the segment is judged by what it has now.
        """
        scanner = Scanner()
        scanner.feed(header)
        if scanner.header is None or scanner.offset != len(header) or scanner.records:
            raise CorruptError("vid.truncated", "This is not one whole file header.")
        async with self.alone(scanner.header.segment):
            self._troubles.check(scanner.header.segment)
            located = await self._ledger.find(scanner.header.segment)
            found = None if located is None else await self._reopened(located, header, scanner.header)
            segment = found or self._created(header, scanner)
            self._open[segment.id] = segment
        try:
            await self.settled(segment)
        except asyncio.CancelledError:
            self.release(segment)
            raise
        segment.observer = observer
        return segment

    def append(self, segment: OpenSegment, data: bytes | memoryview) -> None:
        """Take the next bytes of a segment; they are durable when its observer hears so. Procedure *append*.

        Raises:
            CorruptError: ``vid.*``. Whole records before the fault are kept.
            PlayheadError: the segment has failed before.
        """
        if segment.failure is not None:
            raise segment.failure
        before = segment.pending_bytes
        try:
            segment.take_in(data)
        finally:
            self._committer.held(segment.pending_bytes - before)
            self._committer.want(segment)

    def end(self, segment: OpenSegment, reason: str) -> None:
        """No more will come. The observer hears when that is durable. Procedure *end*.

        Raises:
            CorruptError: ``store.not_sealed``: the reason is ``sealed`` and the last record is not a SEAL.
        """
        if reason == SEALED and not segment.scanner.sealed:
            raise CorruptError("store.not_sealed", f"Segment {segment.id} does not end with a seal.")
        segment.ended = SEALED if segment.scanner.sealed else reason
        self._committer.want(segment)

    def release(self, segment: OpenSegment) -> None:
        """Let go of a segment: its whole records still become durable, its observer hears nothing more."""
        segment.observer = None
        if segment.failure is not None:
            return
        segment.released = True
        before = segment.pending_bytes
        segment.drop_partial()
        self._committer.held(segment.pending_bytes - before)
        self._committer.want(segment)

    async def delete(self, located: Located) -> None:
        """Remove a segment and its file. Procedure *delete*.

        Raises:
            ConflictError: ``store.in_use``: it is growing.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``; calling again finishes it.
        """
        async with self.alone(located.segment.id):
            await self._ledger.mark(located.segment.id, DELETING)
            try:
                await self._offload(lambda: remove_file(self._disk, self._root, located.location))
            except OSError as error:
                raise unavailable(error) from error
            await self._ledger.forget(located.segment.id)

    async def supersede(self, segment: SegmentId) -> None:
        """Another server of the site has all of a segment: make no claim to it. Its bytes stay.

        Harmless where there is no such segment, or its deletion has begun.

        Raises:
            ConflictError: ``store.in_use``: it is growing.
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self.alone(segment):
            located = await self._ledger.find(segment)
            if located is not None and located.segment.ended != DELETING:
                await self._ledger.mark(segment, SUPERSEDED)
                await self._ledger.unlist(str(segment))

    def view(self, location: str) -> Readable:
        """A segment for reading, up to its durable length, wherever it lies. Blocks; close it afterwards.

        Raises:
            CorruptError: ``store.missing``; reading an object may raise it, too, and ``objects.*``.
            UnavailableError: ``store.failed``, ``objects.unknown``.
        """
        return view(self._disk, self._root, self._elsewhere, location)

    def growing(self) -> Iterable[OpenSegment]:
        """The segments that are open now, not to be kept."""
        return self._open.values()

    @contextlib.asynccontextmanager
    async def alone(self, segment: SegmentId) -> AsyncGenerator[None]:
        """Nobody else has the segment open or is about to; one that was released is closed first.

        Raises:
            ConflictError: ``store.in_use``.
        """
        while (found := self._open.get(segment)) is not None and found.released:
            self._committer.want(found)
            await found.changed()
        if found is not None or segment in self._busy:
            raise ConflictError("store.in_use", f"Segment {segment} is in use already.")
        self._busy.add(segment)
        try:
            yield
        finally:
            self._busy.remove(segment)

    def _created(self, header: bytes, scanner: Scanner) -> OpenSegment:
        assert scanner.header is not None  # noqa: S101 # checked by the caller
        location = location_of(scanner.header.segment, self._clock.wall_us())
        segment = OpenSegment(scanner.header, location, scanner, None, written=0, durable=0, recorded=False)
        segment.hold(header)
        self._committer.held(len(header))
        return segment

    async def _reopened(self, located: Located, offered: bytes, header: Header) -> OpenSegment | None:
        """The segment where it is as it was left; None where it had to make way and is to be begun anew."""
        if header.recording != located.segment.recording:
            text = f"Segment {located.segment.id} is of another recording."
            raise ConflictError("store.header_differs", text)
        if located.segment.ended == CORRUPT:
            await self._make_way(located)
            return None
        if located.segment.ended == DELETING:
            raise ConflictError("store.deleting", f"Segment {located.segment.id} is being deleted.")
        there, located = located, replace(located, location=local_of(located.location))
        try:
            if is_object(there.location):
                await self._bring_back(there, located.location)
            if self._troubles.has_given_up(located.segment.id):
                text = f"The disk failed with the file of segment {located.segment.id} again and again."
                raise CorruptError("store.unusable", text)  # noqa: TRY301 # treated as every other file that is not whole
            opened = await self._opened(located, offered)
        except CorruptError as error:
            await self._aside.quarantine(located, error)
            await self._make_way(located)
            return None
        except OSError as error:
            self._troubles.failed(located.segment.id)
            raise unavailable(error) from error
        self._committer.distrusted.discard(located.segment.id)
        return segment_from(located, opened)

    async def _bring_back(self, located: Located, location: str) -> None:
        await self._offload(lambda: bring_back(self._disk, self._root, self._elsewhere, located, location))
        await self._ledger.moved(located.segment.id, location)

    async def _opened(self, located: Located, offered: bytes = b"") -> Opened:
        trust_tail = located.segment.id not in self._committer.distrusted

        async def work() -> Opened:
            async with self._opening:
                return await self._offload(
                    lambda: open_file(self._disk, self._root, located, offered, trust_tail=trust_tail)
                )

        opening = asyncio.ensure_future(work())
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise

    def _forget(self, segment: OpenSegment) -> None:
        self._open.pop(segment.id, None)

    async def _repair(self, located: Located) -> list[Progress]:
        """What the catalogue must be told of a segment, if anything."""
        opened = await self._opened(located)
        opened.file.close()
        segment = segment_from(located, opened)
        return [] if segment.settled and not opened.dropped_bytes else [segment.progress()]

    async def _make_way(self, located: Located) -> None:
        try:
            await self._aside.make_way(located)
        except OSError as error:
            self._troubles.failed(located.segment.id)
            raise unavailable(error) from error
        self._troubles.forget(located.segment.id)


def _close_unwanted(opening: asyncio.Future[Opened]) -> None:
    """A thread cannot be cancelled: what it opened meanwhile for nobody is closed."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().file.close()
