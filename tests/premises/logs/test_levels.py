"""Logs that say more for a while: kept, told, told later, and over by themselves."""

import asyncio
import contextlib
import errno
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from premises.screen.rig import Premises

from playhead.base.clock import SystemClock
from playhead.base.errors import NotFoundError, UnavailableError
from playhead.domain.live import WorkstationChanged
from playhead.domain.log_levels import RAISED_US_MIN, Raise, raised
from playhead.premises.logs import levels
from playhead.premises.logs.levels import LogLevels
from playhead.store.disk import SystemDisk
from playhead.testing.clock import SimClock
from playhead.testing.disk import SimulatedDisk
from playhead.testing.site import FakeControl
from playhead.wire.screen import Command, Result, Status
from playhead.workstation.log_level import RaisedLevel

ROOT = Path("/data/logs")


@dataclass
class Place:
    """A server's disk and clock, its workstations, and what its own log says."""

    disk: SimulatedDisk = field(default_factory=SimulatedDisk)
    clock: SimClock = field(default_factory=SimClock)
    control: FakeControl = field(default_factory=FakeControl)
    said: list[dict[str, str]] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def running(self):
        found = LogLevels(self.disk, ROOT, self.control, self.clock, say=lambda one: self.said.append(dict(one)))
        task = asyncio.create_task(found.run())
        try:
            yield found
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def wanted(self, name, length_us=RAISED_US_MIN) -> Raise:
        kind = "workstation" if name.startswith("desk") else "service"
        return raised(kind, name, "debug", by="jane", reason="", length_us=length_us, now_us=self.clock.wall_us())

    def come(self, *, connected=True, changed_at_us=0):
        live = self.control.connect("desk-1")
        live = type(live)(live.id, connected=connected, changed_at_us=changed_at_us, state="idle")
        self.control.live[live.id] = live
        self.control.publish(WorkstationChanged(live))


@pytest.fixture
def place():
    return Place()


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - it is told to nobody
            await asyncio.sleep(0)


async def test_a_service_of_this_server_until_its_time_is_over(place, monkeypatch):
    monkeypatch.setattr(levels, "LOOK_S", 0.0)
    async with place.running() as found:
        one = await found.begin(place.wanted("screen"))
        await found.begin(place.wanted("premises", length_us=3 * RAISED_US_MIN))
        assert (one.state, place.said[-1]) == ("in_force", {"screen": "debug", "": "debug"})
        place.clock.advance(RAISED_US_MIN)
        await until(lambda: place.said[-1] == {"": "debug"})
        assert [each.name for each in found.all()] == ["premises"]
    assert place.said[-1] == {}
    async with place.running() as found:  # a restart goes on with it
        await until(lambda: place.said[-1] == {"": "debug"})
        await found.end("service", "premises")
        assert (found.all(), place.said[-1]) == ([], {})
        with pytest.raises(NotFoundError) as caught:
            await found.end("service", "premises")
        assert caught.value.code == "logs.not_raised"


async def test_a_workstation_is_told_and_told_of_the_end(place):
    place.come()
    async with place.running() as found:
        assert (await found.begin(place.wanted("desk-1"))).state == "in_force"
        assert (await found.end("workstation", "desk-1")).name == "desk-1"
        assert found.all() == []
    told = [("desk-1", "log_level", "debug"), ("desk-1", "log_level", "")]
    assert list(dict.fromkeys(place.control.asked)) == told  # who comes is told, too
    assert {"": "debug"} not in place.said
    with pytest.raises(NotFoundError):
        await found.begin(place.wanted("desk-9"))


async def test_one_that_is_away_is_told_when_it_comes_over_a_restart_too(place, monkeypatch):
    place.come(connected=False)
    away = UnavailableError("screen.not_connected", "It is not connected.")
    command = FakeControl.command

    async def refusing(_self, *_arguments, **_more):
        raise away

    monkeypatch.setattr(FakeControl, "command", refusing)
    async with place.running() as found:
        one = await found.begin(place.wanted("desk-1"))
        assert (one.state, one.problem) == ("waiting", away.message)
    monkeypatch.setattr(FakeControl, "command", command)
    async with place.running() as found:
        assert found.all() == [one]
        place.come(changed_at_us=1)
        await until(lambda: found.all()[0].state == "in_force")
        monkeypatch.setattr(FakeControl, "command", refusing)
        place.come(connected=False)
        assert (await found.end("workstation", "desk-1")).state == "ending"
        monkeypatch.setattr(FakeControl, "command", command)
        place.come(changed_at_us=2)
        await until(lambda: not found.all())
    assert place.control.asked == [("desk-1", "log_level", "debug"), ("desk-1", "log_level", "")]


async def test_what_it_cannot_do_is_said_and_what_is_not_kept_is_not_done(place):
    place.come()
    place.control.refusal = Result(1, ok=False, code="file.unwritable", message="Its disk is full.")
    async with place.running() as found:
        one = await found.begin(place.wanted("desk-1"))
        assert (one.state, one.problem) == ("failed", "Its disk is full.")
        place.disk.fault = lambda step: errno.ENOSPC if step.name == "write" else None
        with pytest.raises(UnavailableError):
            await found.begin(place.wanted("screen"))
        assert found.all() == [one]


async def test_a_damaged_file_is_no_reason_not_to_start(place):
    place.disk.make_folder(ROOT)
    file = place.disk.open(ROOT / "levels.json", create=True)
    file.write_at(b"[{", 0)
    file.close()
    async with place.running() as found:
        assert found.all() == []


async def test_over_the_real_link_and_an_old_program_is_not_asked(tmp_path):
    said = []
    async with Premises(tmp_path).running() as premises:
        desk = await premises.desk()
        found = LogLevels(SimulatedDisk(), ROOT, premises.service, SystemClock(), say=lambda _levels: None)
        clock = SystemClock()
        wanted = raised("workstation", "desk-1", "debug", by="jane", reason="", length_us=10**8, now_us=clock.wall_us())
        async with desk.connected() as conversation:
            await conversation.peer.send(Status("idle"))
            old = await found.begin(wanted)
            assert (old.state, "does not know" in old.problem) == ("failed", True)
        level = RaisedLevel(SystemDisk(), tmp_path / "log_level.json", clock, say=said.append)
        async with desk.connected(levels=True) as conversation:
            asking = asyncio.create_task(found.begin(wanted))
            command = await conversation.next(Command)
            assert (command.name, command.log.level) == ("log_level", "debug")
            assert 0 < command.log.length_ms <= 10**5
            await level.carry_out(command)
            await conversation.peer.send(Result(command.id, ok=True))
            assert (await asking).state == "in_force"
    assert said == [{"": "debug"}]
