"""An asyncio event loop in virtual time: hours pass in milliseconds, and a seed decides all that is left to chance.

    def scenario(simulation): ...            # returns a coroutine
    run(scenario, seed=7)

When nothing is ready the loop moves its clock to the next timer instead of sleeping. There are no sockets, threads or
child processes in it: the network is `playhead.testing.network`, and work for threads runs in the loop, a little later.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from typing_extensions import TypeVarTuple, Unpack

from playhead.testing.clock import SimClock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THREAD_US_MAX = 20_000
"""Work for a thread ends up to so much later than it was given."""


class DeadlockError(AssertionError):
    """Everything waits, and nothing will ever happen."""


class OvertimeError(AssertionError):
    """The scenario did not end in its time."""


class _Selector:
    """Stands where the operating system's would: waiting is moving the clock."""

    def __init__(self, clock: SimClock, ends_at_us: int) -> None:
        self._clock = clock
        self._ends_at_us = ends_at_us

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise DeadlockError("Everything waits, and no timer is set.")
        if timeout > 0:
            self._clock.advance(int(timeout * 1e6) + 1)  # never short of the timer
            if self._clock.monotonic_us() > self._ends_at_us:
                raise OvertimeError("The scenario did not end in its time.")
        return []

    def close(self) -> None:
        pass


class SimLoop(asyncio.BaseEventLoop):
    """The loop. ``limit_s`` of virtual time end it with `OvertimeError`."""

    def __init__(self, clock: SimClock, chance: random.Random, *, limit_s: float = 86_400) -> None:
        super().__init__()
        self.failures: list[dict[str, Any]] = []
        """What would have been logged as an unhandled error."""
        self._clock = clock
        self._chance = chance
        self._selector = _Selector(clock, clock.monotonic_us() + int(limit_s * 1e6))
        self.set_exception_handler(lambda _loop, context: self.failures.append(context))

    def time(self) -> float:
        """Virtual monotonic time in seconds."""
        return self._clock.monotonic_us() / 1e6

    def run_in_executor(  # pyright: ignore[reportIncompatibleMethodOverride] - the base class calls it async by mistake
        self,
        executor: object,
        func: Callable[[Unpack[Ts]], T],
        *args: Unpack[Ts],  # noqa: UP044 - one spelling for both
    ) -> asyncio.Future[T]:
        """Run ``func`` in the loop, up to `THREAD_US_MAX` later. Cancelling does not stop it, as with threads."""
        del executor
        future: asyncio.Future[T] = self.create_future()

        def work() -> None:
            try:
                result = func(*args)
            except Exception as error:  # noqa: BLE001 - handed on to whoever waits
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

        self.call_later(self._chance.randint(0, THREAD_US_MAX) / 1e6, work)
        return future

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


_HOST: ContextVar[str] = ContextVar("host", default="")


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a scenario is given. ``chance`` is the only source of randomness in it."""

    seed: int
    clock: SimClock
    chance: random.Random
    loop: SimLoop
    _tasks: dict[str, list[asyncio.Task[Any]]] = field(default_factory=dict[str, list[asyncio.Task[Any]]])

    def spawn(self, host: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start ``work`` on a host. The tasks that it starts run on that host, too. Should it fail, so does the run."""
        token = _HOST.set(host)
        try:
            task = asyncio.create_task(work)
        finally:
            _HOST.reset(token)
        task.add_done_callback(self._note_failure)
        return task

    def _note_failure(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.loop.failures.append({"message": "A host failed", "exception": error})

    async def kill(self, host: str) -> None:
        """Cancel all tasks of a host. Cut off its network and disk first: their last wishes must not come true."""
        tasks = self._tasks.pop(host, [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def make_task(self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:  # noqa: ANN401 - as asyncio declares it
        """The loop's task factory: remembers whose task it is."""
        task = asyncio.Task(work, loop=loop, **options)
        if host := _HOST.get():
            tasks = self._tasks.setdefault(host, [])
            tasks.append(task)
            task.add_done_callback(lambda done: tasks.remove(done) if done in tasks else None)
        return task


def run(scenario: Callable[[Simulation], Coroutine[Any, Any, T]], *, seed: int, limit_s: float = 86_400) -> T:
    """Run ``scenario`` in virtual time.

    Raises:
        AssertionError: it failed, left errors behind, waited for ever or took more than ``limit_s`` of virtual time;
            a note names the seed.
    """
    clock = SimClock()
    chance = random.Random(seed)  # noqa: S311 - a simulation wants to be repeated
    loop = SimLoop(clock, chance, limit_s=limit_s)
    simulation = Simulation(seed, clock, chance, loop)
    loop.set_task_factory(simulation.make_task)
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            result = runner.run(scenario(simulation))
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise
    if loop.failures:
        raise AssertionError(f"Unhandled with seed {seed}: {loop.failures}")
    return result
