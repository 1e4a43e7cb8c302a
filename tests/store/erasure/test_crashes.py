"""The power goes, or the process dies, at every step of an erasure: of the disk, and before and after each commit."""

import random
from contextlib import asynccontextmanager
from pathlib import PurePath

import pytest
from store.erasure.world import JOURNAL, ROOT, opened_world, order

from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.erasures import BEGUN, REMOVED
from playhead.store.erasure.journal import Journal
from playhead.testing.disk import PowerCutError, SimulatedDisk

STEPS_MIN = 15


@pytest.fixture
async def template(tmp_path):
    path = tmp_path / "template.db"
    await (await Catalogue.open(path)).close()
    return path


def count_commits(world):
    """The catalogue's transactions as steps of the disk: what is cut before one is undone, after one is durable."""
    plain = world.catalogue.writing

    @asynccontextmanager
    async def writing(**arguments):
        async with plain(**arguments) as connection:
            yield connection
            world.disk.step("commit", PurePath("catalogue"))
        world.disk.step("committed", PurePath("catalogue"))

    world.catalogue.writing = writing


async def live(world, recording):
    """From whatever is there to the end."""
    eraser = world.eraser()
    await eraser.replay()
    if (await world.find(recording))[0] is not None:
        await eraser.begin(order(recording))
    await eraser.shred()
    await eraser.remove(before_us=world.clock.wall_us())


async def check(world, recording, erased, *, over=False):
    """What must be true after any crash."""
    found, erasure = await world.find(recording)
    assert (found is None) == (erasure is not None), "it is there or it was erased, and never both or neither"
    if erasure is None:
        assert world.envelopes_on_disk() >= erased
        return
    if erasure.phase != BEGUN:
        assert not world.envelopes_on_disk() & erased, "said to be destroyed, and a key is left"
        assert recording in {one.certificate.erasure.recording for one in Journal(JOURNAL, world.disk).read()}
        assert erasure.certificate
    if over:
        assert erasure.phase == REMOVED
        assert world.disk.list_folder(ROOT / "quarantine") == []
        async with world.catalogue.reading() as connection:
            actions = {one.action for one in await list_audit(connection)}
        assert {"erasure.began", "erasure.shredded", "erasure.done"} <= actions
    else:
        assert (erasure.phase == REMOVED) <= (world.disk.list_folder(ROOT / "quarantine") == [])


async def outlive(folder, template, disk, cut_at, *, power, again=0):
    """Crash at a step, perhaps at another of coming back, and finish; False where there is no such step."""
    folder.mkdir()
    async with opened_world(folder / "catalogue.db", template, disk=disk) as world:
        recording = await world.add(1, segments=2)
        erased = set(world.made)
        other = await world.add(2)
        first = min(erased, key=str)
        world.put(ROOT / "quarantine" / f"{first}.vid", world.made[first].data)
        count_commits(world)
        for cut in (cut_at, again):
            if not cut:
                continue
            disk.cut_at = len(disk.steps) + cut
            try:
                await live(world, recording)
            except PowerCutError:
                (disk.restart if power else disk.kill)()
                await check(world, recording, erased)
            else:
                disk.kill()
                return False
        await live(world, recording)
        await check(world, recording, erased, over=True)
        disk.restart()  # and what was said to be so is so on the platter
        await check(world, recording, erased, over=True)
        assert (await world.find(other))[0] is not None
        assert len(world.envelopes_on_disk()) == 1
        return True


@pytest.mark.parametrize("power", [True, False], ids=["power", "process"])
async def test_every_step(tmp_path, template, power):
    chance = random.Random(power)  # noqa: S311 # repeatable
    cut_at = 1
    while await outlive(
        tmp_path / str(cut_at),
        template,
        SimulatedDisk(seed=cut_at),
        cut_at,
        power=power,
        again=chance.choice((0, 1, 2, 3)),
    ):
        cut_at += 1
    assert cut_at > STEPS_MIN


class ForgetsToSync(SimulatedDisk):
    """Keys overwritten in memory alone."""

    def sync_files(self, files):
        return [None] * len(files)


class ForgetsTheJournal(SimulatedDisk):
    """The journal's file without the sync of its folder."""

    def sync_folder(self, path):
        if path != JOURNAL:
            super().sync_folder(path)


@pytest.mark.parametrize("kind", [ForgetsToSync, ForgetsTheJournal])
async def test_a_wrong_order_is_caught(tmp_path, template, kind):
    caught = 0
    for seed in range(3):
        try:
            for cut_at in (16, 18, 20):
                await outlive(tmp_path / f"{seed}-{cut_at}", template, kind(seed=seed), cut_at, power=True)
        except AssertionError:
            caught += 1
    assert caught
