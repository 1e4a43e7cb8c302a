"""Segments that were set aside, after a person has decided: offered again, or given up (docs/wire/screen.md §8.2).

Either may be repeated, after a crash at any step or because the answer was lost, and comes to the same end.
"""

import asyncio
from pathlib import Path
from typing import Any, Final, get_args
from uuid import UUID

import structlog

from playhead.base.errors import ConflictError, CorruptError, InvalidInputError, NotFoundError, UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.disk import Disk
from playhead.wire.screen import Command
from playhead.wire.screen.messages import AsideName
from playhead.wire.vid import read_header
from playhead.workstation.journal import Journal
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import Folders, SpooledSegment, covered_us, look_at

_HINT: Final = "Put a whole copy back under the name it had, or give it up."

_log: Any = structlog.get_logger(__name__)


class SetAside:
    """Acts on what was set aside, one order at a time.

    Args:
        disk: where it lies.
        spool: where it goes back to.
        journal: notes what was given up.
    """

    def __init__(self, disk: Disk, spool: Spool, journal: Journal) -> None:
        self._disk = disk
        self._folders = spool.folders
        self._spool = spool
        self._journal = journal
        self._turn = asyncio.Lock()

    async def carry_out(self, command: Command) -> None:
        """Do what the premises orders, where it is about what was set aside; it is durable on return.

        Raises:
            InvalidInputError: ``command.segment``: it does not say which.
            NotFoundError: ``aside.unknown``: there is nothing to offer again.
            ConflictError: ``aside.growing``: it is being recorded. ``aside.moving``: it is just being set aside.
            CorruptError: ``aside.damaged``: its header cannot be read.
            UnavailableError: ``spool.failed``.
        """
        if command.name not in get_args(AsideName):
            return
        if not command.segment:
            raise InvalidInputError("command.segment", f"The command {command.name} names no segment.")
        segment = SegmentId(UUID(bytes=command.segment))
        async with self._turn:
            if self._spool.is_setting_aside(segment):
                raise ConflictError("aside.moving", "It is being set aside.", hint="Try again in a moment.")
            try:
                await (self._retry(segment) if command.name == "aside_retry" else self._drop(segment))
            except OSError as error:
                hint = "Look at the workstation's disk."
                raise UnavailableError("spool.failed", f"The disk failed: {error.strerror}.", hint=hint) from error

    async def _retry(self, segment: SegmentId) -> None:
        if self._spool.find(segment) is not None:
            await asyncio.to_thread(_remove, self._disk, self._folders, segment)  # what a crash left of its move
        else:
            self._spool.take_back(await asyncio.to_thread(move_back, self._disk, self._folders, segment))
            _log.info("segment offered again", segment=str(segment))
        self._spool.look_aside()

    async def _drop(self, segment: SegmentId) -> None:
        held = self._spool.find(segment)
        if held is not None and held.reason is None:
            raise ConflictError("aside.growing", "It is being recorded.", hint="Stop the recording first.")
        given_up = await asyncio.to_thread(_measure, self._disk, self._folders, segment, held)
        if held is not None:
            self._spool.remove(held)
        await asyncio.to_thread(_remove, self._disk, self._folders, segment, with_tail=True)
        self._spool.look_aside()
        if given_up is None:
            return
        from_us, to_us, size = given_up
        self._journal.note_past("unknown", from_us, to_us, detail="Refused by the server, and given up by its order.")
        _log.warning("aside.dropped", segment=str(segment), dropped_bytes=size)


def move_back(disk: Disk, folders: Folders, segment: SegmentId) -> SpooledSegment:
    """Move a file that was set aside to those that are to be sent.

    Returns:
        The segment, at its new place.

    Raises:
        NotFoundError: ``aside.unknown``.
        CorruptError: ``aside.damaged``.
        OSError: of the disk.
    """
    path = _path_of(disk, folders, segment)
    if path is None:
        text = f"Nothing of segment {segment} is set aside on this workstation any more."
        raise NotFoundError("aside.unknown", text, hint="Give it up, unless you can put its file back.")
    try:
        found = look_at(disk, path)
    except (CorruptError, InvalidInputError) as error:
        raise CorruptError("aside.damaged", f"The file's header is damaged: {error.message}", hint=_HINT) from error
    if found is None or found.id != segment:
        raise CorruptError(
            "aside.damaged", f"{path.name} is not this segment, as its workstation names it.", hint=_HINT
        )
    found.path = folders.finished / path.name
    disk.rename(path, found.path)
    disk.sync_folder(folders.finished)
    disk.sync_folder(folders.set_aside)
    _remove(disk, folders, segment)
    return found


def _remove(disk: Disk, folders: Folders, segment: SegmentId, *, with_tail: bool = False) -> None:
    """Remove what lies aside of a segment, with its note; what was once cut off it only where it is given up."""
    names = [name for name in _names_of(disk, folders, segment) if with_tail or not name.endswith(".tail")]
    for name in names:
        disk.remove(folders.set_aside / name)
    if names:
        disk.sync_folder(folders.set_aside)


def _measure(
    disk: Disk, folders: Folders, segment: SegmentId, held: SpooledSegment | None
) -> tuple[int, int, int] | None:
    """From when to when (wall time) a segment goes, and its bytes; None where nobody can tell, or nothing is there."""
    path = _path_of(disk, folders, segment) if held is None else held.path
    if path is None:
        return None
    file = disk.open(path)
    try:
        size = file.size()
        header, header_bytes = read_header(file.read_at)
        begin_us = header.started_at_us
        return begin_us, begin_us + covered_us(file, size, header_bytes), size
    except (CorruptError, InvalidInputError):
        return None
    finally:
        file.close()


def _path_of(disk: Disk, folders: Folders, segment: SegmentId) -> Path | None:
    names = [name for name in _names_of(disk, folders, segment) if name.endswith(".vid")]
    return folders.set_aside / names[0] if names else None


def _names_of(disk: Disk, folders: Folders, segment: SegmentId) -> list[str]:
    return [name for name in disk.list_folder(folders.set_aside) if name.partition(".")[0] == str(segment)]
