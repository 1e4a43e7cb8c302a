"""The power goes at every step: what was made durable is there, and what is there is sound."""

from pathlib import Path

import pytest

from playhead.base.ids import SegmentId
from playhead.testing.disk import PowerCutError, SimulatedDisk
from playhead.testing.vid import VidFixture, make_vid
from playhead.wire.vid import Scanner
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment
from playhead.workstation.state_file import StateFile, WorkstationState

FOLDER = Path("/data/spool")
SEEDS = range(12)

FIRST = make_vid("crash 1", segment=SegmentId.parse("1" * 32), seconds=1.0, sealed=False)
SECOND = make_vid("crash 2", segment=SegmentId.parse("2" * 32), seconds=1.0)


class Told:
    """What a server, or a reader of the log, was led to believe."""

    def __init__(self) -> None:
        self.durable: dict[SegmentId, int] = {}
        self.removed: set[SegmentId] = set()


def new_spool(disk: SimulatedDisk) -> Spool:
    spool = Spool(disk, FOLDER, bytes_max=1 << 30)
    spool.recover()
    return spool


def life(disk: SimulatedDisk, told: Told) -> None:
    """One workstation's life: two segments, the first shipped and removed while the second is written."""
    spool = new_spool(disk)

    def make_durable() -> None:
        job = spool.job()
        if job is not None:
            sizes = {segment.id: segment.size for segment, *_ in [*job.growing, *job.finished]}
            job.run()
            assert spool.settle(job) == []
            told.durable.update(sizes)

    def record(segment: SpooledSegment, vid: VidFixture, sequences: range) -> None:
        for sequence in sequences:
            spool.append(segment, vid.record_bytes(sequence))

    first = spool.create(FIRST.header, FIRST.header_bytes)
    record(first, FIRST, range(2))
    make_durable()
    record(first, FIRST, range(2, len(FIRST.records)))
    spool.finish(first, "disk_full")
    second = spool.create(SECOND.header, SECOND.header_bytes)
    record(second, SECOND, range(2))
    make_durable()
    spool.acknowledge(first, first.size)
    told.removed.add(first.id)
    spool.remove(first)
    record(second, SECOND, range(2, len(SECOND.records)))
    spool.finish(second, "sealed")
    make_durable()


def check(disk: SimulatedDisk, told: Told) -> None:
    spool = new_spool(disk)
    found = {segment.id: segment for segment in spool.segments}
    for vid in (FIRST, SECOND):
        segment = found.get(vid.header.segment)
        if vid.header.segment in told.removed and segment is None:
            continue
        size = 0 if segment is None else segment.size
        assert size >= told.durable.get(vid.header.segment, 0)
        if segment is not None:
            data = spool.read(segment, 0, size)
            assert data == vid.data[:size]
            scanner = Scanner()
            scanner.feed(data)
            assert scanner.offset == size
            assert segment.reason is not None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_power_cut_at_every_step_loses_nothing_that_was_durable(seed: int) -> None:
    dry = SimulatedDisk(seed=seed)
    life(dry, Told())
    assert len(dry.steps) > 30
    for cut_at in range(1, len(dry.steps) + 1):
        disk, told = SimulatedDisk(seed=seed, cut_at=cut_at), Told()
        with pytest.raises(PowerCutError):
            life(disk, told)
        disk.restart()
        # And again while it recovers, as often as it takes.
        for again in range(1, 40):
            disk.cut_at = len(disk.steps) + again
            try:
                new_spool(disk)
            except PowerCutError:
                disk.restart()
                continue
            break
        else:
            pytest.fail("recovery never ends")
        disk.cut_at = 0
        check(disk, told)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_state_is_there_as_it_was_before_or_after(seed: int) -> None:
    states = [WorkstationState(recording=f"{number}" * 32, command=number) for number in range(4)]

    def live(disk: SimulatedDisk, saved: list[WorkstationState]) -> None:
        disk.make_folder(FOLDER)
        disk.sync_folder(FOLDER.parent)
        disk.sync_folder(FOLDER.parent.parent)
        file = StateFile(disk, FOLDER / "state.json")
        for state in states:
            file.save(state)
            saved.append(state)

    dry = SimulatedDisk(seed=seed)
    live(dry, [])
    for cut_at in range(4, len(dry.steps) + 1):
        disk, saved = SimulatedDisk(seed=seed, cut_at=cut_at), []
        with pytest.raises(PowerCutError):
            live(disk, saved)
        disk.restart()
        found = StateFile(disk, FOLDER / "state.json").load()
        may_be = [*saved[-1:], *states[len(saved) : len(saved) + 1]] if saved else [WorkstationState(), states[0]]
        assert found in may_be
