"""Segments on the workstation's own disk, from their first byte until the server has them whole.

Sealed bytes are appended at once and made durable within a second by `Spool.job`, whose `Job.run` is for a thread.
Nothing but the server's word deletes a segment. One process uses a folder (`playhead.workstation.spool_files`); the
methods here are called from one thread and block no longer than a write to the page cache.
"""

import errno
from pathlib import Path
from typing import Final

import structlog

from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.disk import Disk
from playhead.wire.vid import Header
from playhead.workstation.spool_files import (
    Aside,
    Dropped,
    Folders,
    Job,
    Reason,
    SpooledSegment,
    find_finished,
    look_aside,
    mend,
    note_of,
    put_aside,
)
from playhead.workstation.spool_room import Room, WhenFull

READ_BYTES_MAX: Final = 256 * 1024
"""Most that `Spool.read` gives at a time: what one message may carry."""

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)

_log = structlog.get_logger(__name__)


class Spool:
    """The segments in a folder.

    Args:
        disk: where.
        folder: the spool's own; made where missing.
        bytes_max: how much it may hold.
        free_bytes_min: how much of the disk it leaves to others.
        when_full: what it does when it holds that much.
    """

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        *,
        bytes_max: int,
        free_bytes_min: int = 0,
        when_full: WhenFull = "stop",
    ) -> None:
        self._disk = disk
        folders = self.folders = Folders(folder)
        """Where its files are."""
        self._room = Room(disk, folders, bytes_max=bytes_max, free_bytes_min=free_bytes_min, when_full=when_full)
        self._segments: list[SpooledSegment] = []
        self._used_bytes = 0
        self._names_are_new = False
        self._dirty: dict[SpooledSegment, None] = {}  # a set that keeps its order, so that a simulation's steps repeat
        self._finishing: list[SpooledSegment] = []
        self._to_drop: dict[SpooledSegment, int] = {}
        """With the bytes that each still takes."""
        self._dropped: list[Dropped] = []
        self._in_job: Job | None = None
        self._after_job: list[SpooledSegment] = []
        self._to_set_aside: list[tuple[SpooledSegment, str]] = []

    def recover(self) -> list[SpooledSegment]:
        """Take over what earlier processes left. Call once, first; it blocks, for it reads what was being written.

        Returns:
            The segments that a crash had broken off, oldest first.

        Raises:
            UnavailableError: ``spool.unusable``.
        """
        try:
            self.folders.make(self._disk)
            mended = mend(self._disk, self.folders)
            known = {segment.id: segment for segment in mended}
            for segment in find_finished(self._disk, self.folders):
                if known.setdefault(segment.id, segment).path != segment.path:
                    self._disk.remove(segment.path)  # a power cut kept both names of one file
            self._room.aside = look_aside(self._disk, self.folders)
        except OSError as error:
            message = f"The spool folder {self.folders.root} cannot be used: {error.strerror}."
            hint = "Make it writable, free some space, or configure another data folder."
            raise UnavailableError("spool.unusable", message, hint=hint) from error
        self._segments = sorted(known.values(), key=lambda segment: segment.id)
        self._used_bytes = sum(segment.size for segment in self._segments)
        return mended

    @property
    def segments(self) -> tuple[SpooledSegment, ...]:
        """All segments, oldest first."""
        return tuple(self._segments)

    def growing(self) -> list[SpooledSegment]:
        """Those that something may be added to; the newest."""
        found: list[SpooledSegment] = []
        for segment in reversed(self._segments):
            if segment.reason is not None:
                break
            found.insert(0, segment)
        return found

    def find(self, segment: SegmentId) -> SpooledSegment | None:
        """One of the segments, or None where it is not here."""
        return next((each for each in self._segments if each.id == segment), None)

    def is_setting_aside(self, segment: SegmentId) -> bool:
        """Whether it is set aside as soon as it is durable."""
        return any(each.id == segment for each, _ in self._to_set_aside)

    @property
    def used_bytes(self) -> int:
        """What all segments take on disk, with those that were set aside."""
        return self._used_bytes + self._room.aside.bytes

    @property
    def aside(self) -> Aside:
        """What was set aside."""
        return self._room.aside

    @property
    def waiting_bytes(self) -> int:
        """What the server has not acknowledged yet."""
        return sum(segment.size - segment.acknowledged for segment in self._segments)

    def has_room(self) -> bool:
        """Whether a segment that had to stop for want of room may be followed by another."""
        return self._room.has_room(self._used_bytes)

    def take_dropped(self) -> list[Dropped]:
        """What was dropped to make room since this was asked last."""
        dropped, self._dropped = self._dropped, []
        return dropped

    def create(self, header: Header, data: bytes, *, droppable: bool = False) -> SpooledSegment:
        """Begin a segment.

        Args:
            header: its file header.
            data: the same as bytes: the file's first.
            droppable: nobody asked for it in particular: it may make room for newer ones.

        Raises:
            UnavailableError: as `append`.
        """
        path = self.folders.path_of(header.segment, None, droppable=droppable)
        self._room.check(self._used_bytes, len(data))
        try:
            file = self._disk.open(path, create=True)
        except OSError as error:
            raise _unwritable(error) from error
        segment = SpooledSegment(header.segment, header.recording, len(data), header.started_at_us, path, 0, file=file)
        segment.droppable = droppable
        _log.debug("segment begun", segment=str(segment.id), recording=str(segment.recording))
        try:
            self._write(segment, data)
        except UnavailableError:
            file.close()
            self._try_remove(path)
            raise
        self._segments.append(segment)
        self._names_are_new = True
        return segment

    def append(self, segment: SpooledSegment, data: bytes) -> None:
        """Add whole records to a segment that grows.

        Raises:
            UnavailableError: ``spool.full``, ``spool.disk_full``, ``spool.failed``. Nothing of ``data`` belongs to the
                segment then, and nothing more can be added: what a record builds on would be missing.
        """
        self._room.check(self._used_bytes, len(data))
        self._write(segment, data)

    def finish(self, segment: SpooledSegment, reason: Reason) -> None:
        """Nothing will be added any more."""
        segment.reason = reason
        _log.debug("segment finished", segment=str(segment.id), recording=str(segment.recording), reason=reason)
        self._dirty.pop(segment, None)
        self._finishing.append(segment)

    def job(self) -> Job | None:
        """What is to be made durable now, or None. Call `settle` with it once it was run, and only then ask again."""
        if self._in_job is not None:
            return None
        self._choose_to_drop()
        if not (self._dirty or self._finishing or self._to_drop):
            return None
        self._room.look()
        growing = [(segment, segment.file) for segment in self._dirty if segment.file is not None]
        finished = [(segment, segment.file, segment.size) for segment in self._finishing if segment.file is not None]
        self._in_job = Job(self._disk, self.folders, self._names_are_new, growing, finished, list(self._to_drop))
        self._dirty.clear()
        self._finishing.clear()
        self._names_are_new = False
        return self._in_job

    def settle(self, job: Job) -> list[SpooledSegment]:
        """Take note of what a job did.

        Returns:
            Segments that grow and whose bytes may not be on the disk, although they were written: they should end.
        """
        self._in_job = None
        for segment in job.moved:
            segment.path = self.folders.path_of(segment.id, segment.reason, droppable=segment.droppable)
            self._close(segment)  # whoever reads it opens it again: hours without the server are many segments
        self._settle_dropped(job)
        broken: list[SpooledSegment] = []
        for segment, error in job.failures:
            _log.error("segment not durable", segment=str(segment.id), error=error.strerror)
            if segment.reason is None and segment not in broken:
                broken.append(segment)
        left, self._after_job = self._after_job, []
        for segment in left:
            self._delete(segment)
        refused, self._to_set_aside, self._room.moving = self._to_set_aside, [], Aside()
        for segment, why in refused:
            try:
                self._put_aside(segment, why)
            except UnavailableError as error:
                _log.error("segment not set aside", segment=str(segment.id), error=error.message)
        return broken

    def read(self, segment: SpooledSegment, offset: int, size: int) -> bytes:
        """Up to ``size`` (at most `READ_BYTES_MAX`) bytes that belong to the segment, from ``offset``.

        Raises:
            UnavailableError: ``spool.failed``.
        """
        size = min(size, READ_BYTES_MAX, segment.size - offset)
        if size <= 0:
            return b""
        try:
            if segment.file is None:
                segment.file = self._disk.open(segment.path)
            data = segment.file.read_at(size, offset)
        except OSError as error:
            raise _unwritable(error) from error
        if len(data) != size:
            raise UnavailableError("spool.failed", f"Segment {segment.id} is shorter than it was.")
        return data

    def rest(self, segment: SpooledSegment) -> None:
        """Nobody reads the segment for now: its file need not stay open."""
        if segment.reason is not None and not self._is_busy(segment) and segment not in self._finishing:
            self._close(segment)

    def acknowledge(self, segment: SpooledSegment, offset: int) -> None:
        """The server holds the segment durably up to ``offset``."""
        segment.acknowledged = min(max(segment.acknowledged, offset), segment.size)

    def remove(self, segment: SpooledSegment) -> None:
        """The server has all of it, and that it has ended: delete it."""
        if segment not in self._segments:
            return
        self._segments.remove(segment)
        self._used_bytes -= segment.size + self._to_drop.pop(segment, 0)
        self._delete(segment)

    def set_aside(self, segment: SpooledSegment, why: str) -> None:
        """The server will never take it: keep it out of the way of the others, with a note.

        It still counts as used, until somebody removes it. Where it is not durable yet, `settle` moves it.

        Raises:
            UnavailableError: ``spool.failed``.
        """
        if segment not in self._segments:
            return
        self._put_aside(segment, why)
        self._segments.remove(segment)
        self._used_bytes -= segment.size
        self._room.aside += Aside(1, segment.size + len(note_of(why)))

    def take_back(self, segment: SpooledSegment) -> None:
        """One that was set aside, and whose file lies among the finished ones again, is to be sent after all."""
        later = (at for at, each in enumerate(self._segments) if each.reason is None or each.id > segment.id)
        self._segments.insert(next(later, len(self._segments)), segment)
        self._used_bytes += segment.size

    def look_aside(self) -> None:
        """What was set aside has changed."""
        self._room.look_aside()

    def close(self) -> None:
        """Close all files. What a job did not make durable is left to the next `recover`."""
        for segment in self._segments:
            self._close(segment)

    def _is_busy(self, segment: SpooledSegment) -> bool:
        """Whether a thread uses the segment's file."""
        job = self._in_job
        return job is not None and any(
            segment is other for other, *_ in [*job.growing, *job.finished, *((s,) for s in job.to_drop)]
        )

    def _choose_to_drop(self) -> None:
        """Give up the oldest that may be, where room will be needed: at once for readers, on the disk by the job."""
        to_drop_bytes = self._room.to_drop_bytes(self._used_bytes) - sum(self._to_drop.values())
        if to_drop_bytes <= 0:
            return
        for segment in self._segments:
            is_there = segment.reason is not None and segment.size > segment.header_bytes
            if not is_there or not segment.droppable or segment in self._finishing:
                continue
            self._close(segment)
            self._to_drop[segment] = segment.size - segment.header_bytes
            to_drop_bytes -= segment.size - segment.header_bytes
            segment.size, segment.reason = segment.header_bytes, "lost"
            if to_drop_bytes <= 0:
                return

    def _settle_dropped(self, job: Job) -> None:
        failed = {segment for segment, _ in job.failures}
        for segment in job.to_drop:
            if segment in failed:
                continue
            segment.path, segment.droppable = self.folders.path_of(segment.id, "lost"), False
            self._used_bytes -= self._to_drop.pop(segment, 0)
        self._dropped += job.dropped

    def _delete(self, segment: SpooledSegment) -> None:
        """The segment is no longer one of ours."""
        if self._is_busy(segment):
            self._after_job.append(segment)
            return
        self._finishing = [other for other in self._finishing if other is not segment]
        self._dirty.pop(segment, None)
        self._close(segment)
        self._try_remove(segment.path)

    def _put_aside(self, segment: SpooledSegment, why: str) -> None:
        """Move it away once nothing else moves it."""
        if self._is_busy(segment) or segment in self._finishing:
            self._to_set_aside.append((segment, why))
            self._room.moving += Aside(1, segment.size + len(note_of(why)))
            return
        try:
            put_aside(self._disk, self.folders, segment.path, why)
        except OSError as error:
            raise _unwritable(error) from error
        self._dirty.pop(segment, None)
        self._close(segment)

    def _try_remove(self, path: Path) -> None:
        try:
            self._disk.remove(path)
        except OSError as error:
            # It is offered again after the next start, and the server says again that it has it.
            _log.warning("file not removed", path=str(path), error=error.strerror)

    def _close(self, segment: SpooledSegment) -> None:
        if segment.file is not None:
            segment.file.close()
            segment.file = None

    def _write(self, segment: SpooledSegment, data: bytes) -> None:
        if segment.file is None or segment.reason is not None:
            raise AssertionError("the segment does not grow")
        try:
            segment.file.write_at(data, segment.size)
        except OSError as error:
            raise _unwritable(error) from error
        segment.size += len(data)
        self._used_bytes += len(data)
        self._dirty[segment] = None


def _unwritable(error: OSError) -> UnavailableError:
    if error.errno in _NO_ROOM:
        return UnavailableError("spool.disk_full", "The disk is full.", hint="Free some space.")
    return UnavailableError("spool.failed", f"The spool cannot be used: {error.strerror}.", hint="Look at the disk.")
