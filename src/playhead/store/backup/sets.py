"""The backups in a folder: which are whole, which was never finished."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.base.errors import CorruptError, NotFoundError
from playhead.store.backup.manifest import MANIFEST, Manifest, read_manifest
from playhead.store.disk import Disk

PARTIAL: Final = ".partial"
"""Ends the name of a backup that is being made, or was never finished, or is being removed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A backup, by the name of its folder; ``manifest`` is None where it is incomplete."""

    folder: Path
    manifest: Manifest | None
    reason: str = ""
    """Why it is none."""


def find_backups(disk: Disk, folder: Path) -> list[Found]:
    """Every backup in a folder, oldest first. Blocks.

    Raises:
        UnavailableError: ``file.unreadable``.
        OSError: the disk failed.
    """
    if not disk.exists(folder):
        return []
    found: list[Found] = []
    for name in disk.list_folder(folder):
        path = folder / name
        if name.endswith(PARTIAL):
            found.append(Found(path, None, "It was never finished."))
        elif disk.exists(path / MANIFEST):
            try:
                found.append(Found(path, read_manifest(disk, path)))
            except CorruptError as error:
                found.append(Found(path, None, error.message))
    return sorted(
        found,
        key=lambda one: (0, one.folder.name) if one.manifest is None else (one.manifest.made_at_us, one.folder.name),
    )


def newest_whole(disk: Disk, folder: Path, wanted: str = "") -> Found:
    """The newest backup of a folder, the one of an id, or the folder itself where it is one. Blocks.

    Raises:
        NotFoundError: ``backup.not_found``.
        CorruptError: ``backup.manifest``, where the folder is one and its manifest is damaged.
    """
    if disk.exists(folder / MANIFEST):
        return Found(folder, read_manifest(disk, folder))
    every = find_backups(disk, folder)
    whole = [one for one in every if one.manifest is not None and wanted in {"", one.manifest.id}]
    if not whole:
        unfinished = [one.folder.name for one in every if one.manifest is None]
        hint = f"There are some that are not whole: {', '.join(unfinished)}." if unfinished else ""
        message = f"There is no backup {wanted} in {folder}." if wanted else f"There is no backup in {folder}."
        raise NotFoundError("backup.not_found", message, hint=hint)
    return whole[-1]


def remove_partial(disk: Disk, folder: Path) -> None:
    """Remove what is left of backups that were never finished. Blocks; nobody may be making one.

    Raises:
        OSError: the disk failed.
    """
    for one in find_backups(disk, folder):
        if one.folder.name.endswith(PARTIAL):
            shutil.rmtree(one.folder)


def keep_newest(disk: Disk, folder: Path, count: int) -> int:
    """Remove all whole backups but the newest few; returns how many. Blocks.

    Raises:
        OSError: the disk failed.
    """
    whole = [one for one in find_backups(disk, folder) if one.manifest is not None]
    old = whole[: max(0, len(whole) - count)]
    for one in old:
        leaving = one.folder.with_name(one.folder.name + PARTIAL)
        disk.rename(one.folder, leaving)
        disk.sync_folder(folder)
        shutil.rmtree(leaving)
    return len(old)
