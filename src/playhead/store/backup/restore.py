"""Bringing a backup back into an empty place. Procedure *restore* of docs/storage.md."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError, NotFoundError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.audit_trail import AuditTrail
from playhead.store.backup import manifest as files
from playhead.store.backup.backup import Source
from playhead.store.backup.journals import merge_journals
from playhead.store.backup.manifest import Entry, Fault, Manifest, check_files, check_signature, read_entries
from playhead.store.backup.plain_copy import copy_file
from playhead.store.backup.recovery_key import write_keys
from playhead.store.backup.taking_back import take_back
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import audit_head
from playhead.store.catalogue.erasures import erased_among
from playhead.store.catalogue.segments import find_segment
from playhead.store.disk import Disk, File
from playhead.store.erasure import Eraser, Order
from playhead.store.erasure.files import is_shredded
from playhead.store.folder_lock import LOCK, FolderLock
from playhead.store.keyring import Keyring
from playhead.store.replication import begin_stream
from playhead.store.segments.check import Finding, check_segments
from playhead.store.segments.layout import path_of
from playhead.store.small_files import read_small_file, write_small_file

RESTORING: Final = ".restoring"
"""Ends the name of the folder while it is being restored: no server starts on it."""

OPEN_MAX: Final = 32

UNTOLD: Final = "Its keys were destroyed after the backup."
"""Why something is erased again that no journal tells of: the backup shared its file with the server."""

_log: Any = structlog.get_logger()


@dataclass(slots=True)
class Restored:
    """What came back."""

    manifest: Manifest
    segments: int = 0
    size_bytes: int = 0
    damaged: list[Fault] = field(default_factory=list[Fault])
    """Segments of the backup that are not what was backed up; they came back as they are, or not at all."""
    erased: int = 0
    """Recordings that were erased after the backup, and so were erased again."""
    findings: list[Finding] = field(default_factory=list[Finding])
    """What the check found afterwards."""


class Restore:
    """Restores one backup.

    Args:
        backup: its folder.
        manifest: from there.
        keys: files of the folder of keys.
        journals: folders of journals of erasures beside the backup's own: of newer backups, of the server that was.
        disk: where everything lies.
        clock: tells the time.
    """

    def __init__(
        self,
        backup: Path,
        manifest: Manifest,
        *,
        keys: dict[str, bytes],
        journals: Sequence[Path],
        disk: Disk,
        clock: Clock,
    ) -> None:
        self._backup = backup
        self._manifest = manifest
        self._keys = keys
        self._journals = (backup / files.ERASURES, *journals)
        self._disk = disk
        self._clock = clock

    async def into(self, target: Source, root: Path) -> Restored:
        """Restore into an empty place.

        Everything is put into a folder beside it, which takes its place at the end. So wherever this is interrupted,
        there is no server's data there that could be taken for whole.

        Args:
            target: where things are to lie; all but its configuration below ``root``.
            root: the server's folder, which does not exist.

        Raises:
            ConflictError: ``restore.not_empty``; ``folder.locked``: it is being restored into.
            CorruptError: ``backup.*``: the backup is not what was made.
            UnavailableError: ``restore.failed``.
        """
        making = root.with_name(root.name + RESTORING)
        try:
            await asyncio.to_thread(self._begin, root, making)
            with FolderLock(making, "restore"):
                places = _moved(target, root, making)
                await asyncio.to_thread(self._prepare, places, making)
                restored = await asyncio.to_thread(self._copy, places)
                await self._finish(places, restored)
                await asyncio.to_thread(self._appear, target, making, root)
        except OSError as error:
            message = f"It could not be restored: {error.strerror} ({error.filename or root})."
            raise UnavailableError("restore.failed", message, hint="The backup was not changed.") from error
        _log.info("restore.done", backup=self._manifest.id, segments=restored.segments, bytes=restored.size_bytes)
        return restored

    def _begin(self, root: Path, making: Path) -> None:
        if self._disk.exists(root) and self._disk.list_folder(root):
            hint = "Move it away, or restore elsewhere: nothing is ever replaced."
            raise ConflictError("restore.not_empty", f"There is a server's data in {root} already.", hint=hint)
        check_files(self._disk, self._backup, self._manifest)
        self._disk.make_folder(making)

    def _prepare(self, places: Source, making: Path) -> None:
        for path in making.iterdir():  # of a restore that was interrupted
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LOCK:
                path.unlink()
        write_keys(self._disk, places.keys, self._keys)
        keyring = Keyring.open_existing(places.keys, self._clock)
        check_signature(self._manifest, keyring.authority.certificate)

    def _copy(self, places: Source) -> Restored:
        disk, restored = self._disk, Restored(self._manifest)
        for place in (places.catalogue, places.server_id):
            if disk.exists(self._backup / place.name):
                copy_file(disk, self._backup / place.name, place)
        root = places.recordings
        disk.make_folder(root)
        folders: set[Path] = {root}
        opened: list[File] = []
        try:
            for entry in read_entries(disk, self._backup / files.SEGMENTS):
                self._take(entry, root, folders, opened, restored)
                if len(opened) >= OPEN_MAX:
                    _sync(disk, opened)
            _sync(disk, opened)
        finally:
            for file in opened:
                file.close()
        for folder in sorted(folders, reverse=True):
            disk.sync_folder(folder)
        merge_journals(disk, self._journals, places.erasures)
        disk.sync_folder(places.catalogue.parent)
        return restored

    def _take(self, entry: Entry, root: Path, folders: set[Path], opened: list[File], restored: Restored) -> None:
        try:
            opened.append(take_back(self._disk, self._backup / files.RECORDINGS, root, entry, folders))
        except CorruptError as error:
            restored.damaged.append(Fault(entry.segment, error.code, error.message))
            _log.error("restore.damaged", segment=entry.segment, code=error.code)
            return
        restored.segments += 1
        restored.size_bytes += entry.size_bytes

    async def _finish(self, places: Source, restored: Restored) -> None:
        keyring = Keyring.open_existing(places.keys, self._clock)
        catalogue = await Catalogue.open(places.catalogue)
        try:
            audit = AuditTrail(catalogue, self._clock)
            restored.erased = await self._erase_again(places, catalogue, keyring, audit, restored.damaged)
            restored.damaged = await _unless_erased(catalogue, restored.damaged)
            findings = check_segments(catalogue, self._disk, places.recordings)
            restored.findings = [one async for one in findings]
            details = {
                "segments": restored.segments,
                "bytes": restored.size_bytes,
                "damaged": len(restored.damaged),
                "erased": restored.erased,
            }
            await audit.note("operator", "restore.done", self._manifest.id, "", details)
            async with catalogue.writing() as connection:
                await begin_stream(connection, self._clock.wall_us())  # the cloud knows a later state than this
            async with catalogue.reading() as connection:
                head = await audit_head(connection)
            if head is not None:
                anchor = AuditAnchor(places.audit_head, keyring, self._clock, self._disk)
                await asyncio.to_thread(anchor.write, head)
        finally:
            await catalogue.close()

    async def _erase_again(
        self, places: Source, catalogue: Catalogue, keyring: Keyring, audit: AuditTrail, damaged: Sequence[Fault]
    ) -> int:
        """What was erased since the backup must not come back with it."""
        eraser = Eraser(
            places.recordings,
            places.erasures,
            catalogue=catalogue,
            disk=self._disk,
            authority=keyring.authority,
            audit=audit,
            clock=self._clock,
        )
        count = await eraser.replay()
        for recording in await self._without_keys(places, catalogue, damaged):
            try:
                await eraser.begin(Order(recording, "operator", UNTOLD))
                count += 1
            except ConflictError as error:
                _log.warning("restore.held", recording=str(recording), code=error.code)
        while await eraser.shred():
            pass
        while await eraser.remove(before_us=self._clock.wall_us()):
            pass
        return count

    async def _without_keys(self, places: Source, catalogue: Catalogue, damaged: Sequence[Fault]) -> set[RecordingId]:
        """Recordings whose keys were destroyed in the backup, which no journal at hand tells of."""
        found: set[RecordingId] = set()
        for fault in damaged:
            async with catalogue.reading() as connection:
                located = await find_segment(connection, SegmentId.parse(fault.segment))
            path = None if located is None else path_of(places.recordings, located.location)
            if located is not None and path is not None and self._disk.exists(path):
                file = self._disk.open(path)
                try:
                    if is_shredded(file):
                        found.add(located.segment.recording)
                finally:
                    file.close()
        return found

    def _appear(self, target: Source, making: Path, root: Path) -> None:
        """From here on it is a server's data."""
        config = read_small_file(self._disk, self._backup / target.config.name, bytes_max=files.MANIFEST_BYTES_MAX)
        if config is not None and not self._disk.exists(target.config):
            write_small_file(self._disk, target.config, config)
        if self._disk.exists(root):
            root.rmdir()
        self._disk.rename(making, root)
        self._disk.sync_folder(root.parent)


def read_keys(folder: Path, disk: Disk) -> dict[str, bytes]:
    """The files of a folder of keys that was kept apart from backups. Blocks.

    Raises:
        NotFoundError: ``keyring.missing``.
        UnavailableError: ``file.unreadable``.
    """
    if not disk.exists(folder / "recording.pem"):
        raise NotFoundError("keyring.missing", f"There are no keys of a site in {folder}.")
    found = {
        name: read_small_file(disk, folder / name, bytes_max=files.MANIFEST_BYTES_MAX)
        for name in disk.list_folder(folder)
    }
    return {name: content for name, content in found.items() if content is not None}


async def _unless_erased(catalogue: Catalogue, damaged: list[Fault]) -> list[Fault]:
    """What was erased since may have gone from the backup, too, where that shared its file with the server."""
    async with catalogue.reading() as connection:
        erased = await erased_among(connection, [SegmentId.parse(one.segment) for one in damaged])
    return [one for one in damaged if SegmentId.parse(one.segment) not in erased]


def _moved(target: Source, root: Path, making: Path) -> Source:
    """The places while they are below another folder."""
    below = ("catalogue", "recordings", "keys", "erasures", "audit_head", "server_id")
    return replace(target, **{name: making / getattr(target, name).relative_to(root) for name in below})


def _sync(disk: Disk, opened: list[File]) -> None:
    failed = disk.sync_files(opened) if opened else []
    for file in opened:
        file.close()
    opened.clear()
    for error in failed:
        if error is not None:
            raise error
