"""A disk of any size that remembers no bytes: what is written must be the pattern, and what is read is it again.

The first bytes of each file, which are its header, are kept as they are.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from typing_extensions import Buffer

from playhead.store.disk import File

KEPT_BYTES = 4096
_PERIOD = 1_000_003
_LOOK_BYTES = 64
_PATTERN = (bytes(range(251)) * (_PERIOD // 251 + 1))[:_PERIOD] * 2


def pattern(size: int, offset: int) -> bytes:
    """What belongs at an offset of every file."""
    begin = offset % _PERIOD
    return _PATTERN[begin : begin + size]


def is_pattern(data: memoryview | bytes, offset: int) -> bool:
    """Whether these bytes belong there, as far as their first and last ones tell: to look at gigabytes takes long."""
    last = max(0, len(data) - _LOOK_BYTES)
    return all(
        bytes(data[at : at + _LOOK_BYTES]) == pattern(len(data[at : at + _LOOK_BYTES]), offset + at) for at in (0, last)
    )


class _Content:
    def __init__(self) -> None:
        self.head = bytearray()
        self.size = 0


class GhostFile:
    def __init__(self, disk: "GhostDisk", content: _Content) -> None:
        self._disk = disk
        self._content = content
        disk.open_files += 1

    def write_at(self, data: Buffer, offset: int) -> None:
        view = memoryview(data)
        if offset < KEPT_BYTES:
            self._content.head[offset : offset + len(view)] = view
        else:
            assert is_pattern(view, offset)
        self._disk.used_bytes += max(0, offset + len(view) - self._content.size)
        self._content.size = max(self._content.size, offset + len(view))
        self._disk.used_bytes_most = max(self._disk.used_bytes_most, self._disk.used_bytes)

    def read_at(self, size: int, offset: int) -> bytes:
        size = min(size, self._content.size - offset)
        head = bytes(self._content.head[offset : offset + size])
        return head + pattern(size - len(head), offset + len(head))

    def size(self) -> int:
        return self._content.size

    def truncate(self, size: int) -> None:
        self._disk.used_bytes -= self._content.size - size
        self._content.size = size

    def sync(self) -> None:
        pass

    def close(self) -> None:
        self._disk.open_files -= 1


class GhostDisk:
    """Implements `playhead.store.disk.Disk`."""

    def __init__(self) -> None:
        self.files: dict[Path, _Content] = {}
        self.open_files = 0
        self.used_bytes = 0
        self.used_bytes_most = 0

    def open(self, path: Path, *, create: bool = False) -> File:
        if create:
            self.files[path] = _Content()
        if path not in self.files:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return GhostFile(self, self.files[path])

    def exists(self, path: Path) -> bool:
        return path in self.files or any(path in each.parents for each in self.files)

    def make_folder(self, path: Path) -> None:
        pass

    def list_folder(self, path: Path) -> list[str]:
        return sorted(each.name for each in self.files if each.parent == path)

    def rename(self, path: Path, target: Path) -> None:
        self.files[target] = self.files.pop(path)

    def remove(self, path: Path) -> None:
        self.used_bytes -= self.files.pop(path).size

    def sync_folder(self, path: Path) -> None:
        pass

    def sync_files(self, files: Sequence[File]) -> list[OSError | None]:
        return [None] * len(files)

    def free_bytes(self, path: Path) -> int:
        del path
        return 1 << 40
