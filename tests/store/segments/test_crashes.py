"""The power goes at every step of the store's life, for several ways in which a disk forgets."""

import asyncio
import random

import pytest
from store.segments import crashing
from store.segments.crashing import SEGMENTS, World, check, crash, live

from playhead.base.errors import CorruptError
from playhead.testing.disk import SimulatedDisk

SEEDS = range(20)


def _outlive(disk: SimulatedDisk, seed: int, cut_at: int) -> bool:
    """Crash at a step; again at one of the steps of coming back; then finish. False where the first came too late."""
    world = World(disk)
    chance = random.Random(seed * 1000 + cut_at)  # noqa: S311 # repeatable
    if not crash(world, seed, cut_at, power=chance.random() < 0.5):
        return False
    check(world)
    if crash(world, seed + 1, chance.randint(1, 12)):
        check(world)
    asyncio.run(live(world, seed + 2))
    check(world, recovered=True)
    assert len(world.finished) == len(SEGMENTS)
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_acknowledged_outlives_a_cut_at_every_step(seed):
    steps = crashing.steps_of_life(seed)
    assert steps > 30
    for cut_at in range(1, steps + 1):
        assert _outlive(SimulatedDisk(seed=seed * 1000 + cut_at), seed, cut_at)
    assert not crash(World(SimulatedDisk(seed=seed)), seed, steps + 1)


class ForgetsFiles(SimulatedDisk):
    """The group commit without its sync: acknowledging what is only in memory."""

    def sync_files(self, files):
        return [None] * len(files)


class ForgetsFolders(SimulatedDisk):
    """New files without the sync of their folder."""

    def sync_folder(self, path):
        del path


class ForgetsNewDays(SimulatedDisk):
    """Only the file's own folder is synced, not those above it."""

    def sync_folder(self, path):
        if path.name == "15":
            super().sync_folder(path)


class ForgetsKeptTails(SimulatedDisk):
    """Opening a file keeps what lies beyond the recorded offset without making it durable."""

    def open(self, path, *, create=False):
        file = super().open(path, create=create)
        file.sync = lambda: None
        return file


@pytest.mark.parametrize("kind", [ForgetsFiles, ForgetsFolders, ForgetsNewDays, ForgetsKeptTails])
def test_a_wrong_order_is_caught(kind):
    def run():
        for seed in SEEDS:
            for cut_at in range(1, 80):
                _outlive(kind(seed=seed * 1000 + cut_at), seed, cut_at)

    with pytest.raises(AssertionError):
        run()


def test_telling_the_catalogue_before_the_disk_is_caught(monkeypatch):
    """A commit that records and acknowledges first, and writes afterwards."""
    from playhead.store.segments import committer  # noqa: PLC0415 # only here is its inside touched

    write = committer.write
    late = []

    def write_later(*arguments, full):
        if late:
            write(*late.pop(), full=full)
        late.append(arguments)
        for work in arguments[2]:
            work.file = work.file or work.segment.file

    monkeypatch.setattr(committer, "write", write_later)

    def run():
        for cut_at in range(1, 60):
            _outlive(SimulatedDisk(seed=cut_at), 0, cut_at)

    with pytest.raises((AssertionError, CorruptError)):
        run()
