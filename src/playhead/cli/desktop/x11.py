# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
"""The few things the scripted desktop asks of an X server, behind typed functions: xcffib itself has no types.

Sources: X Window System Protocol (X11R7.7); XTEST Extension Library for input; Extended Window Manager Hints 1.5 for
``_NET_CLIENT_LIST`` and ``_NET_ACTIVE_WINDOW``.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xcffib
import xcffib.xproto as x
import xcffib.xtest
from xcffib.ffi import ffi

from playhead.base.errors import UnavailableError

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255 each."""

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels."""

_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
_FIRST_WHEEL_BUTTON = 4
_XTEST_VERSION = (2, 2)


@dataclass(frozen=True, slots=True)
class Window:
    """A program's window: its id, the class its program gave it in lower case, and where it is."""

    id: int
    program: str
    box: Box


class X11:
    """A connection to a display. Used from one thread.

    Args:
        display: name such as ``:7``.
        cookie: the display's MIT-MAGIC-COOKIE-1, or None to look where ``XAUTHORITY`` says.

    Raises:
        UnavailableError: ``desktop.no_display``; so do all methods once the server is gone.
    """

    def __init__(self, display: str, cookie: bytes | None = None) -> None:
        try:
            self._connection: Any = xcffib.Connection(display) if cookie is None else _connect(display, cookie)
            self._screen: Any = self._connection.get_setup().roots[0]
        except (xcffib.XcffibException, xcffib.ConnectionException) as error:
            raise UnavailableError("desktop.no_display", f"Display {display} cannot be opened: {error}.") from error
        self._core: Any = self._connection.core
        self._root: int = self._screen.root
        self._atoms: dict[str, int] = {}
        self._test: Any = None

    def close(self) -> None:
        """Close the connection."""
        self._connection.disconnect()

    def flush(self) -> None:
        """Hand all requests to the server."""
        self._check(self._connection.flush)

    def _check(self, call: Any, *arguments: Any) -> Any:  # noqa: ANN401 - whatever xcffib answers
        try:
            return call(*arguments)
        except xcffib.ConnectionException as error:
            raise UnavailableError("desktop.no_display", f"The display is gone: {error}.") from error

    def _reply(self, request: Any) -> Any:  # noqa: ANN401 - the same
        return self._check(request.reply)

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            reply = self._reply(self._core.InternAtom(only_if_exists=False, name_len=len(name), name=name))
            self._atoms[name] = reply.atom
        return self._atoms[name]

    def size(self) -> tuple[int, int]:
        """Width and height of the screen now, in pixels."""
        geometry = self._reply(self._core.GetGeometry(self._root))
        return geometry.width, geometry.height

    def paint_background(self, colour: Colour) -> None:
        """Give the bare desktop one colour."""
        self._core.ChangeWindowAttributes(self._root, x.CW.BackPixel, [_pixel(colour)])
        self._core.ClearArea(exposures=False, window=self._root, x=0, y=0, width=0, height=0)
        self.flush()

    # Windows

    def _property(self, window: int, name: str) -> bytes:
        reply = self._reply(
            self._core.GetProperty(
                delete=False,
                window=window,
                property=self._atom(name),
                type=x.GetPropertyType.Any,
                long_offset=0,
                long_length=4096,
            )
        )
        return reply.value.buf()

    def managed(self) -> bool:
        """Whether a window manager that keeps EWMH runs."""
        return len(self._property(self._root, "_NET_SUPPORTING_WM_CHECK")) > 0

    def windows(self) -> list[Window]:
        """The programs' windows, oldest first."""
        listed = self._property(self._root, "_NET_CLIENT_LIST")
        found: list[Window] = []
        for (window,) in struct.iter_unpack("=I", listed):
            try:
                program = self._property(window, "WM_CLASS").decode("latin-1").lower()
                found.append(Window(window, program.replace("\0", " ").strip(), self.box(window)))
            except (x.WindowError, x.DrawableError):
                continue  # it closed since the list was read
        return found

    def box(self, window: int) -> Box:
        """Where the window's content is on the screen."""
        geometry = self._reply(self._core.GetGeometry(window))
        place = self._reply(self._core.TranslateCoordinates(window, self._root, 0, 0))
        return place.dst_x, place.dst_y, geometry.width, geometry.height

    def active(self) -> int:
        """The window in front, or 0."""
        value = self._property(self._root, "_NET_ACTIVE_WINDOW")
        return struct.unpack("=I", value)[0] if value else 0

    def activate(self, window: int) -> None:
        """Ask the window manager to bring the window to the front, as a pager does (EWMH ``_NET_ACTIVE_WINDOW``)."""
        data = x.ClientMessageData.synthetic([2, x.Time.CurrentTime, 0, 0, 0], "IIIII")
        message = x.ClientMessageEvent.synthetic(
            format=32, window=window, type=self._atom("_NET_ACTIVE_WINDOW"), data=data
        )
        mask = x.EventMask.SubstructureRedirect | x.EventMask.SubstructureNotify
        self._core.SendEvent(propagate=False, destination=self._root, event_mask=mask, event=message.pack())
        self.flush()

    def place(self, window: int, box: Box) -> None:
        """Move and resize a window; the window manager may adjust it."""
        mask = x.ConfigWindow.X | x.ConfigWindow.Y | x.ConfigWindow.Width | x.ConfigWindow.Height
        self._core.ConfigureWindow(window, mask, list(box))
        self.flush()

    # Hands

    def _input(self, kind: int, detail: int, place: tuple[int, int] = (0, 0)) -> None:
        if self._test is None:
            self._test = self._check(self._connection, xcffib.xtest.key)
            self._reply(self._test.GetVersion(*_XTEST_VERSION))
        self._test.FakeInput(kind, detail, x.Time.CurrentTime, self._root, *place, 0)
        self.flush()

    def point(self, left: int, top: int) -> None:
        """Put the pointer there."""
        self._input(6, 0, (left, top))  # MotionNotify, absolute

    def pointer(self) -> tuple[int, int]:
        """Where the pointer is."""
        reply = self._reply(self._core.QueryPointer(self._root))
        return reply.root_x, reply.root_y

    def click(self) -> None:
        """Press and release the left button."""
        self._press_button(1)

    def wheel(self, *, down: bool) -> None:
        """Turn the wheel by one notch."""
        self._press_button(_FIRST_WHEEL_BUTTON + down)

    def _press_button(self, button: int) -> None:
        self._input(4, button)  # ButtonPress
        self._input(5, button)  # ButtonRelease

    def press(self, keycodes: Sequence[int]) -> None:
        """Press the keys in order and release them in reverse order."""
        for keycode in keycodes:
            self._input(2, keycode)  # KeyPress
        for keycode in reversed(keycodes):
            self._input(3, keycode)  # KeyRelease

    def keymap(self) -> dict[int, tuple[int, bool]]:
        """For each keysym on the keyboard: its keycode, and whether it takes Shift."""
        setup = self._connection.get_setup()
        count = setup.max_keycode - setup.min_keycode + 1
        reply = self._reply(self._core.GetKeyboardMapping(setup.min_keycode, count))
        width = reply.keysyms_per_keycode
        keysyms = list(reply.keysyms)
        found: dict[int, tuple[int, bool]] = {}
        for shifted in (False, True):
            for key in range(count):
                found.setdefault(keysyms[key * width + shifted], (setup.min_keycode + key, shifted))
        return found

    def canvas(self, box: Box) -> "Canvas":
        """A window above all others that no window manager touches."""
        return Canvas(self, self._connection, self._screen, box)


class Canvas:
    """A picture on the screen, made of filled rectangles; `show` puts all that was filled on the screen at once."""

    def __init__(self, x11: X11, connection: Any, screen: Any, box: Box) -> None:  # noqa: ANN401 - xcffib's own
        self._x11 = x11
        self._core: Any = connection.core
        self._window, self._picture, self._pen = (connection.generate_id() for _ in range(3))
        left, top, self._width, self._height = box
        self._core.CreateWindow(
            depth=screen.root_depth, wid=self._window, parent=screen.root, x=left, y=top, width=self._width,
            height=self._height, border_width=0, _class=x.WindowClass.InputOutput, visual=screen.root_visual,
            value_mask=x.CW.OverrideRedirect, value_list=[1],
        )  # fmt: skip
        self._core.CreatePixmap(screen.root_depth, self._picture, screen.root, self._width, self._height)
        self._core.CreateGC(self._pen, screen.root, x.GC.GraphicsExposures, [0])
        self._core.MapWindow(self._window)

    def move(self, left: int, top: int) -> None:
        """Put the window elsewhere."""
        self._core.ConfigureWindow(self._window, x.ConfigWindow.X | x.ConfigWindow.Y, [left, top])

    def fill(self, colour: Colour, boxes: Sequence[Box]) -> None:
        """Fill rectangles of the picture."""
        self._core.ChangeGC(self._pen, x.GC.Foreground, [_pixel(colour)])
        rectangles = [x.RECTANGLE.synthetic(*box) for box in boxes]
        self._core.PolyFillRectangle(self._picture, self._pen, len(rectangles), rectangles)

    def show(self) -> None:
        """Bring the picture to the screen and the window above all others."""
        self._core.ConfigureWindow(self._window, x.ConfigWindow.StackMode, [x.StackMode.Above])
        self._core.CopyArea(self._picture, self._window, self._pen, 0, 0, 0, 0, self._width, self._height)
        self._x11.flush()


def _connect(display: str, cookie: bytes) -> Any:  # noqa: ANN401 - xcffib's own
    """Connect with a cookie. xcffib's own ``auth`` argument frees name and cookie before libxcb has read them."""
    lib: Any = xcffib.lib
    name = ffi.new("char[]", _COOKIE_NAME)
    data = ffi.new("char[]", cookie)
    entry = ffi.new(
        "xcb_auth_info_t *", {"namelen": len(_COOKIE_NAME), "name": name, "datalen": len(cookie), "data": data}
    )
    connected: Any = lib.xcb_connect_to_display_with_auth_info(display.encode(), entry, ffi.NULL)
    return xcffib.wrap(connected)


def _pixel(colour: Colour) -> int:
    """The colour as a pixel of a 24-bit TrueColor visual."""
    red, green, blue = colour
    return red << 16 | green << 8 | blue
