"""What is written becomes durable, and what a full spool gave up is told to everybody."""

import asyncio
import errno
import json

import pytest
from workstation.test_director import FOLDER, World

from playhead.store.disk import Disk
from playhead.store.reserve import Reserve
from playhead.testing.loop import Simulation, run
from playhead.testing.vid import site_key
from playhead.wire import vid
from playhead.workstation import spool_room
from playhead.workstation.journal import Journal
from playhead.workstation.keeper import Keeper
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

LIMIT = 250_000


class Kept(World):
    """A workstation that records all the time, into a spool that is soon full."""

    def __init__(self, simulation: Simulation, **settings: object) -> None:
        super().__init__(simulation, continuous=True, recording_us=20_000_000, **settings)
        self.spool = Spool(self.disk, FOLDER / "spool", bytes_max=LIMIT, when_full="drop-oldest")
        self.spool.recover()
        self.writer._spool = self.director._spool = self.spool
        self.journal = Journal(self.disk, FOLDER / "journal", simulation.clock)
        self.journal.open()
        self.reserve = Reserve(self.disk, FOLDER / "reserve", 1 << 20)
        self.keeper = Keeper(self.spool, self.director, self.journal, self.reserve, free_bytes_min=0)

    def note(self) -> None:
        super().note()
        if hasattr(self, "keeper"):
            self.keeper.notify()

    async def sync(self) -> None:
        await self.keeper.run()


def markers(disk: Disk, segment: SpooledSegment) -> list[dict]:
    data = disk.open(segment.path).read_at(segment.size, 0)

    def read_at(size: int, offset: int) -> bytes:
        return data[offset : offset + size]

    header, start = vid.read_header(read_at)
    key = vid.open_data_key(header, site_key())
    found = [each for each in vid.walk(read_at, len(data), start) if each.header.kind == vid.Kind.MARKER]
    return [json.loads(vid.open_at(read_at, key, each)) for each in found]


def test_what_was_dropped_is_in_the_journal_and_in_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_room, "AHEAD_SHARE", 2)

    async def scenario(simulation: Simulation) -> None:
        world = Kept(simulation)
        await world.start()
        simulation.spawn("pc", world.journal.run())
        await asyncio.sleep(600)
        assert world.state == "recording", "it never had to stop"
        dropped = [segment for segment in world.spool.segments if segment.reason == "lost"]
        whole = [segment for segment in world.spool.segments if segment.reason == "sealed"]
        assert len(dropped) > 5
        assert whole
        assert world.spool.used_bytes <= LIMIT
        entries = world.journal.after(0, limit=64)
        for segment in dropped:
            (entry,) = [each for each in entries if each.at_us == segment.started_at_us]
            assert entry.state == "disk_full"
            assert 19_000_000 < entry.until_us - entry.at_us < 22_000_000
        told = [mark for segment in whole for mark in markers(world.disk, segment) if mark["code"] == "spool.dropped"]
        assert told
        assert {mark["segment"] for mark in told} <= {str(segment.id) for segment in dropped}
        await simulation.kill("pc")

    run(scenario, seed=1)


def test_the_reserve_is_filled_again_when_there_is_room() -> None:
    async def scenario(simulation: Simulation) -> None:
        world = Kept(simulation)
        await world.start()
        await asyncio.sleep(5)
        assert world.reserve.is_whole
        world.disk.fault = lambda step: errno.ENOSPC if step.name == "write" else None
        assert world.reserve.spend()
        await asyncio.sleep(10)
        assert not world.reserve.is_whole
        world.disk.fault = None
        await asyncio.sleep(10)
        assert world.reserve.is_whole
        await simulation.kill("pc")

    run(scenario, seed=1)


def test_a_stop_makes_the_last_of_it_durable() -> None:
    async def scenario(simulation: Simulation) -> None:
        world = Kept(simulation)
        await world.start()
        await asyncio.sleep(5)
        world.director.end(goes_on=False)
        world.keeper.stop()
        await asyncio.sleep(1)
        world.disk.restart()
        spool = Spool(world.disk, FOLDER / "spool", bytes_max=1 << 30)
        spool.recover()
        assert [segment.reason for segment in spool.segments] == ["sealed"]
        await simulation.kill("pc")

    run(scenario, seed=1)
