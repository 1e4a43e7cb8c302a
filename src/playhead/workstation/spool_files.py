"""The spool's files: where each lies, what its name says, and how they are made durable and mended.

```
<folder>/writing/<segment>.vid             being written; after a crash, cut to its last whole record
<folder>/finished/<segment>.<reason>.vid   nothing is added any more; <reason> says how it ended
<folder>/…/<segment>….droppable.vid        the same of one that may be dropped to make room
<folder>/finished/<segment>.lost.vid       one that was dropped: its header alone, until the server has been told
<folder>/set-aside/<segment>.<reason>.vid  refused by the server for good; <segment>.txt says why
<folder>/set-aside/<segment>.tail          what stood behind the last sound record of a damaged file
```
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast, get_args

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.base.ids import RecordingId, SegmentId
from playhead.store.disk import Disk, File
from playhead.wire.vid import Header, Scanner, read_header, walk

Reason = Literal["sealed", "killed", "disk_full", "lost"]
"""How a segment ended; as in `playhead.wire.screen.messages.End`."""

DROPPABLE: Final = "droppable"
"""Part of the name of a file that may be dropped. What has another name may not, so that in doubt nothing is."""

READ_BYTES: Final = 1 << 20
"""How much of a file is looked at at a time."""


@dataclass(eq=False, slots=True)
class SpooledSegment:
    """One segment of the spool. Its fields change only through `playhead.workstation.spool.Spool`."""

    id: SegmentId
    recording: RecordingId
    header_bytes: int
    started_at_us: int
    path: Path
    size: int
    """Bytes that belong to it: the end of its last whole record."""
    reason: Reason | None = None
    """How it ended; None while it grows."""
    covered_us: int = 0
    """Media time up to which a mended segment proves capture."""
    acknowledged: int = 0
    """The server holds it durably up to here."""
    droppable: bool = False
    """Nobody asked for it in particular: it may make room for newer ones."""
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Folders:
    """The spool's folders."""

    root: Path

    @property
    def writing(self) -> Path:
        """Segments that grow."""
        return self.root / "writing"

    @property
    def finished(self) -> Path:
        """Segments that do not."""
        return self.root / "finished"

    @property
    def set_aside(self) -> Path:
        """What the server will not have."""
        return self.root / "set-aside"

    def make(self, disk: Disk) -> None:
        """Make those that are missing, durably."""
        missing = [folder for folder in (self.root, *self.root.parents) if not disk.exists(folder)]
        for folder in (self.writing, self.finished, self.set_aside):
            disk.make_folder(folder)
        for folder in (self.root, self.root.parent, *(folder.parent for folder in missing)):
            disk.sync_folder(folder)

    def path_of(self, segment: SegmentId, reason: Reason | None, *, droppable: bool = False) -> Path:
        """Where a segment lies."""
        tail = f".{DROPPABLE}.vid" if droppable else ".vid"
        return self.writing / f"{segment}{tail}" if reason is None else self.finished / f"{segment}.{reason}{tail}"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A segment whose bytes were given up to make room."""

    segment: SegmentId
    recording: RecordingId
    from_us: int
    """Wall time at which it began."""
    to_us: int
    """Wall time up to which it covered."""
    bytes: int
    """What was given up."""
    acknowledged: int
    """How much of it the server had by then."""


@dataclass(frozen=True, slots=True)
class Aside:
    """How much was set aside."""

    segments: int = 0
    bytes: int = 0
    """With the notes, and with the tails of damaged files."""

    def __add__(self, other: "Aside") -> "Aside":
        return Aside(self.segments + other.segments, self.bytes + other.bytes)

    def __sub__(self, other: "Aside") -> "Aside":
        return Aside(self.segments - other.segments, self.bytes - other.bytes)


@dataclass(slots=True)
class Job:
    """What is to be made durable, set apart so that a thread can do it."""

    disk: Disk
    folders: Folders
    names_are_new: bool
    """Files were made in ``writing``."""
    growing: list[tuple[SpooledSegment, File]]
    finished: list[tuple[SpooledSegment, File, int]]
    """With the size each ends at."""
    to_drop: list[SpooledSegment] = field(default_factory=list[SpooledSegment])
    dropped: list[Dropped] = field(default_factory=list[Dropped])
    failures: list[tuple[SpooledSegment, OSError]] = field(default_factory=list[tuple[SpooledSegment, OSError]])
    moved: list[SpooledSegment] = field(default_factory=list[SpooledSegment])

    def run(self) -> None:
        """Do it. Failures are kept for `Spool.settle`; one does not stop the others."""
        errors = self.disk.sync_files([file for _, file in self.growing])
        for (segment, _), error in zip(self.growing, errors, strict=True):
            if error is not None:
                self.failures.append((segment, error))
        if self.names_are_new:
            try:
                self.disk.sync_folder(self.folders.writing)
            except OSError as error:
                self.failures += [(segment, error) for segment, _ in self.growing]
        for segment, file, size in self.finished:
            self._try(segment, lambda segment=segment, file=file, size=size: self._finish(segment, file, size))
        for segment in self.to_drop:
            self._try(segment, lambda segment=segment: self.dropped.append(drop(self.disk, self.folders, segment)))

    def _finish(self, segment: SpooledSegment, file: File, size: int) -> None:
        if file.size() != size:
            file.truncate(size)  # part of a record that did not fit on the disk
        finish(self.disk, self.folders, segment, file)
        self.moved.append(segment)

    def _try(self, segment: SpooledSegment, step: Callable[[], None]) -> None:
        try:
            step()
        except OSError as error:
            self.failures.append((segment, error))


def drop(disk: Disk, folders: Folders, segment: SpooledSegment) -> Dropped:
    """Give up all of a finished segment but its header. Its name says so first, durably; only then it is cut."""
    file = disk.open(segment.path)
    try:
        size = file.size()
        covers_us = covered_us(file, size, segment.header_bytes)
        target = folders.path_of(segment.id, "lost")
        if segment.path != target:
            disk.rename(segment.path, target)
            disk.sync_folder(folders.finished)
        file.truncate(segment.header_bytes)
        file.sync()
    finally:
        file.close()
    begin_us = segment.started_at_us
    lost_bytes = size - segment.header_bytes
    return Dropped(segment.id, segment.recording, begin_us, begin_us + covers_us, lost_bytes, segment.acknowledged)


def covered_us(file: File, size: int, start: int) -> int:
    """Media time up to which the segment's records cover; what is damaged ends it."""
    covers_us = 0
    try:
        for scanned in walk(file.read_at, size, start):
            header = scanned.header
            covers_us = max(covers_us, header.media_time_us + header.span_us)
    except CorruptError:
        return covers_us
    return covers_us


def finish(disk: Disk, folders: Folders, segment: SpooledSegment, file: File) -> None:
    """Make a segment's bytes durable, and then its name say how it ended."""
    file.sync()
    disk.rename(segment.path, folders.path_of(segment.id, segment.reason, droppable=segment.droppable))
    disk.sync_folder(folders.finished)
    disk.sync_folder(folders.writing)


def find_finished(disk: Disk, folders: Folders) -> list[SpooledSegment]:
    """The segments that were finished before, without looking further than their headers."""
    found: list[SpooledSegment] = []
    for name in disk.list_folder(folders.finished):
        path = folders.finished / name
        try:
            segment = look_at(disk, path)
        except (CorruptError, InvalidInputError):
            put_aside(disk, folders, path, "The file's header is damaged.")
            continue
        if segment is not None:
            found.append(segment)
    return found


def look_at(disk: Disk, path: Path) -> SpooledSegment | None:
    """The segment in a file that nothing is added to any more, by its name and header; None where it is not ours.

    Raises:
        CorruptError, InvalidInputError: its header cannot be read.
        OSError: of the disk.
    """
    reason, _, mark = path.name.partition(".")[2].removesuffix(".vid").partition(".")
    if reason not in get_args(Reason) or mark not in {"", DROPPABLE}:
        return None
    file = disk.open(path)
    try:
        header, header_bytes = read_header(file.read_at)
        segment = _segment(header, header_bytes, path, file.size(), cast("Reason", reason))
    finally:
        file.close()
    segment.droppable = mark == DROPPABLE
    return segment


def mend(disk: Disk, folders: Folders) -> list[SpooledSegment]:
    """Cut what a crash left in ``writing`` to its last whole record, and finish it. Safe to repeat after another crash.

    A file without a whole header holds nothing that anybody could decrypt, and is removed.
    """
    mended: list[SpooledSegment] = []
    for name in disk.list_folder(folders.writing):
        path = folders.writing / name
        if not name.endswith(".vid"):
            continue
        file = disk.open(path)
        try:
            segment = _mend_one(disk, folders, path, file)
        finally:
            file.close()
        if segment is None:
            disk.remove(path)
        else:
            mended.append(segment)
    disk.sync_folder(folders.writing)
    return mended


def _mend_one(disk: Disk, folders: Folders, path: Path, file: File) -> SpooledSegment | None:
    size = file.size()
    scanner = Scanner()
    is_damaged = False
    try:
        for offset in range(0, size, READ_BYTES):
            scanner.feed(file.read_at(READ_BYTES, offset))
    except CorruptError:
        is_damaged = True
    if scanner.header is None:
        return None
    if is_damaged:
        _keep_tail(disk, folders.set_aside / f"{scanner.header.segment}.tail", file, scanner.offset, size)
    if scanner.offset != size:
        file.truncate(scanner.offset)
    header_bytes = read_header(file.read_at)[1]
    reason: Reason = "sealed" if scanner.sealed else "killed"
    segment = _segment(scanner.header, header_bytes, path, scanner.offset, reason)
    segment.covered_us = scanner.covered_us
    segment.droppable = path.name.endswith(f".{DROPPABLE}.vid")
    finish(disk, folders, segment, file)
    segment.path = folders.path_of(segment.id, reason, droppable=segment.droppable)
    return segment


def _keep_tail(disk: Disk, path: Path, file: File, start: int, end: int) -> None:
    """Copy what is cut off: nobody can play it, but it may tell what went wrong."""
    tail = disk.open(path, create=not disk.exists(path))
    try:
        tail.truncate(0)
        for offset in range(start, end, READ_BYTES):
            tail.write_at(file.read_at(min(READ_BYTES, end - offset), offset), offset - start)
        tail.sync()
    finally:
        tail.close()
    disk.sync_folder(path.parent)


def put_aside(disk: Disk, folders: Folders, path: Path, why: str) -> None:
    """Move a finished file out of the way under the name that it has, with a note that says why."""
    note = folders.set_aside / f"{path.name.partition('.')[0]}.txt"
    file = disk.open(note, create=not disk.exists(note))
    try:
        file.truncate(0)
        file.write_at(note_of(why), 0)
        file.sync()
    finally:
        file.close()
    disk.rename(path, folders.set_aside / path.name)
    disk.sync_folder(folders.set_aside)
    disk.sync_folder(path.parent)


def note_of(why: str) -> bytes:
    """What the note says that lies beside a file that was put aside."""
    return why.encode() + b"\n"


def look_aside(disk: Disk, folders: Folders) -> Aside:
    """What was put aside, and takes on disk. Somebody may be removing it meanwhile."""
    total = Aside()
    for name in disk.list_folder(folders.set_aside):
        try:
            file = disk.open(folders.set_aside / name)
        except FileNotFoundError:
            continue
        total += Aside(int(name.endswith(".vid")), file.size())
        file.close()
    return total


def _segment(header: Header, header_bytes: int, path: Path, size: int, reason: Reason) -> SpooledSegment:
    return SpooledSegment(header.segment, header.recording, header_bytes, header.started_at_us, path, size, reason)
