"""The segment store with the real catalogue and the real disk."""

import asyncio
from dataclasses import replace
from uuid import UUID

from store.segments.crashing import RECORDING, SEGMENTS, SIGNER, made
from store.segments.real import running

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.segments import CORRUPT, DELETING
from playhead.store.segments import CatalogueLedger
from playhead.testing.segments import make_segment

A, B, C = SEGMENTS.values()
DESK = WorkstationId("desk-1")


async def test_many_segments_from_start_to_seal(catalogue, tmp_path):
    """More than one group's worth, so that files are synced all together."""
    segments = [made(number) for number in range(20)]
    async with running(catalogue, tmp_path) as store:

        async def ship(found):
            segment = await store.open(found.start)
            store.append(segment, found.data[len(found.start) :])
            await store.settled(segment)
            return segment.location

        locations = await asyncio.gather(*(ship(found) for found in segments))
    async with catalogue.reading() as connection:
        recording = await get_recording(connection, RECORDING)
    assert {part.id for part in recording.segments} == {found.header.segment for found in segments}
    assert all(part.sealed and part.ended == "sealed" for part in recording.segments)
    assert recording.durable_bytes == sum(len(found.data) for found in segments)
    for location, found in zip(locations, segments, strict=True):
        assert (tmp_path / "segments" / location).read_bytes() == found.data


async def test_goes_on_in_another_life(catalogue, tmp_path):
    async with running(catalogue, tmp_path) as store:
        segment = await store.open(A.start)
        store.append(segment, A.data[len(A.start) : A.ends[2]])
        await store.settled(segment)
    async with running(catalogue, tmp_path) as store:
        segment = await store.open(A.start)
        assert segment.durable == A.ends[2]
        store.append(segment, A.data[A.ends[2] :])
        await store.settled(segment)
        assert segment.scanner.sealed


async def test_a_segment_whose_recording_is_gone_harms_no_other(catalogue, tmp_path):
    lost = make_segment(
        recording=RecordingId(UUID(int=99)), segment=SegmentId(UUID(int=98)), signer=SIGNER, pieces=(10,)
    )
    async with running(catalogue, tmp_path) as store:
        results = await asyncio.gather(*(store.open(found.start) for found in (A, lost, B)), return_exceptions=True)
        assert [getattr(result, "code", "") for result in results] == ["", "store.refused", ""]
        assert isinstance(results[1], UnavailableError), "whoever offers it again hears what became of its recording"
        store.append(results[0], A.records[0])
        await store.settled(results[0])


class Uncertain(CatalogueLedger):
    """The connection to the database goes while it commits: it has done what it says it has not."""

    fails = 1

    async def record(self, created, progress):
        refused = await super().record(created, progress)
        if self.fails:
            self.fails -= 1
            raise UnavailableError("catalogue.unavailable", "The connection was lost.")
        return refused


async def test_a_segment_that_was_added_by_a_commit_that_seemed_to_fail_is_not_refused(catalogue, tmp_path):
    ledger = Uncertain(catalogue, SystemClock())
    async with running(catalogue, tmp_path, ledger=ledger) as store:
        segment = await store.open(A.start)
        assert ledger.fails == 0
        store.append(segment, A.data[len(A.start) :])
        await store.settled(segment)
    located = await ledger.find(A.header.segment)
    assert (located.segment.durable_bytes, located.segment.sealed) == (len(A.data), True)


async def test_a_segment_that_lies_elsewhere_already_is_not_claimed(catalogue, tmp_path):
    ledger = CatalogueLedger(catalogue, SystemClock())
    async with running(catalogue, tmp_path) as store:
        segment = await store.open(A.start)
        elsewhere = replace(segment.located(segment.progress()), location="2001/01/01/x.vid")
    assert await ledger.record([elsewhere], []) == {A.header.segment}
    assert (await ledger.find(A.header.segment)).location == segment.location


async def test_marks_and_deletes(catalogue, tmp_path):
    ledger = CatalogueLedger(catalogue, SystemClock())
    async with running(catalogue, tmp_path) as store:
        for found in (A, B):
            store.release(await store.open(found.start))
        await ledger.mark(B.header.segment, CORRUPT)
        located = await ledger.find(A.header.segment)
        await store.delete(located)
        assert await ledger.find(A.header.segment) is None
        assert await ledger.known([A.header.segment, B.header.segment]) == {B.header.segment}
        assert await ledger.unfinished() == []
        await ledger.mark(B.header.segment, DELETING)
        assert [found.segment.id for found in await ledger.unfinished()] == [B.header.segment]
