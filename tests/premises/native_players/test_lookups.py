"""The catalogue is asked once for all who ask about the same time, and nobody is told what is older."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import NotFoundError
from playhead.base.ids import RecordingId
from playhead.premises.native_players.lookups import SharedLookup
from playhead.testing.loop import run

ONE, TWO = (RecordingId(UUID(int=number, version=4)) for number in (1, 2))


async def settled():
    """Whatever can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


class Catalogue:
    """Tells how often it was asked when it began to look; answers when it is let."""

    def __init__(self):
        self.asked = 0
        self.may = asyncio.Event()

    async def lookup(self, _recording):
        self.asked += 1
        number = self.asked
        await self.may.wait()
        return number, ()


async def test_who_asks_while_it_is_asked_is_told_by_the_next_one():
    catalogue = Catalogue()
    lookup = SharedLookup(catalogue.lookup)
    first = asyncio.create_task(lookup(ONE))
    await settled()
    others = [asyncio.create_task(lookup(ONE)) for _ in range(10)]
    elsewhere = asyncio.create_task(lookup(TWO))
    await settled()
    assert catalogue.asked == 2  # of the other recording at once
    catalogue.may.set()
    assert (await first)[0] == 1
    assert {(await one)[0] for one in others} == {3}
    assert (await elsewhere)[0] == 2
    assert (await lookup(ONE))[0] == 4
    assert (lookup._asking, lookup._next) == ({}, {})


async def test_whoever_leaves_takes_nothing_away():
    catalogue = Catalogue()
    lookup = SharedLookup(catalogue.lookup)
    first, second = (asyncio.create_task(lookup(ONE)) for _ in range(2))
    await settled()
    first.cancel()
    catalogue.may.set()
    assert (await second)[0] == 2


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_however_they_come_all_are_told_what_was_found_after_they_asked(steps):
    async def scenario(_):
        catalogue = Catalogue()
        lookup = SharedLookup(catalogue.lookup)

        async def ask():
            before = catalogue.asked
            return (await lookup(ONE))[0] > before

        asked = []
        for turns, opens in steps:
            asked.append(asyncio.create_task(ask()))
            (catalogue.may.set if opens else catalogue.may.clear)()
            for _ in range(turns):
                await asyncio.sleep(0)
        catalogue.may.set()
        assert all(await asyncio.gather(*asked))
        assert (lookup._asking, lookup._next) == ({}, {})

    run(scenario, seed=1)


async def test_what_goes_wrong_is_told_to_those_who_asked_and_asked_anew():
    answers = iter((NotFoundError("recording.erased", "It is gone."), None))

    async def lookup_one(_recording):
        error = next(answers)
        if error is not None:
            raise error
        return "found", ()

    lookup = SharedLookup(lookup_one)
    with pytest.raises(NotFoundError):
        await lookup(ONE)
    assert (await lookup(ONE))[0] == "found"
