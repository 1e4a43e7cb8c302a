"""What one group commit does to the disk: procedures *create* and *append* of docs/storage.md, for many at once.

Runs in a thread; touches nothing that the event loop touches meanwhile.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playhead.store.catalogue.segments import Progress
from playhead.store.disk import Disk, File
from playhead.store.segments.layout import path_of
from playhead.store.segments.open_segment import OpenSegment


@dataclass(eq=False, slots=True)
class Work:
    """One segment's part of a commit, as it was when the commit began."""

    segment: OpenSegment
    file: File | None
    location: str
    data: list[bytes | memoryview]
    size: int
    offset: int
    progress: Progress
    sync: bool
    """Whole records are among what is not durable yet."""
    durable: int
    """End of what is durable in file and catalogue already."""
    recorded: bool
    """The catalogue has a row of it."""
    error: OSError | None = None
    """Why it failed, set by `write`."""
    distrusted: bool = False
    """It failed, and what it holds beyond ``durable`` could not be cut off. Set by `write`."""


def write(disk: Disk, root: Path, works: Sequence[Work], known_folders: set[Path], *, full: bool) -> None:
    """Write, then sync the files, then the folders of the new ones. A failure fails its own segment only.

    Args:
        disk: where to.
        root: of the segment store.
        works: what to write; each tells afterwards whether it succeeded, and its file.
        known_folders: day folders known to be durable; added to.
        full: there is no room but the catalogue's: what would grow fails as on a full disk.
    """
    new: dict[Path, list[Work]] = {}
    for work in works:
        try:
            if full and work.data:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301 # as the disk itself would
            if work.file is None:
                path = path_of(root, work.location)
                work.file = _create(disk, path)
                new.setdefault(path.parent, []).append(work)
            offset = work.offset
            for part in work.data:  # not joined: that would hold all of it twice
                work.file.write_at(part, offset)
                offset += len(part)
        except OSError as error:
            work.error = error
    _sync(disk, [work for work in works if work.sync and work.error is None])
    for folder, those in new.items():
        try:
            _sync_folders(disk, root, folder, known_folders)
        except OSError as error:
            for work in those:
                work.error = work.error or error
    _cut_back([work for work in works if work.error is not None and work.recorded])


def _create(disk: Disk, path: Path) -> File:
    disk.make_folder(path.parent)
    if disk.exists(path):
        # A crash came between making it and telling the catalogue: nothing in it was ever acknowledged.
        disk.remove(path)
    return disk.open(path, create=True)


def _sync(disk: Disk, works: Sequence[Work]) -> None:
    files = [work.file for work in works if work.file is not None]
    for work, error in zip(works, disk.sync_files(files) if files else (), strict=True):
        work.error = error


def _cut_back(failed: Sequence[Work]) -> None:
    """Leave nothing in files that failed but what was durable before.

    The system may hold the rest in memory alone and take it for written (`Disk.sync_files`). This process could
    remember that; one that comes after it could not.
    """
    for work in failed:
        try:
            if work.file is not None:
                work.file.truncate(work.durable)
        except OSError:
            work.distrusted = True


def _sync_folders(disk: Disk, root: Path, folder: Path, known: set[Path]) -> None:
    """The file's own folder, and once for a new day those above it, up to the root."""
    disk.sync_folder(folder)
    if folder in known:
        return
    for above in folder.parents[: len(folder.relative_to(root).parts)]:
        disk.sync_folder(above)
    known.add(folder)
