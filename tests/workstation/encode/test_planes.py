import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.libav import planes_of
from playhead.workstation.encode.planes import Planes


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**32, (height, width), np.uint32)


def converted(pixels: np.ndarray) -> list[np.ndarray]:
    height, width = pixels.shape
    planes = Planes(width, height)
    planes.update(pixels.data.cast("B"), width * 4, [Rectangle(0, 0, width, height)])
    return [plane.copy() for plane in planes_of(planes.frame)]


@pytest.mark.parametrize(
    ("colour", "expected"),
    [  # ITU-R BT.709-6 §3, narrow range
        (0x000000, (16, 128, 128)),
        (0xFFFFFF, (235, 128, 128)),
        (0xFF0000, (63, 102, 240)),
        (0x00FF00, (173, 42, 26)),
        (0x0000FF, (32, 240, 118)),
        (0xFF808080, (126, 128, 128)),
    ],
)
def test_colours_are_bt709_in_the_narrow_range(colour: int, expected: tuple[int, int, int]):
    planes = converted(np.full((32, 48), colour, np.uint32))
    for plane, value in zip(planes, expected, strict=True):
        assert np.abs(plane.astype(int) - value).max() <= 1


def test_the_unused_byte_of_a_pixel_does_not_matter():
    pixels = noise(64, 32)
    for one, other in zip(converted(pixels & 0xFFFFFF), converted(pixels | 0xFF000000), strict=True):
        assert (one == other).all()


@pytest.mark.parametrize(("width", "height"), [(33, 17), (32, 17), (33, 16)])
def test_an_odd_last_row_and_column_are_doubled(width: int, height: int):
    pixels = noise(width, height)
    padded = np.pad(pixels, ((0, height % 2), (0, width % 2)), mode="edge")
    for odd, even in zip(converted(pixels), converted(padded), strict=True):
        assert (odd == even).all()


@settings(max_examples=40)
@given(st.data())
def test_converting_what_changed_is_as_good_as_converting_all(data: st.DataObject):
    width, height = data.draw(st.integers(16, 99)), data.draw(st.integers(16, 99))
    before, after = noise(width, height, 1), noise(width, height, 1)
    changed: list[Rectangle] = []
    for seed in range(data.draw(st.integers(1, 4))):
        x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        place = Rectangle(x, y, data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y)))
        after[y : y + place.height, x : x + place.width] = noise(place.width, place.height, seed + 2)
        changed.append(place)
    planes = Planes(width, height)
    planes.update(before.data.cast("B"), width * 4, [Rectangle(0, 0, width, height)])
    planes.update(after.data.cast("B"), width * 4, changed)
    for part, whole in zip(planes_of(planes.frame), converted(after), strict=True):
        assert (part == whole).all()


def test_a_stride_longer_than_a_row():
    pixels = noise(80, 32)
    planes = Planes(64, 32)
    planes.update(pixels.data.cast("B"), 80 * 4, [Rectangle(0, 0, 64, 32)])
    for strided, plain in zip(planes_of(planes.frame), converted(np.ascontiguousarray(pixels[:, :64])), strict=True):
        assert (strided == plain).all()


def test_black():
    pixels = noise(32, 32)
    planes = Planes(32, 32)
    planes.update(pixels.data.cast("B"), 128, [Rectangle(0, 0, 32, 32)])
    planes.black()
    for plane, value in zip(planes_of(planes.frame), (16, 128, 128), strict=True):
        assert (plane == value).all()
