"""The thread that captures: it drives the pipeline and hands what comes of it to the event loop.

Encoding takes its time, so it has a thread of its own; everything else of the workstation runs in the loop. A pipeline
that fails is made anew; a display that is not there is asked for until it is.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.workstation.machine import SystemThreads, Threads
from playhead.workstation.outputs import Output, Sample, Thumbnail

RETRY_S: Final = 1.0
"""Pause before a pipeline that could not be made, or broke, is tried again."""

STOP_S: Final = 5.0
"""How long a stop waits for a pipeline that hangs. The thread is a daemon: it does not keep the process."""

WAITING_BYTES_MAX: Final = 32 << 20
"""Pictures that wait for the loop. Past it the capture pauses: a loop that is behind must not eat the memory."""

ALIVE_US: Final = 500_000
"""How often the loop is told that nothing happened."""

EAGER_US: Final = 1_000_000
"""Longest time without a look at the screen while recording."""

_log = structlog.get_logger(__name__)


class CapturePipeline(Protocol):
    """What is needed of `playhead.workstation.pipeline.Pipeline`, which documents it."""

    @property
    def fps(self) -> float:
        """The frame rate now."""
        ...

    def tick(self) -> list[Output]:
        """What happened."""
        ...

    def wait(self, timeout_us: int | None = None) -> None:
        """Sleep until there is something to do."""
        ...

    def wake(self) -> None:
        """End `wait`. From any thread."""
        ...

    def force_key(self) -> None:
        """Key frames of every track, at once. From any thread."""
        ...

    def set_blackout(self, *, on: bool) -> None:
        """Capture nothing, or capture again. From any thread."""
        ...

    def set_live(self, *, on: bool) -> None:
        """Somebody watches, or nobody does. From any thread."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """What one tick gave."""

    outputs: list[Output] = field(default_factory=list[Output])
    alive_us: int = 0
    """When the tick ended (monotonic)."""
    fps: float = 0.0
    blackout_changes: int = 0
    """How many changes of blackouts the tick knew of when it began, since the thread began."""
    is_first: bool = False
    """Of a new pipeline: what an earlier one said about tracks and epochs is void."""
    code: str = ""
    """Why nothing is captured: an error's code, and its sentence."""
    problem: str = ""

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return sum(_bytes(output) for output in self.outputs)


class CaptureThread:
    """See the module. Methods are for the event loop's thread.

    Args:
        make_pipeline: called in the capture thread, again after each failure.
        clock: for the time.
        take: called in the loop with each batch, in order.
        threads: for simulations.
    """

    def __init__(
        self,
        make_pipeline: Callable[[], CapturePipeline],
        clock: Clock,
        take: Callable[[Batch], None],
        *,
        threads: Threads | None = None,
    ) -> None:
        threads = threads or SystemThreads()
        self._make_pipeline = make_pipeline
        self._clock = clock
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._thread = threads.thread(self._run, "capture")
        self._changed = threads.condition()
        # Under the condition's lock:
        self._pipeline: CapturePipeline | None = None
        self._is_dark = self._is_dark_told = False
        self._blackout_changes = 0
        self._is_live = False
        self._is_capturing = False
        self._is_eager = False
        self._is_stopping = False
        self._waiting_bytes = 0

    def start(self) -> None:
        """Begin. Nothing is captured before `set_capturing`."""
        self._thread.start()

    async def stop(self) -> None:
        """End the thread; every batch was taken on return."""
        with self._changed:
            self._is_stopping = True
        self._wake()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, STOP_S)
            if self._thread.is_alive():
                _log.error("capture does not stop", after_s=STOP_S)
        await asyncio.sleep(0)  # what the thread has handed over last runs before this goes on

    def set_capturing(self, *, on: bool, eager: bool) -> None:
        """Look at the screen or do not; ``eager`` also where nothing happens on it, to be sure that nothing does."""
        with self._changed:
            if (on, eager) == (self._is_capturing, self._is_eager):
                return
            self._is_capturing, self._is_eager = on, eager
        self._wake()

    def force_key(self) -> None:
        """Ask for key frames."""
        with self._changed:
            pipeline = self._pipeline
        if pipeline is not None:  # a new one begins with key frames anyway
            pipeline.force_key()

    def set_blackout(self, *, on: bool) -> None:
        """Begin or end a blackout. A tick that is under way hears of its begin at once; its end waits for the next."""
        with self._changed:
            self._is_dark = on
            self._blackout_changes += 1
            if on:
                self._tell_blackout()
        self._wake()

    def set_live(self, *, on: bool) -> None:
        """Somebody watches, or nobody does."""
        with self._changed:
            self._is_live = on
            if self._pipeline is not None:
                self._pipeline.set_live(on=on)

    def _tell_blackout(self) -> None:
        if self._pipeline is not None and self._is_dark != self._is_dark_told:
            self._is_dark_told = self._is_dark
            self._pipeline.set_blackout(on=self._is_dark)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
            if self._pipeline is not None:
                self._pipeline.wake()

    # In the thread

    def _run(self) -> None:
        problem = ""
        while not self._is_stopping:
            try:
                pipeline = self._make_pipeline()
            except PlayheadError as error:
                if str(error) != problem:
                    problem = str(error)
                    _log.warning("capture not possible", code=error.code, error=error.message)
                self._hand_over(Batch(code=error.code, problem=problem))
                self._rest()
                continue
            except Exception as error:  # noqa: BLE001 - the thread must not end while somebody relies on it
                self._failed(error)
                continue
            problem = ""
            try:
                self._capture(pipeline)
            except Exception as error:  # noqa: BLE001 - the capture must go on, whatever was wrong with this pipeline
                self._failed(error)
            finally:
                self._close(pipeline)

    def _close(self, pipeline: CapturePipeline) -> None:
        with self._changed:
            self._pipeline = None
        try:
            pipeline.close()
        except Exception:  # noqa: BLE001 - nothing is expected of it any more
            _log.exception("capture not closed")

    def _failed(self, error: Exception) -> None:
        _log.error("capture failed", exc_info=error)
        self._hand_over(Batch(code="capture.failed", problem=f"The capture failed ({type(error).__name__})."))
        self._rest()

    def _rest(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopping, RETRY_S)

    def _capture(self, pipeline: CapturePipeline) -> None:
        with self._changed:
            self._pipeline, self._is_dark_told = pipeline, False
            pipeline.set_live(on=self._is_live)
        is_first, told_us = True, 0
        while (blackout_changes := self._prepare()) is not None:
            outputs = pipeline.tick()
            now_us = self._clock.monotonic_us()
            if outputs or is_first or now_us - told_us >= ALIVE_US:
                self._hand_over(Batch(outputs, now_us, pipeline.fps, blackout_changes, is_first))
                is_first, told_us = False, now_us
            with self._changed:
                timeout_us = EAGER_US if self._is_eager else None
            pipeline.wait(timeout_us)

    def _prepare(self) -> int | None:
        """Return when there is to be a tick: the changes of blackouts that it knows of. None: no tick any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_capturing or self._is_stopping)
            self._tell_blackout()
            return None if self._is_stopping else self._blackout_changes

    def _hand_over(self, batch: Batch) -> None:
        size = batch.bytes
        with self._changed:
            self._changed.wait_for(lambda: self._waiting_bytes <= WAITING_BYTES_MAX or self._is_stopping)
            self._waiting_bytes += size
        self._loop.call_soon_threadsafe(self._taken, batch, size)

    def _taken(self, batch: Batch, size: int) -> None:
        try:
            self._take(batch)
        finally:
            with self._changed:
                self._waiting_bytes -= size
                self._changed.notify_all()


def _bytes(output: Output) -> int:
    match output:
        case Sample():
            return len(output.data)
        case Thumbnail():
            return len(output.jpeg)
        case _:
            return 256
