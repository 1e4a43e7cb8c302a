import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.capture.picture import Picture, area, clip
from playhead.workstation.capture.source import Rectangle


def painted(width: int, height: int, *places: Rectangle) -> np.ndarray:
    pixels = np.zeros((height, width), np.uint32)
    for place in places:
        pixels[place.y : place.y + place.height, place.x : place.x + place.width] = 0xABCDEF
    return pixels


def test_the_same_again_is_no_change():
    picture = Picture(100, 50)
    assert picture.take(painted(100, 50), 0, 0) == []


def test_one_pixel_is_one_tile():
    picture = Picture(100, 50)
    assert picture.take(painted(100, 50, Rectangle(33, 17, 1, 1)), 0, 0) == [Rectangle(32, 16, 16, 16)]
    assert picture.pixels[17, 33] == 0xABCDEF


def test_tiles_at_the_edge_are_cut():
    picture = Picture(100, 50)
    assert picture.take(painted(100, 50, Rectangle(99, 49, 1, 1)), 0, 0) == [Rectangle(96, 48, 4, 2)]


def test_bands_alike_are_one_rectangle():
    picture = Picture(200, 200)
    assert picture.take(painted(200, 200, Rectangle(20, 0, 60, 200)), 0, 0) == [Rectangle(16, 0, 64, 200)]


def test_places_far_apart_are_two_rectangles_and_one_equal_tile_between_is_bridged():
    picture = Picture(200, 16)
    far = painted(200, 16, Rectangle(0, 0, 1, 1), Rectangle(48, 0, 1, 1))
    assert picture.take(far, 0, 0) == [Rectangle(0, 0, 16, 16), Rectangle(48, 0, 16, 16)]
    near = painted(200, 16, Rectangle(0, 0, 2, 1), Rectangle(32, 0, 1, 1), Rectangle(48, 0, 1, 1))
    assert picture.take(near, 0, 0) == [Rectangle(0, 0, 48, 16)]


def test_a_part_is_taken_in_at_its_place():
    picture = Picture(100, 50)
    part = np.full((5, 7), 1, np.uint32)
    assert picture.take(part, 90, 40) == [Rectangle(90, 40, 7, 5)]
    assert int(picture.pixels.sum()) == 35
    assert (picture.pixels[40:45, 90:97] == 1).all()


@given(st.data())
def test_what_is_named_covers_every_difference_without_overlap(data: st.DataObject):
    width, height = data.draw(st.integers(1, 90)), data.draw(st.integers(1, 90))
    picture = Picture(width, height)
    for _ in range(3):
        before = picture.pixels.copy()
        dots = data.draw(st.lists(st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)), max_size=12))
        fresh = before.copy()
        for x, y in dots:
            fresh[y, x] += 1
        found = picture.take(fresh, 0, 0)
        assert (picture.pixels == fresh).all()
        counted = np.zeros((height, width), int)
        for each in found:
            counted[each.y : each.y + each.height, each.x : each.x + each.width] += 1
        assert counted.max(initial=0) <= 1
        assert not (counted == 0)[fresh != before].any()
        assert area(found) == counted.sum()


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (Rectangle(0, 0, 10, 10), Rectangle(0, 0, 10, 10)),
        (Rectangle(-3, -4, 10, 10), Rectangle(0, 0, 7, 6)),
        (Rectangle(15, 5, 10, 10), Rectangle(15, 5, 5, 5)),
        (Rectangle(20, 0, 1, 1), None),
        (Rectangle(-1, 0, 1, 1), None),
    ],
)
def test_clip(given_: Rectangle, expected: Rectangle | None):
    assert clip(given_, 20, 10) == expected
