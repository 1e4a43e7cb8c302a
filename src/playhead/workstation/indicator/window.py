"""The indicator on the screen: an item in the system tray where there is one, otherwise a small window above all.

System Tray Protocol 0.3 and XEmbed 0.5 (freedesktop.org), Extended Window Manager Hints 1.5. Drawn with the requests of
the core protocol, which every X server has, so that nothing else is needed.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import struct
from collections.abc import Callable
from typing import Any, Final

import xcffib.xproto as x

from playhead.workstation.indicator.face import Face, Tone
from playhead.workstation.indicator.x11 import Desktop

WIDTH, HEIGHT = 320, 40
ICON = 24
"""Side of the item in a tray, in pixels."""

COLOURS: Final = {
    Tone.RECORDING: 0xD0021B,
    Tone.UNSAVED: 0xF5A623,
    Tone.BLACK: 0x000000,
    Tone.OFF: 0x8A8A8A,
    Tone.ALARM: 0xF8E71C,
}
GROUND: Final = 0xF4F4F4
INK: Final = 0x1A1A1A
_MARGIN = 8
_FULL_CIRCLE = 360 * 64
_DOCK = 0
_MAPPED = 1
_EVERYWHERE = 0xFFFFFFFF


class IndicatorWindow:
    """See the module.

    Args:
        desktop: where.
        clicked: called for each click.
    """

    def __init__(self, desktop: Desktop, clicked: Callable[[], None]) -> None:
        self._desktop = desktop
        self._clicked = clicked
        self._core = desktop.core
        self._face: Face | None = None
        self.is_docked = False
        """It is in a tray."""
        self._manager = desktop.atom("MANAGER")
        self._selection = desktop.atom(f"_NET_SYSTEM_TRAY_S{desktop.number}")
        # A tray that comes later tells so on the root window.
        self._core.ChangeWindowAttributes(desktop.root, x.CW.EventMask, [x.EventMask.StructureNotify])
        self.window, self._context = 0, 0
        self._open()

    def show(self, face: Face) -> None:
        """Show this from now on."""
        if face == self._face:
            return
        self._face = face
        self._draw()

    def take(self, event: Any) -> None:  # noqa: ANN401 - xcffib has no types
        """Something happened."""
        match event:
            case x.ExposeEvent():
                self._draw()
            case x.ButtonPressEvent() if int(event.detail) == 1:
                self._clicked()
            case x.VisibilityNotifyEvent() if not self.is_docked and int(event.state) != int(x.Visibility.Unobscured):
                self._core.ConfigureWindow(self.window, x.ConfigWindow.StackMode, [x.StackMode.Above])
            case x.ClientMessageEvent() if int(event.type) == self._manager:
                if int(event.data.data32[1]) == self._selection:
                    self._find_place()
            case x.ReparentNotifyEvent() if int(event.window) == self.window:
                if int(event.parent) == self._desktop.root and self.is_docked:  # the tray is gone
                    self._find_place()
                self._draw()
            case x.DestroyNotifyEvent() if int(event.window) == self.window:  # a tray that ended took it with it
                self._open()
                self._draw()
            case _:
                pass

    def _open(self) -> None:
        self.window = self._make()
        self._context = self._tools()
        self._find_place()

    def _make(self) -> int:
        desktop = self._desktop
        window = int(desktop.connection.generate_id())
        events = (
            x.EventMask.Exposure | x.EventMask.ButtonPress | x.EventMask.StructureNotify | x.EventMask.VisibilityChange
        )
        self._core.CreateWindow(
            desktop.screen.root_depth,
            window,
            desktop.root,
            *self._corner,
            WIDTH,
            HEIGHT,
            0,
            x.WindowClass.InputOutput,
            desktop.screen.root_visual,
            x.CW.BackPixel | x.CW.EventMask,
            [GROUND, events],
        )
        name = b"playhead-indicator\0Playhead\0"
        self._core.ChangeProperty(x.PropMode.Replace, window, x.Atom.WM_CLASS, x.Atom.STRING, 8, len(name), name)
        return window

    @property
    def _corner(self) -> tuple[int, int]:
        """Where it floats: at the top, on the right."""
        return max(int(self._desktop.screen.width_in_pixels) - WIDTH - _MARGIN, 0), _MARGIN

    def _place(self, width: int, height: int) -> None:
        """Its size, and that this shall stay (ICCCM §4.1.2.3: USPosition, PMinSize, PMaxSize)."""
        hints = [1 | 1 << 4 | 1 << 5, *self._corner, 0, 0, width, height, width, height, *[0] * 9]
        self._numbers(x.Atom.WM_NORMAL_HINTS, x.Atom.WM_SIZE_HINTS, hints)
        parts = x.ConfigWindow.X | x.ConfigWindow.Y | x.ConfigWindow.Width | x.ConfigWindow.Height
        self._core.ConfigureWindow(self.window, parts, [*self._corner, width, height])

    def _tools(self) -> int:
        """A graphics context with the font that every X server has built in."""
        connection = self._desktop.connection
        font, context = int(connection.generate_id()), int(connection.generate_id())
        self._core.OpenFont(font, len("fixed"), "fixed")
        self._core.CreateGC(context, self.window, x.GC.Background | x.GC.Font, [GROUND, font])
        self._core.CloseFont(font)  # the context keeps it
        return context

    def _find_place(self) -> None:
        """Into the tray, or onto the desktop where there is none."""
        desktop = self._desktop
        tray = int(self._core.GetSelectionOwner(self._selection).reply().owner)
        self.is_docked = bool(tray)
        if not tray:
            self._float()
            return
        self._core.UnmapWindow(self.window)  # from its frame, should it have one
        self._place(ICON, ICON)
        info = desktop.atom("_XEMBED_INFO")
        self._numbers(info, info, [0, _MAPPED])
        opcode = desktop.atom("_NET_SYSTEM_TRAY_OPCODE")
        data = struct.pack("=BBHIIIIIII", 33, 32, 0, tray, opcode, x.Time.CurrentTime, _DOCK, self.window, 0, 0)
        self._core.SendEvent(False, tray, x.EventMask.NoEvent, data)  # noqa: FBT003 - the protocol's order: propagate
        desktop.flush()

    def _float(self) -> None:
        """A small window above all others, on all desktops, in no list of windows, that takes no focus."""
        desktop = self._desktop
        atom, states = x.Atom.ATOM, ("ABOVE", "STICKY", "SKIP_TASKBAR", "SKIP_PAGER")
        self._numbers(desktop.atom("_NET_WM_STATE"), atom, [desktop.atom(f"_NET_WM_STATE_{each}") for each in states])
        kind = desktop.atom("_NET_WM_WINDOW_TYPE_UTILITY")
        self._numbers(desktop.atom("_NET_WM_WINDOW_TYPE"), atom, [kind])
        self._numbers(desktop.atom("_NET_WM_DESKTOP"), x.Atom.CARDINAL, [_EVERYWHERE])
        self._numbers(x.Atom.WM_HINTS, x.Atom.WM_HINTS, [1, 0, 0, 0, 0, 0, 0, 0, 0])  # InputHint: no focus
        self._place(WIDTH, HEIGHT)
        self._core.MapWindow(self.window)
        desktop.flush()

    def _draw(self) -> None:
        face = self._face
        if face is None:
            return
        title = f"{face.text} {face.detail}".strip()
        self._text(self._desktop.atom("_NET_WM_NAME"), self._desktop.atom("UTF8_STRING"), title.encode())
        side = ICON if self.is_docked else HEIGHT
        self._fill(GROUND, 0, 0, ICON if self.is_docked else WIDTH, side)
        self._sign(face.tone, 4, 4, side - 8)
        if not self.is_docked:
            self._ink(INK)
            for line, text in enumerate((face.text, face.detail)):
                drawn = text.encode("latin-1", "replace")
                self._core.ImageText8(len(drawn), self.window, self._context, HEIGHT, 17 + 15 * line, drawn)
        self._desktop.flush()

    def _sign(self, tone: Tone, left: int, top: int, side: int) -> None:
        """Told apart by shape, too: a disc records, a square is black, all else is a ring."""
        if tone is Tone.BLACK:
            self._fill(COLOURS[tone], left, top, side, side)
            return
        self._ink(COLOURS[tone])
        arc = x.ARC.synthetic(left, top, side, side, 0, _FULL_CIRCLE)
        self._core.PolyFillArc(self.window, self._context, 1, [arc])
        if tone is not Tone.RECORDING:
            self._ink(GROUND)
            inner = x.ARC.synthetic(left + side // 4, top + side // 4, side // 2, side // 2, 0, _FULL_CIRCLE)
            self._core.PolyFillArc(self.window, self._context, 1, [inner])

    def _fill(self, colour: int, left: int, top: int, width: int, height: int) -> None:
        self._ink(colour)
        part = x.RECTANGLE.synthetic(left, top, width, height)
        self._core.PolyFillRectangle(self.window, self._context, 1, [part])

    def _ink(self, colour: int) -> None:
        self._core.ChangeGC(self._context, x.GC.Foreground, [colour])

    def _numbers(self, name: int, kind: int, values: list[int]) -> None:
        self._core.ChangeProperty(x.PropMode.Replace, self.window, name, kind, 32, len(values), values)

    def _text(self, name: int, kind: int, text: bytes) -> None:
        self._core.ChangeProperty(x.PropMode.Replace, self.window, name, kind, 8, len(text), text)
