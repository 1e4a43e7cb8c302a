"""Making a backup while the server runs. Procedure *back up* of docs/storage.md."""

import asyncio
import errno
import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from playhead import __version__
from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, PlayheadError, UnavailableError
from playhead.base.instants import utc
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.backup import manifest as files
from playhead.store.backup.catalogue_copy import copy_catalogue, settle
from playhead.store.backup.copier import Copier, Counts
from playhead.store.backup.manifest import Blob, Entry, Fault, Manifest
from playhead.store.backup.pace import Pace
from playhead.store.backup.plain_copy import copy_file
from playhead.store.backup.recovery_key import fingerprint_of, seal_keys
from playhead.store.backup.sets import PARTIAL, find_backups, keep_newest, remove_partial
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import audit_head
from playhead.store.catalogue.segments import (
    DELETING,
    Located,
    add_segments,
    delete_segment,
    find_segment,
    list_segments,
    mark_segment,
)
from playhead.store.disk import Disk
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.store.segments.layout import is_object
from playhead.store.small_files import read_small_file, write_small_file

PAGE_ITEMS: Final = 500
SMALL_BYTES_MAX: Final = 1 << 20
"""Of the configuration, and of the server's id."""

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a premises server keeps what is backed up."""

    catalogue: Path
    recordings: Path
    keys: Path
    erasures: Path
    audit_head: Path
    server_id: Path
    config: Path


@dataclass(slots=True)
class Done:
    """A backup that was made."""

    folder: Path
    manifest: Manifest
    counts: Counts
    removed: int = 0
    """Older backups that were removed."""


@dataclass(slots=True)
class _Taken:
    segments: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])
    size_bytes: int = 0


class Backup:
    """Makes backups of one server into one folder.

    Args:
        source: what is backed up.
        folder: where to; each backup is a folder in it.
        catalogue: the server's, open.
        keyring: of its site; signs.
        disk: where everything lies.
        clock: tells the time.
        pace: how fast.
    """

    def __init__(
        self,
        source: Source,
        folder: Path,
        *,
        catalogue: Catalogue,
        keyring: Keyring,
        disk: Disk,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._source = source
        self._folder = folder
        self._catalogue = catalogue
        self._keyring = keyring
        self._disk = disk
        self._clock = clock
        self._pace = pace

    async def make(
        self,
        *,
        recovery_key: X25519PublicKey | None,
        incremental: bool = False,
        share: bool = True,
        keep: int | None = None,
    ) -> Done:
        """Make one.

        Args:
            recovery_key: what the site's keys are sealed to; None leaves them out.
            incremental: take what the newest backup in the folder has from there, instead of copying it again.
            share: let sealed segments be other names for the server's own files, where they lie on one file system.
            keep: remove all but so many afterwards.

        Raises:
            ConflictError: ``folder.locked``: another one is being made there.
            UnavailableError: ``backup.failed``, ``backup.catalogue``, ``catalogue.unavailable``.
        """
        try:
            await asyncio.to_thread(self._disk.make_folder, self._folder)
            with FolderLock(self._folder, "backup"):
                await asyncio.to_thread(remove_partial, self._disk, self._folder)
                try:
                    done = await self._make(recovery_key, incremental=incremental, share=share)
                except (OSError, PlayheadError):
                    await asyncio.to_thread(self._tidy)
                    raise
                if keep is not None:
                    done.removed = await asyncio.to_thread(keep_newest, self._disk, self._folder, keep)
        except OSError as error:
            message = f"The backup could not be made: {error.strerror} ({error.filename or self._folder})."
            hint = "Nothing of the server was changed, and nothing of this attempt is left."
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                hint = f"Make room there, or back up to another folder; `--keep` removes older backups. {hint}"
            raise UnavailableError("backup.failed", message, hint=hint) from error
        _log.info(
            "backup.done", backup=done.manifest.id, segments=done.manifest.segments, bytes=done.manifest.size_bytes
        )
        return done

    def _tidy(self) -> None:
        """Leave nothing of a backup that failed: on a full disk it would keep the next one from being made."""
        try:
            remove_partial(self._disk, self._folder)
        except OSError as error:
            _log.warning("unfinished backup not removed", reason=error.strerror)

    async def _make(self, recovery_key: X25519PublicKey | None, *, incremental: bool, share: bool) -> Done:
        before = await asyncio.to_thread(self._newest) if incremental else None
        made_at_us = self._clock.wall_us()
        name = self._fresh_name(made_at_us)
        target = self._folder / f"{name}{PARTIAL}"
        await asyncio.to_thread(self._disk.make_folder, target / files.RECORDINGS)
        copy_path = target / files.CATALOGUE
        await asyncio.to_thread(copy_catalogue, self._source.catalogue, copy_path, self._pace)
        copier = Copier(
            self._disk,
            self._source.recordings,
            target / files.RECORDINGS,
            before=None if before is None else before / files.RECORDINGS,
            pace=self._pace,
            share=share,
        )
        writer = await asyncio.to_thread(files.EntryWriter, self._disk, target / files.SEGMENTS)
        copy = await Catalogue.open(copy_path)
        try:
            previous = await asyncio.to_thread(_Previous.of, self._disk, before)
            taken = await self._take_segments(copy, copier, previous, writer)
            await asyncio.to_thread(copier.flush)
            async with copy.reading() as connection:
                head = await audit_head(connection)
        finally:
            copier.close()
            await asyncio.to_thread(writer.close)
            await copy.close()

        def conclude() -> Manifest:
            _settled(copy_path)
            if head is not None:
                AuditAnchor(target / self._source.audit_head.name, self._keyring, self._clock, self._disk).write(head)
            manifest = Manifest(
                form=files.FORM,
                id=name,
                site=str(self._keyring.site),
                program=f"playhead {__version__}",
                made_at_us=made_at_us,
                segments=taken.segments,
                size_bytes=taken.size_bytes,
                files=self._others(target, recovery_key, name),
                audit_head="" if head is None else str(head),
                recovery_key="" if recovery_key is None else fingerprint_of(recovery_key),
                fault_count=len(taken.faults),
                faults=tuple(taken.faults[: files.FAULTS_MAX]),
            ).signed(self._keyring.authority)
            self._seal(target, manifest)
            return manifest

        manifest = await asyncio.to_thread(conclude)
        return Done(self._folder / name, manifest, copier.counts)

    def _newest(self) -> Path | None:
        whole = [one for one in find_backups(self._disk, self._folder) if one.manifest is not None]
        return whole[-1].folder if whole else None

    def _fresh_name(self, at_us: int) -> str:
        name = f"{utc(at_us):%Y%m%dT%H%M%SZ}"
        number = 1
        while self._disk.exists(self._folder / (name if number == 1 else f"{name}-{number}")):
            number += 1
        return name if number == 1 else f"{name}-{number}"

    async def _take_segments(
        self, copy: Catalogue, copier: Copier, before: "_Previous", writer: files.EntryWriter
    ) -> _Taken:
        """Every segment that the copied catalogue names, up to the durable bytes that it says."""
        taken = _Taken()
        after = None
        while True:
            async with copy.reading() as connection:
                page = await list_segments(connection, after=after, limit=PAGE_ITEMS)
            for located in page:
                if located.segment.ended != DELETING and not is_object(located.location):
                    entry = await self._take(copy, copier, located, before, taken)
                    if entry is not None:
                        writer.add(entry)
                        taken.segments += 1
                        taken.size_bytes += entry.size_bytes
            if len(page) < PAGE_ITEMS:
                return taken
            after = page[-1].segment.id

    async def _take(
        self, copy: Catalogue, copier: Copier, located: Located, before: "_Previous", taken: _Taken
    ) -> Entry | None:
        try:
            return await asyncio.to_thread(lambda: copier.take(located, before.find(str(located.segment.id))))
        except CorruptError as error:
            fault = error
        # Since the catalogue was copied it may have been erased, moved or begun anew; the server knows.
        async with self._catalogue.reading() as connection:
            live = await find_segment(connection, located.segment.id)
        if live is None or live.segment.ended == DELETING:
            async with copy.writing(durable=False) as connection:
                await mark_segment(connection, located.segment.id, DELETING)
            return None
        if live != located:
            async with copy.writing(durable=False) as connection:
                await delete_segment(connection, located.segment.id)
                await add_segments(connection, [live])
            if is_object(live.location):  # moved to the store of objects meanwhile
                return None
            try:
                return await asyncio.to_thread(copier.take, live, None)
            except CorruptError as error:
                fault = error
        taken.faults.append(Fault(str(located.segment.id), fault.code, fault.message))
        _log.error("backup.fault", segment=str(located.segment.id), code=fault.code)
        try:
            return await asyncio.to_thread(copier.take_as_it_is, live)
        except CorruptError:
            return None

    def _others(self, target: Path, recovery_key: X25519PublicKey | None, name: str) -> tuple[Blob, ...]:
        """Everything else, after the segments: what was erased while they were copied is in the journal then."""
        disk, source = self._disk, self._source
        if recovery_key is not None:
            sealed = seal_keys(disk, source.keys, recovery_key, backup=name)
            write_small_file(disk, target / files.KEYS, sealed)
        for path in (source.server_id, source.config):
            content = read_small_file(disk, path, bytes_max=SMALL_BYTES_MAX)
            if content is not None:
                write_small_file(disk, target / path.name, content)
        names = [one for one in disk.list_folder(target) if one != files.RECORDINGS]
        if disk.exists(source.erasures):
            disk.make_folder(target / files.ERASURES)
            for journal in disk.list_folder(source.erasures):
                copy_file(disk, source.erasures / journal, target / files.ERASURES / journal)
                names.append(f"{files.ERASURES}/{journal}")
            disk.sync_folder(target / files.ERASURES)
        return tuple(files.blob_of(disk, target, one) for one in sorted(names))

    def _seal(self, target: Path, manifest: Manifest) -> None:
        """From the last of this on it is a backup."""
        disk = self._disk
        catalogue = disk.open(target / files.CATALOGUE)
        try:
            catalogue.sync()
        finally:
            catalogue.close()
        disk.sync_folder(target)
        write_small_file(disk, target / files.MANIFEST, manifest.encode())
        disk.rename(target, self._folder / manifest.id)
        disk.sync_folder(self._folder)


class _Previous:
    """Looks up the segments of the backup before, in their order. Blocks."""

    @classmethod
    def of(cls, disk: Disk, folder: Path | None) -> "_Previous":
        """Of a backup; of none, nothing is found."""
        return cls(None if folder is None else files.read_entries(disk, folder / files.SEGMENTS))

    def __init__(self, entries: Generator[Entry] | None) -> None:
        self._entries = entries
        self._next: Entry | None = None if entries is None else next(entries, None)

    def find(self, segment: str) -> Entry | None:
        """One segment; those that are asked for come in the order of their ids."""
        while self._next is not None and self._entries is not None and self._next.segment < segment:
            self._next = next(self._entries, None)
        return self._next if self._next is not None and self._next.segment == segment else None


def _settled(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            settle(copy)
    except sqlite3.Error as error:
        raise UnavailableError("backup.catalogue", f"The copy of the catalogue is damaged: {error}.") from error
