"""An X11 desktop: windows as the window manager has them (EWMH), or as the server does where none tells, all by events.

Idleness is MIT-SCREEN-SAVER's. Keys and clicks are counted from raw events (XInput 2), of which only the kind is read,
and of a button whether it is a wheel.
"""

# The generated bindings of xcffib carry no types at all.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, Final

import xcffib
import xcffib.randr
import xcffib.screensaver
import xcffib.xinput
import xcffib.xproto as x

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.workstation.analytics.source import SeenWindow, View
from playhead.workstation.analytics.x11_clients import ClientList
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.capture.x11.windows import WindowsUnknownError, WindowTree
from playhead.workstation.indicator.x11 import Desktop

PARENTS_MAX: Final = 8
"""How far above the window with the focus the program's own window is looked for."""

IDLE_US: Final = 250_000
"""How long it counts as known since when nobody has pressed a key."""

_ALL_MASTERS: Final = 1  # XI2 protocol: XIAllMasterDevices
_RAW: Final = xcffib.xinput.XIEventMask.RawKeyPress | xcffib.xinput.XIEventMask.RawButtonPress
_ALL_EVENTS: Final = x.EventMask.StructureNotify | x.EventMask.SubstructureNotify | x.EventMask.PropertyChange
_WHEEL: Final = frozenset({4, 5, 6, 7})
"""Buttons that are a wheel's turns."""


class X11Desktop:
    """See the module.

    Args:
        name: of the display; empty for the one in the environment.
        clock: for how fresh is what it knows.
        counts: whether keys and clicks are counted.

    Raises:
        UnavailableError: ``indicator.no_display``, ``analytics.desktop``.
    """

    def __init__(self, name: str, clock: Clock, *, counts: bool = True) -> None:
        self._clock = clock
        self._desktop = Desktop(name)
        self._keys = self._clicks = 0
        self._is_news = True
        self._monitors: list[Rectangle] = []
        self._tree: WindowTree | None = None
        self._front_known: int | None = None
        """The window in front, where nothing has changed about that since it was read."""
        self._monitors_known: dict[int, int] = {}
        """Likewise the monitors of windows."""
        self._idle = (-IDLE_US, 0)
        """When it was read last, monotonic, and what it was."""
        try:
            with _errors():
                self._set_up(counts=counts)
        except UnavailableError:
            self._desktop.close()
            raise

    def _set_up(self, *, counts: bool) -> None:
        desktop, connection = self._desktop, self._desktop.connection
        self._active = desktop.atom("_NET_ACTIVE_WINDOW")
        self._manager = desktop.atom("_NET_SUPPORTING_WM_CHECK")
        self._clients = ClientList(desktop)
        self._follow_manager()
        self._saver = connection(xcffib.screensaver.key) if self._has("MIT-SCREEN-SAVER") else None
        self._randr = None
        if self._has("RANDR"):
            self._randr = connection(xcffib.randr.key)
            self._randr.QueryVersion(1, 5).reply()
            notify = xcffib.randr.NotifyMask
            self._randr.SelectInput(desktop.root, notify.ScreenChange | notify.CrtcChange)
            self._read_monitors()
        if counts and self._has("XInputExtension"):
            extension = connection(xcffib.xinput.key)
            extension.XIQueryVersion(2, 0).reply()
            mask = xcffib.xinput.EventMask.synthetic(_ALL_MASTERS, 1, [_RAW])
            extension.XISelectEventsChecked(desktop.root, 1, [mask]).check()
        desktop.flush()

    @asynccontextmanager
    async def watched(self, changed: Callable[[], None]) -> AsyncGenerator[asyncio.Future[None]]:
        """As `DesktopSource.watched`."""

        def take(event: Any) -> None:  # noqa: ANN401 - xcffib has no types
            if self._take(event):
                self._is_news = True
                self._desktop.rest()  # it is looked at soon: until then what comes need not wake anybody
                changed()

        async with self._desktop.watched(take) as gone:
            yield gone

    def poll(self) -> bool:
        """As `DesktopSource.poll`."""
        for event in self._desktop.events():
            self._is_news |= self._take(event)
        if self._tree is None:
            with _errors():
                self._is_news |= self._clients.look_again()
        return self._is_news

    def view(self) -> View:
        """As `DesktopSource.view`."""
        with _errors():
            self._is_news = False
            shown = self._managed() if self._tree is None else _unmanaged(self._tree)
            if self._front_known is None or self._tree is not None:
                self._front_known = self._front(shown)
            front = shown.get(self._front_known)
            if front is not None:
                if front.id not in self._monitors_known:
                    self._monitors_known = {front.id: self._monitor_of(front.id)}
                front = replace(front, monitor=self._monitors_known[front.id])
            idle_us = 0 if self._saver is None else self._idle_us(self._saver)
        self._desktop.wake()
        return View(front, tuple(shown.values()), idle_us)

    def counted(self) -> tuple[int, int]:
        """As `DesktopSource.counted`."""
        counted = self._keys, self._clicks
        self._keys = self._clicks = 0
        return counted

    def close(self) -> None:
        """As `DesktopSource.close`."""
        self._desktop.close()

    def _take(self, event: Any) -> bool:  # noqa: ANN401 - xcffib has no types
        """Take in an event; whether windows have changed."""
        match event:
            case xcffib.xinput.RawKeyPressEvent():
                self._keys += 1
            case xcffib.xinput.RawButtonPressEvent():
                self._clicks += int(event.detail) not in _WHEEL
            case x.PropertyNotifyEvent() if int(event.window) == self._desktop.root and int(event.atom) == self._active:
                self._front_known = None
                return True
            case x.PropertyNotifyEvent() if int(event.atom) == self._manager:
                self._front_known = None
                with _errors():
                    self._follow_manager()
                return True
            case xcffib.randr.ScreenChangeNotifyEvent() | xcffib.randr.NotifyEvent():
                self._monitors_known.clear()
                with _errors():
                    self._read_monitors()
                return True
            case x.ConfigureNotifyEvent() if self._tree is None:
                self._monitors_known.pop(int(event.window), None)
            case _:
                return bool((self._tree or self._clients).take(event))
        return False

    def _follow_manager(self) -> None:
        """Without a window manager the server's tree says what there is; one may come at any time, and go."""
        desktop = self._desktop
        is_managed = self._clients.is_there
        if is_managed:
            self._tree = None
        elif self._tree is None:
            self._tree = WindowTree(desktop.connection, desktop.root)
        events = x.EventMask.PropertyChange if is_managed else _ALL_EVENTS
        desktop.core.ChangeWindowAttributes(desktop.root, x.CW.EventMask, [events])

    def _managed(self) -> dict[int, SeenWindow]:
        return {
            window: SeenWindow(window, one.application, one.title, one.process)
            for window, one in self._clients.read().items()
            if one.is_shown
        }

    def _front(self, shown: dict[int, SeenWindow]) -> int:
        """The window with the focus: as the window manager says, else as the server does."""
        desktop = self._desktop
        if self._tree is None:
            cookie = desktop.core.GetProperty(False, desktop.root, self._active, x.Atom.WINDOW, 0, 1)  # noqa: FBT003
            value = cookie.reply().value
            return int(value.to_atoms()[0]) if len(value) else 0
        window = int(desktop.core.GetInputFocus().reply().focus)
        for _ in range(PARENTS_MAX):
            if window in shown or window in {desktop.root, int(x.InputFocus.PointerRoot), 0}:
                break
            window = int(desktop.core.QueryTree(window).reply().parent)
        return window

    def _monitor_of(self, window: int) -> int:
        core, root = self._desktop.core, self._desktop.root
        cookies = core.GetGeometry(window), core.TranslateCoordinates(window, root, 0, 0)
        try:
            size, place = (cookie.reply() for cookie in cookies)
        except (x.WindowError, x.DrawableError):  # it has just gone
            return 0
        x_middle, y_middle = int(place.dst_x) + int(size.width) // 2, int(place.dst_y) + int(size.height) // 2
        for number, one in enumerate(self._monitors, start=1):
            if one.x <= x_middle < one.x + one.width and one.y <= y_middle < one.y + one.height:
                return number
        return 0

    def _read_monitors(self) -> None:
        if self._randr is not None:
            reply = self._randr.GetMonitors(self._desktop.root, get_active=1).reply()
            self._monitors = [
                Rectangle(int(each.x), int(each.y), int(each.width), int(each.height)) for each in reply.monitors
            ]

    def _idle_us(self, saver: Any) -> int:  # noqa: ANN401 - xcffib has no types
        now_us = self._clock.monotonic_us()
        if now_us - self._idle[0] >= IDLE_US:
            told = saver.QueryInfo(self._desktop.root).reply()
            self._idle = now_us, int(told.ms_since_user_input) * 1000
        return self._idle[1]

    def _has(self, extension: str) -> bool:
        return bool(self._desktop.core.QueryExtension(len(extension), extension).reply().present)


def _unmanaged(tree: WindowTree) -> dict[int, SeenWindow]:
    return {
        one.id: SeenWindow(one.id, one.names[-1] if one.names else "", one.title)
        for one in tree.read()
        if one.names or one.title
    }


@contextmanager
def _errors() -> Generator[None]:
    try:
        yield
    except (xcffib.ConnectionException, xcffib.Error, xcffib.XcffibException, WindowsUnknownError) as error:
        message = f"The desktop cannot be watched ({type(error).__name__})."
        raise UnavailableError("analytics.desktop", message, hint="It is tried again.") from error
