import asyncio
import errno
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.testing.scripted_pipeline import ClockedPipeline, ScriptedPipeline
from playhead.workstation import capture_thread
from playhead.workstation.capture_thread import Batch, CaptureThread
from playhead.workstation.outputs import Epoch, Notice, Sample

CLOCK = SystemClock()


class Desk:
    """A capture thread with scripted pipelines, and what it hands over."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.pipelines: list[ClockedPipeline] = []
        self.refusals = 0
        self.news = asyncio.Event()
        self.thread = CaptureThread(self.make, CLOCK, self.took)

    def make(self) -> ClockedPipeline:
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("capture.no_display", "No display.")
        script = ScriptedPipeline()
        script.changing = {0}
        self.pipelines.append(ClockedPipeline(script, CLOCK, interval_us=5_000))
        return self.pipelines[-1]

    def took(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.news.set()

    @property
    def outputs(self) -> list:
        return [output for batch in self.batches for output in batch.outputs]

    async def until(self, what: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not what():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk, None]:
    here = Desk()
    here.thread.start()
    try:
        yield here
    finally:
        await here.thread.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "capture"]


async def test_nothing_is_captured_before_it_is_wanted() -> None:
    async with desk() as here:
        await asyncio.sleep(0.05)
        assert here.batches == []
        here.thread.set_capturing(on=True, eager=False)
        await here.until(lambda: len(here.outputs) > 5)
        assert isinstance(here.outputs[0], Epoch)
        assert [batch.is_first for batch in here.batches][:3] == [True, False, False]
        here.thread.set_capturing(on=False, eager=False)


async def test_batches_come_in_order_and_say_until_when_capture_was_alive() -> None:
    async with desk() as here:
        here.thread.set_capturing(on=True, eager=True)
        await here.until(lambda: len(here.batches) > 20)
        newest_us = 0
        for batch in here.batches:
            assert batch.alive_us >= newest_us
            assert all(output.at_us <= batch.alive_us for output in batch.outputs)
            assert all(output.at_us >= newest_us for output in batch.outputs)
            newest_us = batch.alive_us


async def test_batches_say_how_many_changes_of_a_blackout_they_know_of() -> None:
    async with desk() as here:
        here.thread.set_capturing(on=True, eager=True)
        for change, on in enumerate((True, False, True, False), 1):
            here.thread.set_blackout(on=on)
            await here.until(lambda change=change: here.batches and here.batches[-1].blackout_changes == change)
            assert pictures(here.batches[-1]) in ([], [b"black" if on else b"shown"])
        told = [output.code for output in here.outputs if isinstance(output, Notice)]
        assert told == ["capture.blackout_on", "capture.blackout_off"] * 2
        for on in (True, False, True):
            here.thread.set_blackout(on=on)
        await here.until(lambda: here.batches[-1].blackout_changes == 7)
        assert pictures(here.batches[-1]) in ([], [b"black"])


def pictures(batch: Batch) -> list[bytes]:
    return [output.data[4:9] for output in batch.outputs if isinstance(output, Sample)]


class Watched(ClockedPipeline):
    """Calls a function in the middle of a look, and counts what it is told."""

    def __init__(self, *arguments, middle: Callable[["Watched"], None], **options) -> None:
        super().__init__(*arguments, **options)
        self.told: list[bool] = []
        self.middle = middle

    def set_blackout(self, *, on: bool) -> None:
        self.told.append(on)
        super().set_blackout(on=on)

    def tick(self) -> list:
        self.middle(self)
        return super().tick()


async def test_a_look_under_way_hears_of_a_blackout_at_once_and_of_its_end_afterwards() -> None:
    looking, told = threading.Event(), threading.Event()

    def middle(_pipeline: Watched) -> None:
        looking.set()
        assert told.wait(10)

    pipeline = Watched(ScriptedPipeline(), CLOCK, interval_us=5_000, middle=middle)
    here = Desk()
    here.thread = CaptureThread(lambda: pipeline, CLOCK, here.took)
    here.thread.start()
    try:
        here.thread.set_capturing(on=True, eager=True)
        assert await asyncio.to_thread(looking.wait, 10)
        for _ in range(100):
            here.thread.set_blackout(on=True)
            here.thread.set_blackout(on=False)
        assert pipeline.told == [True]
        told.set()
        await here.until(lambda: here.batches and here.batches[-1].blackout_changes == 200)
        assert pipeline.told == [True, False]
        assert here.batches[0].blackout_changes == 0
    finally:
        told.set()
        await here.thread.stop()


async def test_a_blackout_is_in_force_before_the_first_look_and_needs_none() -> None:
    async with desk() as here:
        here.thread.set_blackout(on=True)
        await asyncio.sleep(0.05)
        assert here.batches == []
        here.thread.set_capturing(on=True, eager=True)
        await here.until(lambda: sum(isinstance(output, Sample) for output in here.outputs) >= 1)
        assert all(output.data[4:].startswith(b"black") for output in here.outputs if isinstance(output, Sample))


async def test_a_new_pipeline_is_dark_where_the_old_one_was() -> None:
    async with desk() as here:
        here.thread.set_capturing(on=True, eager=True)
        here.thread.set_blackout(on=True)
        await here.until(lambda: any(isinstance(output, Notice) for output in here.outputs))

        def broken(_now_us: int) -> list:
            raise ZeroDivisionError

        here.pipelines[0].script.tick = broken
        here.pipelines[0].wake()
        await here.until(lambda: len([batch for batch in here.batches if batch.is_first]) == 2)
        assert here.pipelines[0].closed
        assert [batch.code for batch in here.batches if batch.code] == ["capture.failed"]
        again = here.batches[[batch.is_first for batch in here.batches].index(True, 1) :]
        samples = [output for batch in again for output in batch.outputs if isinstance(output, Sample)]
        assert all(sample.data[4:].startswith(b"black") for sample in samples)


async def test_a_display_that_is_not_there_is_said_and_asked_for_again(monkeypatch) -> None:
    monkeypatch.setattr(capture_thread, "RETRY_S", 0.01)
    here = Desk()
    here.refusals = 3
    here.thread.start()
    here.thread.set_capturing(on=True, eager=True)
    await here.until(lambda: here.outputs)
    await here.thread.stop()
    assert [batch.code for batch in here.batches[:4]] == ["capture.no_display"] * 3 + [""]
    assert here.batches[0].problem == "No display."


async def test_whatever_keeps_a_pipeline_from_being_made_or_closed_is_said_and_tried_again(monkeypatch) -> None:
    monkeypatch.setattr(capture_thread, "RETRY_S", 0.01)
    failures: list[Exception] = [OSError(errno.EMFILE, "Too many open files"), ZeroDivisionError()]

    def make() -> ClockedPipeline:
        if failures:
            raise failures.pop(0)
        return here.make()

    def broken(*_arguments: object) -> list:
        raise ZeroDivisionError

    here = Desk()
    here.thread = CaptureThread(make, CLOCK, here.took)
    here.thread.start()
    here.thread.set_capturing(on=True, eager=True)
    try:
        await here.until(lambda: here.outputs)
        assert [batch.code for batch in here.batches[:3]] == ["capture.failed", "capture.failed", ""]
        assert here.batches[0].problem == "The capture failed (OSError)."
        here.pipelines[0].close = broken
        here.pipelines[0].script.tick = broken
        await here.until(lambda: len([batch for batch in here.batches if batch.is_first]) == 2)
    finally:
        await here.thread.stop()


async def test_a_loop_that_is_behind_pauses_the_capture(monkeypatch) -> None:
    monkeypatch.setattr(capture_thread, "WAITING_BYTES_MAX", 2_000)
    async with desk() as here:
        here.thread.set_capturing(on=True, eager=True)
        ticked = threading.Event()
        await here.until(lambda: here.outputs)
        pipeline = here.pipelines[0]
        count = 0
        plain_tick = pipeline.tick

        def big_tick() -> list:
            nonlocal count
            count += 1
            ticked.set()
            return [*plain_tick(), Sample(0, 0, CLOCK.monotonic_us(), b"x" * 1_500, key=False, changed=0.0)]

        pipeline.tick = big_tick
        # The loop is busy: nothing that was handed over can be taken.
        assert ticked.wait(5)
        threading.Event().wait(0.3)
        assert count <= 4
        before = count
        await here.until(lambda: count > before + 3)


async def test_stop_wakes_a_capture_that_waits_for_a_loop_that_is_behind(monkeypatch) -> None:
    monkeypatch.setattr(capture_thread, "WAITING_BYTES_MAX", 0)
    async with desk() as here:
        here.thread.set_capturing(on=True, eager=True)
        await here.until(lambda: here.outputs)


async def test_live_reaches_the_pipeline_there_is_and_the_next() -> None:
    async with desk() as here:
        here.thread.set_capturing(on=True, eager=True)
        await here.until(lambda: here.outputs)
        here.thread.set_live(on=True)
        assert here.pipelines[0].live == [False, True]


async def test_forced_key_frames_come_at_once() -> None:
    async with desk() as here:
        here.thread.force_key()
        here.thread.set_capturing(on=True, eager=True)
        await here.until(lambda: len(here.outputs) > 5)
        before = len(here.outputs)
        here.thread.force_key()
        await here.until(lambda: any(isinstance(output, Sample) and output.key for output in here.outputs[before:]))
