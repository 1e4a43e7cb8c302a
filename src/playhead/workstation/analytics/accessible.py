"""Asks programs what their windows show, by AT-SPI over D-Bus: the address of a page, and the names of its controls.

What is read here serves rules, and the address goes through privacy like everything that is told. Names of controls are
compared with patterns and forgotten: a label may have in its name what was typed into the field that it is around.
"""

# jeepney carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog
from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, Properties, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusRouter, open_dbus_router
from jeepney.io.common import RouterClosed

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.domain.analytics.privacy import without_cards
from playhead.workstation.analytics.source import SeenWindow

RETRY_S: Final = 5.0
"""Before a bus that is not there is looked for again."""
ANSWER_S: Final = 0.5
"""How long a program may take to answer; one that hangs must not hold the others up for longer."""
AGAIN_S: Final = 1.0
"""A window is read again so often: a page may change its address and keep its title."""
FRAME_S: Final = 5.0
"""How long it counts as known which object a window is: the same while the title is, unless it was a wrong guess."""
CONTROLS_MAX: Final = 150
"""Whose names are read, of one window. Each is a question to the program."""
TEXT_CHARS_MAX: Final = 16_384
READS_MAX: Final = 10
"""Of a window that nobody asks for any more; who goes by it asks each second."""
WINDOWS_MAX: Final = 16
"""That are read at all, those in front first."""

_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_COLLECTION: Final = "org.a11y.atspi.Collection"
_DOCUMENT: Final = "org.a11y.atspi.Document"
_ROOT: Final = "/org/a11y/atspi/accessible/root"
_REGISTRY: Final = "org.a11y.atspi.Registry"
_LOADED: Final = "document:load-complete"
_SHOWING: Final = 25  # ATSPI_STATE_SHOWING
_WEB_DOCUMENT: Final = 95  # ATSPI_ROLE_DOCUMENT_WEB
_NAMED_ROLES: Final = (29, 40, 43, 61, 79, 83, 7, 11, 44)
"""Label, password text, push button, text, entry, heading, check box, combo box, radio button (AtspiRole)."""

_Place = tuple[str, str]
"""A program's name on the bus, and the path of an object in it."""

_log: Any = structlog.get_logger(__name__)


class Accessibility:
    """Reads windows. For the event loop's thread; `run` beside it.

    Args:
        session_bus: address of the session's D-Bus.
        changed: is called when something is known that was not.
        wants_text: whether any rule goes by the names of controls.
    """

    def __init__(self, session_bus: str, changed: Callable[[], None], wants_text: Callable[[], bool]) -> None:
        self._session_bus = session_bus
        self._changed = changed
        self._wants_text = wants_text
        self._known: dict[SeenWindow, tuple[str | None, str | None]] = {}
        self._wanted: dict[SeenWindow, int] = {}
        """And how often each was read since it was asked for."""
        self._news = asyncio.Event()
        self._processes: dict[str, int] = {}
        self._frames: dict[SeenWindow, _Place] = {}
        """Which object each window is."""
        self._frames_until_s = 0.0
        self.problem = ""
        """Why nothing can be read, in a sentence; empty while it can."""

    def of(self, window: SeenWindow) -> tuple[str | None, str | None]:
        """Its address and its controls' names, as far as they are known; None where they are not, or not yet."""
        window = replace(window, monitor=0)
        if window not in self._wanted:
            for other in [one for one in self._wanted if one.id == window.id]:
                self._forget(other)  # it has another title
            while len(self._wanted) >= WINDOWS_MAX:
                self._forget(next(iter(self._wanted)))
            self._news.set()
        self._wanted[window] = 0
        return self._known.get(window, (None, None))

    def _forget(self, window: SeenWindow) -> None:
        self._wanted.pop(window)
        self._known.pop(window, None)
        self._frames.pop(window, None)

    async def run(self) -> None:
        """Read until cancelled, whatever happens to the bus."""
        while True:
            try:
                await self._read_on()
            except (PlayheadError, OSError, RouterClosed, RuntimeError, ValueError) as error:
                if str(error) != self.problem:
                    self.problem = str(error)
                    _log.warning("programs cannot be asked what they show", error=self.problem)
            finally:
                self._known.clear()
                self._processes.clear()
                self._frames.clear()
            await asyncio.sleep(RETRY_S)

    async def _read_on(self) -> None:
        async with open_dbus_router(self._session_bus) as session:
            status = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Status")
            await _ask(session, Properties(status).set("IsEnabled", "b", True))  # noqa: FBT003 - programs look at it
            launcher = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
            (address,) = await _ask(session, new_method_call(launcher, "GetAddress"))
        async with open_dbus_router(str(address)) as bus:
            await self._listen(bus)
            self.problem = ""
            _log.info("programs are asked what they show")
            rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Document")
            loaded: asyncio.Queue[Any] = asyncio.Queue(8)
            with bus.filter(rule, queue=loaded):
                while True:
                    self._news.clear()
                    if (now_s := asyncio.get_running_loop().time()) >= self._frames_until_s:
                        self._frames.clear()
                        self._frames_until_s = now_s + FRAME_S
                    for window in list(self._wanted)[::-1]:
                        await self._read(bus, window)
                    for window, reads in list(self._wanted.items()):
                        self._wanted[window] = reads + 1
                        if reads >= READS_MAX:
                            self._forget(window)
                    await _first(self._news.wait(), loaded.get())

    async def _listen(self, bus: DBusRouter) -> None:
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Document")
        await _ask(bus, message_bus.AddMatch(rule))
        registry = DBusAddress("/org/a11y/atspi/registry", bus_name=_REGISTRY, interface=_REGISTRY)
        await _ask(bus, new_method_call(registry, "RegisterEvent", "sass", (_LOADED, [], "")))

    async def _read(self, bus: DBusRouter, window: SeenWindow) -> None:
        try:
            found = await self._found(bus, window)
        except UnavailableError:  # the program hangs, has gone, or tells nothing
            self._frames.pop(window, None)
            found = (None, None)
        if window in self._wanted and self._known.get(window, (None, None)) != found:
            self._known[window] = found
            self._changed()

    async def _found(self, bus: DBusRouter, window: SeenWindow) -> tuple[str | None, str | None]:
        frame = self._frames.get(window) or await self._frame(bus, window)
        if frame is None:
            return None, None
        if window in self._wanted:
            self._frames[window] = frame
        documents = await _matches(bus, frame, (_WEB_DOCUMENT,), 1)
        url: str | None = ""
        if documents:
            (url,) = await _ask(bus, _call(documents[0], _DOCUMENT, "GetAttributeValue", "s", ("DocURL",)))
        text = None
        if self._wants_text():
            controls = await _matches(bus, documents[0] if documents else frame, _NAMED_ROLES, CONTROLS_MAX)
            names = await asyncio.gather(*(_name(bus, one) for one in controls))
            text = without_cards("\n".join(name for name in names if name)[:TEXT_CHARS_MAX])
        return url, text

    async def _frame(self, bus: DBusRouter, window: SeenWindow) -> _Place | None:
        """The object that is a window: of its process, and of its title where the process has several."""
        if not window.process:
            return None
        programs = await _children(bus, (_REGISTRY, _ROOT))
        for program, path in programs:
            if await self._process(bus, program) != window.process:
                continue
            frames = await _children(bus, (program, path))
            names = await asyncio.gather(*(_name(bus, one) for one in frames))
            fitting = [one for one, name in zip(frames, names, strict=True) if name and name in window.title]
            if fitting or len(frames) == 1:
                return (fitting or frames)[0]
        return None

    async def _process(self, bus: DBusRouter, program: str) -> int:
        if program not in self._processes:
            (self._processes[program],) = await _ask(bus, message_bus.GetConnectionUnixProcessID(program))
        return self._processes[program]


async def _ask(router: DBusRouter, message: Any) -> Sequence[Any]:  # noqa: ANN401 - jeepney has no types
    """The answer's body.

    Raises:
        UnavailableError: ``analytics.accessible``: there is none in time, or it is an error.
    """
    try:
        async with asyncio.timeout(ANSWER_S):
            reply = await router.send_and_get_reply(message)
    except TimeoutError as error:
        raise UnavailableError("analytics.accessible", "A program does not say what it shows.") from error
    if reply.header.message_type is MessageType.error:
        name = reply.header.fields.get(HeaderFields.error_name, "")
        raise UnavailableError("analytics.accessible", f"A program does not say what it shows ({name}).")
    return reply.body


def _call(place: _Place, interface: str, method: str, signature: str = "", body: Sequence[Any] = ()) -> Any:  # noqa: ANN401
    address = DBusAddress(place[1], bus_name=place[0], interface=interface)
    return new_method_call(address, method, signature or None, tuple(body))


async def _children(bus: DBusRouter, place: _Place) -> Sequence[_Place]:
    (children,) = await _ask(bus, _call(place, _ACCESSIBLE, "GetChildren"))
    return [(str(program), str(path)) for program, path in children]


async def _name(bus: DBusRouter, place: _Place) -> str:
    address = DBusAddress(place[1], bus_name=place[0], interface=_ACCESSIBLE)
    (value,) = await _ask(bus, Properties(address).get("Name"))
    return str(value[1])


async def _matches(bus: DBusRouter, place: _Place, roles: Sequence[int], count: int) -> Sequence[_Place]:
    """What lies below an object, is shown and has one of these roles (at-spi2-core, Collection.GetMatches)."""
    states = [1 << _SHOWING, 0]
    bits = [sum(1 << role % 32 for role in roles if role // 32 == word) for word in range(4)]
    match_all, match_any = 1, 2
    attributes: Mapping[str, str] = {}
    rule = (_signed(states), match_all, attributes, match_all, _signed(bits), match_any, [], match_all, False)
    sort_canonical, descends = 1, True
    body = (rule, sort_canonical, count, descends)
    (found,) = await _ask(bus, _call(place, _COLLECTION, "GetMatches", "(aiia{ss}iaiiasib)uib", body))
    return [(str(program), str(path)) for program, path in found]


def _signed(words: Sequence[int]) -> list[int]:
    """The wire has 32-bit integers with a sign."""
    return [word - (1 << 32) if word >= 1 << 31 else word for word in words]


async def _first(*waits: Any) -> None:  # noqa: ANN401 - coroutines of any kind
    """Wait for the first of these, or for a while."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, timeout=AGAIN_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
