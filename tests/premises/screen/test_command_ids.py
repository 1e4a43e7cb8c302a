"""Ids of commands never repeat, whatever happens to the clock and the process."""

import asyncio

import pytest

from playhead.base.errors import UnavailableError
from playhead.premises.screen.command_ids import RESERVED_US, CommandIds
from playhead.store.catalogue.counters import get_counter, raise_counter
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.clock import START_US, SimClock


@pytest.fixture
async def catalogue(tmp_path):
    found = await opened_catalogue(tmp_path / "catalogue.db")
    yield found
    await found.close()


async def started(catalogue, clock):
    ids = CommandIds(catalogue, clock)
    await ids.load()
    return ids


async def test_they_are_the_clocks(catalogue):
    clock = SimClock()
    ids = await started(catalogue, clock)
    assert await ids.next() == START_US
    clock.advance(5)
    assert await ids.next() == START_US + 5


async def test_they_grow_over_a_restart_with_the_clock_set_back(catalogue):
    clock = SimClock()
    ids = await started(catalogue, clock)
    used = [await ids.next()]
    clock.advance(RESERVED_US * 3)
    used.append(await ids.next())
    clock.jump(-86_400_000_000)
    used.append(await ids.next())
    ids = await started(catalogue, clock)
    used += await asyncio.gather(*(ids.next() for _ in range(3)))
    assert used == sorted(set(used))


async def test_one_write_reserves_many(catalogue):
    clock = SimClock()
    ids = await started(catalogue, clock)
    await ids.next()
    async with catalogue.reading() as connection:
        assert await get_counter(connection, "command") == START_US + RESERVED_US
    clock.advance(RESERVED_US)
    assert await ids.next() == START_US + RESERVED_US
    async with catalogue.reading() as connection:
        assert await get_counter(connection, "command") == START_US + RESERVED_US
    clock.advance(1)
    await ids.next()
    async with catalogue.reading() as connection:
        assert await get_counter(connection, "command") == START_US + 2 * RESERVED_US + 1


async def test_a_command_does_not_wait_for_a_catalogue_that_is_away(catalogue, monkeypatch):
    ids = await started(catalogue, SimClock())

    def away(**_arguments):
        raise UnavailableError("catalogue.unavailable", "Full.")

    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "writing", away)
        assert await ids.next() == START_US
    assert await ids.next() == START_US + 1
    async with catalogue.reading() as connection:
        assert await get_counter(connection, "command") == START_US + 1 + RESERVED_US


async def test_a_counter_never_goes_back(catalogue):
    async with catalogue.writing() as connection:
        for value, expected in ((0, 0), (5, 5), (3, 5), (9, 9)):
            await raise_counter(connection, "some", value)
            assert await get_counter(connection, "some") == expected
        assert await get_counter(connection, "other") == 0
