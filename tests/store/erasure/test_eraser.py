import errno
import shutil
from uuid import UUID

import pytest
from databases import SQLITE_ONLY
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from store.erasure.world import DESK, JOURNAL, ROOT, SITE_KEY, STARTED_US, order, recording_id, sealed_segment

from playhead.base.errors import ConflictError, CorruptError, NotFoundError, UnavailableError
from playhead.base.ids import SegmentId, UserId
from playhead.domain.recordings import RecordingState
from playhead.store.catalogue import tags
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.coverage import existing_between
from playhead.store.catalogue.erasures import BEGUN, REMOVED, SHREDDED, list_erasures
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.quarantine import list_quarantined
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.schema import segments as segment_rows
from playhead.store.catalogue.schema import tags as tag_rows
from playhead.store.catalogue.segments import known_segments
from playhead.store.erasure import read_certificate
from playhead.store.erasure.journal import Journal
from playhead.wire.vid import open_data_key, read_header


async def audited(world):
    async with world.catalogue.reading() as connection:
        return [(one.action, one.actor) for one in reversed(await list_audit(connection))]


async def told(world):
    """What waits to be told to other programs, but for entries of the audit log."""
    async with world.catalogue.reading() as connection:
        waiting = [one.event for one in await next_events(connection, 100)]
    return {(one.type, one.subject) for one in waiting if one.subject != "audit"}


class TestErasing:
    async def test_destroys_keys_first_and_removes_files_later(self, world):
        recording = await world.add(1, segments=2)
        eraser = world.eraser()

        begun = await eraser.begin(order(recording))
        assert begun.phase == BEGUN
        assert await told(world) == {("playhead.recording.erased.v1", str(recording))}
        assert len(world.envelopes_on_disk()) == 2  # decided, and not yet carried out

        assert await eraser.shred() == 1
        found, erasure = await world.find(recording)
        assert found is None
        assert erasure.phase == SHREDDED
        assert world.envelopes_on_disk() == set()
        assert len(world.disk.list_folder(ROOT / "2027/01/15")) == 2

        assert await eraser.remove(before_us=world.clock.wall_us()) == 1
        _, erasure = await world.find(recording)
        assert erasure.phase == REMOVED
        assert world.disk.list_folder(ROOT / "2027/01/15") == []
        assert await audited(world) == [
            ("erasure.began", "sue"),
            ("erasure.shredded", "system"),
            ("erasure.done", "system"),
        ]

    async def test_what_is_left_cannot_be_opened_with_the_site_s_key(self, world):
        recording = await world.add(1)
        (segment,) = world.made
        path = ROOT / f"2027/01/15/{segment}.vid"
        header, _ = read_header(world.disk.open(path).read_at)
        assert open_data_key(header, SITE_KEY)
        before = world.content(path)

        eraser = world.eraser()
        await eraser.begin(order(recording))
        await eraser.shred()

        after = world.content(path)
        assert len(after) == len(before)
        assert after[:16] == before[:16]
        with pytest.raises(CorruptError):
            read_header(world.disk.open(path).read_at)

    async def test_files_stay_as_long_as_was_set(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        await eraser.begin(order(recording))
        await eraser.shred()
        assert await eraser.remove(before_us=world.clock.wall_us() - 1) == 0
        assert world.disk.list_folder(ROOT / "2027/01/15") != []

    async def test_everything_that_hangs_on_it_goes(self, world):
        recording = await world.add(1)
        async with world.catalogue.writing() as connection:
            await tags.add_tag(connection, recording, "x", by_user=UserId("sue"), now_us=1)
        eraser = world.eraser()
        await eraser.begin(order(recording))
        async with world.catalogue.reading() as connection:
            for table in (tag_rows, segment_rows):
                assert (await connection.execute(select(table))).all() == []
            with pytest.raises(NotFoundError) as caught:
                await get_recording(connection, recording)
        assert caught.value.code == "recording.erased"
        assert [one.recording for one in world.gone] == [recording]

    async def test_a_copy_that_was_set_aside_is_destroyed_too(self, world):
        recording = await world.add(1)
        (segment,) = world.made
        for name in (f"{segment}.vid", f"{segment}.2.vid"):
            world.put(ROOT / "quarantine" / name, world.made[segment].data)
        other = await world.add(2)
        (kept,) = set(world.made) - {segment}
        world.put(ROOT / "quarantine" / f"{kept}.vid", world.made[kept].data)

        eraser = world.eraser()
        await eraser.begin(order(recording))
        await eraser.shred()
        assert world.envelopes_on_disk() == {kept}
        for one in world.made:
            await world.quarantine(one)
        await eraser.remove(before_us=world.clock.wall_us())
        assert world.disk.list_folder(ROOT / "quarantine") == [f"{kept}.vid"]
        async with world.catalogue.reading() as connection:
            listed = await list_quarantined(connection, before=None, limit=10)
        assert [one.subject for one in listed] == [str(kept)]
        assert (await world.find(other))[0] is not None

    async def test_what_was_there_once_is_not_missing(self, world):
        recording = await world.add(1, segments=2)
        among = [DESK]
        async with world.catalogue.reading() as connection:
            before = await existing_between(connection, among, STARTED_US - 1, STARTED_US + 1)
        assert len(before[DESK].segments) == 2
        await world.eraser().begin(order(recording))
        async with world.catalogue.reading() as connection:
            assert await existing_between(connection, among, STARTED_US - 1, STARTED_US + 1) == before
            assert await existing_between(connection, among, STARTED_US + 2_000_000, STARTED_US + 3_000_000) == {}

    async def test_its_files_are_nobody_s_surprise(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        await eraser.begin(order(recording))
        async with world.catalogue.reading() as connection:
            assert await known_segments(connection, list(world.made)) == set(world.made)


class TestSweeping:
    async def test_what_was_set_aside_too_late_goes_and_nothing_else(self, world):
        recording, other = await world.add(1), await world.add(2)
        late, kept = sealed_segment(recording, 19), sealed_segment(other, 29)
        for made in (late, kept):
            world.made[made.header.segment] = made
            world.put(ROOT / "quarantine" / f"{made.header.segment}.vid", made.data)
        world.put(ROOT / "quarantine" / "notes.txt", b"x")
        world.put(ROOT / "quarantine" / f"{unknown_segment()}.vid", b"no header")
        eraser = world.eraser()
        assert await eraser.sweep() == 0
        await eraser.begin(order(recording))
        await eraser.shred()
        assert late.header.segment in world.envelopes_on_disk()
        assert await eraser.sweep() == 1
        assert late.header.segment not in world.envelopes_on_disk()
        assert kept.header.segment in world.envelopes_on_disk()
        assert len(world.disk.list_folder(ROOT / "quarantine")) == 3
        assert await eraser.sweep() == 0


class TestRefusing:
    async def test_what_is_held(self, world):
        recording = await world.add(1)
        await world.hold(recording)
        with pytest.raises(ConflictError, match="held by sue: case 4711") as caught:
            await world.eraser().begin(order(recording))
        assert caught.value.code == "recording.held"
        assert (await world.find(recording))[0] is not None

    async def test_what_is_held_while_it_is_being_looked_at(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        plain = eraser._looked_at

        async def looked_at(identifier):
            seen = await plain(identifier)
            await world.hold(recording)
            return seen

        eraser._looked_at = looked_at
        with pytest.raises(ConflictError) as caught:
            await eraser.begin(order(recording))
        assert caught.value.code == "recording.held"
        assert await eraser.shred() == 0
        assert world.envelopes_on_disk() == set(world.made)

    async def test_what_is_being_recorded(self, world):
        recording = await world.add(1, state=RecordingState.RECORDING)
        with pytest.raises(ConflictError) as caught:
            await world.eraser().begin(order(recording))
        assert caught.value.code == "recording.recording"

    async def test_what_is_not_there_or_was_erased(self, world):
        eraser = world.eraser()
        with pytest.raises(NotFoundError) as caught:
            await eraser.begin(order(recording_id(9)))
        assert caught.value.code == "recording.not_found"
        recording = await world.add(1)
        await eraser.begin(order(recording))
        with pytest.raises(NotFoundError) as caught:
            await eraser.begin(order(recording))
        assert caught.value.code == "recording.erased"

    async def test_a_hold_on_what_was_erased_is_impossible(self, world):
        recording = await world.add(1)
        await world.eraser().begin(order(recording))
        with pytest.raises(IntegrityError):
            await world.hold(recording)

    async def test_what_keeps_changing(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        plain = eraser._looked_at
        times = []

        async def looked_at(identifier):
            seen = await plain(identifier)
            times.append(identifier)
            async with world.catalogue.writing() as connection:
                await connection.execute(segment_rows.update().values(durable_bytes=segment_rows.c.durable_bytes + 1))
            return seen

        eraser._looked_at = looked_at
        with pytest.raises(ConflictError) as caught:
            await eraser.begin(order(recording))
        assert caught.value.code == "recording.changing"
        assert len(times) == 3


class TestFailing:
    async def test_one_file_that_cannot_be_written_holds_up_no_other(self, world):
        first, second = await world.add(1), await world.add(2)
        bad = next(iter(world.made))
        eraser = world.eraser()
        await eraser.begin(order(first))
        await eraser.begin(order(second))
        world.disk.fault = lambda step: errno.EIO if step.name == "write" and str(bad) in step.path.name else None
        assert await eraser.shred() == 1
        assert (await world.find(first))[1].phase == BEGUN
        assert (await world.find(second))[1].phase == SHREDDED
        assert await eraser.shred() == 0

        world.disk.fault = None
        assert await eraser.shred() == 1
        assert world.envelopes_on_disk() == set()

    async def test_a_file_that_is_gone_is_noted_as_gone(self, world):
        recording = await world.add(1)
        (segment,) = world.made
        world.disk.remove(ROOT / f"2027/01/15/{segment}.vid")
        eraser = world.eraser()
        begun = await eraser.begin(order(recording))
        assert [(part.size_bytes, part.keys) for part in begun.segments] == [(0, ())]
        assert await eraser.shred() == 1
        assert await eraser.remove(before_us=world.clock.wall_us()) == 1

    async def test_a_damaged_header_loses_its_keys_too(self, world):
        recording = await world.add(1)
        (segment,) = world.made
        file = world.disk.open(ROOT / f"2027/01/15/{segment}.vid")
        file.write_at(b"\0\0\0\1", 12)  # it says that it is one byte long
        eraser = world.eraser()
        await eraser.begin(order(recording))
        await eraser.shred()
        assert world.envelopes_on_disk() == set()

    async def test_a_journal_that_cannot_be_written_delays_it(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        await eraser.begin(order(recording))
        world.disk.fault = lambda step: errno.EIO if step.path.suffix == ".jsonl" else None
        with pytest.raises(UnavailableError):
            await eraser.shred()
        assert (await world.find(recording))[1].phase == BEGUN
        world.disk.fault = None
        assert await eraser.shred() == 1


class TestCertifying:
    async def test_says_what_was_destroyed(self, world):
        recording = await world.add(1, segments=2)
        eraser = world.eraser()
        begun = await eraser.begin(order(recording, rule="sales"))
        world.clock.advance(5_000_000)
        await eraser.shred()
        _, erasure = await world.find(recording)
        certificate = read_certificate(erasure.certificate).certificate
        told = certificate.erasure
        assert (told.recording, told.by, told.reason, told.rule) == (recording, "sue", begun.reason, "sales")
        assert told.size_bytes == sum(len(made.data) for made in world.made.values())
        assert told.shredded_at_us == begun.decided_at_us + 5_000_000
        assert {part.chain for part in told.segments} == {made.data[-32:] for made in world.made.values()}
        assert all(len(part.keys) == 1 for part in told.segments)
        assert certificate.audit_head.startswith("1:")
        assert [one.document for one in Journal(JOURNAL, world.disk).read()] == [erasure.certificate]

    async def test_is_kept_when_the_files_are_gone(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        await eraser.begin(order(recording))
        await eraser.shred()
        await eraser.remove(before_us=world.clock.wall_us())
        async with world.catalogue.reading() as connection:
            (listed,) = await list_erasures(connection, before=None, limit=10)
        assert read_certificate(listed.certificate).certificate.erasure.recording == recording


@SQLITE_ONLY
class TestReplaying:
    async def test_a_restored_catalogue_brings_nothing_back(self, world, tmp_path):
        erased, kept = await world.add(1), await world.add(2)
        files = {path: world.content(path) for path in _files(world)}
        await world.catalogue.close()
        shutil.copy(tmp_path / "catalogue.db", tmp_path / "backup.db")
        world.catalogue = await type(world.catalogue).open(tmp_path / "catalogue.db")
        eraser = world.eraser()
        await eraser.begin(order(erased))
        await eraser.shred()
        await eraser.remove(before_us=world.clock.wall_us())
        _, before = await world.find(erased)

        await world.catalogue.close()
        for name in ("catalogue.db-wal", "catalogue.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup.db", tmp_path / "catalogue.db")
        world.catalogue = await type(world.catalogue).open(tmp_path / "catalogue.db")
        for path, content in files.items():
            if not world.disk.exists(path):
                world.put(path, content)
        await world.hold(erased, "an old case, released since")

        eraser = world.eraser()
        assert await eraser.replay() == 1
        assert await told(world) == {("playhead.recording.erased.v1", str(erased))}
        assert await eraser.shred() == 1
        assert await eraser.remove(before_us=world.clock.wall_us()) == 1
        found, erasure = await world.find(erased)
        assert found is None
        assert erasure.certificate == before.certificate
        assert erasure.shredded_at_us == before.shredded_at_us
        assert (await world.find(kept))[0] is not None
        assert len(world.envelopes_on_disk()) == 1
        assert await eraser.replay() == 0
        assert len(list(Journal(JOURNAL, world.disk).read())) == 1

    async def test_reads_no_more_than_the_newest_where_nothing_is_missing(self, world):
        recording = await world.add(1)
        eraser = world.eraser()
        assert await eraser.replay() == 0
        await eraser.begin(order(recording))
        await eraser.shred()
        eraser._journal.read = None  # would fail
        assert await eraser.replay() == 0


def unknown_segment():
    return SegmentId(UUID(int=99))


def _files(world):
    return [ROOT / "2027/01/15" / name for name in world.disk.list_folder(ROOT / "2027/01/15")]
