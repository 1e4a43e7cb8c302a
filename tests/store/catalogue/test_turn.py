"""The writer's turn: one at a time, in order, and who may go first."""

import asyncio

import pytest

from playhead.store.catalogue.turn import Turn


class Line:
    """Tasks that take the turn, note it, and give it back when told to."""

    def __init__(self):
        self.turn = Turn()
        self.inside = []
        self.done = asyncio.Event()

    async def enter(self, name, *, first=False):
        async with self.turn.taken(first=first):
            self.inside.append(name)
            await self.done.wait()

    async def start(self, *names, first=False):
        tasks = []
        for name in names:
            tasks.append(asyncio.create_task(self.enter(name, first=first)))
            await asyncio.sleep(0)
        return tasks


async def test_one_at_a_time_in_the_order_they_came():
    line = Line()
    tasks = await line.start("a", "b", "c")
    assert line.inside == ["a"]
    line.done.set()
    await asyncio.gather(*tasks)
    assert line.inside == ["a", "b", "c"]


async def test_who_may_go_first():
    line = Line()
    tasks = await line.start("a", "b")
    tasks += await line.start("urgent", first=True)
    line.done.set()
    await asyncio.gather(*tasks)
    assert line.inside == ["a", "urgent", "b"]


@pytest.mark.parametrize("late", [False, True])
async def test_who_gives_up_holds_nobody_up(late):
    """Cancelled while waiting, or in the moment in which the turn was handed over."""
    line = Line()
    a, b, c = await line.start("a", "b", "c")
    if late:
        line.done.set()
        await asyncio.sleep(0)  # a gives the turn to b, which does not know yet
    b.cancel()
    line.done.set()
    await asyncio.gather(a, c)
    assert line.inside == ["a", "c"]
    await asyncio.gather(b, return_exceptions=True)
    async with asyncio.timeout(1):
        await line.enter("d")


async def test_an_error_within_gives_it_back():
    turn = Turn()
    with pytest.raises(ValueError, match="x"):
        async with turn.taken(first=False):
            raise ValueError("x")
    async with asyncio.timeout(1), turn.taken(first=False):
        pass
