"""The segment store on a simulated disk: what it promises, refuses and survives."""

import asyncio
import errno
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.segments.crashing import RECORDING, ROOT, SEGMENTS, SIGNER, StoppedClock, at_once, made

from playhead.base.errors import ConflictError, CorruptError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId
from playhead.store.catalogue.segments import CORRUPT, DELETING
from playhead.store.segments import SegmentStore, committer
from playhead.testing.disk import SimulatedDisk
from playhead.testing.segments import MemoryLedger, make_segment
from playhead.wire.vid import Scanner

A, B, C = SEGMENTS.values()


class Notes:
    """An observer that can be waited for."""

    def __init__(self):
        self.acknowledged = []
        self.error = None
        self.news = asyncio.Event()

    def durable(self, segment):
        self.acknowledged.append(segment.durable)
        self.news.set()

    def failed(self, segment, error):
        assert segment.failure is error
        self.error = error
        self.news.set()


class World:
    def __init__(self, disk=None):
        self.disk = disk or SimulatedDisk()
        self.ledger = MemoryLedger(step=self.disk.step)
        self.reserve_bytes = 0

    @asynccontextmanager
    async def running(self):
        store = SegmentStore(
            ROOT,
            disk=self.disk,
            ledger=self.ledger,
            clock=StoppedClock(),
            interval_s=0,
            reserve_bytes=self.reserve_bytes,
            offload=at_once,
        )
        self.recovery = await store.recover()
        task = asyncio.create_task(store.run())
        try:
            yield store
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert store.pending_bytes == 0

    def file(self, found):
        return self.disk.open(ROOT / self.ledger.rows[found.header.segment].location)

    def row(self, found):
        return self.ledger.rows[found.header.segment].segment

    def fail(self, name, number):
        """Let the steps of one name fail."""
        self.disk.fault = lambda step: number if step.name == name else None


@pytest.fixture
def world():
    return World()


class TestGrowing:
    async def test_a_new_segment_begins_after_its_header(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            assert segment.durable == len(A.start)
            assert world.row(A).durable_bytes == len(A.start)
            assert world.row(A).recording == RECORDING
            assert world.row(A).started_at_us == A.header.started_at_us
            assert world.ledger.rows[A.header.segment].location == f"2027/01/15/{A.header.segment}.vid"

    async def test_only_whole_records_are_acknowledged(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) : A.ends[2] + 10])
            await store.settled(segment)
            assert segment.durable == A.ends[2]
            store.append(segment, A.data[A.ends[2] + 10 : A.ends[3]])
            await store.settled(segment)
            assert segment.durable == A.ends[3]
            assert world.row(A).covered_us == 2_000_000
            assert not world.row(A).sealed

    async def test_the_seal_ends_it(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) :])
            await store.settled(segment)
            assert world.row(A).sealed
            assert world.row(A).ended == "sealed"
            with pytest.raises(CorruptError, match="follow the seal") as raised:
                store.append(segment, b"x")
            assert raised.value.code == "vid.after_seal"

    async def test_an_end_without_seal_is_kept_with_its_reason(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            with pytest.raises(CorruptError) as raised:
                store.end(segment, "sealed")
            assert raised.value.code == "store.not_sealed"
            store.end(segment, "killed")
            await store.settled(segment)
            assert world.row(A).ended == "killed"

    async def test_observers_hear_of_durable_bytes_only(self, world):
        notes = Notes()
        async with world.running() as store:
            segment = await store.open(A.start, notes)
            syncs = sum(step.name == "sync_files" for step in world.disk.steps)
            store.append(segment, A.records[0])
            assert notes.acknowledged == []
            await notes.news.wait()
            assert notes.acknowledged == [A.ends[1]]
            assert sum(step.name == "sync_files" for step in world.disk.steps) == syncs + 1

    async def test_many_segments_share_one_commit(self, world):
        async with world.running() as store:
            segments = await asyncio.gather(*(store.open(found.start) for found in (A, B, C)))
            syncs = sum(step.name == "sync_files" for step in world.disk.steps)
            records = sum(step.name == "record" for step in world.disk.steps)
            assert syncs == records == 1
            for found, segment in zip((A, B, C), segments, strict=True):
                store.append(segment, found.data[len(found.start) :])
            await store.settled(segments[2])
            assert all(segment.settled for segment in segments)
            assert sum(step.name == "sync_files" for step in world.disk.steps) == syncs + 1

    async def test_a_broken_chain_keeps_what_was_before_it(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            bad = bytearray(A.data[len(A.start) :])
            bad[A.ends[2] - len(A.start) + 50] ^= 1
            with pytest.raises(CorruptError) as raised:
                store.append(segment, bytes(bad))
            assert raised.value.code == "vid.chain"
            await store.settled(segment)
            assert segment.durable == A.ends[2]
            assert world.file(A).size() == A.ends[2]

    async def test_anything_but_one_whole_header_is_refused(self, world):
        async with world.running() as store:
            for bad, code in (
                (A.start[:-1], "vid.truncated"),
                (A.start + A.records[0], "vid.truncated"),
                (b"nonsense" * 10, "vid.magic"),
            ):
                with pytest.raises(CorruptError) as raised:
                    await store.open(bad)
                assert raised.value.code == code
        assert world.ledger.rows == {}


class TestComingBack:
    async def test_goes_on_where_it_is_durable(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) : A.ends[1] + 30])
            store.release(segment)
            segment = await store.open(A.start)
            assert segment.durable == A.ends[1]
            store.append(segment, A.data[segment.durable :])
            await store.settled(segment)
            assert world.file(A).read_at(1 << 20, 0) == A.data

    async def test_a_partial_record_that_was_written_is_cut_off(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) : A.ends[1] + 30])
            await store.commit()
            assert world.file(A).size() == A.ends[1] + 30
            store.release(segment)
            segment = await store.open(A.start)
            assert world.file(A).size() == A.ends[1]

    async def test_one_at_a_time(self, world):
        async with world.running() as store:
            await store.open(A.start)
            with pytest.raises(ConflictError) as raised:
                await store.open(A.start)
            assert raised.value.code == "store.in_use"
            results = await asyncio.gather(store.open(B.start), store.open(B.start), return_exceptions=True)
            assert [type(result).__name__ for result in results] == ["OpenSegment", "ConflictError"]

    async def test_the_same_header_only(self, world):
        other = made(0, agent="someone else")
        async with world.running() as store:
            store.release(await store.open(A.start))
            with pytest.raises(ConflictError) as raised:
                await store.open(other.start)
            assert raised.value.code == "store.header_differs"
            assert (await store.open(A.start)).durable == len(A.start)

    async def test_a_sealed_one_takes_nothing_more(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) :])
            store.release(segment)
            segment = await store.open(A.start)
            assert segment.durable == len(A.data)
            store.end(segment, "sealed")
            assert segment.settled
            with pytest.raises(CorruptError):
                store.append(segment, b"x")

    async def test_one_that_ended_unsealed_may_go_on(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.end(segment, "killed")
            store.release(segment)
            segment = await store.open(A.start)
            assert world.row(A).ended == ""
            store.append(segment, A.data[segment.durable :])
            await store.settled(segment)
            assert world.row(A).ended == "sealed"

    async def test_state_is_found_by_walking_where_the_catalogue_lost_it(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) : A.ends[3]])
            store.release(segment)
            await store.commit()
            row = world.ledger.rows[A.header.segment]
            world.ledger.rows[A.header.segment] = type(row)(row.segment, row.location, b"")
            segment = await store.open(A.start)
            assert segment.scanner.records == 3
            store.append(segment, A.data[segment.durable :])
            await store.settled(segment)
            assert world.row(A).sealed


class TestRecovery:
    async def _grow(self, world, found, until):
        async with world.running() as store:
            segment = await store.open(found.start)
            store.append(segment, found.data[len(found.start) : until])
            await store.settled(segment)

    async def test_a_clean_start_repairs_nothing(self, world):
        await self._grow(world, A, A.ends[2])
        async with world.running():
            assert world.recovery.repaired == world.recovery.quarantined == world.recovery.orphans == ()

    async def test_whole_records_beyond_the_catalogue_are_kept(self, world):
        """As after restoring an older catalogue: the workstation has deleted what was acknowledged."""
        await self._grow(world, A, A.ends[1])
        old = dict(world.ledger.rows)
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[A.ends[1] : A.ends[3] + 20])
            await store.commit()
        world.ledger.rows = old
        async with world.running():
            assert world.recovery.repaired == (A.header.segment,)
            assert world.row(A).durable_bytes == A.ends[3]
            assert world.file(A).size() == A.ends[3]

    async def test_a_seal_beyond_the_catalogue_counts(self, world):
        await self._grow(world, A, A.ends[3])
        file = world.file(A)
        file.write_at(A.data[A.ends[3] :], A.ends[3])
        async with world.running():
            assert world.row(A).sealed
            assert world.row(A).ended == "sealed"

    @pytest.mark.parametrize("damage", ["short", "missing", "other", "header"])
    async def test_missing_promised_bytes_are_quarantined_and_the_others_go_on(self, world, damage):
        await self._grow(world, A, A.ends[2])
        await self._grow(world, B, B.ends[1])
        match damage:
            case "short":
                world.file(A).truncate(A.ends[2] - 1)
            case "missing":
                world.disk.remove(ROOT / world.ledger.rows[A.header.segment].location)
            case "other":
                world.file(A).write_at(C.data, 0)
            case _:
                world.file(A).write_at(b"\0" * 200, 0)
        async with world.running() as store:
            assert world.recovery.quarantined == (A.header.segment,)
            assert world.row(A).ended == CORRUPT
            assert (await store.open(B.start)).durable == B.ends[1]
        async with world.running():
            assert world.recovery.quarantined == ()

    @pytest.mark.parametrize("damage", ["short", "missing", "header"])
    async def test_what_is_in_quarantine_comes_again_from_whoever_still_has_it(self, world, damage):
        await self._grow(world, A, A.ends[2])
        match damage:
            case "short":
                world.file(A).truncate(A.ends[2] - 1)
            case "missing":
                world.disk.remove(ROOT / world.ledger.rows[A.header.segment].location)
            case _:
                world.file(A).write_at(b"\0" * 200, 0)
        async with world.running() as store:
            assert world.recovery.quarantined == (A.header.segment,)
            segment = await store.open(A.start)
            assert segment.durable == len(A.start)
            store.append(segment, A.data[segment.durable :])
            await store.settled(segment)
            assert world.row(A).sealed
            assert world.file(A).read_at(1 << 20, 0) == A.data
        world.disk.restart()
        kept = [] if damage == "missing" else [f"{A.header.segment}.vid"]
        assert (world.disk.list_folder(ROOT / "quarantine") if kept else []) == kept
        async with world.running():
            assert world.recovery.quarantined == world.recovery.orphans == ()

    async def test_making_way_goes_on_after_a_failure(self, world):
        await self._grow(world, A, A.ends[2])
        world.file(A).truncate(A.ends[1])
        async with world.running() as store:
            world.fail("forget", errno.EIO)
            with pytest.raises(UnavailableError):
                await store.open(A.start)
            assert world.row(A).ended == CORRUPT
            world.disk.fault = None
            assert (await store.open(A.start)).durable == len(A.start)
            assert world.disk.list_folder(ROOT / "quarantine") == [f"{A.header.segment}.vid"]

    async def test_another_recordings_segment_does_not_take_the_place_of_a_damaged_one(self, world):
        await self._grow(world, A, A.ends[2])
        world.file(A).truncate(A.ends[1])
        other = make_segment(recording=RecordingId(UUID(int=9)), segment=A.header.segment, signer=SIGNER)
        async with world.running() as store:
            with pytest.raises(ConflictError) as raised:
                await store.open(other.start)
            assert raised.value.code == "store.header_differs"
            assert world.file(A).size() == A.ends[1]

    async def test_loss_found_on_opening_is_made_good_too(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) : A.ends[2]])
            store.release(segment)
            await store.commit()
            world.file(A).truncate(100)
            assert (await store.open(A.start)).durable == len(A.start)
            assert world.disk.list_folder(ROOT / "quarantine") == [f"{A.header.segment}.vid"]

    async def test_an_unreadable_file_does_not_stop_the_start(self, world):
        await self._grow(world, A, A.ends[2])
        world.file(A).write_at(b"torn", A.ends[2])
        world.fail("truncate", errno.EIO)
        async with world.running() as store:
            assert world.recovery.unreadable == (A.header.segment,)
            with pytest.raises(UnavailableError):
                await store.open(A.start)
            world.disk.fault = None
            assert (await store.open(A.start)).durable == A.ends[2]

    async def test_files_unknown_to_the_catalogue_are_set_aside_if_they_are_ours(self, world):
        await self._grow(world, A, A.ends[2])
        folder = ROOT / "2027/01/15"
        world.disk.open(folder / f"{SegmentId(UUID(int=7))}.vid", create=True)
        world.disk.open(folder / "notes.txt", create=True)
        world.disk.open(folder / "notes.vid", create=True)
        async with world.running():
            assert world.recovery.orphans == (SegmentId(UUID(int=7)),)
            assert world.disk.list_folder(folder) == [f"{A.header.segment}.vid", "notes.txt", "notes.vid"]
            assert world.disk.list_folder(ROOT / "quarantine") == [f"{SegmentId(UUID(int=7))}.vid"]

    async def test_what_an_older_catalogue_does_not_know_is_never_removed(self, world):
        """As after restoring the catalogue from a backup: these bytes were acknowledged, and are nowhere else."""
        names = [f"{A.header.segment}.vid", f"{A.header.segment}.2.vid"]
        for name in names:
            await self._grow(world, A, len(A.data))
            world.ledger.rows.clear()
            async with world.running():
                assert world.recovery.orphans == (A.header.segment,)
            assert world.disk.open(ROOT / "quarantine" / name).read_at(1 << 20, 0) == A.data
        world.disk.restart()
        assert world.disk.list_folder(ROOT / "quarantine") == sorted(names)
        async with world.running():
            assert world.recovery.orphans == ()

    async def test_a_deletion_that_had_begun_is_finished(self, world):
        await self._grow(world, A, A.ends[2])
        await world.ledger.mark(A.header.segment, DELETING)
        async with world.running() as store:
            assert world.recovery.deleted == (A.header.segment,)
            assert (await store.open(A.start)).durable == len(A.start)


class TestFailing:
    @pytest.mark.parametrize(
        ("name", "number", "code"),
        [
            ("write", errno.ENOSPC, "store.full"),
            ("write", errno.EIO, "store.failed"),
            ("sync_files", errno.EIO, "store.failed"),
            ("sync_files", errno.EDQUOT, "store.full"),
        ],
    )
    async def test_a_failed_append_lets_go_and_may_be_tried_again(self, world, name, number, code):
        notes = Notes()
        async with world.running() as store:
            segment = await store.open(A.start, notes)
            world.fail(name, number)
            store.append(segment, A.records[0])
            with pytest.raises(UnavailableError) as raised:
                await store.settled(segment)
            assert raised.value.code == code
            assert notes.error is raised.value
            with pytest.raises(UnavailableError):
                store.append(segment, A.records[1])
            world.disk.fault = None
            segment = await store.open(A.start)
            assert segment.durable == len(A.start)
            store.append(segment, A.data[segment.durable :])
            await store.settled(segment)
            assert world.row(A).sealed
        world.disk.restart()
        assert world.file(A).read_at(1 << 20, 0) == A.data

    async def test_only_the_one_that_failed_is_let_go(self, world):
        async with world.running() as store:
            segments = [await store.open(found.start) for found in (A, B, C)]
            world.disk.fault = lambda step: errno.EIO if step.name == "sync_files" else None
            for found, segment in zip((A, B, C), segments, strict=True):
                store.append(segment, found.records[0])
            await store.commit()
            assert [segment.failure is None for segment in segments] == [True, False, True]
            assert segments[0].durable == A.ends[1]
            assert segments[2].durable == C.ends[1]

    @pytest.mark.parametrize("name", ["make_folder", "create", "write", "sync_files", "sync_folder"])
    async def test_a_failed_beginning_may_be_tried_again(self, world, name):
        async with world.running() as store:
            world.fail(name, errno.ENOSPC)
            with pytest.raises(UnavailableError) as raised:
                await store.open(A.start)
            assert raised.value.code == "store.full"
            assert world.ledger.rows == {}
            world.disk.fault = None
            assert (await store.open(A.start)).durable == len(A.start)

    async def test_bytes_that_a_failed_sync_lost_are_not_believed(self, world):
        """Whole records beyond the recorded offset are kept after a restart, but not after such a failure."""
        async with world.running() as store:
            segment = await store.open(A.start)
            world.fail("sync_files", errno.EIO)
            store.append(segment, A.records[0])
            await store.commit()
            world.disk.fault = None
            assert world.file(A).size() == len(A.start)
        world.disk.kill()  # the next process finds in memory what this one left there
        async with world.running() as store:
            assert world.recovery.repaired == ()
            assert (await store.open(A.start)).durable == len(A.start)

    async def test_nor_where_they_could_not_be_cut_off(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            world.disk.fault = lambda step: errno.EIO if step.name in {"sync_files", "truncate"} else None
            store.append(segment, A.records[0])
            await store.commit()
            world.disk.fault = None
            assert world.file(A).size() == A.ends[1]
            assert (await store.open(A.start)).durable == len(A.start)

    async def test_below_the_reserve_nothing_grows(self, world):
        world.reserve_bytes = 1000
        async with world.running() as store:
            segment = await store.open(A.start)
            world.disk.room_bytes = 999 + len(A.records[0])
            store.append(segment, A.records[0])
            await store.commit()
            assert segment.failure.code == "store.full"
            with pytest.raises(UnavailableError) as raised:
                await store.open(B.start)
            assert raised.value.code == "store.full"
            assert store.disk_room.is_full
            with pytest.raises(UnavailableError):
                await store.check_room(B.header.segment)
            world.disk.room_bytes = 1250 - 1
            with pytest.raises(UnavailableError):
                await store.check_room(B.header.segment)
            world.disk.room_bytes = 1250
            await store.check_room(B.header.segment)
            assert not store.disk_room.is_full
            world.disk.room_bytes = 1000 + len(B.start)
            assert (await store.open(B.start)).durable == len(B.start)

    async def test_nothing_is_acknowledged_while_the_catalogue_is_away(self, world, monkeypatch):
        monkeypatch.setattr(committer, "RETRY_S", 0)
        notes = Notes()
        async with world.running() as store:
            segment = await store.open(A.start, notes)
            left = 3

            def step(name, _path):
                nonlocal left
                if name == "record" and left:
                    left -= 1
                    raise UnavailableError("catalogue.unavailable", "Locked.")

            world.ledger.step = step
            store.append(segment, A.records[0])
            with pytest.raises(UnavailableError):
                await store.commit()
            assert notes.acknowledged == []
            store.append(segment, A.records[1])
            await store.settled(segment)
            assert left == 0
            assert notes.acknowledged == [A.ends[2]]

    async def test_a_segment_of_a_recording_that_is_gone_harms_no_other(self, world):
        gone = made(9)
        world.ledger.refused = frozenset({RECORDING})
        async with world.running() as store:
            with pytest.raises(UnavailableError) as raised:
                await store.open(gone.start)
            assert raised.value.code == "store.refused"
            world.ledger.refused = frozenset()
            assert (await store.open(gone.start)).durable == len(gone.start)

    async def test_feeders_wait_while_too_much_is_pending(self, world, monkeypatch):
        monkeypatch.setattr(committer, "PENDING_BYTES_MAX", 1000)
        big = made(5, pieces=(5000, 5000))
        async with world.running() as store:
            segment = await store.open(big.start)
            store.append(segment, big.data[len(big.start) :][:1000])
            await asyncio.wait_for(store.room(), 1)
            store.append(segment, big.data[len(big.start) :][1000:1001])
            waiting = asyncio.ensure_future(store.room())
            assert not waiting.done()
            await asyncio.wait_for(waiting, 1)
            assert store.pending_bytes == 0

    async def test_of_many_feeders_that_wait_only_so_many_go_on(self, world, monkeypatch):
        monkeypatch.setattr(committer, "PENDING_BYTES_MAX", 1000)
        segments = [made(number, pieces=(3000,)) for number in range(10)]
        most = 0

        async def feed(store, found):
            nonlocal most
            segment = await store.open(found.start)
            for start in range(len(found.start), len(found.data), 400):
                await store.room()
                store.append(segment, found.data[start : start + 400])
                most = max(most, store.pending_bytes)
            await store.settled(segment)

        async with world.running() as store:
            async with asyncio.timeout(20):
                await asyncio.gather(*(feed(store, found) for found in segments))
        assert 1000 < most <= 1400 + max(len(found.start) for found in segments)

    async def test_a_cancelled_commit_is_finished_first(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.records[0])
            commit = asyncio.ensure_future(store.commit())
            await asyncio.sleep(0)
            commit.cancel()
            await asyncio.gather(commit, return_exceptions=True)
            assert segment.durable == A.ends[1]


class TestDeleting:
    async def test_leaves_neither_file_nor_row(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            located = world.ledger.rows[A.header.segment]
            with pytest.raises(ConflictError) as raised:
                await store.delete(located)
            assert raised.value.code == "store.in_use"
            store.release(segment)
            await store.delete(located)
            assert world.ledger.rows == {}
            assert world.disk.list_folder(ROOT / "2027/01/15") == []

    async def test_a_failed_one_is_finished_by_the_next(self, world):
        async with world.running() as store:
            store.release(await store.open(A.start))
            located = world.ledger.rows[A.header.segment]
            world.fail("remove", errno.EIO)
            with pytest.raises(UnavailableError):
                await store.delete(located)
            assert world.row(A).ended == DELETING
            with pytest.raises(ConflictError) as raised:
                await store.open(A.start)
            assert raised.value.code == "store.deleting"
            world.disk.fault = None
            await store.delete(located)
            assert world.ledger.rows == {}


class TestReading:
    async def test_a_growing_segment_can_be_read(self, world):
        async with world.running() as store:
            segment = await store.open(A.start)
            store.append(segment, A.data[len(A.start) :])
            await store.settled(segment)
            file = store.view(segment.location)
            scanner = Scanner()
            scanner.feed(file.read_at(segment.durable, 0))
            assert scanner.sealed
            with pytest.raises(CorruptError) as raised:
                store.view("2027/01/15/none.vid")
            assert raised.value.code == "store.missing"


class TestAnyDamage:
    @settings(max_examples=60, deadline=None)
    @given(place=st.integers(len(A.start), len(A.data) - 1), bit=st.integers(0, 7), portion=st.integers(1, 900))
    def test_what_is_durable_is_always_what_was_sealed(self, place, bit, portion):
        """One bit is turned on its way; the bytes come in any portions."""
        data = bytearray(A.data)
        data[place] ^= 1 << bit
        world = World()

        async def ship():
            async with world.running() as store:
                segment = await store.open(A.start)
                try:
                    for start in range(len(A.start), len(data), portion):
                        store.append(segment, bytes(data[start : start + portion]))
                except CorruptError:
                    pass
                await store.settled(segment)
                store.release(segment)
                return segment.durable

        durable = asyncio.run(ship())
        assert durable == max(end for end in A.ends if end <= place)
        assert world.file(A).read_at(durable, 0) == A.data[:durable]
