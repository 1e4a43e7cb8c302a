"""The whole workstation against a real premises, over TLS, on real disks and clocks."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from premises.screen.rig import Premises
from workstation.readback import bodies, recorded

from playhead.base.clock import Clock, SystemClock
from playhead.base.errors import ConflictError, CorruptError, NotFoundError, UnavailableError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.quantities import Duration, Size
from playhead.domain.recordings import RecordingState
from playhead.domain.timeline import gaps
from playhead.store.disk import Disk, SystemDisk
from playhead.testing.scripted_pipeline import ClockedPipeline, ScriptedPipeline
from playhead.wire.vid import Kind
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask
from playhead.workstation.enrolment import enrol
from playhead.workstation.examining import Examine
from playhead.workstation.outputs import Output, Sample
from playhead.workstation.service import WorkstationService

NAME = WorkstationId("desk-1")
CLOCK = SystemClock()


class Workstation:
    """One workstation's folder, with the desktop in front of it."""

    def __init__(self, premises: Premises, folder: Path, **settings: object) -> None:
        self.premises = premises
        self.folder = folder
        self.settings = settings
        self.script: ScriptedPipeline
        self.seen: list[str] = []
        self.pipelines: list[ClockedPipeline] = []
        self.breaks: list[Exception] = []
        self.disk: Disk | None = None
        self.clock: Clock = CLOCK
        self.service: WorkstationService
        self.examine: Examine | None = None
        self.on_seen: Callable[[], None] = lambda: None

    def make_pipeline(self) -> ClockedPipeline:
        if self.breaks:
            raise self.breaks.pop(0)
        self.script = ScriptedPipeline()
        self.script.changing = {0}
        self.pipelines.append(ClockedPipeline(self.script, CLOCK, on_outputs=self.note))
        return self.pipelines[-1]

    def note(self, outputs: list[Output]) -> None:
        self.seen += [output.data[4:].decode() for output in outputs if isinstance(output, Sample)]
        self.on_seen()

    def config(self) -> WorkstationConfig:
        values = {"pre_buffer": Duration(1_000_000), **self.settings}
        return WorkstationConfig(id=NAME, data=self.folder, premises=(str(self.premises.address),), **values)

    async def enrol(self) -> None:
        await enrol(self.premises.address, (await self.premises.code()).text, NAME, self.folder, clock=CLOCK)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[WorkstationService, None]:
        self.service = WorkstationService(
            self.config(), self.make_pipeline, self.clock, disk=self.disk, examine=self.examine
        )
        task = asyncio.create_task(self.service.run())
        ready = asyncio.create_task(self.service.ready.wait())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            yield self.service
        finally:
            ready.cancel()
            task.cancel()
            await asyncio.gather(ready, task, return_exceptions=True)

    async def status(self) -> dict[str, object]:
        return (await ask(self.folder, Question("status")))["status"]

    async def until(self, what: Callable[[dict[str, object]], object]) -> dict[str, object]:
        async with asyncio.timeout(20):
            while not what(status := await self.status()):  # noqa: ASYNC110 - it is another program's, as it were
                await asyncio.sleep(0.02)
        return status


@asynccontextmanager
async def office(tmp_path: Path, **settings: object) -> AsyncGenerator[Workstation, None]:
    """A premises that runs, and a workstation that is enrolled there and does not run yet."""
    (tmp_path / "premises").mkdir()
    async with Premises(tmp_path / "premises").running() as premises:
        workstation = Workstation(premises, tmp_path / "data", **settings)
        await workstation.enrol()
        yield workstation


async def is_in_state(premises: Premises, recording: RecordingId, state: RecordingState) -> bool:
    try:
        return (await premises.recording(recording)).state is state
    except NotFoundError:
        return False


async def test_the_premises_starts_and_stops_a_recording(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        await workstation.until(lambda status: status["connected"])
        seen = len(workstation.seen)
        await workstation.until(lambda _: len(workstation.seen) > seen + 5)  # the pre-buffer has something in it
        premises, recording = workstation.premises, RecordingId.new(CLOCK)
        commanded_us = CLOCK.wall_us()
        result = await premises.service.command(NAME, "start", recording=recording, reason="test")
        assert (result.ok, result.recording) == (True, recording.bytes)
        await workstation.until(lambda status: status["durable"])
        live = {each.id: each for each in premises.service.workstations()}[NAME]
        assert (live.state, live.recording, live.monitors) == ("recording", recording, ("screen",))
        result = await premises.service.command(NAME, "stop")
        assert (result.ok, result.recording) == (True, recording.bytes)
        await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
        pictures = await recorded(premises, recording)
        assert commanded_us - 1_000_000 <= pictures[0][0] < commanded_us
        numbers = [int(name.split()[-1]) for _, name in pictures]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        status = await workstation.until(lambda status: status["spool_bytes"] == 0)
        assert (status["state"], status["recording"], status["durable"]) == ("idle", "", False)


async def test_refusals_reach_the_one_who_asked(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        await workstation.until(lambda status: status["connected"])
        service = workstation.premises.service
        stopped = await service.command(NAME, "stop")
        assert (stopped.ok, stopped.code) == (False, "recording.none")
        assert (await service.command(NAME, "start", recording=RecordingId.new(CLOCK))).ok
        again = await service.command(NAME, "start", recording=RecordingId.new(CLOCK))
        assert (again.ok, again.code) == (False, "recording.active")
        assert (await service.command(NAME, "status")).ok


async def test_a_clean_stop_leaves_nothing_out(tmp_path: Path) -> None:
    async with office(tmp_path, continuous=True) as workstation:
        premises = workstation.premises
        async with workstation.running():
            status = await workstation.until(lambda status: status["durable"])
            recording = RecordingId(UUID(status["recording"]))
        await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
        pictures = await recorded(premises, recording)
        assert [name for _, name in pictures] == workstation.seen
        assert list((workstation.folder / "spool").rglob("*.vid")) == []


async def test_continuous_begins_another_recording_at_the_next_start_and_cannot_be_stopped(tmp_path: Path) -> None:
    async with office(tmp_path, continuous=True) as workstation:
        recordings = set()
        for _ in range(2):
            async with workstation.running():
                status = await workstation.until(lambda status: status["durable"])
                recordings.add(status["recording"])
                with pytest.raises(UnavailableError) as caught:
                    await ask(workstation.folder, Question("stop"))
                assert caught.value.code == "recording.continuous"
        assert len(recordings) == 2


async def test_the_command_line_of_the_machine_can_do_the_same(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        answer = await ask(workstation.folder, Question("start", reason="by hand"))
        status = await workstation.until(lambda status: status["durable"])
        assert answer["recording"] == status["recording"]
        assert status["state"] == "recording"
        assert (await ask(workstation.folder, Question("blackout_on", reason="card")))["status"]["state"] == "blackout"
        await ask(workstation.folder, Question("blackout_off"))
        stopped = await ask(workstation.folder, Question("stop"))
        assert stopped["recording"] == answer["recording"]
        with pytest.raises(UnavailableError) as caught:
            await ask(workstation.folder, Question("dance"))
        assert caught.value.code == "command.unknown"


async def test_nothing_seen_under_a_blackout_reaches_the_premises(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        premises, recording = workstation.premises, RecordingId.new(CLOCK)
        await workstation.until(lambda status: status["connected"])
        await premises.service.command(NAME, "start", recording=recording)
        await workstation.until(lambda status: status["durable"])
        assert (await premises.service.command(NAME, "blackout_on", reason="card")).ok
        on_us = CLOCK.wall_us()
        await asyncio.sleep(0.5)
        off_us = CLOCK.wall_us()
        assert (await premises.service.command(NAME, "blackout_off")).ok
        seen = len(workstation.seen)
        await asyncio.sleep(0.3)
        await premises.service.command(NAME, "stop")
        await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
        pictures = await recorded(premises, recording)
        assert not [name for at_us, name in pictures if on_us <= at_us < off_us and name.startswith("shown")]
        assert [name for _, name in pictures if name.startswith("black")]
        assert pictures[-1][1].startswith("shown")
        assert pictures[-1][1] in workstation.seen[seen - 1 :]


async def test_a_blackout_outlives_a_restart(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        async with workstation.running():
            await ask(workstation.folder, Question("blackout_on", reason="card"))
        async with workstation.running():
            status = await workstation.status()
            assert (status["state"], status["reason"]) == ("blackout", "card")
            await asyncio.sleep(0.3)
            assert workstation.script._blackout


class SlowDisk(SystemDisk):
    """Lists a folder only once the condition is met."""

    def __init__(self, condition: threading.Event) -> None:
        self._condition = condition

    def list_folder(self, path: Path) -> list[str]:
        assert self._condition.wait(10)
        return super().list_folder(path)


async def test_a_blackout_is_in_force_before_a_restarted_workstation_looks_at_the_screen(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        async with workstation.running():
            await ask(workstation.folder, Question("blackout_on", reason="card"))
        workstation.seen.clear()
        looked = threading.Event()
        workstation.on_seen = looked.set
        workstation.disk = SlowDisk(looked)  # the spool takes its time, and the capture does not wait for it
        async with workstation.running():
            recording = RecordingId(UUID((await ask(workstation.folder, Question("start")))["recording"]))
            await workstation.until(lambda status: status["durable"])
            await ask(workstation.folder, Question("stop"))
            await workstation.premises.until(
                lambda: is_in_state(workstation.premises, recording, RecordingState.COMPLETE)
            )
        assert all(name.startswith("black") for name in workstation.seen)
        assert all(name.startswith("black") for _, name in await recorded(workstation.premises, recording))


class AnHourLater(SystemClock):
    def wall_us(self) -> int:
        return super().wall_us() + 3_600_000_000


async def test_an_ordered_recording_goes_on_after_a_clean_restart_until_it_is_stopped(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        premises, recording = workstation.premises, RecordingId.new(CLOCK)
        async with workstation.running():
            await workstation.until(lambda status: status["connected"])
            await premises.service.command(NAME, "start", recording=recording)
            await workstation.until(lambda status: status["durable"])
        await premises.until(lambda: is_in_state(premises, recording, RecordingState.INTERRUPTED))
        (first,) = (await premises.recording(recording)).segments
        assert (first.ended, first.sealed) == ("sealed", True)
        assert not list((workstation.folder / "spool" / "finished").iterdir())
        workstation.clock = AnHourLater()
        began_us = workstation.clock.wall_us()
        async with workstation.running():
            await workstation.until(lambda status: status["durable"])
            await premises.until(lambda: is_in_state(premises, recording, RecordingState.RECORDING))
            (one,) = {each.id: each for each in premises.service.workstations()}.values()
            assert (one.state, one.recording) == ("recording", recording)
            assert (await premises.service.command(NAME, "stop")).recording == recording.bytes
            await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
        found = await premises.recording(recording)
        _, second = found.segments
        assert second.ended == "sealed"
        (gap,) = gaps(found)
        assert gap.reason == "sealed"
        assert gap.from_us == first.covered_us
        assert gap.to_us == second.started_at_us - found.started_at_us
        assert second.started_at_us >= began_us
        assert gap.to_us - gap.from_us > 3_590_000_000
        marks = [json.loads(body) for header, body in await bodies(premises, recording) if header.kind == Kind.MARKER]
        marks = [mark for mark in marks if mark["code"].startswith("recording.")]
        assert [(mark["code"], mark["reason"]) for mark in marks if mark.get("reason")] == [
            ("recording.stopped", "the workstation stops"),
            ("recording.resumed", "restarted"),
        ]
        async with workstation.running():
            await workstation.until(lambda status: status["connected"])
            assert (await workstation.status())["recording"] == ""


async def test_somebody_who_watches_is_told_to_the_capture(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        await workstation.until(lambda status: status["connected"])
        await workstation.premises.service.command(NAME, "live_on")
        assert workstation.pipelines[-1].live[-1] is True
        await workstation.premises.service.command(NAME, "live_off")
        assert workstation.pipelines[-1].live[-1] is False


async def test_without_the_premises_it_records_and_says_that_nothing_is_durable(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        pass
    async with workstation.running():
        await ask(workstation.folder, Question("start"))
        status = await workstation.until(lambda status: status["spool_bytes"] > 1000)
        assert (status["state"], status["durable"], status["connected"]) == ("recording", False, False)
        assert "cannot be reached" in status["connection_problem"]
    assert len(list((workstation.folder / "spool" / "finished").glob("*.sealed.vid"))) == 1


async def test_a_display_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        workstation.breaks = [UnavailableError("capture.no_display", "There is no display.")]
        async with workstation.running():
            status = await workstation.until(lambda status: status["state"] == "no_display")
            assert status["reason"] == "There is no display."
            await workstation.until(lambda status: status["state"] == "idle")


async def test_a_capture_that_breaks_begins_anew_and_the_recording_goes_on(tmp_path: Path) -> None:
    async with office(tmp_path, continuous=True) as workstation, workstation.running():
        status = await workstation.until(lambda status: status["durable"])

        def breaking(_now_us: int) -> list:
            raise ZeroDivisionError

        workstation.script.tick = breaking
        await workstation.until(lambda status: status["state"] == "failed")
        await workstation.until(lambda status: status["state"] == "recording")
        await workstation.until(lambda status: status["durable"])
        assert workstation.pipelines[0].closed
        premises, recording = workstation.premises, RecordingId(UUID(status["recording"]))

        async def goes_on() -> bool:
            return len((await premises.recording(recording)).segments) == 2

        await premises.until(goes_on)


async def test_a_full_spool_is_said_and_recording_goes_on_when_there_is_room(tmp_path: Path) -> None:
    async with office(tmp_path, continuous=True, disk_free_min=Size(1 << 60)) as workstation, workstation.running():
        status = await workstation.until(lambda status: status["state"] == "disk_full")
        assert "free on the disk" in status["reason"]


async def test_one_process_uses_a_folder(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        with pytest.raises(ConflictError) as caught:
            await WorkstationService(workstation.config(), workstation.make_pipeline, CLOCK).run()
        assert caught.value.code == "folder.locked"


async def test_one_that_is_not_enrolled_says_how_to(tmp_path: Path) -> None:
    (tmp_path / "premises").mkdir()
    async with Premises(tmp_path / "premises").running() as premises:
        workstation = Workstation(premises, tmp_path / "data")
        with pytest.raises(NotFoundError) as caught:
            async with workstation.running():
                pass
    assert caught.value.code == "workstation.not_enrolled"


async def test_a_damaged_state_is_said_and_the_lock_is_let_go(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        state = workstation.folder / "state.json"
        state.write_text("{")
        with pytest.raises(CorruptError):
            async with workstation.running():
                pass
        state.write_text(json.dumps({"command": 5}))
        async with workstation.running():
            pass


async def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        await workstation.until(lambda status: status["connected"])
    assert not [thread for thread in threading.enumerate() if thread.name == "capture"]


async def test_asking_where_none_runs_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        await ask(tmp_path, Question("status"))
    assert caught.value.code == "workstation.not_running"


async def test_how_far_the_premises_clock_is_ahead_is_known_and_kept_in_the_recording(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation:
        workstation.clock = AnHourLater()
        async with workstation.running():
            premises, recording = workstation.premises, RecordingId.new(CLOCK)
            status = await workstation.until(lambda status: status["connected"])
            assert -3_601_000 < status["clock_offset_ms"] <= -3_600_000
            await premises.service.command(NAME, "start", recording=recording)
            await workstation.until(lambda status: status["durable"])
            await premises.service.command(NAME, "stop")
            await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
            found = await bodies(premises, recording)
            marks = [json.loads(body) for header, body in found if header.kind == Kind.MARKER]
            (offset_us,) = [mark["offset_us"] for mark in marks if mark["code"] == "clock.offset"]
            assert -3_601_000_000 < offset_us <= -3_600_000_000
