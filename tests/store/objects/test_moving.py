"""Objects are moved, and compared with the catalogue."""

from pathlib import Path

import pytest
from store.objects.lives import OBJECTS, SEGMENTS, SITE, World, begin, check, live
from store.segments.crashing import at_once

from playhead.base.errors import ConflictError
from playhead.store.catalogue.segments import find_segment
from playhead.store.objects import Objects, moving
from playhead.store.objects.folder import FolderStore
from playhead.store.objects.moving import Mover
from playhead.store.objects.reconciling import ALWAYS, Reconciler
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.disk import PowerCutError, SimulatedDisk

ELSEWHERE = Path("/mnt/elsewhere")


@pytest.fixture
async def world(tmp_path):
    catalogue = await opened_catalogue(tmp_path / "catalogue.db")
    made = World(SimulatedDisk(), catalogue)
    await begin(made)
    await live(made)
    yield made
    await catalogue.close()


def stores(world):
    return tuple(FolderStore(folder, world.disk, at_once) for folder in (OBJECTS, ELSEWHERE))


async def move(world):
    mover = Mover(world.catalogue, *stores(world), offload=at_once)
    return [one.segment async for one in mover.move()] + [None] * await mover.sweep()


async def test_every_object_is_moved_with_its_outline_and_nothing_is_left(world, monkeypatch):
    monkeypatch.setattr(moving, "PART_BYTES", 1_000)
    source, target = stores(world)
    assert await move(world) == list(SEGMENTS)
    assert [one async for one in source.stored("")] == []
    assert len([one async for one in target.stored("")]) == 2 * len(SEGMENTS)
    for name, found in SEGMENTS.items():
        async with world.catalogue.reading() as connection:
            located = await find_segment(connection, name)
        assert located.location == f"file://{ELSEWHERE}/site-1/2027/01/15/{name}.vid"
        assert Objects([target]).view(located.location).read_at(1 << 20, 0) == found.data
    assert await move(world) == []


async def test_a_move_goes_on_after_a_crash_at_any_step_and_orphans_nothing(world):
    begun = len(world.disk.steps)
    cuts = 0
    while True:
        world.disk.cut_at = len(world.disk.steps) + 1 + cuts % 13 * 3
        try:
            await move(world)
        except PowerCutError:
            world.disk.restart()
            cuts += 1
        else:
            world.disk.cut_at = 0
            break
        await check(world, world.store(Objects([*reversed(stores(world))], SITE)))
    assert cuts > 3
    assert len(world.disk.steps) > begun
    await move(world)
    left = [path for path in world.disk.files() if path.is_relative_to(OBJECTS)]
    assert left == []
    assert [one async for one in Reconciler(world.catalogue, stores(world)[1], SITE).compare()] == []


async def compared(world):
    reconciler = Reconciler(world.catalogue, stores(world)[0], SITE)
    return reconciler, [one async for one in reconciler.compare()]


async def test_what_differs_is_told(world):
    source, _ = stores(world)
    assert (await compared(world))[1] == []
    large, small = SEGMENTS
    await source.delete(f"site-1/2027/01/15/{large}.vid")
    await source.put(f"site-1/2027/01/15/{small}.vid", b"short")
    await source.put("site-1/2027/01/15/11111111-1111-7111-8111-111111111111.vid", b"whose?")
    await source.put("site-1/note.txt", b"whose?")
    await source.put("site-2/theirs.vid", b"another site's")
    reconciler, found = await compared(world)
    assert sorted((one.code, one.key.rpartition("/")[2]) for one in found) == [
        ("missing", f"{large}.vid"),
        ("size", f"{small}.vid"),
        ("unknown", "11111111-1111-7111-8111-111111111111.vid"),
        ("unknown", "note.txt"),
    ]
    assert await reconciler.delete(found) == 2
    assert sorted(one.code for one in (await compared(world))[1]) == ["missing", "size"]
    assert await source.head("site-2/theirs.vid") is not None


@pytest.mark.parametrize(("unknown", "share", "refused"), [(ALWAYS, 0, False), (ALWAYS + 1, 0, True), (11, 0.9, False)])
async def test_no_more_than_a_share_goes_at_once(world, unknown, share, refused):
    source, _ = stores(world)
    for number in range(unknown):
        await source.put(f"site-1/{number}.txt", b"")
    reconciler, found = await compared(world)
    if refused:
        with pytest.raises(ConflictError) as raised:
            await reconciler.delete(found, share_max=share)
        assert raised.value.code == "storage.brake"
        assert len((await compared(world))[1]) == unknown
    else:
        assert await reconciler.delete(found, share_max=share) == unknown
