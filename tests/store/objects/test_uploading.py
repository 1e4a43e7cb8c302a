import asyncio
import shutil

import pytest
from store.objects.lives import World, begin, check_end, live, outlive

from playhead.store.catalogue import Catalogue
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.disk import SimulatedDisk

STRIDE = 16
OFFSETS = (5,)
"""With `range(STRIDE)` every step; it takes a minute."""


@pytest.fixture
async def world(tmp_path):
    catalogue = await opened_catalogue(tmp_path / "catalogue.db")
    made = World(SimulatedDisk(), catalogue)
    await begin(made)
    yield made
    await catalogue.close()


async def test_a_recording_is_uploaded_while_it_grows_and_then_lies_there_alone(world):
    await live(world)
    await check_end(world)
    assert len(world.disk.steps) > 60


@pytest.mark.parametrize("offset", OFFSETS)
def test_it_goes_on_after_a_crash_at_every_step(tmp_path, offset):
    """Of the process, or of the power; and once more while it comes back."""
    template = tmp_path / "template.db"

    async def prepare():
        catalogue = await opened_catalogue(template)
        await begin(World(SimulatedDisk(), catalogue))
        await catalogue.close()

    async def one(step):
        path = tmp_path / f"{step}.db"
        shutil.copyfile(template, path)
        catalogue = await Catalogue.open(path)
        try:
            world = World(SimulatedDisk(seed=step), catalogue)
            came = await outlive(world, step, power=step % 3 > 0)
            if came:
                await outlive(world, len(world.disk.steps) + 7 + step % 11, power=step % 2 > 0)
                await live(world)
            await check_end(world)
            return came
        finally:
            await catalogue.close()

    async def every():
        await prepare()
        step = 1 + offset
        while await one(step):
            step += STRIDE
        return step

    assert asyncio.run(every()) > 60
