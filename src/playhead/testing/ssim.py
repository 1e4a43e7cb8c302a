"""How legible a recorded picture is: structural similarity (SSIM) on the parts of a screen where there is text.

SSIM after Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
similarity", IEEE Transactions on Image Processing 13 (2004), equation 13 with K1 = 0.01 and K2 = 0.03; over windows of
8 × 8 pixels that overlap by half, unweighted, as video encoders measure it: the result is that of ffmpeg's ``ssim``
filter. Only luma is compared.
"""

import numpy as np
from numpy.typing import NDArray

from playhead.base.errors import InvalidInputError

WINDOW = 8
"""Side of a window, in pixels."""

STEP = 4
"""Distance of neighbouring windows."""

TEXT_DEVIATION = 16.0
"""A window with at least this standard deviation of luma (of 255) holds text or something as sharp: a grey letter on
white has 40, a table's ruling 12."""

Plane = NDArray[np.uint8]
"""Luma: shape (height, width), 0 to 255."""

_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2


def luma(picture: NDArray[np.uint8]) -> Plane:
    """Luma (ITU-R BT.601, full range) of an RGB picture of shape (height, width, 3)."""
    red, green, blue = (picture[:, :, channel].astype(np.uint32) for channel in range(3))
    return ((red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16).astype(np.uint8)


def _window_sums(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sums over all windows: of the 4 × 4 blocks first, then of 2 × 2 neighbouring blocks."""
    height, width = (side // STEP * STEP for side in values.shape)
    cut = values[:height, :width]
    rows = cut[0::STEP] + cut[1::STEP] + cut[2::STEP] + cut[3::STEP]
    blocks = rows[:, 0::STEP] + rows[:, 1::STEP] + rows[:, 2::STEP] + rows[:, 3::STEP]
    return blocks[:-1, :-1] + blocks[:-1, 1:] + blocks[1:, :-1] + blocks[1:, 1:]


def ssim_map(reference: Plane, picture: Plane) -> NDArray[np.float64]:
    """SSIM of every window.

    Args:
        reference: what was on the screen.
        picture: what was recorded of it, of the same shape, at least 8 × 8.

    Returns:
        Shape (height // 4 - 1, width // 4 - 1), values in [-1, 1], 1 where the windows are equal.

    Raises:
        InvalidInputError: ``ssim.shape``.
    """
    if reference.shape != picture.shape:
        raise InvalidInputError("ssim.shape", f"Only pictures of one size compare: {reference.shape}, {picture.shape}.")
    count = WINDOW * WINDOW
    x, y = reference.astype(np.int32), picture.astype(np.int32)
    sum_x, sum_y = _window_sums(x), _window_sums(y)
    # variances times count squared stay integers below 2**31: nothing is rounded before the last division
    variance_x = count * _window_sums(x * x) - sum_x**2
    variance_y = count * _window_sums(y * y) - sum_y**2
    covariance = count * _window_sums(x * y) - sum_x * sum_y
    c1, c2 = _C1 * count**2, _C2 * count * (count - 1)
    likeness = (2 * sum_x * sum_y + c1) / (sum_x**2 + sum_y**2 + c1)
    return likeness * (2 * covariance + c2) / (variance_x + variance_y + c2)


def text_windows(reference: Plane) -> NDArray[np.bool_]:
    """Which windows of `ssim_map` hold text, judged by their contrast."""
    count = WINDOW * WINDOW
    x = reference.astype(np.int32)
    variance = _window_sums(x * x) / count - (_window_sums(x) / count) ** 2
    return variance >= TEXT_DEVIATION**2


def text_ssim(reference: Plane, picture: Plane) -> float | None:
    """Mean SSIM of the windows with text, or None where the reference has none."""
    where = text_windows(reference)
    return float(ssim_map(reference, picture)[where].mean()) if where.any() else None
