"""Makes masked parts black between the grab and everything else, so that not a pixel of them goes any further.

A window may move between the moment its place is read and the moment the screen is grabbed. So after each grab the
events are looked at that the server had sent before its answer: where they tell of windows, places are read anew and
the grab is thrown away; after a few of those the server is held still for one. What cannot be found out is black.
"""

import structlog

from playhead.base.clock import Clock
from playhead.workstation.capture.masks import Lingering, Mask, areas_on, on_monitor, places_of
from playhead.workstation.capture.picture import Pixels
from playhead.workstation.capture.source import Monitor, Rectangle
from playhead.workstation.capture.x11.display import Display, News
from playhead.workstation.capture.x11.images import Images
from playhead.workstation.capture.x11.windows import WindowsUnknownError, WindowTree

TRIES = 3
"""Grabs that are thrown away because windows moved meanwhile, before the server is held still."""

_log = structlog.get_logger(__name__)


class Masking:
    """What is masked on one display.

    Args:
        masks: the configuration.
        clock: for how long a place stays masked that a window has left.
    """

    def __init__(self, masks: tuple[Mask, ...], clock: Clock) -> None:
        self._masks = masks
        self._clock = clock
        self._by_window = tuple(mask for mask in masks if not mask.area)
        self._lingering = Lingering()
        self._tree: WindowTree | None = None
        self._here: list[Rectangle] | None = []
        self._places: tuple[Rectangle, ...] | None = ()
        """Where masked windows are or were; None where that cannot be found out."""

    def begin(self, display: Display) -> None:
        """The display is a new one."""
        self._tree = display.watch_windows() if self._by_window else None
        self._read()

    def look(self, news: News) -> None:
        """Take in what has changed since."""
        if news.windows:
            news.windows = False
            self._read()
        else:
            self._settle()

    @property
    def is_unknown(self) -> bool:
        """What should be masked cannot be found out, so that everything is."""
        return self._places is None

    def on(self, monitor: Monitor) -> tuple[Rectangle, ...]:
        """What is masked on a monitor, in its pixels."""
        if self._places is None:
            return (Rectangle(0, 0, monitor.width, monitor.height),)
        placed = [on_monitor(place, monitor) for place in self._places]
        return (*areas_on(monitor, self._masks), *(place for place in placed if place is not None))

    def grab(self, display: Display, images: Images, news: News, monitor: Monitor, part: Rectangle) -> Pixels:
        """The pixels of part of a monitor, masked; valid until the next grab.

        Raises:
            RefusedByServerError: as `Images.grab`.
            UnavailableError: as `Display`.
        """
        place = Rectangle(monitor.x + part.x, monitor.y + part.y, part.width, part.height)
        for _ in range(TRIES if self._tree is not None else 0):
            self.look(news)
            pixels = images.grab(place)
            display.news(news)
            if not news.windows:
                return self._blacken(pixels, monitor, part)
        if self._tree is None:
            return self._blacken(images.grab(place), monitor, part)
        self._tree.hold()
        try:
            self._read()
            return self._blacken(images.grab(place), monitor, part)
        finally:
            self._tree.release()

    def _blacken(self, pixels: Pixels, monitor: Monitor, part: Rectangle) -> Pixels:
        if not pixels.flags.writeable:
            pixels = pixels.copy()
        for masked in self.on(monitor):
            top, left = max(masked.y - part.y, 0), max(masked.x - part.x, 0)
            bottom, right = masked.y + masked.height - part.y, masked.x + masked.width - part.x
            if bottom > top and right > left:
                pixels[top:bottom, left:right] = 0
        return pixels

    def _read(self) -> None:
        if self._tree is None:
            return
        was_known = self._here is not None
        try:
            self._here = places_of(self._tree.read(), self._by_window)
        except WindowsUnknownError:
            self._here = None
        if was_known and self._here is None:
            _log.error("windows cannot be listed, so that all of the screen is masked", code="capture.masks_unknown")
        self._settle()

    def _settle(self) -> None:
        self._places = None if self._here is None else self._lingering.update(self._here, self._clock.monotonic_us())
