"""A little room that is taken in advance, so that what must be written still can be when the disk is full.

A file of zeros. When a write finds no room some of the file is given back and the write tried again; when there is room
again the file is filled again. A disk that compresses or overcommits takes less for zeros and gives less back: then
this helps less, and does no harm.
"""

import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import structlog
from typing_extensions import Buffer

from playhead.store.disk import Disk, File

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says when nothing more fits: onto the disk, or into the user's share of it."""

SPEND_BYTES: Final = 64 << 10
"""What is given back at a time: enough for a small file and its names. Whoever filled the disk takes what is left of it
at once, so there must be more for the next write."""

_PIECE_BYTES: Final = 1 << 20

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Reserve:
    """See the module.

    Args:
        disk: where.
        path: the file; its folder must exist when `fill` is called.
        size: how much to take, in bytes.
    """

    def __init__(self, disk: Disk, path: Path, size: int) -> None:
        self._disk = disk
        self._path = path
        self._size = size
        self.is_whole = False
        """All of it is there to be spent."""

    def fill(self, *, free_bytes_min: int = 0) -> bool:
        """Take the room, where it is not taken yet and would leave so much to others. Blocks.

        Returns:
            Whether it is taken.
        """
        try:
            if self.is_whole and self._disk.exists(self._path):
                return True
            if self._disk.free_bytes(self._path.parent) < self._size + free_bytes_min:
                return False
            self._take()
        except OSError as error:
            _log.warning("no room kept in reserve", path=str(self._path), error=error.strerror)
            return False
        self.is_whole = True
        return True

    def spend(self) -> bool:
        """Give some of the room back to the disk: something has to be written. Returns whether there was any."""
        self.is_whole = False
        try:
            if not self._disk.exists(self._path):
                return False
            file = self._disk.open(self._path)
            try:
                size = file.size()
                file.truncate(max(0, size - SPEND_BYTES))
                # What is given back is free only once the file system has said so to its journal.
                file.sync()
            finally:
                file.close()
        except OSError as error:
            _log.error("reserve not spent", path=str(self._path), error=error.strerror)
            return False
        return size > 0

    def give_up(self) -> bool:
        """Give all of the room back at once, for writers that cannot ask for it. Returns whether there was any. Blocks.

        Raises:
            OSError: it cannot be removed.
        """
        self.is_whole = False
        if not self._disk.exists(self._path):
            return False
        self._disk.remove(self._path)
        return True

    def _take(self) -> None:
        file = self._disk.open(self._path, create=not self._disk.exists(self._path))
        try:
            zeros = bytes(min(self._size, _PIECE_BYTES))
            for offset in range(file.size() // _PIECE_BYTES * _PIECE_BYTES, self._size, _PIECE_BYTES):
                file.write_at(zeros[: self._size - offset], offset)
            if file.size() > self._size:
                file.truncate(self._size)
            file.sync()
        finally:
            file.close()


class ReservedDisk:
    """A disk whose writers may use up the reserve: a step that finds no room is tried again with some of it.

    For small things that matter, such as a state that is kept; never for what fills the disk. Implements
    `playhead.store.disk.Disk`.

    Args:
        disk: the same that the reserve lies on.
        reserve: what may be spent.
    """

    def __init__(self, disk: Disk, reserve: Reserve) -> None:
        self._disk = disk
        self._reserve = reserve

    def open(self, path: Path, *, create: bool = False) -> File:
        """As `Disk.open`."""
        return _ReservedFile(self._insist(lambda: self._disk.open(path, create=create)), self._insist)

    def exists(self, path: Path) -> bool:
        """As `Disk.exists`."""
        return self._disk.exists(path)

    def make_folder(self, path: Path) -> None:
        """As `Disk.make_folder`."""
        self._insist(lambda: self._disk.make_folder(path))

    def list_folder(self, path: Path) -> list[str]:
        """As `Disk.list_folder`."""
        return self._disk.list_folder(path)

    def rename(self, path: Path, target: Path) -> None:
        """As `Disk.rename`."""
        self._insist(lambda: self._disk.rename(path, target))

    def link(self, path: Path, target: Path) -> None:
        """As `Disk.link`."""
        self._insist(lambda: self._disk.link(path, target))

    def remove(self, path: Path) -> None:
        """As `Disk.remove`."""
        self._insist(lambda: self._disk.remove(path))

    def sync_folder(self, path: Path) -> None:
        """As `Disk.sync_folder`."""
        self._disk.sync_folder(path)

    def sync_files(self, files: Sequence[File]) -> list[OSError | None]:
        """As `Disk.sync_files`."""
        return self._disk.sync_files([each.inner if isinstance(each, _ReservedFile) else each for each in files])

    def free_bytes(self, path: Path) -> int:
        """As `Disk.free_bytes`."""
        return self._disk.free_bytes(path)

    def _insist(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except OSError as error:
                if error.errno not in NO_ROOM or not self._reserve.spend():
                    raise
                _log.warning("disk full: some of the reserve was spent")


class _ReservedFile:
    """A file whose writes may use up the reserve."""

    def __init__(self, inner: File, insist: Callable[[Callable[[], None]], None]) -> None:
        self.inner = inner
        self._insist = insist

    def write_at(self, data: Buffer, offset: int) -> None:
        self._insist(lambda: self.inner.write_at(data, offset))

    def read_at(self, size: int, offset: int) -> bytes:
        return self.inner.read_at(size, offset)

    def size(self) -> int:
        return self.inner.size()

    def truncate(self, size: int) -> None:
        self._insist(lambda: self.inner.truncate(size))

    def sync(self) -> None:
        # Not tried again: a failed sync has dropped what it could not write, and a second proves nothing.
        self.inner.sync()

    def close(self) -> None:
        self.inner.close()
