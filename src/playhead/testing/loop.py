"""An asyncio event loop in virtual time: hours pass in milliseconds, and a seed decides all that is left to chance.

    def scenario(simulation): ...            # returns a coroutine
    run(scenario, seed=7)

When nothing is ready the loop moves its clock to the next timer instead of sleeping. There are no sockets or child
processes in it: the network is `playhead.testing.network`, and threads are `playhead.testing.threads`.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from typing_extensions import TypeVarTuple, Unpack

from playhead.testing.clock import SimClock
from playhead.testing.disk import PowerCutError
from playhead.testing.threads import SimThreads

ROUNDS_MAX = 1_000
"""How often a dying host's tasks are cancelled. Each may await a few things on its way out."""

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
        self.dead: set[str] = set()
        """Hosts without power: what fails there does not matter any more."""
        self._clock = clock
        self._chance = chance
        self._selector = _Selector(clock, clock.monotonic_us() + int(limit_s * 1e6))
        self._threads: dict[str, SimThreads] = {}
        self.set_exception_handler(self._failed)

    def time(self) -> float:
        """Virtual monotonic time in seconds."""
        return self._clock.monotonic_us() / 1e6

    def run_in_executor(  # pyright: ignore[reportIncompatibleMethodOverride] - the base class calls it async by mistake
        self,
        executor: object,
        func: Callable[[Unpack[Ts]], T],
        *args: Unpack[Ts],  # noqa: UP044 - one spelling for both
    ) -> asyncio.Future[T]:
        """Run ``func`` in a thread, up to `THREAD_US_MAX` later. Cancelling does not stop it, as with real ones."""
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

        threads = self.threads_of(_HOST.get())
        thread = threads.begin(work, copy_context())
        self.call_later(self._chance.randint(0, THREAD_US_MAX) / 1e6, threads.go_on, thread)
        return future

    def threads_of(self, host: str) -> SimThreads:
        """The threads of a host."""
        return self._threads.setdefault(host, SimThreads(self))

    def forget(self, host: str) -> None:
        """Call nothing any more of what the host's programs wanted to have called."""
        waiting: list[asyncio.Handle] = [*self._ready, *self._scheduled]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - asyncio has no door to them
        for handle in waiting:
            context = handle._context  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
            if context is not None and context.get(_HOST) == host:  # pyright: ignore[reportUnknownMemberType]
                handle.cancel()

    def _failed(self, _loop: object, context: dict[str, Any]) -> None:
        if isinstance(context.get("exception"), PowerCutError):  # that is the simulation's own doing
            return
        handle = context.get("handle")
        host = "" if handle is None or handle._context is None else handle._context.get(_HOST)  # noqa: SLF001 - no door
        if host not in self.dead:
            self.failures.append(context)

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


_HOST: ContextVar[str] = ContextVar("host", default="")


def context_of(host: str) -> Context:
    """What runs in it runs on that host."""
    context = copy_context()
    context.run(_HOST.set, host)
    return context


def host_of_task() -> str:
    """On which host the running task or thread is; empty for none."""
    return _HOST.get()


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
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, PowerCutError):
            self.loop.failures.append({"message": "A host failed", "exception": error})

    async def kill(self, host: str) -> None:
        """End all tasks, threads and timers of a host, at once and whatever they would still like to do.

        Cut off its network and disk first: their last wishes must not come true.
        """
        self.loop.threads_of(host).kill()
        for _ in range(ROUNDS_MAX):
            tasks = [task for task in self._tasks.get(host, []) if not task.done()]
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0)
        else:
            raise AssertionError(f"Tasks of {host} cannot be cancelled: {self._tasks[host]}")
        self.loop.threads_of(host).kill()
        self.loop.forget(host)

    def make_task(self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:  # noqa: ANN401 - as asyncio declares it
        """The loop's task factory: remembers whose task it is."""
        task = asyncio.Task(work, loop=loop, **options)
        if host := _HOST.get():
            tasks = self._tasks.setdefault(host, [])
            tasks.append(task)
            task.add_done_callback(lambda done: self._ended(host, done))
        return task

    def _ended(self, host: str, task: asyncio.Task[Any]) -> None:
        self._tasks[host].remove(task)
        if host in self.loop.dead and not task.cancelled():
            task.exception()  # looked at: nobody else will


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
        for failure in loop.failures:
            error.add_note(f"before that: {failure}")
        raise
    if loop.failures:
        raise AssertionError(f"Unhandled with seed {seed}: {loop.failures}")
    return result
