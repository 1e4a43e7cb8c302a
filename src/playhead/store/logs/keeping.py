"""Which files go: those that are older than wanted, and the oldest of what is more than the quota."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from playhead.store.disk import Disk
from playhead.store.logs.files import LogFile


@dataclass(frozen=True, slots=True)
class Kept:
    """A file and its size with its index."""

    file: LogFile
    bytes: int


def measure(disk: Disk, files: Sequence[LogFile]) -> list[Kept]:
    """Sizes. Blocks.

    Raises:
        OSError: a file cannot be read.
    """
    found: list[Kept] = []
    for each in files:
        size = 0
        for path in each.paths:
            if disk.exists(path):
                file = disk.open(path)
                try:
                    size += file.size()
                finally:
                    file.close()
        found.append(Kept(each, size))
    return found


def due(files: Sequence[Kept], *, today: date, days: int, bytes_max: int, current: int) -> list[LogFile]:
    """The files to remove, oldest first; never the one that is appended to.

    Args:
        files: all, oldest first.
        today: in UTC.
        days: how long lines are kept.
        bytes_max: of all together.
        current: number of the file that is appended to.
    """
    oldest = (today - timedelta(days=days)).isoformat()
    left = sum(each.bytes for each in files)
    going: list[LogFile] = []
    for each in files:
        if each.file.number >= current or (each.file.folder.name >= oldest and left <= bytes_max):
            break
        going.append(each.file)
        left -= each.bytes
    return going
