"""AT-SPI's questions over D-Bus, by which a program says what its windows are made of (at-spi2-core, xml/*.xml)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from dbus_fast import DBusFastError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from playhead.base.errors import UnavailableError

ANSWER_S: Final = 0.5
"""How long a program may take to answer; one that hangs must not hold the others up for longer."""

UNANSWERED_MAX: Final = 1_000
"""Questions for which nobody waits any more: each is kept for its answer for as long as there is a connection."""

WEB_DOCUMENT: Final = 95
"""AtspiRole of a page."""
NAMED_ROLES: Final = (29, 40, 43, 61, 79, 83, 7, 11, 44)
"""Label, password text, push button, text, entry, heading, check box, combo box, radio button (AtspiRole)."""

_SHOWING: Final = 25  # ATSPI_STATE_SHOWING
_DBUS: Final = "org.freedesktop.DBus"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_COLLECTION: Final = "org.a11y.atspi.Collection"
_DOCUMENT: Final = "org.a11y.atspi.Document"
_DOCUMENT_EVENT: Final = "org.a11y.atspi.Event.Document"
_REGISTRY: Final = "org.a11y.atspi.Registry"


class Place(NamedTuple):
    """Where an object is: its program's name on the bus, and its path in that."""

    program: str
    path: str


_DAEMON: Final = Place(_DBUS, "/org/freedesktop/DBus")
DESKTOP: Final = Place(_REGISTRY, "/org/a11y/atspi/accessible/root")
"""Whose children are the programs."""


class AccessibilityBus:
    """A connection to the bus on which programs answer.

    Each question raises ``analytics.accessible`` when there is no answer in time, or it is an error.
    """

    def __init__(self, bus: "_Connection") -> None:
        self._bus = bus

    @property
    def is_usable(self) -> bool:
        """Whether the bus is still there, and not too many questions have remained without an answer."""
        return self._bus.is_usable

    async def tell_of_pages(self, loaded: Callable[[], None]) -> None:
        """Have ``loaded`` called whenever some program has loaded a page."""
        self._bus.listen(_DOCUMENT_EVENT, loaded)
        await self._bus.ask(_DAEMON, _DBUS, "AddMatch", "s", f"type='signal',interface='{_DOCUMENT_EVENT}'")
        registry = Place(_REGISTRY, "/org/a11y/atspi/registry")
        await self._bus.ask(registry, _REGISTRY, "RegisterEvent", "sass", "document:load-complete", [], "")

    async def process(self, program: str) -> int:
        """A program's number in the system."""
        return int(await self._bus.ask(_DAEMON, _DBUS, "GetConnectionUnixProcessID", "s", program))

    async def children(self, place: Place) -> Sequence[Place]:
        """What an object is made of."""
        return _places(await self._bus.ask(place, _ACCESSIBLE, "GetChildren"))

    async def name(self, place: Place) -> str:
        """An object's name: a window's title, a button's label."""
        return str((await self._bus.ask(place, _PROPERTIES, "Get", "ss", _ACCESSIBLE, "Name")).value)

    async def address(self, document: Place) -> str:
        """The address of a page."""
        return str(await self._bus.ask(document, _DOCUMENT, "GetAttributeValue", "s", "DocURL"))

    async def shown(self, place: Place, roles: Sequence[int], count: int) -> Sequence[Place]:
        """At most ``count`` objects below one that are shown and have one of these roles (Collection.GetMatches)."""
        states = [1 << _SHOWING, 0]
        bits = [sum(1 << role % 32 for role in roles if role // 32 == word) for word in range(4)]
        match_all, match_any = 1, 2
        attributes: Mapping[str, str] = {}
        rule = [_signed(states), match_all, attributes, match_all, _signed(bits), match_any, [], match_all, False]
        sort_canonical, descends = 1, True
        body = (rule, sort_canonical, count, descends)
        return _places(await self._bus.ask(place, _COLLECTION, "GetMatches", "(aiia{ss}iaiiasib)uib", *body))


@asynccontextmanager
async def accessibility_bus(session_bus: str) -> AsyncGenerator[AccessibilityBus]:
    """Tell the programs of a session that somebody asks, and connect to where they answer.

    Args:
        session_bus: address of the session's D-Bus.

    Raises:
        UnavailableError: ``analytics.accessible``: there is no such bus, or nothing there answers.
    """
    launcher = Place("org.a11y.Bus", "/org/a11y/bus")
    async with _connected(session_bus) as session:
        enabled = Variant("b", True)  # noqa: FBT003 - programs look at it
        await session.ask(launcher, _PROPERTIES, "Set", "ssv", "org.a11y.Status", "IsEnabled", enabled)
        address = str(await session.ask(launcher, "org.a11y.Bus", "GetAddress"))
    async with _connected(address) as bus:
        yield AccessibilityBus(bus)


class _Connection:
    """To a bus: questions and signals."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._unanswered = 0

    @property
    def is_usable(self) -> bool:
        return self._bus.connected and self._unanswered < UNANSWERED_MAX

    def listen(self, interface: str, heard: Callable[[], None]) -> None:
        """Call ``heard`` for every signal of an interface that comes."""

        def look(message: Message) -> None:
            if message.message_type is MessageType.SIGNAL and message.interface == interface:
                heard()

        self._bus.add_message_handler(look)

    async def ask(self, place: Place, interface: str, method: str, signature: str = "", *body: Any) -> Any:  # noqa: ANN401 - D-Bus has many types
        """The first value of the answer.

        Raises:
            UnavailableError: ``analytics.accessible``: there is none in time, or it is an error.
        """
        try:
            question = Message(place.program, place.path, interface, method, signature=signature, body=list(body))
            async with asyncio.timeout(ANSWER_S):
                reply = await self._bus.call(question)
        except TimeoutError as error:
            self._unanswered += 1
            raise _unavailable("no answer in time") from error
        except (OSError, EOFError, DBusFastError) as error:
            raise _unavailable(str(error)) from error
        if reply.message_type is MessageType.ERROR:
            raise _unavailable(str(reply.error_name))
        return reply.body[0] if reply.body else None


@asynccontextmanager
async def _connected(address: str) -> AsyncGenerator[_Connection]:
    try:
        async with asyncio.timeout(ANSWER_S):
            bus = await MessageBus(bus_address=address).connect()
    except (OSError, EOFError, DBusFastError) as error:  # TimeoutError is an OSError
        raise UnavailableError("analytics.accessible", f"The desktop's D-Bus cannot be used: {error}") from error
    try:
        yield _Connection(bus)
    finally:
        bus.disconnect()


def _unavailable(reason: str) -> UnavailableError:
    return UnavailableError("analytics.accessible", f"A program does not say what it shows ({reason}).")


def _places(value: Sequence[Sequence[str]]) -> Sequence[Place]:
    return [Place(program, path) for program, path in value]


def _signed(words: Sequence[int]) -> list[int]:
    """The wire has 32-bit integers with a sign."""
    return [word - (1 << 32) if word >= 1 << 31 else word for word in words]
