"""What the segment store tells the catalogue, and asks it after a restart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.ids import SegmentId
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.quarantine import aside_locations, quarantine_one, release_quarantined
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.sealed import sealed_events
from playhead.store.catalogue.segments import (
    CORRUPT,
    Located,
    Progress,
    add_segments,
    delete_segment,
    find_segment,
    known_segments,
    list_unfinished_segments,
    mark_segment,
    record_progress,
)
from playhead.store.catalogue.uploads import add_uploads, delete_objects_of, note_returned


class Ledger(Protocol):
    """The catalogue as the segment store needs it.

    Every call is one transaction, durable when it returns; only a `record` of nothing but growth may be undone by a
    power cut, because the files tell that again. Each may raise `UnavailableError`; then it happened or not, for a
    database may be lost in the middle of a commit: whoever does the same again comes to the same end.
    """

    async def record(self, created: Sequence[Located], progress: Sequence[Progress]) -> set[SegmentId]:
        """Add segments and note how far others are durable; returns those that could not be added.

        One that was added before, at the same place, is noted as durable as far as it is now.
        """
        ...

    async def mark(self, segment: SegmentId, ended: str) -> None:
        """Say why no more will come of a segment."""
        ...

    async def moved(self, segment: SegmentId, location: str) -> None:
        """A segment lies in a file here again."""
        ...

    async def forget(self, segment: SegmentId) -> None:
        """Remove a segment. Harmless where it is gone already."""
        ...

    async def find(self, segment: SegmentId) -> Located | None:
        """One segment, or None."""
        ...

    async def unfinished(self) -> list[Located]:
        """Every segment that may still grow, or whose deletion has begun."""
        ...

    async def known(self, segments: Sequence[SegmentId]) -> set[SegmentId]:
        """Those of them that it has."""
        ...

    async def quarantine(self, found: Quarantined) -> None:
        """List something; a segment that stays in its place is marked `CORRUPT` with it."""
        ...

    async def unlist(self, subject: str) -> None:
        """Take a segment off that list. Harmless where it is not there."""
        ...

    async def listed(self, locations: Sequence[str]) -> set[str]:
        """Those of some files that the list has."""
        ...


class CatalogueLedger:
    """The real one.

    Args:
        catalogue: open.
        clock: says when a segment became whole.
        uploading: whether every new segment is to be uploaded.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock, *, uploading: bool = False) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._uploading = uploading

    async def record(self, created: Sequence[Located], progress: Sequence[Progress]) -> set[SegmentId]:
        """As `Ledger.record`: one transaction, before all that wait, for every workstation waits for this one.

        A segment is refused where its recording is gone.
        """
        durable = bool(created) or any(item.ended for item in progress)
        async with self._catalogue.writing(durable=durable, first=True) as connection:
            refused = await _add(connection, created)
            if self._uploading:
                added = [one.segment for one in created if one.segment.id not in refused]
                await add_uploads(connection, [(one.id, one.recording) for one in added])
            await record_progress(connection, progress)
            whole = [located.segment.id for located in created if located.segment.sealed]
            whole += [item.segment for item in progress if item.sealed]
            if whole:
                await add_events(connection, await sealed_events(connection, whole, self._clock.wall_us()))
        return refused

    async def mark(self, segment: SegmentId, ended: str) -> None:
        """As `Ledger.mark`."""
        async with self._catalogue.writing() as connection:
            await mark_segment(connection, segment, ended)

    async def moved(self, segment: SegmentId, location: str) -> None:
        """As `Ledger.moved`; the file goes again when it may."""
        async with self._catalogue.writing() as connection:
            await note_returned(connection, segment, location)

    async def forget(self, segment: SegmentId) -> None:
        """As `Ledger.forget`."""
        async with self._catalogue.writing() as connection:
            await delete_segment(connection, segment)
            await delete_objects_of(connection, [segment])

    async def find(self, segment: SegmentId) -> Located | None:
        """As `Ledger.find`."""
        async with self._catalogue.reading() as connection:
            return await find_segment(connection, segment)

    async def unfinished(self) -> list[Located]:
        """As `Ledger.unfinished`."""
        async with self._catalogue.reading() as connection:
            return await list_unfinished_segments(connection)

    async def known(self, segments: Sequence[SegmentId]) -> set[SegmentId]:
        """As `Ledger.known`."""
        async with self._catalogue.reading() as connection:
            return await known_segments(connection, segments)

    async def quarantine(self, found: Quarantined) -> None:
        """As `Ledger.quarantine`. Whose it is, is told by its recording."""
        async with self._catalogue.writing() as connection:
            if found.workstation is None and found.recording is not None:
                recording = await find_recording(connection, found.recording)
                found = replace(found, workstation=None if recording is None else recording.workstation)
            if found.place == "store":
                await mark_segment(connection, SegmentId.parse(found.subject), CORRUPT)
            await quarantine_one(connection, found)

    async def unlist(self, subject: str) -> None:
        """As `Ledger.unlist`."""
        async with self._catalogue.writing() as connection:
            await release_quarantined(connection, "segment", subject)

    async def listed(self, locations: Sequence[str]) -> set[str]:
        """As `Ledger.listed`."""
        async with self._catalogue.reading() as connection:
            return await aside_locations(connection, locations)


async def _add(connection: AsyncConnection, created: Sequence[Located]) -> set[SegmentId]:
    """All at once; where one of them keeps the others from it, one by one."""
    try:
        async with connection.begin_nested():
            await add_segments(connection, created)
    except IntegrityError:
        if len(created) == 1:
            return await _add_again(connection, created[0])
        refused = [await _add(connection, [located]) for located in created]
        return set[SegmentId]().union(*refused)
    return set()


async def _add_again(connection: AsyncConnection, located: Located) -> set[SegmentId]:
    """It was added before by a commit that was said to have failed; or its recording is gone, and it is refused."""
    segment = located.segment
    before = await find_segment(connection, segment.id)
    if before is None or (before.location, before.segment.recording) != (located.location, segment.recording):
        return {segment.id}
    again = Progress(
        segment=segment.id,
        durable_bytes=segment.durable_bytes,
        covered_us=segment.covered_us,
        resume=located.resume,
        ended=segment.ended,
        sealed=segment.sealed,
    )
    await record_progress(connection, [again])
    return set()
