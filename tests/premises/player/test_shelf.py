"""Indexes and keys at hand: bounded, shared, and not kept longer than needed."""

import asyncio
import threading

import pytest

from playhead.base.errors import UnavailableError
from playhead.premises.player import shelf as shelf_module
from playhead.premises.player.shelf import KEY_US, THREADS, WAITING_MAX, Shelf
from playhead.premises.player.streamed import Turns
from playhead.store.catalogue import segments
from playhead.wire import vid


@pytest.fixture
async def shelf(site):
    made = Shelf(site.store, site.keyring, site.clock)
    yield made
    made.close()


async def located(site, fixture):
    async with site.catalogue.reading() as connection:
        return await segments.get_segment(connection, fixture.header.segment)


async def test_an_index_is_made_once_for_all_who_ask(site, shelf, make, monkeypatch):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    where = await located(site, fixture)
    walks = []
    glance = vid.glance
    monkeypatch.setattr(vid, "glance", lambda *arguments: walks.append(arguments[2]) or glance(*arguments))

    async def ask():
        async with shelf.opened(where) as opened:
            return opened.index

    found = await asyncio.gather(*(ask() for _ in range(5)))
    assert len({id(index) for index in found}) == 1
    assert len(walks) == 1


async def test_it_goes_on_where_it_ended(site, shelf, make, monkeypatch):
    fixture = make(seconds=4)
    cut = fixture.records[-3].offset
    segment = await site.add_fixture(fixture, size=cut)
    async with shelf.opened(await located(site, fixture)) as opened:
        assert (opened.index.looked_at, opened.index.sealed) == (cut, False)
    await site.grow(segment, fixture.data[cut:])
    begins = []
    glance = vid.glance
    monkeypatch.setattr(vid, "glance", lambda *arguments: begins.append(arguments[2]) or glance(*arguments))
    async with shelf.opened(await located(site, fixture)) as opened:
        assert opened.index.sealed
        assert opened.index.covered_us == fixture.covered_us
    assert begins == [cut]


async def test_a_key_is_unwrapped_once_a_minute_and_then_forgotten(site, shelf, make, monkeypatch):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    where = await located(site, fixture)
    unwrapped = []
    unwrap = vid.open_data_key
    monkeypatch.setattr(vid, "open_data_key", lambda *arguments: unwrapped.append(1) or unwrap(*arguments))
    for expected in (1, 1, 2):
        async with shelf.opened(where) as opened:
            assert opened.data_key == fixture.data_key
        assert len(unwrapped) == expected
        site.clock.advance(KEY_US // 2)
    site.clock.advance(KEY_US)
    shelf.tidy()
    assert all(kept.key == b"" for kept in shelf._kept.values())


async def test_a_key_does_not_show(site, shelf, make):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    async with shelf.opened(await located(site, fixture)) as opened:
        assert repr(opened) == f"OpenedSegment({fixture.header.segment})"


async def test_segments_kept_are_limited(site, shelf, make, monkeypatch):
    monkeypatch.setattr(shelf_module, "SEGMENTS_MAX", 2)
    fixtures = [make(f"{number}", seconds=1) for number in range(3)]
    for fixture in fixtures:
        await site.add_fixture(fixture)
        async with shelf.opened(await located(site, fixture)):
            pass
    assert list(shelf._kept) == [fixture.header.segment for fixture in fixtures[1:]]


async def test_pieces_kept_are_limited(site, shelf, make, monkeypatch):
    monkeypatch.setattr(shelf_module, "WEIGHT_MAX", 1)
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    async with shelf.opened(await located(site, fixture)) as opened:
        assert opened.index.weight > 1
    assert not shelf._kept


async def test_work_that_waits_is_limited_and_its_places_come_back(shelf):
    released = threading.Event()
    tasks = [asyncio.create_task(shelf.work(lambda: released.wait(10))) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError) as caught:
        await shelf.work(int)
    assert caught.value.code == "media.busy"
    released.set()
    await asyncio.gather(*tasks)
    assert await shelf.work(int) == 0
    assert THREADS < WAITING_MAX


async def test_who_leaves_in_the_middle_waits_for_the_thread(shelf):
    """Or it would go on extending an index that somebody else extends already."""
    begun, released, ended = threading.Event(), threading.Event(), threading.Event()

    def job():
        begun.set()
        released.wait(10)
        ended.set()

    task = asyncio.create_task(shelf.work(job))
    await asyncio.to_thread(begun.wait, 10)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
    released.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


def test_turns_are_limited_and_come_back():
    turns = Turns(2, UnavailableError("area.full", "Full."))
    with turns.turn(), turns.turn():
        with pytest.raises(UnavailableError) as caught, turns.turn():
            pass
        assert caught.value.code == "area.full"
    with turns.turn():
        assert turns.under_way == 1
    assert turns.under_way == 0
