"""Fifty workstations catch up after an outage: what is recorded now never lags, and all keep to the number."""

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from workstation.ghost_disk import GhostDisk, pattern
from workstation.premises import ADDRESS, Premises, until
from workstation.test_shipper import Owner

from playhead.base.ids import SegmentId, WorkstationId
from playhead.net.screen import ScreenPeer
from playhead.premises.screen.pace import Pacing
from playhead.testing.disk import SimulatedDisk
from playhead.testing.loop import Simulation, run
from playhead.testing.network import SimNetwork
from playhead.testing.vid import make_vid
from playhead.wire.screen import Backlog, Message, Offer, Pace, Records
from playhead.wire.screen.commands import CommandLog
from playhead.workstation.claims import Claims
from playhead.workstation.identity import IdentityFolder
from playhead.workstation.journal import Journal
from playhead.workstation.shipper import Shipper
from playhead.workstation.shipping import LIVE_BEHIND_BYTES, SLICE_BYTES
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

COUNT = 50
CATCH_UP = 2 << 20
"""The site's number."""
LINE = 3 << 20
"""What the site's line carries a second: the number, what is recorded now, and a bit."""
BACKLOG = 256 << 10
LIVE = 15_300
"""Bytes a second of a busy desktop."""
VID = make_vid("catch up", seconds=0.1)


@dataclass(repr=False)
class Line(Premises):
    """A premises behind one line that all workstations share, first come, first served."""

    is_paced: bool = True
    growing: set[bytes] = field(default_factory=set)
    came: list[tuple[float, int]] = field(default_factory=list)
    """When how much of what is caught up came."""
    _busy_until: float = 0.0

    def __post_init__(self) -> None:
        self.pacing = Pacing[ScreenPeer](CATCH_UP if self.is_paced else 0, lambda peer, share: peer.post(Pace(share)))

    async def receive(self, peer: ScreenPeer, channels: dict[int, bytes], message: Message) -> None:
        if isinstance(message, Backlog):
            (self.pacing.join if message.bytes else self.pacing.leave)(peer)
            return
        if isinstance(message, Records):
            now = asyncio.get_running_loop().time()
            self._busy_until = max(self._busy_until, now) + len(message.data) / LINE
            await asyncio.sleep(self._busy_until - now)
            if channels[message.channel] not in self.growing:
                self.came.append((asyncio.get_running_loop().time(), len(message.data)))
        if isinstance(message, Offer):
            self.files.setdefault(message.segment, bytearray(message.header))
        await super().receive(peer, channels, message)


class Workstation:
    """One with a backlog, and a desktop that is being recorded."""

    def __init__(self, simulation: Simulation, network: SimNetwork, line: Line, number: int) -> None:
        self.simulation, self.line, self.number = simulation, line, number
        self.spool = Spool(GhostDisk(), Path("/data/spool"), bytes_max=1 << 40)
        self.spool.recover()
        self.made = 0
        small_disk = SimulatedDisk()
        small_disk.make_folder(Path("/data"))
        self.journal = Journal(small_disk, Path("/data/journal"), simulation.clock)
        self.journal.open()
        self.owner = Owner()
        self.owner.on_cut = self.cut
        self.waiting: deque[tuple[float, SpooledSegment, int]] = deque()
        self.worst_s = 0.0
        self.shipper = Shipper(
            WorkstationId(f"pc-{number}"),
            ((ADDRESS,),),
            self.spool,
            self.journal,
            self.owner,
            claims=Claims(small_disk, Path("/data/claims.json")),
            identity=None,
            folder=IdentityFolder(small_disk, Path("/data/identity")),
            commands=CommandLog(),
            agent="agent.one",
            clock=simulation.clock,
            chance=simulation.chance,
            network=network.host(f"pc-{number}"),
        )

    def begin(self) -> SpooledSegment:
        self.made += 1
        segment_id = SegmentId.parse(f"{self.number:016x}{self.made:016x}")
        header = replace(VID.header, segment=segment_id)
        start = make_vid("catch up", segment=segment_id, seconds=0.1).header_bytes
        segment = self.spool.create(header, start + bytes(4096 - len(start)))
        segment.header_bytes = 4096
        self.line.growing.add(segment_id.bytes)
        return segment

    def grow(self, segment: SpooledSegment, size: int) -> None:
        while size > 0:
            self.spool.append(segment, pattern(min(size, 1 << 19), segment.size))
            size -= 1 << 19

    def finish(self, segment: SpooledSegment) -> None:
        self.spool.finish(segment, "sealed")
        self.line.growing.discard(segment.id.bytes)
        job = self.spool.job()
        job.run()
        self.spool.settle(job)

    def cut(self) -> None:
        self.finish(self.growing)
        self.growing = self.begin()

    async def record(self) -> None:
        """A bit of the screen every second, until cancelled; how long each takes to be safe."""
        loop = asyncio.get_running_loop()
        while True:
            self.grow(self.growing, LIVE)
            self.waiting.append((loop.time(), self.growing, self.growing.size))
            self.shipper.notify()
            for _ in range(10):
                await asyncio.sleep(0.1)
                while self.waiting and self.waiting[0][1].acknowledged >= self.waiting[0][2]:
                    self.worst_s = max(self.worst_s, loop.time() - self.waiting.popleft()[0])


def worst_lag_s(*, is_paced: bool) -> tuple[float, Line]:
    """The longest that anything recorded now took to be safe, while all catch up."""

    async def scenario(simulation: Simulation) -> tuple[float, Line]:
        network = SimNetwork(simulation.chance)
        network.conditions.tiny_pieces = 0
        line = Line(simulation, network, server=b"s" * 16, is_paced=is_paced)
        pcs = [Workstation(simulation, network, line, number) for number in range(COUNT)]
        await line.open()
        simulation.spawn("premises", line.pacing.run())
        for pc in pcs:
            segment = pc.begin()
            pc.grow(segment, BACKLOG)
            pc.finish(segment)
            pc.growing = pc.begin()
            if pc.number % 5 == 0:  # it is in the middle of a long segment, which it cannot send before the newest
                pc.grow(pc.growing, LIVE_BEHIND_BYTES + 1)
            pc.is_cut = pc.number % 5 == 0
            simulation.spawn("pc", pc.shipper.run())
        await until(lambda: all(pc.shipper.is_connected for pc in pcs))
        await until(lambda: all(pc.owner.cuts == 1 for pc in pcs if pc.is_cut))
        for pc in pcs:
            simulation.spawn("pc", pc.record())
        await until(lambda: all(len(pc.spool.segments) == 1 for pc in pcs), seconds=120)
        worst_s = max(pc.worst_s for pc in pcs)
        now = simulation.loop.time()
        worst_s = max([worst_s, *(now - pc.waiting[0][0] for pc in pcs if pc.waiting)])
        await simulation.kill("pc")
        await simulation.kill("premises")
        await line.listener.close()
        return worst_s, line

    return run(scenario, seed=3)


def test_live_never_lags_and_all_together_keep_to_the_number() -> None:
    worst_s, line = worst_lag_s(is_paced=True)
    assert worst_s < 1.5
    total = sum(size for _, size in line.came)
    assert total >= COUNT * BACKLOG + COUNT // 5 * LIVE_BEHIND_BYTES
    took_s = line.came[-1][0] - line.came[0][0]
    assert took_s < 1.5 * total / CATCH_UP, "what is allowed is used"
    for span_s in (1.0, 5.0):
        assert most_in(line.came, span_s) <= CATCH_UP * span_s + COUNT * SLICE_BYTES


def test_without_the_number_live_would_lag() -> None:
    worst_s, line = worst_lag_s(is_paced=False)
    assert worst_s > 1.5
    assert most_in(line.came, 1.0) > 1.2 * CATCH_UP


def most_in(came: list[tuple[float, int]], span_s: float) -> int:
    """The most bytes that came within any stretch of that length."""
    most = held = begin = 0
    for at, size in came:
        held += size
        while came[begin][0] < at - span_s:
            held -= came[begin][1]
            begin += 1
        most = max(most, held)
    return most


@pytest.mark.parametrize("size", [LIVE_BEHIND_BYTES, LIVE_BEHIND_BYTES + 1])
def test_a_segment_is_cut_where_too_much_of_it_waits(size: int) -> None:
    async def scenario(simulation: Simulation) -> None:
        network = SimNetwork(simulation.chance)
        line = Line(simulation, network, server=b"s" * 16)
        pc = Workstation(simulation, network, line, 1)
        pc.growing = pc.begin()
        pc.grow(pc.growing, size)
        await line.open()
        simulation.spawn("premises", line.pacing.run())
        simulation.spawn("pc", pc.shipper.run())
        await until(lambda: pc.growing.acknowledged == pc.growing.size)
        await until(lambda: len(pc.spool.segments) == 1)
        assert pc.owner.cuts == int(size > LIVE_BEHIND_BYTES)
        await simulation.kill("pc")
        await simulation.kill("premises")
        await line.listener.close()

    run(scenario, seed=1)
