import asyncio
import time

import pytest

from playhead.testing.clock import SimClock
from playhead.testing.loop import DeadlockError, OvertimeError, run


def test_hours_pass_in_no_time():
    async def scenario(simulation):
        before = simulation.clock.monotonic_us()
        await asyncio.sleep(3600)
        return simulation.clock.monotonic_us() - before

    begin = time.monotonic()
    assert run(scenario, seed=1) == pytest.approx(3600e6, abs=2)
    assert time.monotonic() - begin < 5


def test_timers_fire_in_order_and_both_clocks_agree():
    async def scenario(simulation):
        seen = []

        async def note(delay):
            await asyncio.sleep(delay)
            seen.append((delay, simulation.clock.wall_us() - wall))

        wall = simulation.clock.wall_us()
        await asyncio.gather(*(note(delay) for delay in (3, 0.000001, 2, 1)))
        return seen

    seen = run(scenario, seed=1)
    assert [delay for delay, _ in seen] == [0.000001, 1, 2, 3]
    assert all(0 <= us - delay * 1e6 < 10 for delay, us in seen)


def test_a_run_that_waits_for_ever_is_told_with_its_seed():
    async def scenario(_simulation):
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError) as caught:
        run(scenario, seed=4711)
    assert caught.value.__notes__ == ["seed 4711"]


def test_a_run_that_does_not_end():
    async def scenario(_simulation):
        for _ in range(10_000):
            await asyncio.sleep(1)

    with pytest.raises(OvertimeError):
        run(scenario, seed=1, limit_s=100)


def test_an_error_that_nobody_awaits_fails_the_run():
    async def scenario(simulation):
        async def fail():
            raise ZeroDivisionError

        simulation.spawn("host", fail())
        await asyncio.sleep(1)

    with pytest.raises(AssertionError, match="seed 3"):
        run(scenario, seed=3)


def test_work_for_threads_runs_in_the_loop_and_later():
    async def scenario(simulation):
        before = simulation.clock.monotonic_us()
        assert await asyncio.to_thread(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 7, 0)
        return simulation.clock.monotonic_us() - before

    assert 0 < run(scenario, seed=1) < 100_000


def test_a_killed_host_takes_its_tasks_and_their_tasks_along():
    async def scenario(simulation):
        alive = []

        async def child(name):
            while True:
                alive.append(name)
                await asyncio.sleep(1)

        async def parent(name):
            async with asyncio.TaskGroup() as group:
                group.create_task(child(name))

        simulation.spawn("one", parent("one"))
        simulation.spawn("two", parent("two"))
        await asyncio.sleep(2.5)
        await simulation.kill("one")
        alive.clear()
        await asyncio.sleep(2.5)
        await simulation.kill("two")
        await simulation.kill("nobody")
        return set(alive)

    assert run(scenario, seed=1) == {"two"}


def test_the_clock_stands_still_until_told():
    clock = SimClock(wall_us=10, monotonic_us=5)
    clock.advance(3)
    assert (clock.wall_us(), clock.monotonic_us()) == (13, 8)
    clock.jump(-10)
    assert (clock.wall_us(), clock.monotonic_us()) == (3, 8)
    with pytest.raises(AssertionError):
        clock.advance(-1)
