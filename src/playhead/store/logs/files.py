"""What lies where.

``<root>/2026-11-23/00000042.log`` is the 42nd file since the store began, in the folder of the day (UTC) it was begun.
Packed it is ``00000042.log.zst`` with ``00000042.idx`` beside it; it counts as packed once the index is there.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.store.disk import Disk

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NAME: Final = re.compile(r"(\d{8})(\.log|\.log\.zst|\.idx)")
_PACKED: Final = {".log.zst", ".idx"}


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of the store, packed or not."""

    folder: Path
    """Of its day."""
    number: int
    is_packed: bool = False

    @property
    def plain(self) -> Path:
        """JSON lines."""
        return self.folder / f"{self.number:08}.log"

    @property
    def packed(self) -> Path:
        """The same lines, in blocks of zstd one after another (RFC 8878 §3: frames may be concatenated)."""
        return self.folder / f"{self.number:08}.log.zst"

    @property
    def index(self) -> Path:
        """What is in which block."""
        return self.folder / f"{self.number:08}.idx"

    @property
    def paths(self) -> tuple[Path, ...]:
        """Everything of it that may be there."""
        return self.index, self.packed, self.plain


def list_files(disk: Disk, root: Path) -> list[LogFile]:
    """All files below ``root``, oldest first. Blocks.

    Raises:
        OSError: a folder cannot be read.
    """
    return [file for file, suffixes in _found(disk, root) if _counts(suffixes)]


def remove_leftovers(disk: Disk, root: Path) -> None:
    """Remove what a crash left of files that were being removed. Blocks.

    Raises:
        OSError: something cannot be removed.
    """
    for file, suffixes in _found(disk, root):
        if not _counts(suffixes):
            remove(disk, file)


def remove(disk: Disk, file: LogFile) -> None:
    """Remove a file: its index first, so that it no longer counts. Blocks.

    Raises:
        OSError: it cannot be removed.
    """
    for path in file.paths:
        if disk.exists(path):
            disk.remove(path)
    disk.sync_folder(file.folder)


def _found(disk: Disk, root: Path) -> list[tuple[LogFile, set[str]]]:
    found: dict[int, tuple[Path, set[str]]] = {}
    days = [root / name for name in disk.list_folder(root) if _DAY.fullmatch(name)] if disk.exists(root) else []
    for folder in days:
        for name in disk.list_folder(folder):
            match = _NAME.fullmatch(name)
            if match is not None:
                found.setdefault(int(match[1]), (folder, set()))[1].add(match[2])
    return [
        (LogFile(folder, number, is_packed=suffixes >= _PACKED), suffixes)
        for number, (folder, suffixes) in sorted(found.items())
    ]


def _counts(suffixes: set[str]) -> bool:
    return ".log" in suffixes or suffixes >= _PACKED
