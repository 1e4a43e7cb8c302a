"""Small files that are there whole or as they were before, whatever happens in between.

Procedure of a write: write to ``<name>.new``, sync the file, rename it over the old one, sync the folder.
"""

from pathlib import Path

from playhead.base.errors import UnavailableError
from playhead.store.disk import Disk


def write_small_file(disk: Disk, path: Path, content: bytes) -> None:
    """Replace ``path``; durable on return. The file is readable by its owner alone. Blocks.

    Raises:
        UnavailableError: ``file.unwritable``; what was there before still is.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        if disk.exists(fresh):
            disk.remove(fresh)  # left by a crash in the middle of this
        file = disk.open(fresh, create=True)
        try:
            file.write_at(content, 0)
            file.sync()
        finally:
            file.close()
        disk.rename(fresh, path)
        disk.sync_folder(path.parent)
    except OSError as error:
        raise UnavailableError("file.unwritable", f"Cannot write {path}: {error.strerror}.") from error


def read_small_file(disk: Disk, path: Path, *, bytes_max: int) -> bytes | None:
    """The content of ``path``, or None where there is no such file. What is longer than ``bytes_max`` is cut.

    Raises:
        UnavailableError: ``file.unreadable``.
    """
    try:
        if not disk.exists(path):
            return None
        file = disk.open(path)
        try:
            return file.read_at(bytes_max, 0)
        finally:
            file.close()
    except OSError as error:
        raise UnavailableError("file.unreadable", f"Cannot read {path}: {error.strerror}.") from error
