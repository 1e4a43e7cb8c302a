"""How long ago a recording grew, as the directory remembers it."""

from uuid import UUID

import pytest

from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.live import SegmentGrew
from playhead.premises.screen import directory as directory_module
from playhead.premises.screen.directory import Directory
from playhead.premises.screen.live import Hub
from playhead.testing.clock import SimClock


def grew(recording, covered_us, segment=1):
    return SegmentGrew(RecordingId(UUID(int=recording)), SegmentId(UUID(int=segment)), 100, covered_us)


@pytest.fixture
def clock():
    return SimClock()


@pytest.fixture
def directory(clock):
    return Directory(Hub(), clock)


def age(directory, recording):
    return directory.progress_age_us(RecordingId(UUID(int=recording)))


def test_growth_is_dated(directory, clock):
    assert age(directory, 1) is None
    directory.publish(grew(1, 10))
    clock.advance(3)
    assert age(directory, 1) == 3
    directory.publish(grew(1, 11))
    assert age(directory, 1) == 0


def test_an_event_that_covers_no_more_is_no_growth(directory, clock):
    directory.publish(grew(1, 10))
    clock.advance(3)
    directory.publish(grew(1, 10))
    assert age(directory, 1) == 3
    directory.publish(grew(1, 5, segment=2))
    assert age(directory, 1) == 0


def test_memory_is_bounded(directory, monkeypatch):
    monkeypatch.setattr(directory_module, "GROWING_MAX", 2)
    for recording in (1, 2, 3):
        directory.publish(grew(recording, 10))
    assert [age(directory, recording) is None for recording in (1, 2, 3)] == [True, False, False]
