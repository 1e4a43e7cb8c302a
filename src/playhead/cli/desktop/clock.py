"""A clock on the screen that people and programs can read back from a recording's pixels.

The picture is a magenta frame around 16 × 4 square cells, black for 0 and white for 1, row by row: 48 bits of wall
time in milliseconds since 1970-01-01T00:00:00Z, then CRC-16/XMODEM of those six bytes, big-endian; beside it the
local time in seven-segment digits. Magenta is rare on desktops and survives 4:2:0; a black or white cell survives any
codec that leaves text legible; the checksum refuses a picture that was mixed from two.
``playhead.testing.burnt_clock`` reads it.
"""

import asyncio
import binascii
from datetime import datetime

from playhead.base.clock import Clock
from playhead.cli.desktop.x11 import X11, Box, Colour

CELL = 12
"""Side of a cell, and width of the frame, in pixels: legible at half the size."""

COLUMNS = 16
ROWS = 4

CODE_WIDTH = (COLUMNS + 2) * CELL
CODE_HEIGHT = (ROWS + 2) * CELL

WIDTH = CODE_WIDTH + 226
HEIGHT = CODE_HEIGHT

PLACE = (24, 98)
"""Distance from the right and upper edge of the screen: over the browser's bars, where it covers no text."""

_BLACK: Colour = (0, 0, 0)
_WHITE: Colour = (255, 255, 255)
_MAGENTA: Colour = (255, 0, 255)

# Which of the segments a to g (top, right upper, right lower, bottom, left lower, left upper, middle) a digit lights.
_SEGMENTS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcfgd")
_DIGIT_WIDTH, _DIGIT_HEIGHT, _STROKE = 20, 40, 5


def code_bits(wall_us: int) -> list[bool]:
    """The 64 cells for a wall time, row by row."""
    payload = (wall_us // 1000).to_bytes(6, "big")
    code = payload + binascii.crc_hqx(payload, 0).to_bytes(2, "big")
    return [bool(byte >> (7 - bit) & 1) for byte in code for bit in range(8)]


def time_of(bits: list[bool]) -> int | None:
    """The wall time in microseconds, whole milliseconds, that 64 cells say, or None where the checksum differs."""
    code = bytes(sum(bit << (7 - place) for place, bit in enumerate(bits[at : at + 8])) for at in range(0, 64, 8))
    if binascii.crc_hqx(code[:6], 0) != int.from_bytes(code[6:], "big"):
        return None
    return int.from_bytes(code[:6], "big") * 1000


def _segment_box(name: str, left: int, top: int) -> Box:
    wide, high, stroke = _DIGIT_WIDTH, _DIGIT_HEIGHT, _STROKE
    half = high // 2
    boxes = {
        "a": (0, 0, wide, stroke),
        "b": (wide - stroke, 0, stroke, half),
        "c": (wide - stroke, half, stroke, high - half),
        "d": (0, high - stroke, wide, stroke),
        "e": (0, half, stroke, high - half),
        "f": (0, 0, stroke, half),
        "g": (0, half - stroke // 2, wide, stroke),
    }
    x, y, width, height = boxes[name]
    return left + x, top + y, width, height


def _digit_boxes(text: str, left: int, top: int) -> list[Box]:
    boxes: list[Box] = []
    for character in text:
        if character == ":":
            boxes += [(left, top + 10, _STROKE, _STROKE), (left, top + 25, _STROKE, _STROKE)]
            left += _STROKE + 8
        else:
            boxes += [_segment_box(name, left, top) for name in _SEGMENTS[int(character)]]
            left += _DIGIT_WIDTH + 8
    return boxes


class BurntClock:
    """The clock's window, above all others in the upper right corner.

    Args:
        x11: the display.
        clock: whose wall time is shown.
    """

    def __init__(self, x11: X11, clock: Clock) -> None:
        self._x11 = x11
        self._clock = clock
        self._canvas = x11.canvas((0, 0, WIDTH, HEIGHT))

    def draw(self) -> None:
        """Show the time as it is now."""
        width, _ = self._x11.size()  # asked each time: a display that shrank keeps its clock
        self._canvas.move(max(0, width - WIDTH - PLACE[0]), PLACE[1])
        now_us = self._clock.wall_us()
        white = [
            ((1 + cell % COLUMNS) * CELL, (1 + cell // COLUMNS) * CELL, CELL, CELL)
            for cell, bit in enumerate(code_bits(now_us))
            if bit
        ]
        local = datetime.fromtimestamp(now_us / 1_000_000).astimezone()
        self._canvas.fill(_MAGENTA, [(0, 0, CODE_WIDTH, CODE_HEIGHT)])
        self._canvas.fill(_BLACK, [(CELL, CELL, COLUMNS * CELL, ROWS * CELL)])
        self._canvas.fill(_BLACK, [(CODE_WIDTH, 0, WIDTH - CODE_WIDTH, HEIGHT)])
        self._canvas.fill(_WHITE, white)
        self._canvas.fill(_WHITE, _digit_boxes(f"{local:%H:%M:%S}", CODE_WIDTH + 16, 16))
        self._canvas.show()

    async def run(self, hertz: float) -> None:
        """Draw that many times a second until cancelled, in step with the wall clock's seconds."""
        period_us = round(1_000_000 / hertz)
        while True:
            self.draw()
            await asyncio.sleep((period_us - self._clock.wall_us() % period_us) / 1_000_000)
