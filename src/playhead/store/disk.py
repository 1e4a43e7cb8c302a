"""The disk as an argument: the few operations whose order decides what survives a power cut.

Real code uses `SystemDisk`; ``playhead.testing.disk`` has one that forgets unsynced bytes and directory entries at a
crash and fails at any step asked for.
"""

import os
from pathlib import Path
from typing import Protocol

from typing_extensions import Buffer


class File(Protocol):
    """An open file. Writes may be lost in a crash until `sync` returns."""

    def write_at(self, data: Buffer, offset: int) -> None:
        """Write all of ``data`` at ``offset``."""
        ...

    def read_at(self, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset``; fewer only at the end of the file."""
        ...

    def size(self) -> int:
        """Length in bytes."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file to ``size`` bytes."""
        ...

    def sync(self) -> None:
        """Return once the file's bytes and length are durable (``fdatasync``)."""
        ...

    def close(self) -> None:
        """Close it. Makes nothing durable."""
        ...


class Disk(Protocol):
    """A file system. Names may be lost in a crash until `sync_folder` of their folder returns."""

    def open(self, path: Path, *, create: bool = False) -> File:
        """Open for reading and writing; with ``create``, make it first, failing where it exists."""
        ...

    def exists(self, path: Path) -> bool:
        """Whether the path names anything."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make the folder and its parents where missing; not durable until their folders are synced."""
        ...

    def list_folder(self, path: Path) -> list[str]:
        """The names in a folder, sorted."""
        ...

    def rename(self, path: Path, target: Path) -> None:
        """Move atomically, replacing the target."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Return once the folder's entries are durable."""
        ...


class _SystemFile:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write_at(self, data: Buffer, offset: int) -> None:
        view = memoryview(data).cast("B")
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            view = view[written:]
            offset += written

    def read_at(self, size: int, offset: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0:
            piece = os.pread(self._descriptor, size, offset)
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def truncate(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


class SystemDisk:
    """The machine's own file system. Errors are `OSError`, as the system gave them."""

    def open(self, path: Path, *, create: bool = False) -> File:
        """Open for reading and writing; new files are readable by the service alone."""
        flags = os.O_RDWR | os.O_CLOEXEC | ((os.O_CREAT | os.O_EXCL) if create else 0)
        return _SystemFile(os.open(path, flags, 0o600))

    def exists(self, path: Path) -> bool:
        """Whether the path names anything."""
        return path.exists()

    def make_folder(self, path: Path) -> None:
        """Make the folder and its parents where missing, readable by the service alone."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def list_folder(self, path: Path) -> list[str]:
        """The names in a folder, sorted."""
        return sorted(entry.name for entry in path.iterdir())

    def rename(self, path: Path, target: Path) -> None:
        """Move atomically, replacing the target (``rename(2)``)."""
        path.rename(target)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def sync_folder(self, path: Path) -> None:
        """``fsync`` of the folder itself."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
