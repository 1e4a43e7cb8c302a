import errno
from pathlib import Path

import pytest

from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.disk import SystemDisk
from playhead.testing.disk import SimulatedDisk, Step
from playhead.testing.vid import VidFixture, make_vid
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

FOLDER = Path("/data/spool")
MEGABYTES = 1 << 20


def vid_of(number: int, *, sealed: bool = True) -> VidFixture:
    return make_vid(f"spool {number}", segment=SegmentId.parse(f"{number:032x}"), seconds=2.0, sealed=sealed)


def spool_on(disk: SimulatedDisk, *, bytes_max: int = 64 * MEGABYTES, free_bytes_min: int = 0) -> Spool:
    spool = Spool(disk, FOLDER, bytes_max=bytes_max, free_bytes_min=free_bytes_min)
    spool.recover()
    return spool


def make_durable(spool: Spool) -> list[SpooledSegment]:
    job = spool.job()
    if job is None:
        return []
    job.run()
    return spool.settle(job)


def write(spool: Spool, vid: VidFixture) -> SpooledSegment:
    segment = spool.create(vid.header, vid.header_bytes)
    for sequence in range(len(vid.records)):
        spool.append(segment, vid.record_bytes(sequence))
    return segment


def whole(spool: Spool, segment: SpooledSegment) -> bytes:
    data = b""
    while len(data) < segment.size:
        data += spool.read(segment, len(data), 100_000)
    return data


def test_what_is_appended_can_be_read_at_once() -> None:
    spool = spool_on(SimulatedDisk())
    vid = vid_of(1)
    segment = write(spool, vid)
    assert segment.size == len(vid.data)
    assert whole(spool, segment) == vid.data
    assert spool.used_bytes == spool.waiting_bytes == len(vid.data)


def test_a_finished_segment_is_found_again_after_a_restart() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    vid = vid_of(1)
    spool.finish(write(spool, vid), "sealed")
    assert make_durable(spool) == []
    disk.restart()
    spool = Spool(disk, FOLDER, bytes_max=MEGABYTES)
    assert spool.recover() == []
    (segment,) = spool.segments
    assert (segment.id, segment.recording, segment.reason) == (vid.header.segment, vid.header.recording, "sealed")
    assert segment.header_bytes == len(vid.header_bytes)
    assert whole(spool, segment) == vid.data


def test_a_segment_that_a_crash_broke_off_is_cut_to_its_last_whole_record() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    vid = vid_of(1, sealed=False)
    segment = write(spool, vid)
    segment.file.write_at(b"half a record", segment.size)
    spool = Spool(disk, FOLDER, bytes_max=MEGABYTES)
    (mended,) = spool.recover()
    assert (mended.reason, mended.size, mended.covered_us) == ("killed", len(vid.data), vid.covered_us)
    assert whole(spool, mended) == vid.data
    assert disk.list_folder(FOLDER / "writing") == []
    assert disk.list_folder(FOLDER / "set-aside") == []


def test_a_segment_that_was_sealed_just_before_the_crash_stays_sealed() -> None:
    disk = SimulatedDisk()
    write(spool_on(disk), vid_of(1))
    (mended,) = Spool(disk, FOLDER, bytes_max=MEGABYTES).recover()
    assert mended.reason == "sealed"


def test_damage_in_the_middle_keeps_what_is_before_it_and_puts_the_rest_aside() -> None:
    disk = SimulatedDisk()
    vid = vid_of(1, sealed=False)
    segment = write(spool_on(disk), vid)
    third = vid.records[3]
    segment.file.write_at(b"\xff\xff\xff\xff", third.offset + 50)
    spool = Spool(disk, FOLDER, bytes_max=MEGABYTES)
    (mended,) = spool.recover()
    assert whole(spool, mended) == vid.data[: third.offset]
    tail = disk.open(FOLDER / "set-aside" / f"{segment.id}.tail")
    assert tail.size() == len(vid.data) - third.offset


def test_a_file_without_a_whole_header_is_removed() -> None:
    disk = SimulatedDisk()
    spool_on(disk)
    file = disk.open(FOLDER / "writing" / f"{SegmentId.parse('1' * 32)}.vid", create=True)
    file.write_at(vid_of(1).data[:40], 0)
    assert Spool(disk, FOLDER, bytes_max=MEGABYTES).recover() == []
    assert disk.list_folder(FOLDER / "writing") == []


def test_a_finished_file_with_a_damaged_header_is_set_aside_and_the_others_are_not() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    for number in (1, 2):
        spool.finish(write(spool, vid_of(number)), "sealed")
    make_durable(spool)
    name = disk.list_folder(FOLDER / "finished")[0]
    disk.open(FOLDER / "finished" / name).write_at(b"garbage", 20)
    spool = Spool(disk, FOLDER, bytes_max=MEGABYTES)
    spool.recover()
    assert [segment.id for segment in spool.segments] == [vid_of(2).header.segment]
    assert len(disk.list_folder(FOLDER / "set-aside")) == 2


def test_removal_deletes_the_file_and_forgets_its_bytes() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1))
    spool.finish(segment, "sealed")
    make_durable(spool)
    spool.acknowledge(segment, segment.size)
    assert spool.waiting_bytes == 0
    spool.remove(segment)
    spool.remove(segment)
    assert disk.list_folder(FOLDER / "finished") == []
    assert (spool.segments, spool.used_bytes) == ((), 0)


def test_removal_before_the_segment_was_made_durable() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1))
    spool.finish(segment, "sealed")
    spool.remove(segment)
    assert spool.job() is None
    assert disk.list_folder(FOLDER / "writing") == []


def test_removal_while_a_thread_makes_it_durable_waits_for_the_thread() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1))
    spool.finish(segment, "sealed")
    job = spool.job()
    spool.remove(segment)
    job.run()
    assert spool.settle(job) == []
    assert disk.list_folder(FOLDER / "writing") == disk.list_folder(FOLDER / "finished") == []


def test_set_aside_keeps_the_file_and_says_why() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1))
    spool.finish(segment, "sealed")
    make_durable(spool)
    spool.set_aside(segment, "vid.signer: The segment names another signer.")
    assert disk.list_folder(FOLDER / "set-aside") == [f"{segment.id}.sealed.vid", f"{segment.id}.txt"]
    assert spool.segments == ()
    note = disk.open(FOLDER / "set-aside" / f"{segment.id}.txt").read_at(1000, 0)
    assert note == b"vid.signer: The segment names another signer.\n"


def test_what_was_set_aside_counts_until_somebody_removes_it() -> None:
    disk = SimulatedDisk()
    vid, note = vid_of(1), b"segment.signer\n"
    spool = spool_on(disk)
    segment = write(spool, vid)
    spool.finish(segment, "sealed")
    make_durable(spool)
    spool.set_aside(segment, "segment.signer")
    assert spool.used_bytes == len(vid.data) + len(note)
    assert spool.waiting_bytes == 0
    limit = len(vid.data) + len(note) + len(vid_of(2).header_bytes)
    spool = spool_on(disk, bytes_max=limit)
    assert spool.used_bytes == len(vid.data) + len(note)
    with pytest.raises(UnavailableError) as caught:
        write(spool, vid_of(2))
    assert caught.value.code == "spool.full"
    assert f"{len(vid.data) + len(note)} of them were set aside" in caught.value.message
    spool = spool_on(disk, bytes_max=limit - len(vid_of(2).header_bytes))
    assert not spool.has_room()
    disk.remove(FOLDER / "set-aside" / f"{segment.id}.sealed.vid")
    assert spool.has_room()
    assert spool.used_bytes == len(note) + sum(each.size for each in spool.segments)


def test_room_made_by_hand_is_noticed_before_a_recording_has_to_pause() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk, bytes_max=len(vid_of(1).data) + 100)
    segment = write(spool, vid_of(1))
    spool.finish(segment, "sealed")
    make_durable(spool)
    spool.set_aside(segment, "segment.signer")
    disk.remove(FOLDER / "set-aside" / f"{segment.id}.sealed.vid")
    write(spool, vid_of(2))


@pytest.mark.parametrize("is_running", [True, False])
def test_a_segment_is_set_aside_after_the_job_that_finishes_it(*, is_running: bool) -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1))
    segment.file.write_at(b"half a record", segment.size)
    spool.finish(segment, "sealed")
    job = spool.job() if is_running else None
    spool.set_aside(segment, "segment.signer")
    assert spool.segments == ()
    assert disk.list_folder(FOLDER / "set-aside") == []
    used_bytes = spool.used_bytes
    if job is None:
        assert make_durable(spool) == []
    else:
        job.run()
        assert job.failures == []
        assert spool.settle(job) == []
    assert spool.job() is None
    assert disk.list_folder(FOLDER / "set-aside") == [f"{segment.id}.sealed.vid", f"{segment.id}.txt"]
    assert disk.list_folder(FOLDER / "writing") == disk.list_folder(FOLDER / "finished") == []
    assert disk.open(FOLDER / "set-aside" / f"{segment.id}.sealed.vid").size() == segment.size
    assert segment.file is None
    assert spool.used_bytes == used_bytes


def test_a_segment_that_cannot_be_set_aside_after_its_job_is_offered_after_the_next_start() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1))
    spool.finish(segment, "sealed")
    spool.set_aside(segment, "segment.signer")
    disk.fault = lambda step: errno.EIO if "set-aside" in str(step.path) else None
    assert make_durable(spool) == []
    disk.fault = None
    assert [each.id for each in spool_on(disk).segments] == [segment.id]


def test_acknowledgement_never_goes_back_and_never_beyond() -> None:
    spool = spool_on(SimulatedDisk())
    segment = write(spool, vid_of(1))
    spool.acknowledge(segment, 500)
    spool.acknowledge(segment, 100)
    assert segment.acknowledged == 500
    spool.acknowledge(segment, segment.size + 100)
    assert segment.acknowledged == segment.size


def test_one_file_is_open_for_each_segment_that_is_read_or_written_and_no_more() -> None:
    spool = spool_on(SimulatedDisk())
    segment = write(spool, vid_of(1))
    spool.rest(segment)
    assert segment.file is not None
    spool.finish(segment, "sealed")
    spool.rest(segment)
    assert segment.file is not None
    make_durable(spool)
    assert segment.file is None
    assert spool.read(segment, 0, 8) == vid_of(1).data[:8]
    spool.rest(segment)
    assert segment.file is None
    spool.read(segment, 0, 8)
    spool.close()
    assert segment.file is None


def test_a_full_spool_refuses_at_the_limit_and_takes_on_when_there_is_room() -> None:
    vid = vid_of(1)
    spool = spool_on(SimulatedDisk(), bytes_max=len(vid.data) * 2)
    first = write(spool, vid)
    second = write(spool, vid_of(2))
    assert spool.used_bytes == len(vid.data) * 2
    with pytest.raises(UnavailableError) as caught:
        spool.append(second, b"x")
    assert caught.value.code == "spool.full"
    assert second.size == len(vid.data)
    with pytest.raises(UnavailableError):
        spool.create(vid_of(3).header, vid_of(3).header_bytes)
    assert not spool.has_room()
    spool.remove(first)
    assert spool.has_room()


def test_a_disk_with_little_left_is_left_alone() -> None:
    disk = SimulatedDisk(room_bytes=1000)
    spool = spool_on(disk, free_bytes_min=1000)
    segment = spool.create(vid_of(1).header, vid_of(1).header_bytes)
    make_durable(spool)
    spool.append(segment, b"x")
    disk.room_bytes = 999
    make_durable(spool)
    with pytest.raises(UnavailableError) as caught:
        spool.append(segment, b"x")
    assert caught.value.code == "spool.disk_full"
    assert not spool.has_room()
    disk.room_bytes = 1000
    assert spool.has_room()


def no_room(step: Step) -> int | None:
    return errno.ENOSPC if step.name == "write" else None


def test_a_record_that_did_not_fit_is_not_part_of_the_segment() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    vid = vid_of(1)
    segment = spool.create(vid.header, vid.header_bytes)
    spool.append(segment, vid.record_bytes(0))
    size = segment.size
    disk.fault = no_room
    with pytest.raises(UnavailableError) as caught:
        spool.append(segment, vid.record_bytes(1))
    assert caught.value.code == "spool.disk_full"
    spool.finish(segment, "disk_full")
    disk.fault = None
    assert make_durable(spool) == []
    assert disk.list_folder(FOLDER / "finished") == [f"{segment.id}.disk_full.vid"]
    assert disk.open(segment.path).size() == segment.size == size


def test_a_segment_that_could_not_begin_leaves_nothing() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    disk.fault = no_room
    with pytest.raises(UnavailableError):
        spool.create(vid_of(1).header, vid_of(1).header_bytes)
    disk.fault = None
    assert disk.list_folder(FOLDER / "writing") == []
    assert spool.segments == ()


def test_a_failed_sync_names_the_segment_that_should_end() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk)
    segment = write(spool, vid_of(1, sealed=False))
    disk.fault = lambda step: errno.EIO if step.name == "sync_files" else None
    assert make_durable(spool) == [segment]
    disk.fault = None
    spool.finish(segment, "lost")
    assert make_durable(spool) == []


def test_a_read_error_is_ours_to_name() -> None:
    spool = spool_on(SimulatedDisk())
    segment = write(spool, vid_of(1))
    segment.file.close()
    with pytest.raises(UnavailableError) as caught:
        spool.read(segment, 0, 10)
    assert caught.value.code == "spool.failed"


def test_an_unusable_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")
    with pytest.raises(UnavailableError) as caught:
        Spool(SystemDisk(), tmp_path / "spool", bytes_max=1).recover()
    assert caught.value.code == "spool.unusable"


def test_on_a_real_disk(tmp_path: Path) -> None:
    spool = Spool(SystemDisk(), tmp_path / "spool", bytes_max=MEGABYTES, free_bytes_min=1)
    spool.recover()
    vid = vid_of(1)
    segment = write(spool, vid)
    spool.finish(segment, "sealed")
    assert make_durable(spool) == []
    assert (tmp_path / "spool" / "finished" / f"{segment.id}.sealed.vid").read_bytes() == vid.data
    spool.close()
