"""A desktop that is made up: colour bars, and something that moves. For drills, and to try things out without one."""

from typing import Final

import numpy as np

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.workstation.capture.source import Frame, Layout, Monitor, Rectangle

TEST_CARD: Final = "test-card"
"""What to configure as the display to record it."""

MONITOR: Final = Monitor(TEST_CARD, 0, 0, 640, 360)

MOVES_US: Final = 500_000
"""How often what moves does so."""

_BARS: Final = (0xC0C0C0, 0xC0C000, 0x00C0C0, 0x00C000, 0xC000C0, 0xC00000, 0x0000C0, 0x101010)
"""Grey, then as on television, with three quarters of their full brightness."""

_MOVER: Final = Rectangle(0, 300, 40, 40)
_STEP: Final = 25


class ColourBars:
    """Keeps the contract of `playhead.workstation.capture.source.Source`.

    Args:
        clock: says when something moves.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        width, height = MONITOR.width, MONITOR.height
        row = np.repeat(np.array(_BARS, np.uint32), width // len(_BARS))
        self._card = np.broadcast_to(row, (height, width)).copy()
        self._pixels = self._card.copy()
        self._moved_us: int | None = None
        self._at = _MOVER.x
        self._changed: list[Rectangle] = [Rectangle(0, 0, width, height)]
        self._is_closed = False

    def layout(self) -> Layout:
        """See `Source.layout`."""
        self._refuse_when_closed()
        return Layout((MONITOR,))

    def grab(self, monitor: Monitor, *, force: bool = False) -> Frame | None:
        """See `Source.grab`."""
        self._refuse_when_closed()
        if monitor != MONITOR:
            raise UnavailableError("capture.layout_changed", f"Monitor {monitor.name} is gone or different.")
        self._move()
        changed, self._changed = tuple(self._changed), []
        if not changed and not force:
            return None
        return Frame(monitor, monitor.width * 4, self._pixels.data.cast("B"), changed)

    def ready(self) -> bool:
        """See `Source.ready`."""
        self._move()
        return bool(self._changed)

    def fileno(self) -> int:
        """See `Source.fileno`: there is none, it moves by the clock."""
        return -1

    def close(self) -> None:
        """See `Source.close`."""
        self._is_closed = True

    def _move(self) -> None:
        now_us = self._clock.monotonic_us()
        if self._moved_us is not None and now_us - self._moved_us < MOVES_US:
            return
        self._moved_us = now_us
        before, self._at = self._at, (self._at + _STEP) % (MONITOR.width - _MOVER.width)
        self._paint(before, on=False)
        self._paint(self._at, on=True)

    def _paint(self, at: int, *, on: bool) -> None:
        rows, columns = slice(_MOVER.y, _MOVER.y + _MOVER.height), slice(at, at + _MOVER.width)
        self._pixels[rows, columns] = 0xFFFFFF if on else self._card[rows, columns]
        self._changed.append(Rectangle(at, _MOVER.y, _MOVER.width, _MOVER.height))

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise UnavailableError("capture.no_display", "The test card is closed.")
