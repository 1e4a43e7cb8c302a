"""Puts journals of erasures together: each only grows, so of two files of one month the longer one knows more."""

from collections.abc import Sequence
from pathlib import Path

from playhead.store.backup.plain_copy import copy_file
from playhead.store.disk import Disk
from playhead.store.erasure.journal import SUFFIX


def merge_journals(disk: Disk, folders: Sequence[Path], target: Path) -> None:
    """Write the longest of each file, durably. Blocks.

    Args:
        disk: where they lie.
        folders: of journals of one server at different times; those that are not there are passed over.
        target: a folder that is made.

    Raises:
        OSError: the disk failed.
    """
    longest: dict[str, tuple[int, Path]] = {}
    for folder in folders:
        for name in disk.list_folder(folder) if disk.exists(folder) else ():
            if name.endswith(SUFFIX):
                size = _size(disk, folder / name)
                if size > longest.get(name, (-1, folder))[0]:
                    longest[name] = (size, folder / name)
    if not longest:
        return
    disk.make_folder(target)
    for name, (_, path) in sorted(longest.items()):
        copy_file(disk, path, target / name)
    disk.sync_folder(target)


def _size(disk: Disk, path: Path) -> int:
    file = disk.open(path)
    try:
        return file.size()
    finally:
        file.close()
