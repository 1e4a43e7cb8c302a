"""The picture kept of one monitor: takes in what was grabbed and says what of it is really new."""

import numpy as np
import numpy.typing as npt

from playhead.workstation.capture.source import Rectangle

Pixels = npt.NDArray[np.uint32]
"""Rows of pixels, each one BGRX in 4 bytes: shape (height, width)."""

TILE = 16
"""Changes are told apart at this many pixels, the side of a macroblock (ITU-T H.264 §3.95)."""


class Picture:
    """One monitor's pixels as they were grabbed last.

    X servers report damage generously: a window repainted with the same content counts. Comparing costs a fraction
    of what encoding a false change would.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.pixels: Pixels = np.zeros((height, width), np.uint32)

    def take(self, fresh: Pixels, x: int, y: int) -> list[Rectangle]:
        """Take in ``fresh``, whose upper left pixel belongs at ``x``, ``y``, and return where it differed.

        The rectangles do not overlap, lie within ``fresh``, and are cut at multiples of `TILE` from its corner.
        """
        height, width = fresh.shape
        kept = self.pixels[y : y + height, x : x + width]
        found: list[Rectangle] = []
        above: list[int] = []  # indices into found of the rectangles that end where this band begins
        for top in range(0, height, TILE):
            band = fresh[top : top + TILE]
            differs = (band != kept[top : top + TILE]).any(axis=0)
            runs = _runs(differs, width) if differs.any() else []
            here: list[int] = []
            for left, right in runs:
                kept[top : top + TILE, left:right] = band[:, left:right]
                rectangle = Rectangle(x + left, y + top, right - left, band.shape[0])
                index = _matching(found, above, rectangle)
                if index is None:
                    here.append(len(found))
                    found.append(rectangle)
                else:
                    here.append(index)
                    taller = found[index].height + rectangle.height
                    found[index] = Rectangle(rectangle.x, found[index].y, rectangle.width, taller)
            above = here
        return found


def _runs(differs: npt.NDArray[np.bool_], width: int) -> list[tuple[int, int]]:
    """The stretches of columns, cut at tiles, in which any column differs. One tile between two is bridged."""
    starts = np.arange(0, width, TILE)
    tiles = np.flatnonzero(np.logical_or.reduceat(differs, starts))
    breaks = np.flatnonzero(np.diff(tiles) > 2)  # noqa: PLR2004 - more than one equal tile between them
    firsts = tiles[np.concatenate(([0], breaks + 1))]
    lasts = tiles[np.concatenate((breaks, [len(tiles) - 1]))]
    return [(int(first) * TILE, min((int(last) + 1) * TILE, width)) for first, last in zip(firsts, lasts, strict=True)]


def _matching(found: list[Rectangle], above: list[int], below: Rectangle) -> int | None:
    for index in above:
        if found[index].x == below.x and found[index].width == below.width:
            return index
    return None


def area(rectangles: list[Rectangle] | tuple[Rectangle, ...]) -> int:
    """Pixels in all of them together, where none overlap."""
    return sum(rectangle.width * rectangle.height for rectangle in rectangles)


def box(rectangles: list[Rectangle]) -> Rectangle:
    """The smallest rectangle around all of them, of which there is at least one."""
    left, top = min(each.x for each in rectangles), min(each.y for each in rectangles)
    right = max(each.x + each.width for each in rectangles)
    bottom = max(each.y + each.height for each in rectangles)
    return Rectangle(left, top, right - left, bottom - top)


def clip(rectangle: Rectangle, width: int, height: int) -> Rectangle | None:
    """The part of a rectangle inside 0 ≤ x < ``width``, 0 ≤ y < ``height``, or None."""
    left, top = max(rectangle.x, 0), max(rectangle.y, 0)
    right, bottom = min(rectangle.x + rectangle.width, width), min(rectangle.y + rectangle.height, height)
    return Rectangle(left, top, right - left, bottom - top) if right > left and bottom > top else None
