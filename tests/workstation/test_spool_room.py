"""What the spool does at its limit, and three days without a premises."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from workstation.ghost_disk import GhostDisk, is_pattern, pattern

from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.disk import Disk
from playhead.testing.disk import PowerCutError, SimulatedDisk
from playhead.testing.vid import VidFixture, make_vid
from playhead.wire.screen import Accept, Ack, Backlog, End, Offer, Pace, Records
from playhead.workstation import spool_room
from playhead.workstation.claims import Claims
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.shipping import Shipping
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import Dropped, SpooledSegment
from playhead.workstation.spool_room import WhenFull

FOLDER = Path("/data/spool")
SERVER = b"s" * 16
VIDS = [make_vid(f"room {number}", segment=SegmentId.parse(f"{number:032x}"), seconds=2.0) for number in range(1, 9)]
SIZE = max(len(vid.data) for vid in VIDS)


def new_claims() -> Claims:
    disk = SimulatedDisk()
    disk.make_folder(FOLDER)
    return Claims(disk, FOLDER / "claims.json")


def spool_on(disk: Disk, *, bytes_max: int, when_full: WhenFull = "drop-oldest") -> Spool:
    spool = Spool(disk, FOLDER, bytes_max=bytes_max, when_full=when_full)
    spool.recover()
    return spool


def keep(spool: Spool) -> list[Dropped]:
    job = spool.job()
    if job is not None:
        job.run()
        assert spool.settle(job) == []
    return spool.take_dropped()


def write(spool: Spool, vid: VidFixture, *, droppable: bool = True) -> SpooledSegment:
    segment = spool.create(vid.header, vid.header_bytes, droppable=droppable)
    for sequence in range(len(vid.records)):
        spool.append(segment, vid.record_bytes(sequence))
    spool.finish(segment, "sealed")
    return segment


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Segments of a few kilobytes are large for spools of some more: half of the spool is kept free for them."""
    if "day" not in request.node.name:
        monkeypatch.setattr(spool_room, "AHEAD_SHARE", 2)


def limit_for(count: int) -> int:
    """A limit at which so many segments fit, and another one makes the oldest go (but for its header)."""
    return (sum(len(vid.data) for vid in VIDS[:count]) + len(VIDS[0].header_bytes)) * 2


def test_at_the_limit_the_oldest_makes_room_and_it_is_told_what_went() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk, bytes_max=limit_for(2))
    first, second = write(spool, VIDS[0]), write(spool, VIDS[1])
    assert keep(spool) == [], "at the limit nothing goes"
    spool.acknowledge(first, 100)
    third = write(spool, VIDS[2])
    vid = VIDS[0]
    (dropped,) = keep(spool)
    assert dropped == Dropped(
        first.id,
        first.recording,
        vid.header.started_at_us,
        vid.header.started_at_us + vid.covered_us,
        len(vid.data) - len(vid.header_bytes),
        acknowledged=100,
    )
    assert (first.reason, first.size) == ("lost", len(vid.header_bytes))
    assert disk.list_folder(FOLDER / "finished")[0] == f"{first.id}.lost.vid"
    assert disk.open(first.path).size() == first.size
    assert spool.used_bytes == first.size + second.size + third.size
    assert keep(spool) == []
    spool.remove(first)
    assert spool.used_bytes == second.size + third.size


def test_what_is_protected_stays_and_recording_stops_where_nothing_else_is_left() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk, bytes_max=limit_for(3))
    ordered = write(spool, VIDS[0], droppable=False)
    keep(spool)
    continuous = write(spool, VIDS[1])
    keep(spool)
    write(spool, VIDS[2], droppable=False)
    keep(spool)
    last = write(spool, VIDS[3], droppable=False)
    keep(spool)
    assert continuous.reason == "lost"
    write(spool, VIDS[4], droppable=False)
    write(spool, VIDS[5], droppable=False)
    write(spool, VIDS[6], droppable=False)
    with pytest.raises(UnavailableError) as caught:
        write(spool, VIDS[7], droppable=False)
    assert caught.value.code == "spool.full"
    assert keep(spool) == []
    assert whole(spool, ordered) == VIDS[0].data
    assert whole(spool, last) == VIDS[3].data


def whole(spool: Spool, segment: SpooledSegment) -> bytes:
    return spool.read(segment, 0, segment.size)


def test_by_default_nothing_is_dropped() -> None:
    spool = spool_on(SimulatedDisk(), bytes_max=2 * SIZE, when_full="stop")
    write(spool, VIDS[0])
    keep(spool)
    write(spool, VIDS[1])
    keep(spool)
    with pytest.raises(UnavailableError):
        write(spool, VIDS[2])
    keep(spool)
    assert keep(spool) == []


def test_what_may_be_dropped_is_known_after_a_restart_and_after_a_crash() -> None:
    disk = SimulatedDisk()
    spool = spool_on(disk, bytes_max=1 << 30)
    write(spool, VIDS[0])
    write(spool, VIDS[1], droppable=False)
    keep(spool)
    spool.append(spool.create(VIDS[2].header, VIDS[2].header_bytes, droppable=True), VIDS[2].record_bytes(0))
    spool = spool_on(disk, bytes_max=1 << 30)
    assert [segment.droppable for segment in spool.segments] == [True, False, True]
    assert [segment.reason for segment in spool.segments] == ["sealed", "sealed", "killed"]


def test_a_segment_is_dropped_while_it_is_being_sent_and_the_premises_hears_that_the_rest_is_lost() -> None:
    spool = spool_on(SimulatedDisk(), bytes_max=limit_for(2))
    first = write(spool, VIDS[0])
    keep(spool)
    claims = new_claims()
    shipping = Shipping(spool, claims, SERVER)
    assert isinstance(shipping.next(0), Backlog)
    shipping.take(Pace(1), 0)
    offer = shipping.next(0)
    assert isinstance(offer, Offer)
    shipping.take(Accept(offer.channel, first.header_bytes), 0)
    claims.save()
    records = shipping.next(0)
    assert isinstance(records, Records)
    write(spool, VIDS[1])
    keep(spool)
    write(spool, VIDS[2])
    job = spool.job()
    said = [shipping.next(0) for _ in range(3)]
    assert said[-1] == End(offer.channel, len(VIDS[0].header_bytes), "lost")
    job.run()
    spool.settle(job)
    assert [each.segment for each in spool.take_dropped()] == [first.id]
    shipping.acknowledge(Ack(offer.channel, first.header_bytes, final=True))
    assert first not in spool.segments


@pytest.mark.parametrize("seed", range(6))
def test_the_power_goes_at_every_step_of_dropping(seed: int) -> None:
    step = 0
    while True:
        step += 1
        disk = SimulatedDisk(seed=seed)
        spool = spool_on(disk, bytes_max=limit_for(2))
        for vid in VIDS[:2]:
            write(spool, vid)
        keep(spool)
        write(spool, VIDS[2])
        disk.cut_at = len(disk.steps) + step
        try:
            (dropped,) = keep(spool)
        except PowerCutError:
            disk.restart()
        else:
            assert dropped.segment == VIDS[0].header.segment
            assert step > 5
            return
        spool = spool_on(disk, bytes_max=1 << 30)
        first, *others = spool.segments
        if first.reason == "sealed":
            assert whole(spool, first) == VIDS[0].data, "its name says that it is whole"
        else:
            assert first.reason == "lost"
        assert whole(spool, others[0]) == VIDS[1].data


HOUR_S = 3600
BYTES_A_SECOND = 55_000_000 // HOUR_S
"""A busy desktop (docs/performance.md)."""
DAYS_3_S = 72 * HOUR_S


def days_offline(spool: Spool, *, seconds: int, droppable: bool = False) -> list[SpooledSegment]:
    """A busy desktop for so long, in segments of an hour."""
    written = []
    template = VIDS[0]
    for hour in range(seconds // HOUR_S):
        began_us = template.header.started_at_us + hour * HOUR_S * 1_000_000
        header = replace(template.header, segment=SegmentId.parse(f"{hour + 1:032x}"), started_at_us=began_us)
        start = make_vid("days", segment=header.segment, seconds=0.1).header_bytes
        segment = spool.create(header, start + bytes(4096 - len(start)), droppable=droppable)
        segment.header_bytes = 4096
        for second in range(0, HOUR_S, 30):
            spool.append(segment, pattern(30 * BYTES_A_SECOND, segment.size))
            if second % 60 == 0:
                keep(spool)
        spool.finish(segment, "sealed")
        keep(spool)
        written.append(segment)
    return written


def test_three_days_without_the_premises_fit_and_all_of_it_arrives() -> None:
    disk = GhostDisk()
    default = {each: getattr(WorkstationConfig(id="pc-1"), each) for each in ("spool_max", "spool_when_full")}
    spool = spool_on(disk, bytes_max=default["spool_max"].bytes, when_full=default["spool_when_full"])
    tracemalloc.start()
    written = days_offline(spool, seconds=DAYS_3_S)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sizes = {segment.id.bytes: segment.size for segment in written}
    assert sum(sizes.values()) == spool.waiting_bytes > 72 * 54_000_000
    assert spool.used_bytes < default["spool_max"].bytes / 4
    assert disk.open_files <= 1
    assert most < 8 << 20
    assert arrived(spool) == sizes
    assert disk.used_bytes == 0
    assert disk.open_files == 0


def arrived(spool: Spool) -> dict[bytes, int]:
    """Ship everything to a premises that takes it, byte by byte as it was written; how much came of each segment."""
    claims = new_claims()
    shipping = Shipping(spool, claims, SERVER)
    got: dict[bytes, int] = {}
    channels: dict[int, bytes] = {}
    while (message := shipping.next(0)) is not None:
        match message:
            case Backlog():
                shipping.take(Pace(0), 0)
            case Offer():
                channels[message.channel] = message.segment
                got[message.segment] = len(message.header)
                shipping.take(Accept(message.channel, len(message.header)), 0)
                claims.save()
            case Records():
                segment = channels[message.channel]
                assert message.offset == got[segment]
                assert is_pattern(message.data, message.offset)
                got[segment] += len(message.data)
                shipping.acknowledge(Ack(message.channel, got[segment]))
            case End():
                assert (message.size, message.reason) == (got[channels[message.channel]], "sealed")
                shipping.acknowledge(Ack(message.channel, message.size, final=True))
            case _:
                raise AssertionError(message)
    assert spool.segments == ()
    return got


def test_a_day_into_a_spool_of_half_a_day_keeps_the_newest_and_never_holds_up_recording() -> None:
    disk = GhostDisk()
    bytes_max = 12 * 55_000_000
    spool = spool_on(disk, bytes_max=bytes_max)
    written = days_offline(spool, seconds=24 * HOUR_S, droppable=True)
    assert disk.used_bytes_most <= bytes_max
    kept = [segment for segment in written if segment.reason == "sealed"]
    assert kept == written[-len(kept) :], "the oldest went first"
    assert len(kept) >= 10
    assert all(segment.reason == "lost" and segment.size == 4096 for segment in written[: -len(kept)])
