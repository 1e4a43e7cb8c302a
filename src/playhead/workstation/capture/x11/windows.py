"""The windows of an X11 desktop, as far as masks go by them: read from the server's tree, whatever manages them.

Beside `playhead.workstation.capture.x11.display` the only module of the capture that knows xcffib.
"""

# As in `display`: the generated bindings carry no types, so each value is given its type where it leaves this module.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Sequence
from typing import Any, Final

import xcffib
import xcffib.xproto

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.masks import Window
from playhead.workstation.capture.source import Rectangle

WINDOWS_MAX: Final = 2_048
"""On a desktop at a time, inner ones that were looked at included. With more, the list counts as not to be had."""

DEPTH_MAX: Final = 3
"""How deep in a window manager's frame a program's own window is looked for."""

TEXT_WORDS_MAX: Final = 256
"""Of a property's text, in words of 4 bytes."""

_Event: Final = xcffib.xproto.EventMask
_PROPERTIES: Final = ("WM_CLASS", "_NET_WM_NAME", "WM_NAME", "WM_TRANSIENT_FOR")


class WindowsUnknownError(Exception):
    """The list of windows is not to be had, or is longer than `WINDOWS_MAX`. Stays inside."""


class WindowTree:
    """Reads the windows of a connection's screen, and has the server tell of their changes.

    Args:
        connection: of `Display`.
        root: the root window.
    """

    def __init__(self, connection: Any, root: int) -> None:  # noqa: ANN401 - xcffib has no types
        self._connection = connection
        self._core = connection.core
        self._root = root
        self._own_bits = ~int(connection.setup.resource_id_mask) & 0xFFFFFFFF
        self._atoms = self._intern((*_PROPERTIES, "UTF8_STRING"))
        self._watch(root, _Event.StructureNotify | _Event.SubstructureNotify)

    def is_news(self, event: Any) -> bool:  # noqa: ANN401 - xcffib has no types
        """Whether an event tells that windows came, went, moved, or are called otherwise."""
        match event:
            case xcffib.xproto.PropertyNotifyEvent():
                return int(event.atom) in self._atoms.values()
            case (
                xcffib.xproto.ConfigureNotifyEvent()
                | xcffib.xproto.MapNotifyEvent()
                | xcffib.xproto.UnmapNotifyEvent()
                | xcffib.xproto.ReparentNotifyEvent()
                | xcffib.xproto.CreateNotifyEvent()
                | xcffib.xproto.DestroyNotifyEvent()
                | xcffib.xproto.GravityNotifyEvent()
                | xcffib.xproto.CirculateNotifyEvent()
            ):
                return int(event.window) != self._root
            case _:
                return False

    def read(self) -> list[Window]:
        """The windows that can be seen, as they are now. One that goes meanwhile may be left out: an event tells of it.

        Raises:
            WindowsUnknownError: the list is not to be had.
            UnavailableError: ``capture.no_display``.
        """
        try:
            return self._read()
        except xcffib.ConnectionException as error:
            raise UnavailableError("capture.no_display", "The X server went away (windows).") from error

    def hold(self) -> None:
        """Let nobody else change anything until `release`. For moments only."""
        self._core.GrabServer()

    def release(self) -> None:
        """Undo `hold`."""
        try:
            self._core.UngrabServer()
            self._connection.flush()
        except xcffib.ConnectionException as error:
            raise UnavailableError("capture.no_display", "The X server went away (windows).") from error

    def _read(self) -> list[Window]:
        tops = self._children([self._root])[0]
        if len(tops) > WINDOWS_MAX:
            raise WindowsUnknownError
        attributes = self._replies([self._core.GetWindowAttributes(top) for top in tops])
        shown = [
            (top, bool(each.override_redirect))
            for top, each in zip(tops, attributes, strict=True)
            if each is not None and int(each.map_state) == int(xcffib.xproto.MapState.Viewable)
        ]
        geometries = self._replies([self._core.GetGeometry(top) for top, _ in shown])
        inner = self._inner([top for top, _ in shown])
        windows: list[Window] = []
        for (top, is_popup), geometry in zip(shown, geometries, strict=True):
            if geometry is not None:
                border = 2 * int(geometry.border_width)
                place = Rectangle(
                    int(geometry.x), int(geometry.y), int(geometry.width) + border, int(geometry.height) + border
                )
                windows += [self._window(one, place, facts, is_popup) for one, facts in inner[top]]
        return windows

    def _inner(self, tops: list[int]) -> dict[int, list[tuple[int, dict[str, bytes]]]]:
        """Below each of these the programs' own windows, those that have a class; the window itself where none has."""
        found: dict[int, list[tuple[int, dict[str, bytes]]]] = {top: [] for top in tops}
        bare: dict[int, dict[str, bytes]] = {}
        level, looked_at = [(top, top) for top in tops], 0
        for _ in range(DEPTH_MAX):
            looked_at += len(level)
            if looked_at > WINDOWS_MAX:
                raise WindowsUnknownError
            for (top, window), facts in zip(level, self._properties([one for _, one in level]), strict=True):
                if facts["WM_CLASS"]:
                    found[top].append((window, facts))
                    self._watch(window, _Event.PropertyChange)  # what goes on inside of it does not matter
                elif window == top:
                    bare[top] = facts
            frames = [(top, one) for top, one in level if all(one != each for each, _ in found[top])]
            children = self._children([one for _, one in frames])
            level = [(top, one) for (top, _), under in zip(frames, children, strict=True) for one in under]
        return {top: each or [(top, bare[top])] for top, each in found.items()}

    def _properties(self, windows: list[int]) -> list[dict[str, bytes]]:
        """Their properties; changes from now on are told. Asked for first: none is missed between."""
        for window in windows:
            self._watch(window, _Event.PropertyChange | _Event.SubstructureNotify)
        cookies = [
            self._core.GetProperty(
                False,  # noqa: FBT003 - the protocol's order
                window,
                self._atoms[name],
                xcffib.xproto.GetPropertyType.Any,
                0,
                TEXT_WORDS_MAX,
            )
            for window in windows
            for name in _PROPERTIES
        ]
        values = [b"" if reply is None else bytes(reply.value.buf()) for reply in self._replies(cookies)]
        size = len(_PROPERTIES)
        return [
            dict(zip(_PROPERTIES, values[index * size : (index + 1) * size], strict=True))
            for index in range(len(windows))
        ]

    def _watch(self, window: int, mask: int) -> None:
        self._core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [mask])

    def _children(self, windows: list[int]) -> list[list[int]]:
        replies = self._replies([self._core.QueryTree(window) for window in windows])
        return [[] if reply is None else [int(each) for each in reply.children] for reply in replies]

    def _replies(self, cookies: Sequence[Any]) -> list[Any]:
        """The answers, all asked for at once; None for a window that is gone."""
        replies: list[Any] = []
        for cookie in cookies:
            try:
                replies.append(cookie.reply())
            except (xcffib.xproto.WindowError, xcffib.xproto.DrawableError):
                replies.append(None)
            except xcffib.Error as error:
                raise WindowsUnknownError from error
        return replies

    def _window(self, window: int, place: Rectangle, facts: dict[str, bytes], is_popup: bool) -> Window:  # noqa: FBT001
        names = tuple(part.decode("utf-8", "replace") for part in facts["WM_CLASS"].split(b"\0") if part)
        title = facts["_NET_WM_NAME"].decode("utf-8", "replace") or facts["WM_NAME"].decode("latin-1")
        transient = int.from_bytes(facts["WM_TRANSIENT_FOR"][:4], "little")
        return Window(window, place, names, title, transient, window & self._own_bits, is_popup)

    def _intern(self, names: Sequence[str]) -> dict[str, int]:
        cookies = [self._core.InternAtom(False, len(name), name) for name in names]  # noqa: FBT003 - the protocol's order
        return {name: int(cookie.reply().atom) for name, cookie in zip(names, cookies, strict=True)}
