"""From BGRX pixels to the luma and chroma planes that encoders take, touching only what changed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.libav import planes_of

_MARGIN = 8
"""Converted around each rectangle and thrown away: halving the chroma looks at neighbours, and a picture converted
part by part must be the same as one converted whole, or the seams would cost bits."""
_BLACK = (16, 128, 128)
"""Luma, Cb and Cr of black in the narrow range (ITU-R BT.709-6 §4)."""

PRIMARIES = ColorPrimaries.BT709
TRANSFER = ColorTrc.IEC61966_2_1
"""sRGB's own curve: desktops are drawn for it."""
MATRIX = Colorspace.ITU709
RANGE = ColorRange.MPEG
"""Narrow range: the one every player gets right."""


class Planes:
    """One picture as 4:2:0 planes of even width and height; an odd last row or column is doubled.

    Args:
        width: of the pixels, 1 or more.
        height: of the pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self.width, self.height = width + width % 2, height + height % 2
        self.frame = VideoFrame(self.width, self.height, "yuv420p")
        self.frame.colorspace = 1  # AVCOL_SPC_BT709, as `MATRIX` is called here
        self.frame.color_range = RANGE
        self.frame.color_primaries = PRIMARIES
        self.frame.color_trc = TRANSFER
        self._planes = planes_of(self.frame)
        self._reformatter = VideoReformatter()
        odd = (self.width, self.height) != (width, height)
        self._padded = np.zeros((self.height, self.width, 4), np.uint8) if odd else None
        self.black()

    def black(self) -> None:
        """Make all of it black."""
        for plane, value in zip(self._planes, _BLACK, strict=True):
            plane[:] = value

    def update(self, pixels: memoryview, stride: int, changed: Sequence[Rectangle]) -> None:
        """Convert the rectangles ``changed`` of a picture of BGRX pixels, ``stride`` bytes a row."""
        rows = np.frombuffer(pixels, np.uint8).reshape(-1, stride)[: self._height, : self._width * 4]
        whole = rows.reshape(self._height, self._width, 4)
        for rectangle in changed:
            source = whole if self._padded is None else self._pad(self._padded, whole, rectangle)
            self._convert(source, rectangle)

    def _pad(
        self, padded: npt.NDArray[np.uint8], whole: npt.NDArray[np.uint8], changed: Rectangle
    ) -> npt.NDArray[np.uint8]:
        """Bring the padded copy up to date around the rectangle."""
        left, top = max(changed.x - _MARGIN, 0), max(changed.y - _MARGIN, 0)
        right = min(changed.x + changed.width + _MARGIN, self._width)
        bottom = min(changed.y + changed.height + _MARGIN, self._height)
        padded[top:bottom, left:right] = whole[top:bottom, left:right]
        if right == self._width < self.width:
            padded[top:bottom, right] = whole[top:bottom, right - 1]
        if bottom == self._height < self.height:
            padded[bottom, : self.width] = padded[bottom - 1, : self.width]
        return padded

    def _convert(self, source: npt.NDArray[np.uint8], changed: Rectangle) -> None:
        left, top = changed.x & ~1, changed.y & ~1
        right = min((changed.x + changed.width + 1) & ~1, self.width)
        bottom = min((changed.y + changed.height + 1) & ~1, self.height)
        from_x, from_y = max(left - _MARGIN, 0), max(top - _MARGIN, 0)
        to_x, to_y = min(right + _MARGIN, self.width), min(bottom + _MARGIN, self.height)
        converted = self._reformatter.reformat(
            VideoFrame.from_numpy_buffer(source[from_y:to_y, from_x:to_x], format="bgra"),
            format="yuv420p",
            dst_colorspace=MATRIX,
            interpolation=Interpolation.AREA,
            src_color_range=ColorRange.JPEG,
            dst_color_range=RANGE,
            threads=1,
        )
        for index, (target, part) in enumerate(zip(self._planes, planes_of(converted), strict=True)):
            shift = 1 if index else 0
            x, y = (left - from_x) >> shift, (top - from_y) >> shift
            width, height = (right - left) >> shift, (bottom - top) >> shift
            to_left, to_top = left >> shift, top >> shift
            target[to_top : to_top + height, to_left : to_left + width] = part[y : y + height, x : x + width]
