"""The disk as an argument: the few operations whose order decides what survives a power cut.

Real code uses `SystemDisk`; ``playhead.testing.disk`` has one that forgets unsynced bytes and directory entries at a
crash and fails at any step asked for.
"""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, cast

from typing_extensions import Buffer

SYNC_EACH_MAX: Final = 8
"""Up to this many files are synced one by one; more by one ``syncfs`` (docs/decisions/0003-group-commit.md)."""


class Readable(Protocol):
    """What is open for reading, wherever it lies."""

    def read_at(self, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset``; fewer only at the end."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class File(Readable, Protocol):
    """An open file. Writes may be lost in a crash until `sync` returns."""

    def write_at(self, data: Buffer, offset: int) -> None:
        """Write all of ``data`` at ``offset``."""
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

    def link(self, path: Path, target: Path) -> None:
        """Give a file another name, which must not exist, on the same file system."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Return once the folder's entries are durable."""
        ...

    def sync_files(self, files: Sequence[File]) -> list[OSError | None]:
        """Make all these files, opened by this disk, durable as by `File.sync` of each.

        Returns:
            For each file the error that kept it from becoming durable, or None. An error is told once: syncing such a
            file again proves nothing, for the system has dropped the bytes that it could not write.
        """
        ...

    def free_bytes(self, path: Path) -> int:
        """How much may still be written to the file system that holds ``path``."""
        ...


class _SystemFile:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def descriptor(self) -> int:
        """The system's number for it."""
        return self._descriptor

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
        # One by one: mkdir(parents=True) would make the parents with the process's usual mode.
        for folder in (*reversed(path.parents), path):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)

    def list_folder(self, path: Path) -> list[str]:
        """The names in a folder, sorted."""
        return sorted(entry.name for entry in path.iterdir())

    def rename(self, path: Path, target: Path) -> None:
        """Move atomically, replacing the target (``rename(2)``)."""
        path.rename(target)

    def link(self, path: Path, target: Path) -> None:
        """Give a file another name (``link(2)``); `OSError` where the file system or the place does not let it."""
        target.hardlink_to(path)

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

    def sync_files(self, files: Sequence[File]) -> list[OSError | None]:
        """One by one where they are few; otherwise one ``syncfs`` for each file system that they lie on.

        Since Linux 5.8 ``syncfs`` fails when any file of the file system could not be written (syncfs(2)). It does not
        say which, and does not use up what ``fdatasync`` of each will say about itself; so then they are asked.
        """
        own = cast("Sequence[_SystemFile]", files)
        if len(own) > SYNC_EACH_MAX and _syncfs is not None:
            try:
                systems = {os.fstat(file.descriptor).st_dev: file.descriptor for file in own}
                if all(_syncfs(descriptor) == 0 for descriptor in systems.values()):
                    return [None] * len(own)
            except OSError:  # of a closed file: it is asked below, too
                pass
        return [_sync_one(file) for file in own]

    def free_bytes(self, path: Path) -> int:
        """What is left for a process without special rights (``statvfs``)."""
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize


def _sync_one(file: _SystemFile) -> OSError | None:
    try:
        file.sync()
    except OSError as error:
        return error
    return None


# Python has no name for it. The call lets other threads run meanwhile.
_syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
