"""Copies one file as it is."""

from pathlib import Path

from playhead.store.disk import Disk

PORTION_BYTES = 1 << 20


def copy_file(disk: Disk, path: Path, target: Path) -> None:
    """Copy a file, durably but for its name; the target must not exist. Blocks.

    Raises:
        OSError: the disk failed.
    """
    source, copy = disk.open(path), disk.open(target, create=True)
    try:
        offset = 0
        while portion := source.read_at(PORTION_BYTES, offset):
            copy.write_at(portion, offset)
            offset += len(portion)
        copy.sync()
    finally:
        source.close()
        copy.close()
