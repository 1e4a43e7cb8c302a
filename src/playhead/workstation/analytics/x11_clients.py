"""The windows that a window manager has (EWMH 1.5), read once each and then kept up to date by events.

The server's whole tree, as masks go by it, costs tens of milliseconds to read; a manager's list costs what has changed.
"""

# The generated bindings of xcffib carry no types at all.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import xcffib.xproto as x

from playhead.workstation.analytics.restless import Restless
from playhead.workstation.capture.x11.windows import TEXT_WORDS_MAX, WINDOWS_MAX, title_of
from playhead.workstation.indicator.x11 import Desktop

_LISTS: Final = ("_NET_CLIENT_LIST_STACKING", "_NET_CLIENT_LIST")
_FACTS: Final = ("WM_CLASS", "_NET_WM_NAME", "WM_NAME", "_NET_WM_PID", "_NET_WM_STATE")
_TITLES: Final = frozenset({"_NET_WM_NAME", "WM_NAME"})
_MAPPED: Final = ""
"""Where the other facts are properties of a window: whether it is on the screen at all."""
_UNHEARD: Final = ("_NET_WM_NAME", "WM_NAME", "_NET_WM_STATE")
"""What changes of a window whose properties are not listened to."""
_COMING_AND_GOING: Final = x.EventMask.StructureNotify
_EVENTS: Final = x.EventMask.PropertyChange | _COMING_AND_GOING


@dataclass(slots=True)
class Client:
    """A window of a program."""

    application: str = ""
    net_name: bytes = b""
    name: bytes = b""
    process: int = 0
    is_mapped: bool = False
    is_hidden: bool = False
    """Iconified, or out of the way otherwise, although it is mapped."""

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.net_name, self.name)

    @property
    def is_shown(self) -> bool:
        """Whether it can be seen."""
        return self.is_mapped and not self.is_hidden


class ClientList:
    """See the module.

    Args:
        desktop: whose root's property changes are told of.
    """

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self._core = desktop.core
        self._lists = tuple(desktop.atom(name) for name in _LISTS)
        self._atoms = {name: desktop.atom(name) for name in _FACTS}
        self._names = {atom: name for name, atom in self._atoms.items()}
        self._hidden = desktop.atom("_NET_WM_STATE_HIDDEN")
        self._manager = desktop.atom("_NET_SUPPORTING_WM_CHECK")
        self._clients: dict[int, Client] = {}
        self._is_stale = True
        self._changed: dict[int, set[str]] = {}
        """Of each window the facts that are to be read anew."""
        self._restless = Restless()
        self._unheard: dict[int, str] = {}
        """Windows whose title never rests, which are not listened to, and the title each had when all was read last."""

    @property
    def is_there(self) -> bool:
        """Whether a window manager says which windows there are."""
        return bool(self._words(self._ask(self._desktop.root, self._manager)))

    def take(self, event: Any) -> bool | None:  # noqa: ANN401 - xcffib has no types
        """Take in an event: whether it changes anything here; None where it is about something else."""
        match event:
            case x.PropertyNotifyEvent() if int(event.window) == self._desktop.root:
                if int(event.atom) not in self._lists:
                    return None
                self._is_stale = True
            case x.PropertyNotifyEvent() if int(event.window) in self._clients:
                name = self._names.get(int(event.atom))
                if name is None:
                    return False
                self._note(int(event.window), name)
                if name in _TITLES and self._restless.is_noise(int(event.window), int(event.time)):
                    self._stop_listening(int(event.window))
                    return False
            case x.MapNotifyEvent() | x.UnmapNotifyEvent() if int(event.window) in self._clients:
                self._note(int(event.window), _MAPPED)
            case _:
                return None
        return True

    def read(self) -> dict[int, Client]:
        """The windows as they are now, lowest first.

        Raises:
            xcffib.XcffibException: the server has gone.
        """
        if self._is_stale:
            self._is_stale = False
            listed = next((found for each in self._lists if (found := self._listed(each))), ())
            new = [one for one in listed if one not in self._clients]
            for window in self._clients.keys() - listed:
                self._restless.forget(window)
                self._unheard.pop(window, None)
            self._clients = {one: self._clients.get(one) or Client() for one in listed}
            for window in new:  # events first, so that nothing is missed between
                self._listen(window)
                self._note(window, _MAPPED, *_FACTS)
        unheard, self._unheard = self._unheard, {}
        for window in unheard:  # again, for it may have come to rest
            self._listen(window)
            self._note(window, *_UNHEARD)
        changed = {one: facts for one, facts in self._changed.items() if one in self._clients}
        self._changed.clear()
        self._read(changed)
        for window, title in unheard.items():
            if self._clients[window].title != title:
                self._stop_listening(window)
        return self._clients

    def look_again(self) -> bool:
        """Read what is not listened to; whether it has changed.

        Raises:
            xcffib.XcffibException: the server has gone.
        """
        before = {window: replace(self._clients[window]) for window in self._unheard}
        self._read({window: set(_UNHEARD) for window in before})
        return any(self._clients[window] != known for window, known in before.items())

    def _listen(self, window: int) -> None:
        self._core.ChangeWindowAttributes(window, x.CW.EventMask, [_EVENTS])

    def _stop_listening(self, window: int) -> None:
        """Its title is read with every look from now on, until one finds it as it was."""
        self._unheard[window] = self._clients[window].title
        self._core.ChangeWindowAttributes(window, x.CW.EventMask, [_COMING_AND_GOING])

    def _note(self, window: int, *facts: str) -> None:
        self._changed.setdefault(window, set()).update(facts)

    def _read(self, changed: Mapping[int, set[str]]) -> None:
        asked = [(self._clients[one], {fact: self._ask_fact(one, fact) for fact in changed[one]}) for one in changed]
        for client, cookies in asked:
            try:
                for fact, cookie in cookies.items():
                    self._tell(client, fact, cookie.reply())
            except x.WindowError:  # it is gone: the list says so soon
                client.is_mapped = False

    def _ask_fact(self, window: int, fact: str) -> Any:  # noqa: ANN401 - xcffib has no types
        return self._core.GetWindowAttributes(window) if fact == _MAPPED else self._ask(window, self._atoms[fact])

    def _tell(self, client: Client, fact: str, reply: Any) -> None:  # noqa: ANN401 - xcffib has no types
        if fact == _MAPPED:
            client.is_mapped = int(reply.map_state) != int(x.MapState.Unmapped)
            return
        value = reply.value
        match fact:
            case "WM_CLASS":
                parts = [part.decode("utf-8", "replace") for part in bytes(value.buf()).split(b"\0") if part]
                client.application = parts[-1] if parts else ""
            case "_NET_WM_NAME":
                client.net_name = bytes(value.buf())
            case "WM_NAME":
                client.name = bytes(value.buf())
            case "_NET_WM_PID":
                client.process = int(value.to_atoms()[0]) if len(value) else 0
            case _:
                client.is_hidden = len(value) > 0 and self._hidden in [int(one) for one in value.to_atoms()]

    def _listed(self, atom: int) -> tuple[int, ...]:
        return self._words(self._ask(self._desktop.root, atom))

    def _ask(self, window: int, atom: int) -> Any:  # noqa: ANN401 - xcffib has no types
        kind = x.GetPropertyType.Any
        return self._core.GetProperty(False, window, atom, kind, 0, max(TEXT_WORDS_MAX, WINDOWS_MAX))  # noqa: FBT003

    @staticmethod
    def _words(cookie: Any) -> tuple[int, ...]:  # noqa: ANN401 - xcffib has no types
        value = cookie.reply().value
        return tuple(int(one) for one in value.to_atoms()) if len(value) else ()
