"""Opening a segment's file after its last writer stopped, in whatever way: procedure *open* of docs/storage.md."""

import contextlib
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.base.errors import ConflictError, CorruptError
from playhead.base.ids import SegmentId
from playhead.domain.recordings import Segment
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Disk, File
from playhead.store.segments.layout import DAY_DEPTH, path_of, segment_of
from playhead.store.segments.resume import resume_at
from playhead.wire.vid import Header, Scanner, read_header

ASIDE: Final = "quarantine"
"""Folder in the store for files that were taken out of the way: the catalogue lists them with their reason."""

_PORTION_BYTES: Final = 1 << 20
_NEWEST_DAYS: Final = 2
"""Days in which a file without a row may lie: that of the crash, and the one before where it came at midnight."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A segment's file, ready to be appended to at ``scanner.offset``, up to where it is durable."""

    file: File
    header: Header
    scanner: Scanner
    dropped_bytes: int
    """What was cut off: a torn record."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `SegmentStore.recover` found and did."""

    repaired: tuple[SegmentId, ...]
    """Had more whole records than the catalogue knew, or a torn one."""
    quarantined: tuple[SegmentId, ...]
    """Lack bytes that were acknowledged; left as they are, and never appended to."""
    unreadable: tuple[SegmentId, ...]
    """The disk failed while reading them; tried again when they are opened."""
    deleted: tuple[SegmentId, ...]
    """Deletions finished."""
    orphans: tuple[SegmentId, ...]
    """Files that the catalogue does not know, set aside: never told to it, or it is older than they are."""


def open_file(disk: Disk, root: Path, located: Located, offered: bytes = b"", *, trust_tail: bool = True) -> Opened:
    """Procedure *open*. Blocks.

    Args:
        disk: where it lies.
        root: of the segment store.
        located: what the catalogue says.
        offered: the header that whoever wants to go on has; empty where nobody does.
        trust_tail: whether whole records beyond the recorded offset may be kept. Not where syncing this file failed
            since the system started: then they may be in memory alone, whatever another sync says.

    Raises:
        ConflictError: ``store.header_differs``: the file has another header than ``offered``.
        CorruptError: ``store.missing``, ``store.short``, ``store.header``, ``store.offset``, ``vid.*``: what was
            acknowledged is not there.
        OSError: the disk failed.
    """
    try:
        file = disk.open(path_of(root, located.location))
    except FileNotFoundError as error:
        raise CorruptError("store.missing", f"The file of segment {located.segment.id} is gone.") from error
    try:
        return _check(file, located, offered, trust_tail=trust_tail)
    except BaseException:
        file.close()
        raise


def _check(file: File, located: Located, offered: bytes, *, trust_tail: bool) -> Opened:
    durable = located.segment.durable_bytes
    size = file.size()
    if size < durable:
        text = f"Segment {located.segment.id} has {size} bytes where {durable} were acknowledged."
        raise CorruptError("store.short", text)
    header, header_bytes = read_header(file.read_at)
    check_header(header, located.segment)
    if offered and file.read_at(header_bytes, 0) != offered:
        raise ConflictError("store.header_differs", f"Segment {located.segment.id} was begun with another header.")
    scanner = Scanner(resume_at(file.read_at, header, header_bytes, durable, located.resume))
    if trust_tail:
        _scan(file, scanner, size)
    if scanner.offset != size:
        file.truncate(scanner.offset)
    if size != durable:
        file.sync()
    # A fresh scanner: this one has seen bytes that are cut off.
    return Opened(file, header, Scanner(scanner.state()), size - scanner.offset)


def check_header(header: Header, segment: Segment) -> None:
    """Refuse what lies where a segment is said to lie and is another one.

    Raises:
        CorruptError: ``store.header``.
    """
    if (header.segment, header.recording) != (segment.id, segment.recording):
        raise CorruptError("store.header", f"Where segment {segment.id} should lie, there is another one.")


def _scan(file: File, scanner: Scanner, size: int) -> None:
    """Feed what lies beyond the scanner's offset, up to the end or to what is no record."""
    offset = scanner.offset
    try:
        while offset < size:
            data = file.read_at(min(_PORTION_BYTES, size - offset), offset)
            scanner.feed(data)
            offset += len(data)
    except CorruptError:
        return  # torn: sectors of it were lost; `scanner.offset` says what is whole


def folders_of_days(disk: Disk, root: Path, newest: int | None = None) -> list[str]:
    """The day folders, oldest first: all, or the newest few. Relative, each with a slash at its end. Blocks."""
    folders = [""]
    for _ in range(DAY_DEPTH):
        inner = [
            f"{folder}{name}/" for folder in folders for name in disk.list_folder(root / folder) if name.isdecimal()
        ]
        folders = sorted(inner)[-newest if newest else 0 :]
    return folders


def files_in(disk: Disk, root: Path, folder: str) -> dict[SegmentId, str]:
    """The segments whose files lie in a day folder, with their locations. Blocks."""
    found = {segment_of(name): f"{folder}{name}" for name in disk.list_folder(root / folder)}
    return {segment: location for segment, location in found.items() if segment is not None}


def newest_files(disk: Disk, root: Path) -> dict[SegmentId, str]:
    """The segments whose files lie in the newest folders, with their locations. Blocks."""
    found: dict[SegmentId, str] = {}
    for folder in folders_of_days(disk, root, _NEWEST_DAYS):
        found |= files_in(disk, root, folder)
    return found


def remove_file(disk: Disk, root: Path, location: str) -> None:
    """Steps of procedure *delete*: the file, where it is there, then its folder. Blocks."""
    path = path_of(root, location)
    if disk.exists(path):
        disk.remove(path)
    if disk.exists(path.parent):
        disk.sync_folder(path.parent)


def set_aside(disk: Disk, root: Path, location: str) -> str:
    """Move a file to the quarantine folder, where nothing reads it and it replaces nothing. Blocks.

    Returns:
        Its location there.
    """
    path = path_of(root, location)
    folder = root / ASIDE
    disk.make_folder(folder)
    disk.sync_folder(root)
    target = folder / path.name
    numbers = itertools.count(2)
    while disk.exists(target):  # the same segment before, or this move before a crash
        target = folder / f"{path.stem}.{next(numbers)}{path.suffix}"
    disk.rename(path, target)
    disk.sync_folder(folder)
    disk.sync_folder(path.parent)
    return f"{ASIDE}/{target.name}"


def make_root(disk: Disk, root: Path) -> None:
    """Make the store's folder where it is missing, durably. Blocks.

    The folders above are synced even where nothing was missing: a process that was killed may have made them, and not
    come to syncing them.
    """
    disk.make_folder(root)
    for folder in root.parents:
        with contextlib.suppress(PermissionError):  # one that we may not list is not one that we have made
            disk.sync_folder(folder)
