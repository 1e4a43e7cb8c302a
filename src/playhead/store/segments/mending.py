"""What a person has done with a segment in quarantine: look at it again, or give it up."""

import asyncio
import errno
from pathlib import Path
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import erased_among
from playhead.store.catalogue.holds import find_hold
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.quarantine import release_quarantined
from playhead.store.catalogue.sealed import sealed_events
from playhead.store.catalogue.segments import CORRUPT, find_segment, record_progress
from playhead.store.disk import Disk
from playhead.store.segments.adoption import adopt, scan_file
from playhead.store.segments.committer import unavailable
from playhead.store.segments.layout import location_of, path_of
from playhead.store.segments.recovery import remove_file
from playhead.store.segments.reopening import reopened
from playhead.store.segments.store import SegmentStore

_STILL: Final = "quarantine.still"
_HINT: Final = "Put back a whole copy of the file, or give it up with `drop`."


class Mending:
    """Acts on segments in quarantine.

    Args:
        root: of the segment store.
        disk: where it lies.
        catalogue: open.
        store: nobody else touches a segment meanwhile.
        clock: names day folders.
    """

    def __init__(self, root: Path, *, disk: Disk, catalogue: Catalogue, store: SegmentStore, clock: Clock) -> None:
        self._root = root
        self._disk = disk
        self._catalogue = catalogue
        self._store = store
        self._clock = clock

    async def retry(self, found: Quarantined) -> RecordingId | None:
        """Look at it again; on return it is not in quarantine any more, unless it is kept by its workstation.

        Returns:
            The recording that has changed, if any.

        Raises:
            ConflictError: ``quarantine.still``: it is as bad as before. ``quarantine.replaced``: the segment came
                again. ``quarantine.erased``. ``store.in_use``.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        segment = segment_of(found)
        if found.place == "workstation":
            self._store.try_again(segment)  # it is judged anew when it is offered
            return None
        async with self._store.alone(segment):
            self._store.try_again(segment)
            try:
                if found.place == "store":
                    return await self._look_again(found, segment)
                return await self._take_back(found, segment)
            except CorruptError as error:
                raise ConflictError(_STILL, error.message, hint=_HINT) from error
            except OSError as error:
                raise unavailable(error) from error

    async def drop(self, found: Quarantined) -> RecordingId | None:
        """Give it up: what is here of it is removed, and it is off the list, unless it is kept by its workstation.

        Returns:
            The recording that has changed, if any.

        Raises:
            ConflictError: ``quarantine.held``: its recording must not be deleted. ``store.in_use``.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        if found.place == "store":
            return await self._delete(found, segment_of(found))
        async with self._catalogue.reading() as connection:
            if found.recording is not None and await find_hold(connection, found.recording) is not None:
                raise _held(found)
        if found.place == "workstation":
            return None
        if found.place == "aside":
            try:
                await asyncio.to_thread(remove_file, self._disk, self._root, found.location)
            except OSError as error:
                raise unavailable(error) from error
        await self._unlist(found)
        return None

    async def _look_again(self, found: Quarantined, segment: SegmentId) -> RecordingId | None:
        """Its file may have been put back: then the segment goes on where it was."""
        async with self._catalogue.reading() as connection:
            located = await find_segment(connection, segment)
        if located is None or located.segment.ended != CORRUPT:
            await self._unlist(found)  # it came again, or was deleted
            return None
        progress = await asyncio.to_thread(reopened, self._disk, self._root, located)
        async with self._catalogue.writing() as connection:
            await record_progress(connection, [progress])
            await add_events(connection, await sealed_events(connection, [segment], self._clock.wall_us()))
            await release_quarantined(connection, found.kind, found.subject)
        return located.segment.recording

    async def _take_back(self, found: Quarantined, segment: SegmentId) -> RecordingId:
        """A file that the catalogue did not know, or one that was mended meanwhile."""
        async with self._catalogue.reading() as connection:
            known = await find_segment(connection, segment)
            erased = await erased_among(connection, [segment])
        if erased:
            raise ConflictError("quarantine.erased", f"Segment {segment} was erased.", hint="Give the file up.")
        if known is not None:
            text = f"Segment {segment} is in the catalogue: it came again, and this file is what was there before."
            raise ConflictError("quarantine.replaced", text, hint="Give the file up with `drop`.")
        scanner, fault = await asyncio.to_thread(scan_file, self._disk, path_of(self._root, found.location))
        state = scanner.state()
        if state is None or fault or state.header.segment != segment:
            raise ConflictError(_STILL, fault or "Its header is not of this segment.", hint=_HINT)
        location = location_of(segment, self._clock.wall_us())
        await asyncio.to_thread(self._move, found.location, location)
        recording = await adopt(self._catalogue, scanner, location, self._clock, tell=True)
        await self._unlist(found)
        return recording

    def _move(self, location: str, target: str) -> None:
        """Should a crash come before the catalogue knows it, the next start sets it aside again. Blocks."""
        path, there = path_of(self._root, location), path_of(self._root, target)
        self._disk.make_folder(there.parent)
        for folder in there.parent.parents[: len(there.parent.relative_to(self._root).parts)]:
            self._disk.sync_folder(folder)
        if self._disk.exists(there):
            raise FileExistsError(errno.EEXIST, "a file of that name is there", str(there))
        self._disk.rename(path, there)
        self._disk.sync_folder(there.parent)
        self._disk.sync_folder(path.parent)

    async def _delete(self, found: Quarantined, segment: SegmentId) -> RecordingId | None:
        async with self._catalogue.reading() as connection:
            located = await find_segment(connection, segment)
            if located is not None and await find_hold(connection, located.segment.recording) is not None:
                raise _held(found)
        if located is None or located.segment.ended != CORRUPT:
            await self._unlist(found)
            return None
        await self._store.delete(located)
        await self._unlist(found)
        return located.segment.recording

    async def _unlist(self, found: Quarantined) -> None:
        async with self._catalogue.writing() as connection:
            await release_quarantined(connection, found.kind, found.subject)


def segment_of(found: Quarantined) -> SegmentId:
    """Which segment is in quarantine."""
    return SegmentId.parse(str(found.details.get("segment", found.subject)))


def _held(found: Quarantined) -> ConflictError:
    text = f"Recording {found.recording} is held: nothing of it may be deleted."
    return ConflictError("quarantine.held", text, hint="Release the hold first.")
