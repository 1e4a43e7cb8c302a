"""Reads the clock of `playhead.cli.desktop.clock` back from the pixels of a recording, a player or a screenshot.

To show one: ``async with Desktop(folder, roles=(), clock_hz=5) as desktop`` gives a bare display with nothing else on
it; with the default roles the clock lies above a desktop at work.
"""

import numpy as np
from numpy.typing import NDArray

from playhead.cli.desktop.clock import COLUMNS, ROWS, time_of

SCALE_MIN = 0.34
"""The clock is still read from a picture shrunk to about a third: cells of four pixels."""

_CELL_MIN = 4
_BAR_SHARE = 0.6
"""A row or column of the frame's bars is magenta over at least this part of the longest one."""


def read_clock(picture: NDArray[np.uint8]) -> int | None:
    """The wall time that the clock in an RGB picture shows.

    Args:
        picture: shape (height, width, 3), 8 bits a channel, of any scale from `SCALE_MIN` up.

    Returns:
        Microseconds since the Unix epoch, whole milliseconds; None where there is no clock, or one that was spoiled
        (its checksum differs).
    """
    frame = _find_frame(picture)
    if frame is None:
        return None
    left, top, right, bottom = frame
    luma = picture[top:bottom, left:right].mean(axis=2)
    height, width = luma.shape
    bits: list[bool] = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            middle_y = (row + 1.5) * height / (ROWS + 2)
            middle_x = (column + 1.5) * width / (COLUMNS + 2)
            reach = max(1.0, height / (ROWS + 2) / 4)  # the middle half of the cell, clear of blurred edges
            cell = luma[
                round(middle_y - reach) : round(middle_y + reach), round(middle_x - reach) : round(middle_x + reach)
            ]
            bits.append(bool(cell.mean() > 127))  # noqa: PLR2004 - halfway between black and white
    return time_of(bits)


def _find_frame(picture: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """The outer edges of the magenta frame: left, top, right, bottom; the last two exclusive."""
    red, green, blue = (picture[:, :, channel].astype(np.int16) for channel in range(3))
    magenta = (np.minimum(red, blue) - green) > 100  # noqa: PLR2004 - 255 in the source; codecs and scaling soften it
    rows = _bar_span(magenta.sum(axis=1))
    if rows is None:
        return None
    columns = _bar_span(magenta[rows[0] : rows[1]].sum(axis=0))
    if columns is None:
        return None
    wide, high = columns[1] - columns[0], rows[1] - rows[0]
    if wide < (COLUMNS + 2) * _CELL_MIN or high < (ROWS + 2) * _CELL_MIN:
        return None
    return columns[0], rows[0], columns[1], rows[1]


def _bar_span(counts: NDArray[np.int64]) -> tuple[int, int] | None:
    """From the first to past the last line that has nearly as much magenta as the fullest one."""
    fullest = int(counts.max(initial=0))
    if fullest < _CELL_MIN:
        return None
    full = np.flatnonzero(counts >= fullest * _BAR_SHARE)
    return int(full[0]), int(full[-1]) + 1
