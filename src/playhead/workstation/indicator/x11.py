"""A connection to the agent's X server in an event loop: its events as they come, its errors as ours."""

# The generated bindings of xcffib carry no types at all.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog
import xcffib

from playhead.base.errors import UnavailableError

_log: Any = structlog.get_logger(__name__)


class Desktop:
    """A connection.

    Args:
        name: of the display; empty for the one in the environment.

    Raises:
        UnavailableError: ``indicator.no_display``.
    """

    def __init__(self, name: str) -> None:
        with _errors():
            self.connection: Any = xcffib.connect(display=name or None)
            self.number: int = self.connection.pref_screen
            self.screen: Any = self.connection.get_setup().roots[self.number]
        self.core: Any = self.connection.core
        self.root: int = self.screen.root
        self._atoms: dict[str, int] = {}
        self._rest: Callable[[], None] = _nothing
        self._wake: Callable[[], None] = _nothing

    def atom(self, name: str) -> int:
        """The server's number for a name."""
        if name not in self._atoms:
            with _errors():
                reply = self.core.InternAtom(False, len(name), name).reply()  # noqa: FBT003 - the protocol's order
            self._atoms[name] = int(reply.atom)
        return self._atoms[name]

    def flush(self) -> None:
        """Have what was asked for done."""
        with _errors():
            self.connection.flush()

    def events(self) -> list[Any]:
        """What has come, without waiting.

        Raises:
            UnavailableError: ``indicator.no_display``: the server went away.
        """
        found: list[Any] = []
        while True:
            try:
                with _errors():
                    event = self.connection.poll_for_event()
            except xcffib.Error as error:  # the late answer to a request nobody waits for, of a window that is gone
                _log.debug("x11 request refused", error=type(error).__name__)
                continue
            if event is None:
                return found
            found.append(event)

    @asynccontextmanager
    async def watched(self, take: Callable[[Any], None]) -> AsyncGenerator[asyncio.Future[None]]:
        """While entered ``take`` is called with each event. What is given ends, with an error, when the server goes."""
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()

        def look() -> None:
            try:
                while found := self.events():  # an answer that is waited for may bring more of them
                    for event in found:
                        take(event)
                self.flush()
            except UnavailableError as error:
                loop.remove_reader(number)
                if not gone.done():
                    gone.set_exception(error)

        def wake() -> None:
            loop.add_reader(number, look)
            look()  # what came with earlier answers makes no descriptor readable

        number = int(self.connection.get_file_descriptor())
        self._rest, self._wake = lambda: loop.remove_reader(number), wake
        try:
            wake()
            yield gone
        finally:
            self._rest = self._wake = _nothing
            loop.remove_reader(number)
            gone.cancel()

    def rest(self) -> None:
        """Let what comes wait at the server's end, while watched, until `wake`; `events` has it before that."""
        self._rest()

    def wake(self) -> None:
        """Take what has come, and go on as it comes."""
        self._wake()

    def close(self) -> None:
        """Hang up."""
        self.connection.disconnect()


def _nothing() -> None:
    """What there is to do while nobody watches."""


@contextmanager
def _errors() -> Generator[None]:
    try:
        yield
    except xcffib.Error:
        raise
    except (xcffib.ConnectionException, xcffib.XcffibException) as error:
        hint = "Is somebody signed in, and DISPLAY (and XAUTHORITY) theirs?"
        raise UnavailableError("indicator.no_display", "There is no X display.", hint=hint) from error
