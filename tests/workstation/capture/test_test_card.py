"""The made-up desktop keeps the contract as far as nobody can change it, and moves by the clock."""

import numpy as np
import pytest

from playhead.base.errors import UnavailableError
from playhead.testing.clock import SimClock
from playhead.workstation.capture.source import Monitor
from playhead.workstation.capture.test_card import MONITOR, MOVES_US, ColourBars


def picture(frame):
    return np.frombuffer(frame.pixels, np.uint32).reshape(MONITOR.height, MONITOR.width).copy()


@pytest.fixture
def clock():
    return SimClock()


def test_it_shows_bars_at_first_and_then_what_moves(clock):
    card = ColourBars(clock)
    assert card.layout().monitors == (MONITOR,)
    assert card.ready()
    before = picture(card.grab(MONITOR))
    assert len(np.unique(before[0])) == 8
    assert not card.ready()
    assert card.grab(MONITOR) is None
    assert card.grab(MONITOR, force=True).changed == ()
    clock.advance(MOVES_US)
    assert card.ready()
    frame = card.grab(MONITOR)
    differs = picture(frame) != before
    covered = np.zeros_like(differs)
    for each in frame.changed:
        covered[each.y : each.y + each.height, each.x : each.x + each.width] = True
    assert differs.any()
    assert not (differs & ~covered).any()


def test_it_never_leaves_the_screen(clock):
    card = ColourBars(clock)
    for _ in range(60):
        clock.advance(MOVES_US)
        frame = card.grab(MONITOR)
        assert all(0 <= each.x <= MONITOR.width - each.width for each in frame.changed)
        assert (picture(frame) == 0xFFFFFF).sum() == 40 * 40


def test_there_is_no_other_monitor_and_nothing_after_the_end(clock):
    card = ColourBars(clock)
    with pytest.raises(UnavailableError) as raised:
        card.grab(Monitor("other", 0, 0, 1, 1))
    assert raised.value.code == "capture.layout_changed"
    card.close()
    card.close()
    with pytest.raises(UnavailableError) as raised:
        card.layout()
    assert raised.value.code == "capture.no_display"
