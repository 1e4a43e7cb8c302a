"""A segment that was set aside is offered again, or given up, whatever happens on the way."""

import asyncio
import errno
from pathlib import Path

import pytest

from playhead.base.errors import ConflictError, CorruptError, InvalidInputError, NotFoundError, UnavailableError
from playhead.base.ids import SegmentId
from playhead.testing.clock import SimClock
from playhead.testing.disk import PowerCutError, SimulatedDisk
from playhead.testing.vid import make_vid
from playhead.wire.screen import Command
from playhead.wire.screen.messages import CommandName
from playhead.workstation.aside import SetAside
from playhead.workstation.journal import Journal
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

FOLDER = Path("/data/spool")
ASIDE = FOLDER / "set-aside"
VIDS = [make_vid(f"aside {number}", segment=SegmentId.parse(f"{number:032x}"), seconds=1.0) for number in range(4)]


def new_spool(disk: SimulatedDisk) -> Spool:
    spool = Spool(disk, FOLDER, bytes_max=1 << 30)
    spool.recover()
    return spool


def settle(spool: Spool) -> None:
    job = spool.job()
    if job is not None:
        job.run()
        spool.settle(job)


def write(spool: Spool, number: int, *, finish: bool = True, droppable: bool = False) -> SpooledSegment:
    vid = VIDS[number]
    segment = spool.create(vid.header, vid.header_bytes, droppable=droppable)
    for sequence in range(len(vid.records)):
        spool.append(segment, vid.record_bytes(sequence))
    if finish:
        spool.finish(segment, "sealed")
    settle(spool)
    return segment


class Place:
    """A spool with one segment set aside."""

    def __init__(self, disk: SimulatedDisk | None = None, *, number: int = 1, droppable: bool = False) -> None:
        self.disk = disk or SimulatedDisk()
        self.spool = new_spool(self.disk)
        self.segment = write(self.spool, number, droppable=droppable)
        self.spool.set_aside(self.segment, "vid.signer: no.")
        self.start()

    def start(self) -> None:
        self.spool = new_spool(self.disk)
        self.journal = Journal(self.disk, Path("/data/journal"), SimClock())
        self.journal.open()
        self.aside = SetAside(self.disk, self.spool, self.journal)

    def do(self, name: CommandName, segment: SegmentId | None = None) -> None:
        asyncio.run(self.aside.carry_out(Command(1, name, segment=(segment or self.segment.id).bytes)))

    @property
    def held(self) -> list[SegmentId]:
        return [each.id for each in self.spool.segments]


def test_it_is_among_the_others_again_with_every_byte_and_how_it_ended() -> None:
    place = Place(droppable=True)
    write(place.spool, 0)
    write(place.spool, 2)
    write(place.spool, 3, finish=False)
    before = place.spool.used_bytes
    place.do("aside_retry")
    assert place.held == [vid.header.segment for vid in VIDS], "in the order of their time"
    back = place.spool.segments[1]
    assert (back.reason, back.droppable, back.size) == ("sealed", True, len(VIDS[1].data))
    assert place.spool.read(back, 0, back.size) == VIDS[1].data
    assert place.spool.aside.segments == 0
    assert place.disk.list_folder(ASIDE) == []
    assert place.spool.used_bytes == before - len("vid.signer: no.\n")
    place.do("aside_retry")
    assert place.held == [vid.header.segment for vid in VIDS], "again, and nothing else happens"
    assert new_spool(place.disk).find(back.id) is not None


def test_what_is_given_up_is_nowhere_and_the_journal_says_so() -> None:
    place = Place()
    place.do("aside_drop")
    assert place.disk.list_folder(ASIDE) == []
    assert place.held == []
    assert place.spool.used_bytes == 0
    header = VIDS[1].header
    asyncio.run(place.journal.save())
    (noted,) = [each for each in place.journal.after(0, limit=9) if each.until_us]
    assert (noted.state, noted.at_us) == ("unknown", header.started_at_us)
    assert noted.until_us > noted.at_us
    assert "given up" in noted.detail
    place.do("aside_drop")
    asyncio.run(place.journal.save())
    assert len([each for each in place.journal.after(0, limit=9) if each.until_us]) == 1


def test_what_is_still_to_be_sent_can_be_given_up_and_what_is_recorded_cannot() -> None:
    place = Place()
    waiting, growing = write(place.spool, 2), write(place.spool, 3, finish=False)
    place.do("aside_drop", waiting.id)
    assert place.held == [growing.id]
    assert place.disk.list_folder(FOLDER / "finished") == []
    with pytest.raises(ConflictError) as caught:
        place.do("aside_drop", growing.id)
    assert caught.value.code == "aside.growing"
    assert place.held == [growing.id]


def test_what_nobody_has_cannot_be_offered_again() -> None:
    place = Place()
    with pytest.raises(NotFoundError) as caught:
        place.do("aside_retry", SegmentId.parse("f" * 32))
    assert caught.value.code == "aside.unknown"
    assert caught.value.hint
    place.do("aside_drop", SegmentId.parse("f" * 32))
    with pytest.raises(InvalidInputError, match="names no segment"):
        asyncio.run(place.aside.carry_out(Command(1, "aside_drop")))
    asyncio.run(place.aside.carry_out(Command(1, "status")))


def test_a_damaged_header_stays_aside_and_can_be_given_up() -> None:
    place = Place()
    path = ASIDE / f"{place.segment.id}.sealed.vid"
    place.disk.open(path).write_at(b"nonsense", 0)
    with pytest.raises(CorruptError) as caught:
        place.do("aside_retry")
    assert caught.value.code == "aside.damaged"
    assert place.disk.exists(path)
    place.do("aside_drop")
    assert place.disk.list_folder(ASIDE) == []


def test_a_file_of_another_segment_is_not_taken_for_this_one() -> None:
    place = Place()
    name = f"{place.segment.id}.sealed.vid"
    other = write(place.spool, 2)
    place.disk.rename(other.path, ASIDE / name)
    with pytest.raises(CorruptError, match="not this segment"):
        place.do("aside_retry")
    assert place.held == [other.id]


def test_while_it_is_being_moved_it_is_left_alone() -> None:
    place = Place()
    segment = write(place.spool, 2, finish=False)
    place.spool.finish(segment, "sealed")
    place.spool.set_aside(segment, "no")
    with pytest.raises(ConflictError) as caught:
        place.do("aside_retry", segment.id)
    assert caught.value.code == "aside.moving"
    settle(place.spool)
    place.do("aside_retry", segment.id)
    assert place.held == [segment.id]


def test_a_tail_that_was_cut_off_stays_for_who_looks_and_goes_with_the_rest() -> None:
    place = Place()
    tail = ASIDE / f"{place.segment.id}.tail"
    place.disk.open(tail, create=True)
    place.do("aside_retry")
    assert place.disk.list_folder(ASIDE) == [tail.name]
    place.do("aside_drop")
    assert place.disk.list_folder(ASIDE) == []


def test_a_disk_that_fails_changes_nothing() -> None:
    place = Place()
    place.disk.fault = lambda step: errno.EIO if step.name == "rename" else None
    with pytest.raises(UnavailableError) as caught:
        place.do("aside_retry")
    assert caught.value.code == "spool.failed"
    assert place.held == []
    place.disk.fault = None
    place.do("aside_retry")
    assert place.held == [place.segment.id]


@pytest.mark.parametrize("name", ["aside_retry", "aside_drop"])
@pytest.mark.parametrize("seed", range(4))
def test_the_power_goes_at_every_step_and_the_repeated_order_comes_to_the_same_end(
    name: CommandName, seed: int
) -> None:
    for cut_at in range(1, 40):
        place = Place(SimulatedDisk(seed=seed))
        place.disk.sync_folder(FOLDER)
        place.disk.cut_at = len(place.disk.steps) + cut_at
        try:
            place.do(name)
        except PowerCutError:
            was_cut = True
        else:
            was_cut = False
        place.disk.cut_at = 0
        place.disk.restart()
        place.start()
        aside = [each for each in place.disk.list_folder(ASIDE) if each.endswith(".vid")]
        if name == "aside_retry":
            assert aside or place.held == [place.segment.id], "it is somewhere"
        place.do(name)
        assert place.disk.list_folder(ASIDE) == []
        assert place.held == ([place.segment.id] if name == "aside_retry" else [])
        if place.held:
            assert place.spool.read(place.spool.segments[0], 0, 1 << 20) == VIDS[1].data
        if not was_cut:
            return
    raise AssertionError("it takes fewer steps")
