"""Programs' windows on a test's X server: made, moved and named as a program would."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from types import TracebackType
from typing import Self

import xcffib
import xcffib.xproto as x

SECRET = 0xFF00FF
"""Colour of what must never be captured: nothing else on the desktop has it."""


class Program:
    """A connection of its own to the server, with windows."""

    def __init__(self, display: str) -> None:
        self._connection = xcffib.connect(display=display)
        self._core = self._connection.core
        self._screen = self._connection.get_setup().roots[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.disconnect()

    def sync(self) -> None:
        self._core.GetInputFocus().reply()

    def window(
        self,
        place: tuple[int, int, int, int],
        *,
        name: str = "",
        title: str = "",
        colour: int = SECRET,
        popup: bool = False,
        transient_for: int = 0,
    ) -> int:
        """A window that is all of one colour, and is shown."""
        window = self._connection.generate_id()
        values = [colour, int(popup), x.EventMask.StructureNotify]
        flags = x.CW.BackPixel | x.CW.OverrideRedirect | x.CW.EventMask
        self._core.CreateWindow(
            24, window, self._screen.root, *place, 0, x.WindowClass.InputOutput, self._screen.root_visual, flags, values
        )
        if name:
            self._text(window, x.Atom.WM_CLASS, f"{name}\0{name.title()}\0")
        if title:
            self.entitle(window, title)
        if transient_for:
            self._core.ChangeProperty(
                x.PropMode.Replace, window, x.Atom.WM_TRANSIENT_FOR, x.Atom.WINDOW, 32, 1, [transient_for]
            )
        self._core.MapWindow(window)
        self.sync()
        return window

    def entitle(self, window: int, title: str) -> None:
        self._text(window, x.Atom.WM_NAME, title)
        self.sync()

    def move(self, window: int, left: int, top: int) -> None:
        self._core.ConfigureWindow(window, x.ConfigWindow.X | x.ConfigWindow.Y, [left, top])
        self.sync()

    def close(self, window: int) -> None:
        self._core.DestroyWindow(window)
        self.sync()

    def _text(self, window: int, atom: int, text: str) -> None:
        data = text.encode("latin-1")
        self._core.ChangeProperty(x.PropMode.Replace, window, atom, x.Atom.STRING, 8, len(data), data)


@contextmanager
def moving(display: str, places: list[tuple[int, int]], *, name: str = "secret") -> Iterator[list[int]]:
    """While entered a secret window is moved as fast as the server does it. What is given counts the moves."""
    over, moves = threading.Event(), [0]

    def move() -> None:
        with Program(display) as program:
            window = program.window((*places[0], 90, 70), name=name)
            for left, top in cycle(places):
                if over.is_set():
                    return
                program.move(window, left, top)
                moves[0] += 1

    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield moves
    finally:
        over.set()
        thread.join()
