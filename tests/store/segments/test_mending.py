"""What a person has done with a segment in quarantine."""

from dataclasses import replace
from uuid import UUID

import pytest
from store.segments.crashing import RECORDING, SEGMENTS
from store.segments.real import running

from playhead.base.clock import SystemClock
from playhead.base.errors import ConflictError
from playhead.base.ids import SegmentId, UserId
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.quarantine import list_quarantined
from playhead.store.catalogue.segments import CORRUPT, delete_segment, find_segment
from playhead.store.disk import SystemDisk
from playhead.store.segments.check import check_segments
from playhead.store.segments.mending import Mending

A, B, _ = SEGMENTS.values()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "segments"


@pytest.fixture
def mending(catalogue, root):
    def of(store):
        return Mending(root, disk=SystemDisk(), catalogue=catalogue, store=store, clock=SystemClock())

    return of


async def grown(catalogue, tmp_path, found, until=None):
    async with running(catalogue, tmp_path) as store:
        segment = await store.open(found.start)
        store.append(segment, found.data[len(found.start) : until])
        await store.settled(segment)
        return tmp_path / "segments" / segment.location


async def listed(catalogue):
    async with catalogue.reading() as connection:
        return await list_quarantined(connection, before=None, limit=10)


async def row(catalogue, segment=A.header.segment):
    async with catalogue.reading() as connection:
        return await find_segment(connection, segment)


async def findings(catalogue, root):
    return [one.code async for one in check_segments(catalogue, SystemDisk(), root)]


async def test_a_file_that_was_put_back_goes_on_as_before(catalogue, tmp_path, root, mending):
    path = await grown(catalogue, tmp_path, A, A.ends[2])
    kept = path.read_bytes()
    path.write_bytes(kept[:-1])
    async with running(catalogue, tmp_path) as store:
        (found,) = await listed(catalogue)
        assert (found.place, found.code, found.recording) == ("store", "store.short", RECORDING)
        assert str(found.workstation) == "desk-1"
        with pytest.raises(ConflictError) as raised:
            await mending(store).retry(found)
        assert raised.value.code == "quarantine.still"
        assert await listed(catalogue) == [found]
        path.write_bytes(kept)
        assert await mending(store).retry(found) == RECORDING
        assert await listed(catalogue) == []
        segment = await store.open(A.start)
        assert segment.durable == A.ends[2]
        store.append(segment, A.data[A.ends[2] :])
        await store.settled(segment)
        store.release(segment)
    assert await findings(catalogue, root) == []


async def test_a_file_that_is_given_up_is_removed_unless_it_is_held(catalogue, tmp_path, root, mending):
    path = await grown(catalogue, tmp_path, A, A.ends[2])
    path.write_bytes(b"")
    hold = Hold(RECORDING, "court", UserId("sue"), 1)
    async with running(catalogue, tmp_path) as store:
        (found,) = await listed(catalogue)
        async with catalogue.writing() as connection:
            await add_hold(connection, hold)
        for kept in (found, replace(found, place="workstation")):
            with pytest.raises(ConflictError) as raised:
                await mending(store).drop(kept)
            assert raised.value.code == "quarantine.held"
        assert (await row(catalogue)).segment.ended == CORRUPT
        async with catalogue.writing() as connection:
            await release_hold(connection, RECORDING)
        assert await mending(store).drop(found) == RECORDING
        assert await row(catalogue) is None
        assert not path.exists()
        assert await listed(catalogue) == []
    assert await findings(catalogue, root) == []


async def test_a_file_that_the_catalogue_did_not_know_is_taken_back(catalogue, tmp_path, root, mending):
    path = await grown(catalogue, tmp_path, A)
    stray = path.with_name(f"{SegmentId(UUID(int=7))}.vid")
    stray.write_bytes(b"nonsense")
    async with catalogue.writing() as connection:
        await delete_segment(connection, A.header.segment)
        before = {one.number for one in await next_events(connection, 100)}
    async with running(catalogue, tmp_path) as store:
        found = {one.details["segment"]: one for one in await listed(catalogue)}
        assert {one.place for one in found.values()} == {"aside"}
        whole, nonsense = found[str(A.header.segment)], found[stray.stem]
        assert (root / whole.location).read_bytes() == A.data
        with pytest.raises(ConflictError) as raised:
            await mending(store).retry(nonsense)
        assert raised.value.code == "quarantine.still"
        assert await mending(store).retry(whole) == RECORDING
        assert (await row(catalogue)).segment.sealed
        async with catalogue.reading() as connection:
            told = [one.event.type for one in await next_events(connection, 100) if one.number not in before]
        assert told == ["playhead.recording.sealed.v1"]
        assert await mending(store).drop(nonsense) is None
        assert await listed(catalogue) == []
        assert list((root / "quarantine").iterdir()) == []
    assert await findings(catalogue, root) == []


async def test_one_that_came_again_does_not_make_way_for_what_was_there_before(catalogue, tmp_path, mending):
    path = await grown(catalogue, tmp_path, A, A.ends[2])
    path.write_bytes(A.data[:100])
    async with running(catalogue, tmp_path) as store:
        segment = await store.open(A.start)  # from whoever still has it
        store.append(segment, A.data[segment.durable :])
        await store.settled(segment)
        store.release(segment)
        (found,) = await listed(catalogue)
        assert (found.place, found.code) == ("aside", "store.replaced")
        with pytest.raises(ConflictError) as raised:
            await mending(store).retry(found)
        assert raised.value.code == "quarantine.replaced"
        assert (await row(catalogue)).segment.sealed


async def test_a_crash_between_moving_and_listing_is_made_good_at_the_next_start(catalogue, tmp_path, root):
    await grown(catalogue, tmp_path, B)
    lying = root / "quarantine"
    lying.mkdir()
    for name in (f"{A.header.segment}.vid", f"{A.header.segment}.2.vid", "notes.txt"):
        (lying / name).write_bytes(A.data)
    for _ in range(2):
        async with running(catalogue, tmp_path):
            found = await listed(catalogue)
        assert sorted(one.location for one in found) == [
            f"quarantine/{A.header.segment}.2.vid",
            f"quarantine/{A.header.segment}.vid",
        ]
        assert {one.attempts for one in found} == {1}, "listed once"
