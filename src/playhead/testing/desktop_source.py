"""A desktop that exists only as pixels in memory, painted by a test: a capture source without a display."""

import numpy as np
import numpy.typing as npt

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.picture import clip
from playhead.workstation.capture.source import Frame, Layout, Monitor, Rectangle

BLACK, WHITE = 0x000000, 0xFFFFFF


class DesktopSource:
    """Keeps the contract of `playhead.workstation.capture.source.Source`.

    Args:
        monitors: to begin with; each is black.

    Attributes:
        grabs: how often pixels were handed out.
        looks: how often it was asked for them.
    """

    def __init__(self, *monitors: Monitor) -> None:
        self.grabs = 0
        self.looks = 0
        self.closed = False
        self._away = False
        self._news = True
        self._layout = Layout(())
        self._pixels: dict[Monitor, npt.NDArray[np.uint32]] = {}
        self._changed: dict[Monitor, list[Rectangle]] = {}
        self.arrange(*monitors)

    # --- what a test does to it

    def arrange(self, *monitors: Monitor) -> None:
        """Plug and unplug: from now on these are the monitors. Those that stay keep their pixels."""
        self._news = True
        self._layout = Layout(monitors)
        for monitor in monitors:
            if monitor not in self._pixels:
                self._pixels[monitor] = np.zeros((monitor.height, monitor.width), np.uint32)
                self._changed[monitor] = [_whole(monitor)]
        for monitor in set(self._pixels) - set(monitors):
            del self._pixels[monitor], self._changed[monitor]

    def paint(self, name: str, place: Rectangle, colour: int = WHITE) -> None:
        """Fill a rectangle of a monitor with a colour, 0xRRGGBB."""
        self.draw(name, place.x, place.y, np.full((place.height, place.width), colour, np.uint32))

    def draw(self, name: str, x: int, y: int, pixels: npt.NDArray[np.uint32]) -> None:
        """Put pixels, 0xRRGGBB in shape (height, width), on a monitor."""
        monitor = self.monitor(name)
        place = clip(Rectangle(x, y, pixels.shape[1], pixels.shape[0]), monitor.width, monitor.height)
        if place is not None:
            part = pixels[place.y - y : place.y - y + place.height, place.x - x : place.x - x + place.width]
            self._pixels[monitor][place.y : place.y + place.height, place.x : place.x + place.width] = part
            self._changed[monitor].append(place)
            self._news = True

    def vanish(self) -> None:
        """The display goes."""
        self._away = True
        self._news = True

    def come_back(self) -> None:
        """The display is there again, with all of its pixels new."""
        self._away = False
        self._changed = {monitor: [_whole(monitor)] for monitor in self._layout.monitors}

    def monitor(self, name: str) -> Monitor:
        """The monitor of this name."""
        return next(monitor for monitor in self._layout.monitors if monitor.name == name)

    # --- Source

    def layout(self) -> Layout:
        """See `Source.layout`."""
        self._refuse_when_away()
        return self._layout

    def grab(self, monitor: Monitor, *, force: bool = False) -> Frame | None:
        """See `Source.grab`."""
        self.looks += 1
        self._refuse_when_away()
        self._news = False
        if monitor not in self._pixels:
            raise UnavailableError("capture.layout_changed", f"Monitor {monitor.name} is gone or different.")
        changed, self._changed[monitor] = tuple(self._changed[monitor]), []
        if not changed and not force:
            return None
        self.grabs += 1
        return Frame(monitor, monitor.width * 4, self._pixels[monitor].data.cast("B"), changed)

    def ready(self) -> bool:
        """See `Source.ready`."""
        return self._news

    def fileno(self) -> int:
        """See `Source.fileno`: there is none, a test paints from the thread that looks."""
        return -1

    def close(self) -> None:
        """See `Source.close`."""
        self.closed = True

    def _refuse_when_away(self) -> None:
        if self._away or self.closed:
            raise UnavailableError("capture.no_display", "The desktop is gone.")


def _whole(monitor: Monitor) -> Rectangle:
    return Rectangle(0, 0, monitor.width, monitor.height)
