"""The whole in one process, from many seeds: docs/simulation.md.

``PLAYHEAD_SEEDS=1000 pytest tests/simulation/test_office.py`` tries more of them than the suite does.
"""

import gc
import os

import pytest

from playhead.testing.office.office import LARGE, SMALL, Size
from playhead.testing.office.play import play

SMALL_SEEDS = range(int(os.environ.get("PLAYHEAD_SEEDS", "300")))
LARGE_SEEDS = range(max(5, len(SMALL_SEEDS) // 20))


def play_all(seeds: range, size: Size) -> int:
    """How many bytes went over the wires, in all."""
    play(seeds.start, size)
    gc.collect()
    gc.freeze()  # what is there by now stays: not to be looked at again with every run
    try:
        return sum(play(seed, size).bytes for seed in seeds)
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("start", range(SMALL_SEEDS.start, SMALL_SEEDS.stop, 50))
def test_promises_hold_at_a_desk_whatever_happens(start: int) -> None:
    seeds = SMALL_SEEDS[start : start + 50]
    assert play_all(seeds, SMALL) > len(seeds) * 1_000


@pytest.mark.parametrize("start", range(LARGE_SEEDS.start, LARGE_SEEDS.stop, 5))
def test_promises_hold_in_an_office_whatever_happens(start: int) -> None:
    seeds = LARGE_SEEDS[start : start + 5]
    assert play_all(seeds, LARGE) > len(seeds) * 5_000


def test_the_same_seed_is_the_same_run() -> None:
    assert play(5) == play(5)
    assert play(5) != play(6)
