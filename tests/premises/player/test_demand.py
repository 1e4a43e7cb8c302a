"""Who watches which workstation: it is told when the first one comes, and a while after the last one left."""

import asyncio
import contextlib

import pytest

from playhead.base.ids import WorkstationId
from playhead.premises.player.demand import Demand

DESK = WorkstationId("desk-1")
OTHER = WorkstationId("desk-2")


class Screen:
    """Notes who is being watched, and lets a test wait for it."""

    def __init__(self):
        self.watched = []
        self.asked = []
        self.changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def watching(self, workstation):
        await self._note(workstation, +1)
        try:
            yield
        finally:
            await self._note(workstation, -1)

    async def _note(self, workstation, step):
        async with self.changed:
            self.asked.append((str(workstation), step))
            self.changed.notify_all()

    async def until(self, *expected):
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: self.asked == list(expected))


@pytest.fixture
async def screen():
    return Screen()


@contextlib.asynccontextmanager
async def demanding(screen, grace_s):
    demand = Demand(screen, grace_s)
    task = asyncio.create_task(demand.run())
    try:
        yield demand
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_is_told_once_for_all_viewers(screen):
    async with demanding(screen, 0.01) as demand:
        with demand.watching(DESK):
            await screen.until(("desk-1", 1))
            with demand.watching(DESK):
                assert demand.viewers == 2
            assert demand.viewers == 1
        await screen.until(("desk-1", 1), ("desk-1", -1))
        assert demand.viewers == 0
        with demand.watching(DESK):
            await screen.until(("desk-1", 1), ("desk-1", -1), ("desk-1", 1))


async def test_looking_away_and_back_costs_it_nothing(screen):
    async with demanding(screen, 60) as demand:
        for _ in range(3):
            with demand.watching(DESK):
                await screen.until(("desk-1", 1))
            await asyncio.sleep(0)


async def test_workstations_do_not_concern_one_another(screen):
    async with demanding(screen, 0.01) as demand:
        with demand.watching(DESK):
            await screen.until(("desk-1", 1))
            with demand.watching(OTHER):
                await screen.until(("desk-1", 1), ("desk-2", 1))
            await screen.until(("desk-1", 1), ("desk-2", 1), ("desk-2", -1))


async def test_at_the_stop_all_are_let_go(screen):
    async with demanding(screen, 60) as demand:
        with demand.watching(DESK):
            await screen.until(("desk-1", 1))
    assert screen.asked == [("desk-1", 1), ("desk-1", -1)]


async def test_a_viewer_who_leaves_at_once_is_no_trouble(screen):
    async with demanding(screen, 0.01) as demand:
        with demand.watching(DESK):
            pass
        await screen.until(("desk-1", 1), ("desk-1", -1))
