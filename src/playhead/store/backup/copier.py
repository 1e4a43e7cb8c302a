"""Puts segments' files into a backup: by another name for the same file where that may be, else by copying."""

import contextlib
import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.base.errors import CorruptError
from playhead.store.backup.manifest import Entry
from playhead.store.backup.pace import Pace
from playhead.store.catalogue.segments import CORRUPT, Located
from playhead.store.disk import Disk, File
from playhead.store.segments.layout import path_of
from playhead.wire.vid import CHAIN_BYTES, Scanner, read_header

PORTION_BYTES: Final = 1 << 20
OPEN_MAX: Final = 32
"""Files that were copied and are not yet durable."""


@dataclass(slots=True)
class Counts:
    """How segments came into the backup."""

    copied: int = 0
    copied_bytes: int = 0
    shared: int = 0
    """With the server itself: another name for the same file."""
    reused: int = 0
    """With the backup before."""


class Copier:
    """For one backup; `flush` it at the end. Everything here blocks.

    Args:
        disk: where source and target lie.
        source: the server's folder of segments.
        target: the backup's.
        before: the folder of segments of the backup before, or None.
        pace: how fast.
        share: whether files may be shared with the server, where both lie on one file system.
    """

    def __init__(self, disk: Disk, source: Path, target: Path, *, before: Path | None, pace: Pace, share: bool) -> None:
        self.counts = Counts()
        self._disk = disk
        self._source = source
        self._target = target
        self._before = before
        self._pace = pace
        self._share = share
        self._unsynced: list[File] = []
        self._folders: set[Path] = set()

    def take(self, located: Located, before: Entry | None) -> Entry:
        """Take a segment up to its durable bytes.

        Args:
            located: what the catalogue in the backup says of it.
            before: what the backup before has of it.

        Raises:
            CorruptError: ``backup.missing``, ``backup.short``, ``backup.other``, ``vid.*``: it is not as the catalogue
                says. Nothing of it is in the backup then.
            OSError: the disk failed.
        """
        segment = located.segment
        if segment.ended == CORRUPT:
            return self.take_as_it_is(located)
        target = self._place(located.location)
        with self._opened(located) as file:
            header, _ = read_header(file.read_at)
            if (header.recording, header.segment) != (segment.recording, segment.id):
                raise CorruptError("backup.other", "The file holds another segment.")
            size = file.size()
            if size < segment.durable_bytes:
                text = f"It has {size} bytes where {segment.durable_bytes} were acknowledged."
                raise CorruptError("backup.short", text)
            chain = file.read_at(CHAIN_BYTES, segment.durable_bytes - CHAIN_BYTES).hex()
            entry = Entry(str(segment.id), located.location, segment.durable_bytes, chain)
            if segment.ended and self._reuse(entry, before, target):
                self.counts.reused += 1
            elif segment.ended and size == segment.durable_bytes and self._shared(located.location, target):
                self.counts.shared += 1
            else:
                self._copy(file, target, entry)
        return entry

    def take_as_it_is(self, located: Located) -> Entry:
        """Take a file of which is known that it is not whole: it can be played as far as it goes.

        Raises:
            CorruptError: ``backup.missing``.
            OSError: the disk failed.
        """
        target = self._place(located.location)
        with self._opened(located) as file:
            size = file.size()
            copy = self._disk.open(target, create=True)
            self._unsynced.append(copy)
            digest = hashlib.sha256()
            for offset in range(0, size, PORTION_BYTES):
                portion = file.read_at(PORTION_BYTES, offset)
                digest.update(portion)
                copy.write_at(portion, offset)
                self._pace.took(len(portion))
            self._copied(size)
        return Entry(str(located.segment.id), located.location, size, sha256=digest.hexdigest())

    def flush(self) -> None:
        """Make everything durable that was taken, names and all.

        Raises:
            OSError: the disk failed.
        """
        self._sync()
        for folder in sorted(self._folders, reverse=True):
            self._disk.sync_folder(folder)

    def close(self) -> None:
        """Let go of files that are open."""
        for file in self._unsynced:
            file.close()
        self._unsynced.clear()

    def _place(self, location: str) -> Path:
        target = path_of(self._target, location)
        if target.parent not in self._folders:
            self._disk.make_folder(target.parent)
            for folder in (target.parent, *target.parent.parents):
                self._folders.add(folder)
                if folder == self._target:
                    break
        return target

    @contextlib.contextmanager
    def _opened(self, located: Located) -> Generator[File]:
        try:
            file = self._disk.open(path_of(self._source, located.location))
        except FileNotFoundError:
            raise CorruptError("backup.missing", "Its file is gone.") from None
        try:
            yield file
        finally:
            file.close()

    def _reuse(self, entry: Entry, before: Entry | None, target: Path) -> bool:
        if self._before is None or before != entry:
            return False
        return self._link(path_of(self._before, entry.location), target)

    def _shared(self, location: str, target: Path) -> bool:
        return self._share and self._link(path_of(self._source, location), target)

    def _link(self, path: Path, target: Path) -> bool:
        try:
            self._disk.link(path, target)
        except OSError:
            return False  # another file system, one without hard links, or too many of them: it is copied
        return True

    def _copy(self, file: File, target: Path, entry: Entry) -> None:
        """Copy what is durable, checking each record's link of the chain on the way."""
        copy = self._disk.open(target, create=True)
        self._unsynced.append(copy)
        scanner = Scanner()
        try:
            for offset in range(0, entry.size_bytes, PORTION_BYTES):
                portion = file.read_at(min(PORTION_BYTES, entry.size_bytes - offset), offset)
                scanner.feed(portion)
                copy.write_at(portion, offset)
                self._pace.took(len(portion))
            _refuse_torn(scanner, entry)
        except CorruptError:
            self._unsynced.pop().close()
            self._disk.remove(target)
            raise
        self._copied(entry.size_bytes)

    def _copied(self, size: int) -> None:
        self.counts.copied += 1
        self.counts.copied_bytes += size
        if len(self._unsynced) >= OPEN_MAX:
            self._sync()

    def _sync(self) -> None:
        failed: Sequence[OSError | None] = self._disk.sync_files(self._unsynced) if self._unsynced else []
        self.close()
        for error in failed:
            if error is not None:
                raise error


def _refuse_torn(scanner: Scanner, entry: Entry) -> None:
    if scanner.offset != entry.size_bytes:
        raise CorruptError("vid.truncated", "Its durable bytes end inside a record.")
