"""Draws the pointer into a picture, and takes it out again: X servers keep it apart from the pixels they hand out."""

import numpy as np
import numpy.typing as npt

from playhead.workstation.capture.picture import Picture, clip
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.capture.x11.display import Pointer


class PointerSprite:
    """The pointer over one picture, with the pixels that it hides."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._drawn: Rectangle | None = None
        self._drawn_shape: Pointer | None = None
        self._hidden = np.zeros((0, 0), np.uint32)

    def lift(self) -> None:
        """Put back the pixels the pointer hides, so that the picture is what the server showed."""
        if self._drawn is not None:
            self._part(self._drawn)[:] = self._hidden

    def drop(self, shape: Pointer | None, x: int, y: int) -> list[Rectangle]:
        """Draw the pointer with its hot spot at ``x``, ``y`` of the picture (which may be outside), after `lift`.

        Returns:
            Where this made the picture differ: nowhere, if neither place nor shape is another than last time.
        """
        before, before_shape = self._drawn, self._drawn_shape
        self._drawn, self._drawn_shape = None, shape
        if shape is not None:
            left, top = x - shape.hot_x, y - shape.hot_y
            whole = Rectangle(left, top, shape.width, shape.height)
            self._drawn = clip(whole, self._picture.width, self._picture.height)
            if self._drawn is not None:
                self._draw(shape, self._drawn, self._drawn.x - left, self._drawn.y - top)
        if before == self._drawn and (before_shape is shape or before is None):
            return []
        return [each for each in (before, self._drawn) if each is not None]

    def _draw(self, shape: Pointer, place: Rectangle, from_x: int, from_y: int) -> None:
        target = self._part(place)
        self._hidden = target.copy()
        sprite = np.frombuffer(shape.pixels, np.uint8).reshape(shape.height, shape.width, 4)
        sprite = sprite[from_y : from_y + place.height, from_x : from_x + place.width].astype(np.uint16)
        below = target.view(np.uint8).reshape(place.height, place.width, 4)
        # Premultiplied alpha (XFIXES protocol §8): what is below shows through by what the alpha leaves.
        blended: npt.NDArray[np.uint16] = sprite + below * (255 - sprite[:, :, 3:4]) // 255
        below[:, :, :3] = np.minimum(blended, 255)[:, :, :3]

    def _part(self, place: Rectangle) -> npt.NDArray[np.uint32]:
        return self._picture.pixels[place.y : place.y + place.height, place.x : place.x + place.width]
