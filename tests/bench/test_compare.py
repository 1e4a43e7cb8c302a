import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from recording.compare import BLOCKS_MAX, Legibility, Match, blocks_apart, nearest, shown_at
from recording.reference import LOOKBACK_S, SETTLED_S, Sample
from recording.x11grab import Shown

PAGE = np.where(np.random.default_rng(1).random((256, 256)) < 0.4, 30, 250).astype(np.uint8)


def shown(*times):
    return [Shown(at, lambda: PAGE) for at in times]


def times_at(pictures, moments, slack_us=0):
    return [[picture.at_us for picture in found] for found in shown_at(pictures, moments, slack_us)]


def test_a_picture_is_shown_from_its_time_until_the_next_one():
    assert times_at(shown(100, 200, 300), [99, 100, 199, 200, 1000]) == [[], [100], [100], [200], [300]]


def test_with_rounded_times_each_picture_that_may_have_been_shown_is_a_candidate():
    assert times_at(shown(100, 200, 300), [149, 150, 250], slack_us=50) == [[100], [100, 200], [200, 300]]
    assert times_at(shown(100, 200, 300), [50], slack_us=50) == [[100]]


def test_a_moment_without_any_picture_has_no_match():
    assert times_at([], [5]) == [[]]
    assert nearest(Sample(5, 0.0, (PAGE,)), []) is None


def test_a_picture_of_another_size_is_no_match():
    assert nearest(Sample(0, 0.0, (PAGE,)), [Shown(0, lambda: PAGE[:128])]) is None


def softened(plane):
    """As low quality does: every pixel half way to the mean of its 2 × 2 neighbours."""
    height, width = plane.shape
    means = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)).repeat(2, axis=0).repeat(2, axis=1)
    return ((plane + means) / 2).round().astype(np.uint8)


def test_a_moving_screen_is_held_against_the_instant_that_was_captured():
    scrolled = tuple(np.roll(PAGE, rows, axis=0) for rows in range(4))
    match = nearest(Sample(0, 0.0, scrolled), [Shown(0, lambda: softened(scrolled[2]))])
    assert match.screen is scrolled[2]
    assert match.is_same_instant


def test_softness_is_never_taken_for_another_instant_and_a_line_of_pixels_always_is():
    assert blocks_apart(PAGE, softened(PAGE)) == 0
    assert blocks_apart(PAGE, np.roll(PAGE, 1, axis=0)) > BLOCKS_MAX


def test_the_pointer_is_not_another_instant():
    pointed = PAGE.copy()
    pointed[100:124, 80:104] = 0
    assert Match(PAGE, pointed, blocks_apart(PAGE, pointed)).is_same_instant
    assert Match(PAGE, PAGE, BLOCKS_MAX).is_same_instant
    assert not Match(PAGE, PAGE, BLOCKS_MAX + 1).is_same_instant


@pytest.mark.parametrize(
    ("still_s", "screens", "kind"),
    [(SETTLED_S, 1, "settled"), (SETTLED_S - 0.01, 1, None), (LOOKBACK_S / 2, 2, "moving"), (0.0, 5, "moving")],
)
def test_samples_are_settled_or_moving_or_count_for_neither(still_s, screens, kind):
    legibility = Legibility()
    legibility.add(Sample(0, still_s, (PAGE,) * screens), Match(PAGE, PAGE, 0))
    assert legibility.settled == ([1.0] if kind == "settled" else [])
    assert legibility.moving == ([1.0] if kind == "moving" else [])
    assert legibility.unseen == 0


def test_an_instant_that_the_witness_did_not_see_is_counted_apart_but_a_settled_screen_always_counts():
    legibility, stale = Legibility(), np.roll(PAGE, 1, axis=0)
    legibility.add(Sample(0, 0.1, (PAGE, PAGE)), Match(PAGE, stale, blocks_apart(PAGE, stale)))
    assert (legibility.moving, legibility.unseen) == ([], 1)
    legibility.add(Sample(0, 2.0, (PAGE,)), Match(PAGE, stale, blocks_apart(PAGE, stale)))
    assert legibility.settled[0] < 0.5
    assert legibility.unseen == 1
