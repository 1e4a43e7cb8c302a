"""A workstation that did not hear the last word offers a segment again whose file has gone to the object store."""

import asyncio

import pytest
from store.objects.lives import OBJECTS, ROOT, SEGMENTS, World, begin, drain, live

from playhead.base.errors import CorruptError, UnavailableError
from playhead.store.catalogue.segments import find_segment, mark_segment
from playhead.store.objects import Objects
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.disk import SimulatedDisk

LARGE = next(iter(SEGMENTS))
FOUND = SEGMENTS[LARGE]


@pytest.fixture
async def world(tmp_path):
    catalogue = await opened_catalogue(tmp_path / "catalogue.db")
    made = World(SimulatedDisk(), catalogue)
    await begin(made)
    await live(made)
    yield made
    await catalogue.close()


async def offer(world, objects):
    store = world.store(objects)
    running = asyncio.ensure_future(store.run())
    try:
        segment = await store.open(FOUND.start)
        store.release(segment)
        async with store.alone(LARGE):
            return segment.durable, segment.durable_end
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def location(world):
    async with world.catalogue.reading() as connection:
        return (await find_segment(connection, LARGE)).location


async def test_it_is_brought_back_and_goes_again(world):
    objects = world.objects()
    assert "://" in await location(world)
    assert await offer(world, objects) == (len(FOUND.data), "sealed")
    assert world.disk.files()[ROOT / await location(world)] == FOUND.data
    releaser = world.releaser(world.store(objects))
    assert await releaser.release(LARGE) == len(FOUND.data)
    assert "://" in await location(world)
    assert not [path for path in world.disk.files() if path.is_relative_to(ROOT)]


async def test_while_its_store_is_unknown_it_is_declined_for_now(world):
    with pytest.raises(UnavailableError) as raised:
        await offer(world, Objects([]))
    assert raised.value.code == "objects.unknown"
    assert "://" in await location(world)


async def test_one_whose_object_is_gone_is_taken_anew_and_uploaded_anew(world):
    for path in [path for path in world.disk.files() if path.is_relative_to(OBJECTS) and str(LARGE) in path.name]:
        world.disk.remove(path)
    objects = world.objects()
    durable, ended = await offer(world, objects)
    assert (durable, ended) == (len(FOUND.start), "")
    store = world.store(objects)
    running = asyncio.ensure_future(store.run())
    segment = await store.open(FOUND.start)
    store.append(segment, FOUND.data[segment.durable :])
    store.end(segment, "sealed")
    await store.settled(segment)
    store.release(segment)
    await drain(world, world.uploader(store, objects))
    assert objects.to.read(f"site-1/{await location(world)}", 1 << 20, 0) == FOUND.data
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_asked_before_it_went_reads_the_object(world):
    store = world.store(world.objects())
    path = f"2027/01/15/{LARGE}.vid"
    assert store.view(path).read_at(1 << 20, 0) == FOUND.data
    with pytest.raises(CorruptError) as raised:
        world.store(Objects([])).view(path)
    assert raised.value.code == "store.missing"


async def test_a_start_leaves_alone_what_lies_in_a_store_and_may_still_grow(world):
    async with world.catalogue.writing() as connection:
        await mark_segment(connection, LARGE, "")  # interrupted, taken as it was, and released
    before = await location(world)
    found = await world.store(world.objects()).recover()
    assert (found.repaired, found.quarantined, found.unreadable) == ((), (), ())
    assert await location(world) == before
