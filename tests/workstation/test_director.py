"""Director and orders in virtual time, on a disk that fails when told to."""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from playhead.base.errors import ConflictError, InvalidInputError, UnavailableError
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.testing.disk import PowerCutError, SimulatedDisk, Step
from playhead.testing.loop import Simulation, run
from playhead.testing.scripted_pipeline import ScriptedPipeline
from playhead.testing.vid import signing_key, site_key
from playhead.wire import vid
from playhead.wire.screen import BlackoutOrder, Command, Result
from playhead.wire.screen.codec import encode_control
from playhead.wire.screen.limits import MAX_MONITOR_CHARACTERS, MAX_MONITORS
from playhead.workstation.capture_thread import Batch
from playhead.workstation.director import REFUSED_RETRY_US, Director
from playhead.workstation.identity import Identity
from playhead.workstation.orders import RETRY_S, Orders
from playhead.workstation.recorder import Limits
from playhead.workstation.segment_writer import SegmentWriter
from playhead.workstation.spool import Spool
from playhead.workstation.state_file import StateFile, WorkstationState

FOLDER = Path("/data")
TICK_S = 0.2
SITE_KEY = site_key().public_key().public_bytes_raw()
IDENTITY = Identity(WorkstationId("pc-1"), SiteId("site"), SITE_KEY, signing_key())


class World:
    """One life of a workstation without network and threads."""

    def __init__(
        self,
        simulation: Simulation,
        disk: SimulatedDisk | None = None,
        *,
        bytes_max: int = 1 << 30,
        continuous: bool = False,
        recording_us: int | None = None,
    ) -> None:
        self.simulation = simulation
        self.disk = disk or SimulatedDisk(seed=simulation.seed)
        self.disk.make_folder(FOLDER)
        self.disk.sync_folder(FOLDER.parent)
        self.spool = Spool(self.disk, FOLDER / "spool", bytes_max=bytes_max)
        self.mended = self.spool.recover()
        self.writer = SegmentWriter(self.spool, simulation.clock, "agent")
        self.writer.identity = IDENTITY
        self.notified = 0
        self.director = Director(
            Limits(pre_buffer_us=1_000_000),
            recording_us=recording_us,
            spool=self.spool,
            writer=self.writer,
            clock=simulation.clock,
            notify=self.note,
            on_recording=self.note_recording,
        )
        self.state_file = StateFile(self.disk, FOLDER / "state.json")
        state = self.state_file.load()
        self.orders = Orders(self.director, self.state_file, state, simulation.clock, continuous=continuous)
        self.script = ScriptedPipeline()
        self.script.changing = {0}
        self.capturing = False
        self.live: list[bool] = []
        self.blackouts: list[bool] = []
        self.changes = 0

    def note(self) -> None:
        self.notified += 1

    def note_recording(self, recording: RecordingId) -> None:
        self.orders.note_recording(recording)

    # Capture

    def set_capturing(self, *, on: bool, eager: bool) -> None:
        del eager
        self.capturing = on

    def force_key(self) -> None:
        self.script.force_key()

    def set_blackout(self, *, on: bool) -> None:
        self.blackouts.append(on)

    def set_live(self, *, on: bool) -> None:
        self.live.append(on)

    async def capture(self) -> None:
        is_first = True
        while True:
            await asyncio.sleep(TICK_S)
            if self.blackouts:
                self.script.set_blackout(on=self.blackouts.pop(0))
                self.changes += 1
            now_us = self.simulation.clock.monotonic_us()
            if self.capturing:
                self.director.take(Batch(self.script.tick(now_us), now_us + 10, 5.0, self.changes, is_first))
                is_first = False

    async def sync(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            job = self.spool.job()
            if job is not None:
                job.run()
                for segment in self.spool.settle(job):
                    self.director.broken(segment, "not kept")

    async def start(self) -> None:
        self.director.begin(self)
        self.orders.darken()
        self.simulation.spawn("pc", self.capture())
        self.simulation.spawn("pc", self.sync())
        await self.orders.resume(self.mended)

    @property
    def state(self) -> str:
        return self.director.status().state

    def kept(self) -> WorkstationState:
        return self.state_file.load()

    def kept_reason(self) -> str | None:
        """Of the only blackout that is kept."""
        kept = self.kept().blackouts
        assert len(kept) <= 1
        return kept[0].reason if kept else None


def simulate(story: Callable[[World], Awaitable[None]], *, seed: int = 1, **settings: object) -> None:
    async def scenario(simulation: Simulation) -> None:
        world = World(simulation, **settings)
        await world.start()
        await story(world)
        await simulation.kill("pc")

    run(scenario, seed=seed)


def no_room(step: Step) -> int | None:
    return errno.ENOSPC if step.name == "write" and "spool" in str(step.path) else None


def test_a_full_disk_is_said_at_once_and_over_as_soon_as_there_is_room() -> None:
    async def story(world: World) -> None:
        recording = await world.orders.do("start")
        await asyncio.sleep(5)
        assert world.state == "recording"
        world.disk.fault = no_room
        await asyncio.sleep(2)
        status = world.director.status()
        assert (status.state, status.reason) == ("disk_full", "The disk is full. Free some space.")
        await asyncio.sleep(60)
        assert world.state == "disk_full"
        world.disk.fault = None
        await asyncio.sleep(8)
        assert world.state == "recording"
        first, second = world.spool.segments
        assert (first.reason, second.reason) == ("disk_full", None)
        assert first.recording == second.recording == recording

    simulate(story)


def test_a_full_spool_waits_until_the_premises_has_taken_some() -> None:
    async def story(world: World) -> None:
        await world.orders.do("start")
        await asyncio.sleep(600)
        assert world.state == "disk_full"
        assert "The spool holds" in world.director.status().reason
        assert len(world.spool.segments) == 1
        world.spool.remove(world.spool.segments[0])
        await asyncio.sleep(8)
        assert world.state == "recording"

    simulate(story, bytes_max=60_000)


def test_a_sync_that_fails_ends_the_segment_and_another_follows() -> None:
    async def story(world: World) -> None:
        await world.orders.do("start")
        await asyncio.sleep(5)
        world.disk.fault = lambda step: errno.EIO if step.name == "sync_files" else None
        await asyncio.sleep(2)
        world.disk.fault = None
        assert world.state == "failed"
        await asyncio.sleep(8)
        assert world.state == "recording"
        assert [segment.reason for segment in world.spool.segments] == ["lost", None]

    simulate(story)


def test_what_the_premises_refuses_for_good_is_a_failure_and_tried_again_later() -> None:
    async def story(world: World) -> None:
        await world.orders.do("start")
        await asyncio.sleep(5)
        world.director.broken(world.spool.segments[0], "Refused.", retry_us=REFUSED_RETRY_US)
        await asyncio.sleep(50)
        assert (world.state, world.director.status().reason) == ("failed", "Refused.")
        await asyncio.sleep(20)
        assert world.state == "recording"
        world.director.broken(world.spool.segments[0], "An old one.")
        assert world.state == "recording"

    simulate(story)


def test_a_mistake_of_ours_costs_a_segment_and_not_the_recording(monkeypatch) -> None:
    async def story(world: World) -> None:
        recording = await world.orders.do("start")
        await asyncio.sleep(5)
        monkeypatch.setattr(world.writer, "write", lambda _record: 1 // 0)
        await asyncio.sleep(2)
        assert (world.state, "mistake" in world.director.status().reason) == ("failed", True)
        monkeypatch.undo()
        await asyncio.sleep(8)
        assert world.state == "recording"
        assert [(each.reason, each.recording) for each in world.spool.segments] == [
            ("lost", recording),
            (None, recording),
        ]

    simulate(story)


def test_without_the_site_key_nothing_can_be_sealed_and_that_is_said() -> None:
    async def story(world: World) -> None:
        world.writer.identity = None
        await world.orders.do("start")
        await asyncio.sleep(3)
        assert (world.state, "not known yet" in world.director.status().reason) == ("failed", True)
        world.writer.identity = IDENTITY
        world.director.try_again()
        await asyncio.sleep(1)
        assert world.state == "recording"

    simulate(story)


def test_a_long_continuous_recording_is_followed_by_another() -> None:
    async def story(world: World) -> None:
        await asyncio.sleep(5)
        first = world.director.recording
        await asyncio.sleep(60)
        second = world.director.recording
        assert second != first
        await asyncio.sleep(1)
        assert world.kept().recording == str(second)
        recordings = [segment.recording for segment in world.spool.segments]
        assert recordings == [first, second]
        with pytest.raises(ConflictError) as caught:
            await world.orders.do("stop")
        assert caught.value.code == "recording.continuous"

    simulate(story, continuous=True, recording_us=60_000_000)


def test_what_is_said_of_monitors_fits_the_wire() -> None:
    async def story(world: World) -> None:
        names = ["a" * MAX_MONITOR_CHARACTERS, "b" * (MAX_MONITOR_CHARACTERS + 1)]
        world.script = ScriptedPipeline((*names, *(f"m{number}" for number in range(MAX_MONITORS - 1))))
        await asyncio.sleep(1)
        status = world.director.status()
        assert status.monitors[:3] == (names[0], names[1][:MAX_MONITOR_CHARACTERS], "m0")
        assert len(status.monitors) == MAX_MONITORS
        assert encode_control(status)

    simulate(story)


def test_an_order_is_durable_before_it_is_done() -> None:
    async def story(world: World) -> None:
        recording = RecordingId.new(world.simulation.clock)
        result = await world.orders.carry_out(Command(7, "start", recording.bytes))
        assert result == Result(7, ok=True, recording=recording.bytes)
        assert world.kept() == WorkstationState(recording=str(recording), command=7)
        await world.orders.carry_out(Command(8, "blackout_on", reason="card"))
        assert world.kept_reason() == "card"
        await world.orders.carry_out(Command(9, "blackout_off"))
        await world.orders.carry_out(Command(10, "stop"))
        assert world.kept() == WorkstationState(command=10)
        assert await world.orders.carry_out(Command(11, "live_on")) == Result(11, ok=True)
        assert await world.orders.carry_out(Command(12, "live_off")) == Result(12, ok=True)
        assert world.live == [True, False]
        assert await world.orders.carry_out(Command(13, "status")) == Result(13, ok=True)
        with pytest.raises(ConflictError):
            await world.orders.carry_out(Command(14, "stop"))
        assert world.kept() == WorkstationState(command=14)

    simulate(story)


def test_with_a_broken_disk_a_start_is_refused_a_stop_and_a_blackout_are_done_and_light_stays_off() -> None:
    async def story(world: World) -> None:
        recording = await world.orders.do("start")
        await asyncio.sleep(2)
        await world.orders.do("blackout_on", reason="card")
        world.disk.fault = lambda step: errno.EIO if "state" in str(step.path) else None
        with pytest.raises(UnavailableError):
            await world.orders.do("blackout_off")
        await asyncio.sleep(1)
        assert world.state == "blackout"
        assert await world.orders.do("stop") == recording
        assert world.director.recording is None
        with pytest.raises(UnavailableError):
            await world.orders.do("start")
        assert world.director.recording is None

    simulate(story)


def test_a_blackout_that_could_not_be_kept_is_kept_later() -> None:
    async def story(world: World) -> None:
        world.disk.fault = lambda step: errno.EIO if "state" in str(step.path) else None
        await world.orders.do("blackout_on", reason="card")
        assert world.state == "blackout"
        await asyncio.sleep(60)
        assert world.kept() == WorkstationState()
        world.disk.fault = None
        await asyncio.sleep(6)
        assert world.kept_reason() == "card"

    simulate(story)


def test_a_blackout_that_comes_while_an_earlier_one_is_lifted_stays() -> None:
    async def story(world: World) -> None:
        await world.orders.do("blackout_on", reason="first")
        off = asyncio.create_task(world.orders.do("blackout_off"))  # its change of the state is on its way to the disk
        on = asyncio.create_task(world.orders.do("blackout_on", reason="second"))
        await asyncio.gather(off, on)
        assert world.state == "blackout"
        assert world.kept_reason() == "second"
        await world.orders.do("blackout_off")
        assert world.state == "idle"
        assert world.kept_reason() is None

    simulate(story)


def test_a_blackout_that_comes_while_lifting_one_waits_its_turn_is_kept_all_the_time() -> None:
    async def story(world: World) -> None:
        await world.orders.do("blackout_on", reason="first")
        kept: list[str | None] = []
        world.disk.fault = lambda step: kept.append(world.kept_reason()) if step.name == "rename" else None
        orders = [("start", ""), ("blackout_off", ""), ("blackout_on", "second")]
        await asyncio.gather(*(world.orders.do(name, reason=reason) for name, reason in orders))
        world.disk.fault = None
        assert world.state == "blackout"
        assert world.kept_reason() == "second"
        assert None not in kept

    simulate(story)


def test_lifting_a_blackout_that_came_before_lifts_it() -> None:
    async def story(world: World) -> None:
        orders = [("start", ""), ("blackout_on", "first"), ("blackout_off", "")]
        await asyncio.gather(*(world.orders.do(name, reason=reason) for name, reason in orders))
        assert world.director.blackout is None
        assert world.kept_reason() is None

    simulate(story)


def test_a_second_start_is_refused_and_the_same_again_is_not() -> None:
    async def story(world: World) -> None:
        recording = await world.orders.do("start")
        assert await world.orders.do("start", recording=recording) == recording
        with pytest.raises(ConflictError) as caught:
            await world.orders.do("start")
        assert caught.value.code == "recording.active"
        with pytest.raises(InvalidInputError):
            await world.orders.do("dance")

    simulate(story)


def test_a_clean_end_seals_and_keeps_what_was_ordered() -> None:
    async def story(world: World) -> None:
        recording = await world.orders.do("start")
        await world.orders.do("blackout_on", reason="card")
        await asyncio.sleep(2)
        now_us = world.simulation.clock.wall_us()
        await world.orders.close()
        assert [segment.reason for segment in world.spool.segments] == ["sealed"]
        kept = world.kept()
        assert (kept.recording, world.kept_reason()) == (str(recording), "card")
        assert now_us - 500_000 < kept.until_us <= now_us
        status = world.director.status()
        assert (status.state, status.recording) == ("blackout", recording.bytes)

    simulate(story)


def test_a_clean_end_ends_what_the_configuration_wanted() -> None:
    async def story(world: World) -> None:
        await asyncio.sleep(2)
        assert world.kept().recording
        await world.orders.close()
        assert [segment.reason for segment in world.spool.segments] == ["sealed"]
        assert world.kept() == WorkstationState()
        assert world.director.status().recording == b""

    simulate(story, continuous=True)


def test_orders_that_come_while_the_workstation_stops_are_for_the_next_start() -> None:
    async def story(world: World) -> None:
        recording = await world.orders.do("start")
        await asyncio.sleep(2)
        closing = asyncio.create_task(world.orders.close())
        assert await world.orders.do("start", recording=recording) == recording
        await closing
        await world.orders.do("blackout_on", reason="card")
        assert world.kept_reason() == "card"
        assert await world.orders.do("stop") == recording
        assert (world.kept_reason(), world.kept().recording) == ("card", "")
        assert world.director.status().recording == b""
        with pytest.raises(ConflictError) as caught:
            await world.orders.do("start")
        assert caught.value.code == "workstation.stopping"
        assert (world.kept_reason(), world.kept().recording) == ("card", "")
        assert [segment.reason for segment in world.spool.segments] == ["sealed"]

    simulate(story)


def test_a_start_that_fails_forgets_no_recording() -> None:
    async def scenario(simulation: Simulation) -> None:
        world = World(simulation)
        recording = RecordingId.new(simulation.clock)
        world.state_file.save(WorkstationState(recording=str(recording)))
        again = World(simulation, world.disk)
        await again.orders.close()  # the spool could not be used
        assert again.kept().recording == str(recording)

    run(scenario, seed=1)


@pytest.mark.parametrize("seed", range(3))
def test_after_a_clean_end_the_same_recording_goes_on_behind_what_there_was(seed: int) -> None:
    async def scenario(simulation: Simulation) -> None:
        before = World(simulation)
        await before.start()
        recording = await before.orders.do("start")
        await asyncio.sleep(simulation.chance.uniform(1, 10))
        await before.orders.close()
        await asyncio.sleep(1)  # its last sync
        await simulation.kill("pc")
        simulation.clock.jump(-30_000_000)  # and the clock is set back meanwhile
        after = World(simulation, before.disk)
        (old,) = after.spool.segments
        assert after.mended == []
        await after.start()
        await asyncio.sleep(5)
        assert after.director.recording == recording
        new = after.spool.segments[-1]
        assert (old.reason, new.reason) == ("sealed", None)
        assert new.recording == old.recording == recording
        scanner = vid.Scanner()
        scanner.feed(after.spool.read(old, 0, 1_000_000))
        assert new.started_at_us >= old.started_at_us + scanner.covered_us
        await after.orders.do("stop")
        assert after.kept() == WorkstationState()

    run(scenario, seed=seed)


@pytest.mark.parametrize("seed", range(10))
def test_after_a_power_cut_the_same_recording_goes_on_behind_what_there_was(seed: int) -> None:
    async def scenario(simulation: Simulation) -> None:
        before = World(simulation)
        await before.start()
        recording = await before.orders.do("start")
        await asyncio.sleep(simulation.chance.uniform(1, 10))
        before.disk.cut_at = len(before.disk.steps) + simulation.chance.randint(1, 6)
        with contextlib.suppress(PowerCutError):
            await asyncio.sleep(2)
        await simulation.kill("pc")
        simulation.loop.failures.clear()
        before.disk.restart()
        simulation.clock.jump(-30_000_000)  # and the clock is set back meanwhile
        after = World(simulation, before.disk)
        await after.start()
        await asyncio.sleep(5)
        assert after.director.recording == recording
        old, new = after.spool.segments
        assert (old.reason, new.reason) == ("killed", None)
        assert new.started_at_us >= old.started_at_us + old.covered_us
        scanner = vid.Scanner()
        assert scanner.feed(after.spool.read(new, 0, 100_000))

    run(scenario, seed=seed)


@pytest.mark.parametrize("end", ["cut", "disk full"])
def test_after_a_crash_it_goes_on_behind_what_the_server_has_even_where_the_clock_was_set_back(end: str) -> None:
    """Nothing of it is in the spool any more that could tell how far it had come."""

    async def scenario(simulation: Simulation) -> None:
        before = World(simulation)
        await before.start()
        recording = await before.orders.do("start")
        await asyncio.sleep(5)
        if end == "cut":
            before.director.cut()
        else:
            before.disk.fault = no_room
        await asyncio.sleep(1)
        old = before.spool.segments[0]
        assert old.reason == ("sealed" if end == "cut" else "disk_full")
        scanner = vid.Scanner()
        scanner.feed(before.spool.read(old, 0, 1_000_000))
        until_us = old.started_at_us + scanner.covered_us
        before.spool.remove(old)
        await simulation.kill("pc")
        before.disk.kill()
        for name in before.disk.list_folder(FOLDER / "spool/writing"):
            before.disk.remove(FOLDER / "spool/writing" / name)  # its header had not come to the disk
        simulation.clock.jump(-30_000_000)
        after = World(simulation, before.disk)
        assert after.mended == []
        await after.start()
        await asyncio.sleep(5)
        assert after.director.recording == recording
        assert after.spool.segments[-1].started_at_us >= until_us
        await after.orders.do("stop")
        assert after.kept() == WorkstationState()

    run(scenario, seed=1)


def failing_state(step: Step) -> int | None:
    return errno.EIO if step.name == "sync_folder" and step.path == FOLDER else None


async def until_kept(world: World) -> None:
    await asyncio.sleep(RETRY_S + 1)
    assert world.orders.problem == ""


def test_a_blackout_that_a_failing_disk_did_not_take_is_kept_as_soon_as_it_does_and_said_until_then() -> None:
    async def story(world: World) -> None:
        world.disk.fault = failing_state
        result = await world.orders.carry_out(Command(1, "blackout_on", reason="card"))
        assert result.ok
        assert "a crash would forget it" in result.message
        assert world.orders.problem == result.message
        await asyncio.sleep(60)
        assert world.orders.problem, "it fails on"
        world.disk.fault = None
        await until_kept(world)
        assert world.kept_reason() == "card"
        assert (await world.orders.carry_out(Command(2, "status"))).message == ""

    simulate(story)


def test_one_that_could_not_be_made_durably_over_stays_after_a_kill_too() -> None:
    """The write that failed may have come to the file all the same: it is written again as it should be."""

    async def scenario(simulation: Simulation) -> None:
        world = World(simulation)
        await world.start()
        await world.orders.do("blackout_on", reason="card")
        world.disk.fault = failing_state
        with pytest.raises(UnavailableError):
            await world.orders.do("blackout_off")
        assert world.state == "blackout"
        assert world.kept_reason() is None, "what is seen of the file is the write that was said to have failed"
        world.disk.fault = None
        await until_kept(world)
        await simulation.kill("pc")
        world.disk.kill()
        again = World(simulation, world.disk)
        await again.start()
        assert again.state == "blackout"

    run(scenario, seed=1)


def test_one_that_ended_by_itself_while_the_disk_failed_is_kept_as_over() -> None:
    async def story(world: World) -> None:
        await world.orders.do("blackout_on", reason="card", blackout=BlackoutOrder("api", length_ms=30_000))
        world.disk.fault = failing_state
        await asyncio.sleep(60)
        assert world.state == "idle"
        assert world.orders.problem
        world.disk.fault = None
        await until_kept(world)
        assert world.kept().blackouts == ()

    simulate(story)


def test_a_disk_that_fails_for_a_moment_at_the_end_does_not_make_the_next_start_forget() -> None:
    async def story(world: World) -> None:
        await world.orders.do("start")
        await asyncio.sleep(2)
        failures = 2

        def fails_twice(step: Step) -> int | None:
            nonlocal failures
            failed = failing_state(step)
            failures -= failed is not None
            return failed if failures >= 0 else None

        world.disk.fault = fails_twice
        await world.orders.do("blackout_on", reason="card")
        await world.orders.close()
        assert world.orders.problem == ""
        assert world.kept_reason() == "card"

    simulate(story)


def test_an_end_does_not_wait_for_a_disk_that_fails_for_good() -> None:
    async def story(world: World) -> None:
        world.disk.fault = failing_state
        await world.orders.do("blackout_on", reason="card")
        async with asyncio.timeout(2):
            await world.orders.close()
        assert world.orders.problem

    simulate(story)
