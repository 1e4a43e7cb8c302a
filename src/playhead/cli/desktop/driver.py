"""The scripted agent's hands: carries out steps on a display through XTEST, in real time."""

import asyncio
import math
from collections.abc import Iterable

from playhead.cli.desktop.script import Chord, Click, Focus, Glide, Read, Role, Step, Type, Wheel
from playhead.cli.desktop.x11 import X11, Box

_POINTER_HZ = 30
"""How often a moving pointer is put somewhere."""

_LATE_S_MAX = 1.0
"""A driver that is later than this (a machine that slept) goes on from now instead of catching up."""

# Keysyms of keys by their name (X Window System Protocol, appendix A); printable ASCII is its own keysym.
_NAMED = {
    "Return": 0xFF0D,
    "Tab": 0xFF09,
    "Escape": 0xFF1B,
    "Home": 0xFF50,
    "End": 0xFF57,
    "Page_Up": 0xFF55,
    "Page_Down": 0xFF56,
    "slash": ord("/"),
    "shift": 0xFFE1,
    "ctrl": 0xFFE3,
    "alt": 0xFFE9,
}


class Driver:
    """Carries out steps.

    Args:
        x11: the display.
        windows: part of the class of each role's window, in lower case.
    """

    def __init__(self, x11: X11, windows: dict[Role, str]) -> None:
        self._x11 = x11
        self._windows = windows
        self._keymap = x11.keymap()
        self._front: Box = (0, 0, *x11.size())
        self._due = 0.0

    async def work(self, steps: Iterable[Step]) -> None:
        """Carry out all steps, each taking the time it says.

        Raises:
            UnavailableError: ``desktop.no_display``.
        """
        loop = asyncio.get_running_loop()
        self._due = loop.time()
        for step in steps:
            end = self._due + step.length_ms / 1000
            await self._act(step)
            await self._until(end)
            if loop.time() - self._due > _LATE_S_MAX:
                self._due = loop.time()

    async def _until(self, at: float) -> None:
        self._due = at
        await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))

    async def _act(self, step: Step) -> None:
        match step:
            case Focus():
                self._focus(step.role)
            case Glide():
                await self._glide(step)
            case Click():
                self._x11.click()
            case Wheel():
                for _ in range(abs(step.notches)):
                    self._x11.wheel(down=step.notches > 0)
                    await self._until(self._due + step.every_ms / 1000)
            case Chord():
                self._press([_NAMED.get(name) or ord(name) for name in step.keys.split("+")])
            case Type():
                for character in step.text:
                    self._press([ord(character)])
                    await self._until(self._due + step.every_ms / 1000)
            case Read():
                pass

    def _focus(self, role: Role) -> None:
        """Bring the role's window to the front; without one (it was closed or crashed) work goes on where it is."""
        wanted = self._windows.get(role)
        for window in self._x11.windows():
            if wanted is not None and wanted in window.program:
                self._x11.activate(window.id)
                self._front = window.box

    async def _glide(self, step: Glide) -> None:
        left, top, width, height = self._front
        from_x, from_y = self._x11.pointer()
        to_x, to_y = left + step.x * width, top + step.y * height
        count = max(1, step.length_ms * _POINTER_HZ // 1000)
        for number in range(1, count + 1):
            share = (1 - math.cos(math.pi * number / count)) / 2  # starts and stops softly, as a hand does
            self._x11.point(round(from_x + (to_x - from_x) * share), round(from_y + (to_y - from_y) * share))
            await self._until(self._due + step.length_ms / 1000 / count)

    def _press(self, keysyms: list[int]) -> None:
        keys = [self._keymap[keysym] for keysym in keysyms]
        shift = [self._keymap[_NAMED["shift"]][0]] if any(shifted for _, shifted in keys) else []
        self._x11.press(shift + [keycode for keycode, _ in keys])
