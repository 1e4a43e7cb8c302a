"""When the disk of the recordings is full, and when it is not any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.segments.crashing import StoppedClock

from playhead.store.segments.ballast import Ballast
from playhead.store.segments.room import Room, is_full


@pytest.mark.parametrize(
    ("free_bytes", "wanted_bytes", "was_full", "full"),
    [
        (1000, 0, False, False),
        (999, 0, False, True),
        (1010, 10, False, False),
        (1009, 10, False, True),
        (1249, 0, True, True),
        (1250, 0, True, False),
    ],
)
def test_at_the_limit_and_past_it(free_bytes, wanted_bytes, was_full, full):
    assert is_full(free_bytes, wanted_bytes=wanted_bytes, reserve_bytes=1000, was_full=was_full) is full


@given(st.lists(st.integers(0, 3_000), max_size=50))
def test_it_says_so_once_and_never_when_the_reserve_is_touched(amounts):
    told = []
    room = Room(1000, StoppedClock())
    room.on_change = lambda: told.append(room.is_full)
    for free_bytes in amounts:
        full = room.look(free_bytes)
        assert full or free_bytes >= 1000
        assert full is room.is_full
    assert told == [number % 2 == 0 for number in range(len(told))]


def test_a_full_disk_that_says_it_has_room_is_full_until_looked_at():
    room = Room(1000, StoppedClock())
    room.refused()
    assert room.is_full
    assert room.since_us == StoppedClock().wall_us()
    assert not room.look(5000)


class TestBallast:
    def test_is_made_where_there_is_room_and_given_up_where_there_is_none(self, tmp_path):
        path = tmp_path / "ballast"
        ballast = Ballast(path, 1 << 20)
        ballast.settle((8 << 20) + (2 << 20) - 1, 8 << 20)
        assert not path.exists()
        ballast.settle((8 << 20) + (2 << 20), 8 << 20)
        found = path.stat()
        assert (found.st_size, found.st_mode & 0o777) == (1 << 20, 0o600)
        assert found.st_blocks * 512 >= 1 << 20, "room that is really taken"
        ballast.settle(1 << 20, 8 << 20)
        assert path.exists()
        ballast.settle((1 << 20) - 1, 8 << 20)
        assert not path.exists()

    def test_one_that_cannot_be_made_is_tried_again(self, tmp_path):
        path = tmp_path / "missing" / "ballast"
        Ballast(path, 1 << 20).settle(1 << 40, 0)
        path.parent.mkdir()
        Ballast(path, 1 << 20).settle(1 << 40, 0)
        assert path.exists()

    @pytest.mark.parametrize("before", [b"half", bytes(3 << 20)])
    def test_one_of_another_size_is_made_as_it_should_be(self, tmp_path, before):
        path = tmp_path / "ballast"
        path.write_bytes(before)
        ballast = Ballast(path, 1 << 20)
        ballast.settle(1 << 40, 0)
        assert path.stat().st_size == 1 << 20
        path.unlink()
        ballast.settle(1 << 40, 0)
        assert path.stat().st_size == 1 << 20, "somebody removed it"

    def test_none_is_wanted(self, tmp_path):
        Ballast(tmp_path / "ballast", 0).settle(1 << 40, 0)
        assert list(tmp_path.iterdir()) == []
