"""What of the screen is never captured: areas of monitors, and windows of some applications. Decides, without IO."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Self

from msgspec import Meta

from playhead.base.config import Section
from playhead.domain.patterns import is_like
from playhead.workstation.capture.picture import box, clip
from playhead.workstation.capture.source import Monitor, Rectangle

LINGER_US: Final = 1_000_000
"""How long a place stays masked that a masked window has left: what lies under it may not have been drawn anew yet."""

PLACES_MAX: Final = 32
"""Places that are masked on one monitor at a time; more become the box around them. A window that is dragged leaves a
trail of them."""

MASKS_MAX: Final = 64
"""In a configuration. Each is compared with each window when windows change."""

_AREA: Final = re.compile(r"(\d{1,5})(%?)x(\d{1,5})(%?)\+(\d{1,5})(%?)\+(\d{1,5})(%?)")
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Area:
    """Part of any monitor: each number in pixels, or in per cent of the monitor's width or height."""

    width: tuple[int, bool]
    height: tuple[int, bool]
    x: tuple[int, bool]
    y: tuple[int, bool]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``WIDTHxHEIGHT+X+Y``, as X11 writes geometries (XParseGeometry(3)), each number with or without ``%``.

        Raises:
            ValueError: what is wrong.
        """
        match = _AREA.fullmatch(text)
        if match is None:
            raise ValueError(f"area is WIDTHxHEIGHT+X+Y, such as 400x300+0+0 or 50%x10%+25%+0%, not {text[:40]!r}")
        width, height, x, y = ((int(match[each]), bool(match[each + 1])) for each in (1, 3, 5, 7))
        if not width[0] or not height[0]:
            raise ValueError(f"area {text!r} is empty")
        return cls(width, height, x, y)

    def on(self, monitor: Monitor) -> Rectangle | None:
        """It in the monitor's pixels, rounded so that nothing of it is left out; None where it lies outside."""
        left, right = _span(self.x, self.width, monitor.width)
        top, bottom = _span(self.y, self.height, monitor.height)
        return clip(Rectangle(left, top, right - left, bottom - top), monitor.width, monitor.height)


class Mask(Section, frozen=True):
    """``[[workstation.masks]]``: something of the screen that is never captured."""

    area: Annotated[
        str,
        Meta(
            description="Part of a monitor that is black: `WIDTHxHEIGHT+X+Y` in pixels, or with `%` in per cent of the "
            "monitor, such as `100%x5%+0+95%`."
        ),
    ] = ""
    monitor: Annotated[str, Meta(description="With `area`: of this monitor, as `status` names it; empty for all.")] = ""
    window_class: Annotated[
        str,
        Meta(
            max_length=200,
            description="Windows that are black, by their WM_CLASS (either part of it), wherever they are: a pattern "
            "with `*` and `?`, upper and lower case alike.",
        ),
    ] = ""
    window_title: Annotated[
        str,
        Meta(max_length=200, description="The same by the title. With `window_class`, both must match."),
    ] = ""

    def __post_init__(self) -> None:
        """Refuse what would mask nothing.

        Raises:
            ValueError: which key, and what to write.
        """
        by_window = bool(self.window_class or self.window_title)
        if bool(self.area) == by_window:
            raise ValueError("a mask has either area, or window_class and window_title")
        if self.area:
            Area.parse(self.area)
        elif self.monitor:
            raise ValueError("monitor goes with area: a window is masked wherever it is")

    def matches(self, window: "Window") -> bool:
        """Whether a window is meant."""
        if self.area:
            return False
        is_class = not self.window_class or any(is_like(name, self.window_class) for name in window.names)
        return is_class and (not self.window_title or is_like(window.title, self.window_title))


@dataclass(frozen=True, slots=True)
class Window:
    """A window on the desktop, as far as masks go by it."""

    id: int
    """Of the program's own window: what lies in the frame of a window manager."""
    place: Rectangle
    """In the desktop's pixels, with its frame."""
    names: tuple[str, ...] = ()
    """WM_CLASS: instance and class (ICCCM §4.1.2.5)."""
    title: str = ""
    transient_for: int = 0
    """The window that it is a dialog of (ICCCM §4.1.2.6)."""
    program: int = 0
    """The connection to the X server that made it."""
    is_popup: bool = False
    """A menu, a tool tip: no window manager frames it."""


def places_of(windows: Sequence[Window], masks: Sequence[Mask]) -> list[Rectangle]:
    """Where masked windows are: those that match, their dialogs, and the menus of their programs."""
    masked = {window.id: window for window in windows if any(mask.matches(window) for mask in masks)}
    is_growing = True
    while is_growing:
        more = [one for one in windows if one.id not in masked and one.transient_for in masked]
        masked.update({one.id: one for one in more})
        is_growing = bool(more)
    programs = {window.program for window in masked.values()}
    popups = [one for one in windows if one.is_popup and one.program in programs and one.id not in masked]
    return [window.place for window in (*masked.values(), *popups)]


@dataclass(slots=True)
class Lingering:
    """Places of masked windows, and those that they have left just now."""

    _left_us: dict[Rectangle, int] = field(default_factory=dict[Rectangle, int])

    def update(self, places: Iterable[Rectangle], now_us: int) -> tuple[Rectangle, ...]:
        """Masked windows are there now: what is to be masked, in the desktop's pixels."""
        for place in places:
            self._left_us[place] = now_us + LINGER_US
        self._left_us = {place: until_us for place, until_us in self._left_us.items() if until_us > now_us}
        if len(self._left_us) > PLACES_MAX:
            self._left_us = {box(list(self._left_us)): max(self._left_us.values())}
        return tuple(sorted(self._left_us, key=lambda one: (one.x, one.y, one.width, one.height)))


def areas_on(monitor: Monitor, masks: Iterable[Mask]) -> list[Rectangle]:
    """The areas that are masked on a monitor, in its pixels."""
    named = [Area.parse(mask.area).on(monitor) for mask in masks if mask.area and mask.monitor in {"", monitor.name}]
    return [area for area in named if area is not None]


def on_monitor(place: Rectangle, monitor: Monitor) -> Rectangle | None:
    """A place of the desktop in the monitor's pixels; None where it is not on it."""
    moved = Rectangle(place.x - monitor.x, place.y - monitor.y, place.width, place.height)
    return clip(moved, monitor.width, monitor.height)


def _span(begin: tuple[int, bool], length: tuple[int, bool], whole: int) -> tuple[int, int]:
    """From the first to past the last pixel. In hundredths of pixels, so that nothing is rounded before the end."""
    from_100 = begin[0] * (whole if begin[1] else _WHOLE)
    to_100 = from_100 + length[0] * (whole if length[1] else _WHOLE)
    return from_100 // _WHOLE, -(-to_100 // _WHOLE)
