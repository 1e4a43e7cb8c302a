"""The chronicle: what goes into the journal when, and the alarm of the workstation itself."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from playhead.testing.disk import SimulatedDisk
from playhead.testing.loop import Simulation, run
from playhead.wire.screen import Status
from playhead.workstation.chronicle import ALARM_US, SESSION_S, Chronicle, judge_cover
from playhead.workstation.journal import Journal
from playhead.workstation.session import SessionState

SECOND_US = 1_000_000


@pytest.mark.parametrize(
    ("wanted", "state", "lacking_s", "spool", "expected"),
    [
        ("", "recording", 99, 0, (False, False, "", False)),
        ("continuous", "recording", 4.9, 5, (True, True, "", False)),
        ("ordered", "recording", 5, 5, (True, False, "spooled", False)),
        ("ordered", "recording", 9.9, 0, (True, False, "unknown", False)),
        ("ordered", "recording", 10, 5, (True, False, "spooled", True)),
        ("continuous", "idle", 10, 0, (True, False, "unknown", True)),
        ("continuous", "disk_full", 60, 0, (True, False, "disk_full", True)),
        ("continuous", "blackout", 60, 0, (True, False, "blackout", False)),
        ("continuous", "locked", 60, 0, (True, False, "locked", False)),
    ],
)
def test_whether_what_should_exist_comes_to_exist(wanted, state, lacking_s, spool, expected) -> None:
    found = judge_cover(wanted=wanted, state=state, lacking_us=int(lacking_s * SECOND_US), spool_bytes=spool)
    assert (found.due, found.durable, found.code, found.alarm) == expected


class Desk:
    """A workstation, as the chronicle sees it, and its session."""

    boot = "b1"

    def __init__(self, simulation: Simulation) -> None:
        self.clock = simulation.clock
        self.now = Status("recording")
        self.until_us = 0
        self.progress_us: int | None = None
        self.slept_us = 0
        self.session: SessionState = ""
        self.told: list[SessionState] = []
        disk = SimulatedDisk(seed=simulation.seed)
        disk.make_folder(Path("/data"))
        self.journal = Journal(disk, Path("/data/journal"), self.clock, boot=self.boot)
        self.journal.open()
        self.chronicle = Chronicle(
            self.journal,
            self,
            self.clock,
            status=lambda: self.now,
            wanted=lambda: "continuous",
            until_us=lambda: self.until_us,
            progress_us=lambda: self.progress_us,
            told=self.told.append,
        )

    def asleep_us(self) -> int:
        return self.slept_us

    def look(self) -> SessionState:
        return self.session

    def change(self, state: str) -> None:
        self.now = Status(state)
        self.chronicle.look()

    async def entries(self) -> list[tuple[str, int]]:
        await self.journal.save()
        return [(entry.state, entry.at_us) for entry in self.journal.after(0, limit=99)]


def test_it_begins_with_the_first_picture_and_is_told_late_what_was_noticed_late() -> None:
    async def scenario(simulation: Simulation) -> None:
        desk = Desk(simulation)
        desk.chronicle.begin()
        assert await desk.entries() == [], "it is not recording before there is a picture"
        desk.clock.advance(SECOND_US)
        began_us = desk.until_us = desk.clock.wall_us()
        desk.chronicle.look()
        desk.clock.advance(20 * SECOND_US)
        desk.until_us = desk.clock.wall_us()
        desk.clock.advance(10 * SECOND_US)
        desk.change("failed")
        assert await desk.entries() == [("recording", began_us), ("failed", desk.until_us)]
        desk.change("blackout")
        assert (await desk.entries())[-1][1] > desk.until_us

    run(scenario, seed=1)


def test_a_sleep_of_the_machine_is_a_stretch_of_its_own() -> None:
    async def scenario(simulation: Simulation) -> None:
        desk = Desk(simulation)
        desk.until_us = 1
        desk.chronicle.begin()
        task = simulation.spawn("pc", desk.chronicle.run())
        await asyncio.sleep(3.5)
        before_us = desk.clock.wall_us()
        desk.clock.jump(600 * SECOND_US)
        desk.slept_us += 600 * SECOND_US
        await asyncio.sleep(2)
        task.cancel()
        await desk.journal.save()
        (asleep,) = [entry for entry in desk.journal.after(0, limit=9) if entry.state == "asleep"]
        assert before_us - SECOND_US <= asleep.at_us <= before_us
        assert 0 <= asleep.until_us - before_us - 600 * SECOND_US <= SECOND_US

    run(scenario, seed=2)


def test_the_session_is_looked_at_and_its_end_is_why_the_program_ends() -> None:
    async def scenario(simulation: Simulation) -> None:
        desk = Desk(simulation)
        desk.chronicle.begin()
        desk.until_us = desk.clock.wall_us()
        desk.chronicle.look()
        task = simulation.spawn("pc", desk.chronicle.run())
        await asyncio.sleep(1)
        desk.session = "logged_out"
        await asyncio.sleep(SESSION_S + 1)
        assert desk.told[0] == ""
        assert desk.told[-1] == "logged_out"
        task.cancel()
        desk.chronicle.end()
        desk.change("idle")
        await desk.chronicle.close()
        assert [state for state, _ in await desk.entries()] == ["recording", "logged_out"]
        assert (await desk.entries())[-1][1] == desk.until_us, "from the last record on"

    run(scenario, seed=3)


def test_the_workstation_itself_says_within_15_s_that_nothing_is_kept() -> None:
    async def scenario(simulation: Simulation) -> None:
        desk = Desk(simulation)
        desk.until_us = 1
        desk.chronicle.begin()
        desk.progress_us = desk.clock.monotonic_us()
        task = simulation.spawn("pc", desk.chronicle.run())
        with capture_logs() as logs:
            await asyncio.sleep(ALARM_US / 1e6 - 1)
            assert not desk.chronicle.cover().alarm
            await asyncio.sleep(3)
            assert desk.chronicle.cover().alarm
            desk.progress_us = desk.clock.monotonic_us()
            await asyncio.sleep(2)
            desk.now = Status("blackout")
            await asyncio.sleep(60)
            desk.now = Status("recording")
            await asyncio.sleep(5)
        task.cancel()
        assert [entry["event"] for entry in logs] == ["coverage.lost", "coverage.regained"], "a blackout is no alarm"

    run(scenario, seed=4)
