"""The windows of an X11 desktop, as far as masks go by them: read from the server's tree, whatever manages them.

Beside `playhead.workstation.capture.x11.display` the only module of the capture that knows xcffib.
"""

# As in `display`: the generated bindings carry no types, so each value is given its type where it leaves this module.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Sequence
from dataclasses import replace
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
_TITLES: Final = ("_NET_WM_NAME", "WM_NAME")


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
        self._titles = frozenset(self._atoms[name] for name in _TITLES)
        self._tops: list[tuple[int, Window]] = []
        """Of each window the one in the root window that it lies in."""
        self._is_stale = True
        self._renamed: set[int] = set()
        """Windows whose titles are to be read anew, and nothing else."""
        self._watch(root, _Event.StructureNotify | _Event.SubstructureNotify)

    def take(self, event: Any) -> bool | None:  # noqa: ANN401 - xcffib has no types
        """Take in an event.

        Returns:
            Whether windows that can be masked came, went, moved, or are called otherwise; None where the event is about
            something else.
        """
        match event:
            case xcffib.xproto.PropertyNotifyEvent():
                is_news = int(event.atom) in self._atoms.values()
                if int(event.atom) in self._titles and any(int(event.window) == one.id for _, one in self._tops):
                    self._renamed.add(int(event.window))
                    return True
            case xcffib.xproto.ConfigureNotifyEvent() if int(event.window) != self._root:
                return int(event.event) == self._root and self._moved(event)
            case (
                xcffib.xproto.MapNotifyEvent()
                | xcffib.xproto.UnmapNotifyEvent()
                | xcffib.xproto.ReparentNotifyEvent()
                | xcffib.xproto.CreateNotifyEvent()
                | xcffib.xproto.DestroyNotifyEvent()
            ):
                is_news = True
            case xcffib.xproto.GravityNotifyEvent() | xcffib.xproto.CirculateNotifyEvent():
                return False  # within their parent, or which is above: neither matters
            case _:
                return None
        self._is_stale |= is_news
        return is_news

    def _moved(self, event: Any) -> bool:  # noqa: ANN401 - xcffib has no types
        """It says all there is to know, and a window that is dragged says it often: nothing need be read for it."""
        top, place = int(event.window), _place(event)
        self._tops = [(each, replace(window, place=place) if each == top else window) for each, window in self._tops]
        return True

    def read(self) -> list[Window]:
        """The windows that can be seen, as they are now. One that goes meanwhile may be left out: an event tells of it.

        An event that is older than what is read here is taken in after it; the newest of them is as new as that.

        Raises:
            WindowsUnknownError: the list is not to be had.
            UnavailableError: ``capture.no_display``.
        """
        try:
            if self._is_stale:
                self._renamed.clear()
                self._tops = self._read()
                self._is_stale = False
            elif self._renamed:
                self._read_titles()
            return [window for _, window in self._tops]
        except xcffib.ConnectionException as error:
            raise UnavailableError("capture.no_display", "The X server went away (windows).") from error

    def hold(self) -> None:
        """Let nobody else change anything until `release`. For moments only. The next `read` reads all anew."""
        self._core.GrabServer()
        self._is_stale = True  # what has moved until now is told by events that nobody has taken in yet

    def release(self) -> None:
        """Undo `hold`."""
        try:
            self._core.UngrabServer()
            self._connection.flush()
        except xcffib.ConnectionException as error:
            raise UnavailableError("capture.no_display", "The X server went away (windows).") from error

    def _read(self) -> list[tuple[int, Window]]:
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
        windows: list[tuple[int, Window]] = []
        for (top, is_popup), geometry in zip(shown, geometries, strict=True):
            if geometry is not None:
                place = _place(geometry)
                windows += [(top, self._window(one, place, facts, is_popup)) for one, facts in inner[top]]
        return windows

    def _read_titles(self) -> None:
        """What most of the news is about: programs write into their titles all the time."""
        windows, self._renamed = list(self._renamed), set()
        cookies = [self._property(window, name) for window in windows for name in _TITLES]
        values = [b"" if reply is None else bytes(reply.value.buf()) for reply in self._replies(cookies)]
        titles = {
            window: title_of(*values[2 * index : 2 * index + 2]) for index, window in enumerate(windows)
        }  # in the order of `_TITLES`
        self._tops = [(top, replace(one, title=titles.get(one.id, one.title))) for top, one in self._tops]

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
        cookies = [self._property(window, name) for window in windows for name in _PROPERTIES]
        values = [b"" if reply is None else bytes(reply.value.buf()) for reply in self._replies(cookies)]
        size = len(_PROPERTIES)
        return [
            dict(zip(_PROPERTIES, values[index * size : (index + 1) * size], strict=True))
            for index in range(len(windows))
        ]

    def _property(self, window: int, name: str) -> Any:  # noqa: ANN401 - xcffib has no types
        """Ask for a property's value."""
        kind = xcffib.xproto.GetPropertyType.Any
        return self._core.GetProperty(
            False,  # noqa: FBT003 - the protocol's order
            window,
            self._atoms[name],
            kind,
            0,
            TEXT_WORDS_MAX,
        )

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
        title = title_of(*(facts[name] for name in _TITLES))
        transient = int.from_bytes(facts["WM_TRANSIENT_FOR"][:4], "little")
        return Window(window, place, names, title, transient, window & self._own_bits, is_popup)

    def _intern(self, names: Sequence[str]) -> dict[str, int]:
        cookies = [self._core.InternAtom(False, len(name), name) for name in names]  # noqa: FBT003 - the protocol's order
        return {name: int(cookie.reply().atom) for name, cookie in zip(names, cookies, strict=True)}


def title_of(net_name: bytes, name: bytes) -> str:
    """What a window is called: by EWMH in UTF-8, else by ICCCM §4.1.2.1."""
    return net_name.decode("utf-8", "replace") or name.decode("latin-1")


def _place(told: Any) -> Rectangle:  # noqa: ANN401 - xcffib has no types
    """Where a window is, with its border, as GetGeometry's reply and ConfigureNotify have it."""
    border = 2 * int(told.border_width)
    return Rectangle(int(told.x), int(told.y), int(told.width) + border, int(told.height) + border)
