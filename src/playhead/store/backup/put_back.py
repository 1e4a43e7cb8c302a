"""Puts one recording of a backup back into a server that is there: procedure *put back* of docs/storage.md."""

import asyncio
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError, NotFoundError
from playhead.base.ids import RecordingId, UserId
from playhead.base.instants import utc
from playhead.domain.recordings import Recording, RecordingState
from playhead.store.backup import manifest as files
from playhead.store.backup.manifest import Entry, Fault, read_entries
from playhead.store.backup.plain_copy import copy_file
from playhead.store.backup.taking_back import take_back
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import was_erased
from playhead.store.catalogue.holds import Hold, add_hold, find_hold
from playhead.store.catalogue.recordings import (
    find_recording,
    recordings_beginning_with,
    set_recording_state,
    update_facts,
)
from playhead.store.catalogue.segments import (
    CORRUPT,
    DELETING,
    Located,
    delete_segment,
    every_segment_of,
    find_segment,
)
from playhead.store.catalogue.tags import add_tag
from playhead.store.disk import Disk
from playhead.store.segments.adoption import adopt, scan_file
from playhead.store.segments.layout import DAY_DEPTH, path_of
from playhead.store.segments.recovery import set_aside

BY: Final = "operator"

MAKING: Final = ".restoring"
"""Folder in the store for files that are being put back; nothing reads it."""


@dataclass(slots=True)
class PutBack:
    """What became of a recording's segments."""

    recording: RecordingId
    restored: int = 0
    present: int = 0
    """Were there all the time; left as they are."""
    faults: list[Fault] = field(default_factory=list[Fault])


async def put_back(
    backup: Path, recording: RecordingId, *, catalogue: Catalogue, root: Path, disk: Disk, clock: Clock
) -> PutBack:
    """Put back what is missing of a recording, or is in quarantine. May be done beside the server; may be repeated.

    Args:
        backup: folder of a backup that was checked.
        recording: which.
        catalogue: the server's.
        root: the server's folder of segments.
        disk: where both lie.
        clock: tells the time.

    Raises:
        NotFoundError: ``recording.not_found``: the backup does not have it.
        ConflictError: ``restore.erased``: it was erased for good since.
        OSError: the disk failed.
    """
    async with catalogue.reading() as connection:
        erased_at_us = await was_erased(connection, recording)
    if erased_at_us is not None:
        message = f"Recording {recording} was erased on {utc(erased_at_us):%Y-%m-%d}: it does not come back."
        raise ConflictError("restore.erased", message)
    with _copied(disk, backup) as path:
        old = await Catalogue.open(path)
        try:
            async with old.reading() as connection:
                found = await find_recording(connection, recording)
                located = await every_segment_of(connection, recording)
                hold = await find_hold(connection, recording)
        finally:
            await old.close()
    if found is None:
        raise NotFoundError("recording.not_found", f"The backup has no recording {recording}.")
    wanted = {str(one.segment.id) for one in located}
    entries = await asyncio.to_thread(
        lambda: {one.segment: one for one in read_entries(disk, backup / files.SEGMENTS) if one.segment in wanted}
    )
    done = PutBack(recording)
    for one in located:
        entry = entries.get(str(one.segment.id))
        await _put(one, entry, done, backup=backup, catalogue=catalogue, root=root, disk=disk, clock=clock)
    if done.restored:
        await _settle(catalogue, found, hold, clock)
    return done


async def beginning_with(backup: Path, digits: str, *, disk: Disk, limit: int) -> Sequence[Recording]:
    """The recordings of a backup whose ids begin with these hexadecimal digits, at most ``limit``."""
    with _copied(disk, backup) as path:
        old = await Catalogue.open(path)
        try:
            async with old.reading() as connection:
                return await recordings_beginning_with(connection, digits, limit=limit)
        finally:
            await old.close()


@contextmanager
def _copied(disk: Disk, backup: Path) -> Generator[Path]:
    """The backup's catalogue, where it may be opened: that changes it."""
    folder = Path(mkdtemp(prefix="playhead-"))
    try:
        copy_file(disk, backup / files.CATALOGUE, folder / files.CATALOGUE)
        yield folder / files.CATALOGUE
    finally:
        shutil.rmtree(folder)


async def _put(
    located: Located,
    entry: Entry | None,
    done: PutBack,
    *,
    backup: Path,
    catalogue: Catalogue,
    root: Path,
    disk: Disk,
    clock: Clock,
) -> None:
    segment = located.segment.id
    async with catalogue.reading() as connection:
        live = await find_segment(connection, segment)
    if live is not None and live.segment.ended != CORRUPT:
        done.present += 1
        return
    if entry is None or not entry.chain or located.segment.ended in {CORRUPT, DELETING}:
        done.faults.append(Fault(str(segment), "restore.not_whole", "The backup does not have all of it."))
        return
    if live is not None and live.segment.durable_bytes > entry.size_bytes:
        done.faults.append(Fault(str(segment), "restore.older", "The backup has less of it than there was here."))
        return

    def copy() -> None:
        """The file appears at once, when all of it was looked at: what is in quarantine makes way for nothing else."""
        making, place = root / MAKING, path_of(root, entry.location)
        folders: set[Path] = set()
        if disk.exists(path_of(making, entry.location)):
            disk.remove(path_of(making, entry.location))  # of one that was interrupted, or damaged
        file = take_back(disk, backup / files.RECORDINGS, making, entry, folders)
        try:
            file.sync()
        finally:
            file.close()
        if disk.exists(place):
            set_aside(disk, root, entry.location)
        disk.make_folder(place.parent)
        disk.rename(path_of(making, entry.location), place)
        for folder in (place.parent, *place.parent.parents[:DAY_DEPTH]):
            disk.sync_folder(folder)

    try:
        await asyncio.to_thread(copy)
    except CorruptError as error:
        done.faults.append(Fault(str(segment), error.code, error.message))
        return
    if live is not None:
        async with catalogue.writing() as connection:
            await delete_segment(connection, segment)
    scanner, _ = await asyncio.to_thread(scan_file, disk, path_of(root, entry.location))
    await adopt(catalogue, scanner, entry.location, clock, tell=True)
    done.restored += 1


async def _settle(catalogue: Catalogue, found: Recording, hold: Hold | None, clock: Clock) -> None:
    """The recording is as it was, with its tags and its hold."""
    state = RecordingState.INTERRUPTED if found.state is RecordingState.RECORDING else found.state
    ended_at_us = found.ended_at_us or clock.wall_us()
    async with catalogue.writing() as connection:
        await set_recording_state(connection, found.id, state, ended_at_us)
        for tag in found.tags:
            await add_tag(connection, found.id, tag, by_user=UserId(BY), now_us=clock.wall_us())
        if hold is not None:
            await add_hold(connection, hold)
        live = await find_recording(connection, found.id)
        if live is not None:
            await update_facts(connection, live)
