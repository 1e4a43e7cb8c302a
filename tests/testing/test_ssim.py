import re
import subprocess

import numpy as np
import pytest

from playhead.base.errors import InvalidInputError
from playhead.testing.ssim import TEXT_DEVIATION, luma, ssim_map, text_ssim, text_windows


@pytest.fixture(scope="module")
def page():
    """A page as an agent reads it: lines of dark, letter-sized strokes on white, and an empty half."""
    dice = np.random.default_rng(3)
    plane = np.full((240, 320), 255, np.uint8)
    for line in range(8, 232, 16):
        strokes = dice.random((10, 150)) < 0.35
        plane[line : line + 10, 5:155][strokes] = 40
    return plane


def blurred(plane):
    padded = np.pad(plane.astype(float), 1, mode="edge")
    parts = [padded[y : y + plane.shape[0], x : x + plane.shape[1]] for y in range(3) for x in range(3)]
    return (sum(parts) / 9).round().astype(np.uint8)


def noisy(plane, deviation):
    noise = np.random.default_rng(9).normal(0, deviation, plane.shape)
    return np.clip(plane + noise, 0, 255).round().astype(np.uint8)


def by_definition(reference, picture, row, column):
    """Equation 13 of the paper for one window, written down as it is there (sample variances)."""
    x = reference[4 * row : 4 * row + 8, 4 * column : 4 * column + 8].astype(float).ravel()
    y = picture[4 * row : 4 * row + 8, 4 * column : 4 * column + 8].astype(float).ravel()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    covariance = np.cov(x, y)
    return (
        (2 * x.mean() * y.mean() + c1)
        * (2 * covariance[0, 1] + c2)
        / ((x.mean() ** 2 + y.mean() ** 2 + c1) * (covariance[0, 0] + covariance[1, 1] + c2))
    )


def by_ffmpeg(reference, picture, folder):
    height, width = reference.shape
    for name, plane in [("a", reference), ("b", picture)]:
        (folder / name).write_bytes(plane.tobytes())
    source = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}"]
    command = ["ffmpeg", "-hide_banner", *source, "-i", folder / "a", *source, "-i", folder / "b"]
    done = subprocess.run([*command, "-lavfi", "ssim", "-f", "null", "-"], capture_output=True, text=True, check=True)
    return float(re.search(r"SSIM Y:([0-9.]+)", done.stderr)[1])


def test_equal_pictures_are_wholly_similar(page):
    assert (ssim_map(page, page) == 1).all()
    assert text_ssim(page, page) == 1.0


@pytest.mark.parametrize("spoil", [blurred, lambda plane: noisy(plane, 6), lambda plane: 255 - plane])
def test_every_window_is_as_the_paper_defines_it(page, spoil):
    spoiled = spoil(page)
    measured = ssim_map(page, spoiled)
    assert measured.shape == (59, 79)
    for row in range(0, 59, 7):
        for column in range(0, 79, 9):
            assert measured[row, column] == pytest.approx(by_definition(page, spoiled, row, column), abs=1e-9)


@pytest.mark.parametrize("spoil", [blurred, lambda plane: noisy(plane, 2), lambda plane: noisy(plane, 25)])
def test_the_mean_is_what_ffmpeg_measures(page, spoil, tmp_path):
    spoiled = spoil(page)
    assert ssim_map(page, spoiled).mean() == pytest.approx(by_ffmpeg(page, spoiled, tmp_path), abs=2e-5)


def test_text_is_found_by_its_contrast_and_the_empty_half_is_not_text(page):
    found = text_windows(page)
    assert found[:, 2:36].mean() > 0.9
    assert not found[:, 40:].any()
    ruled = np.full((64, 64), 255, np.uint8)
    ruled[32] = 220
    assert not text_windows(ruled).any()
    assert text_ssim(ruled, ruled) is None


def test_the_contrast_that_counts_as_text_starts_at_its_limit():
    def checkered(low, high):
        return np.where(np.indices((8, 8)).sum(axis=0) % 2, low, high).astype(np.uint8)

    at, below = checkered(100, 100 + 2 * int(TEXT_DEVIATION)), checkered(100, 99 + 2 * int(TEXT_DEVIATION))
    assert text_windows(at).all()
    assert not text_windows(below).any()


def test_only_what_happens_to_text_counts(page):
    spoiled = page.copy()
    spoiled[:, 200:] = 0
    assert text_ssim(page, spoiled) == 1.0
    assert text_ssim(page, blurred(page)) < 0.7


def test_luma_of_known_colours():
    colours = [[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]]]
    assert luma(np.array(colours, np.uint8)).tolist() == [[255, 0, 76, 150, 29]]


def test_pictures_of_different_sizes_are_not_compared(page):
    with pytest.raises(InvalidInputError, match="one size"):
        ssim_map(page, page[:-8])
