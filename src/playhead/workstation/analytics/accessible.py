"""Asks programs what their windows show, by AT-SPI: the address of a page, and the names of its controls.

What is read here serves rules, and the address goes through privacy like everything that is told. Names of controls are
compared with patterns and forgotten: a label may have in its name what was typed into the field that it is around.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from playhead.base.errors import UnavailableError
from playhead.domain.analytics.privacy import without_cards
from playhead.workstation.analytics.atspi import (
    DESKTOP,
    NAMED_ROLES,
    WEB_DOCUMENT,
    AccessibilityBus,
    Place,
    accessibility_bus,
)
from playhead.workstation.analytics.source import SeenWindow

RETRY_S: Final = 5.0
"""Before a bus that is not there is looked for again."""
AGAIN_S: Final = 1.0
"""A window is read again so often: a page may change its address and keep its title."""
OBJECTS_S: Final = 5.0
"""How long it counts as known which objects a window and its page are: they stay until a page is loaded, unless the
guess was wrong."""
LOADED_S: Final = 0.25
"""Pages that load faster than this one after the other are read together, with the next reading."""
CONTROLS_MAX: Final = 150
"""Whose names are read, of one window. Each is a question to the program."""
NAMES_MAX: Final = 16
"""That are asked for again in one reading of a window; with more controls it takes several to come round."""
TEXT_CHARS_MAX: Final = 16_384
READS_MAX: Final = 10
"""Of a window that nobody asks for any more; who goes by it asks each second."""
WINDOWS_MAX: Final = 16
"""That are read at all, those in front first."""

_log: Any = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Reading:
    """A window, and what is known of it."""

    since_s: float = 0.0
    times: int = 0
    """It was read since it was asked for."""
    objects: tuple[Place, Place | None] | None = None
    """The window, and the page that it shows."""
    names: dict[Place, str] = field(default_factory=dict[Place, str])
    """Of its controls, the one that was asked longest ago first."""
    address: str | None = None
    text: str | None = None


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
        self._readings: dict[SeenWindow, _Reading] = {}
        self._news = asyncio.Event()
        self._processes: dict[str, int] = {}
        self._objects_until_s = 0.0
        self._loaded_s = 0.0
        self.problem = ""
        """Why nothing can be read, in a sentence; empty while it can."""

    def of(self, window: SeenWindow) -> tuple[str | None, str | None]:
        """Its address and its controls' names, as far as they are known; None where they are not, or not yet."""
        window = replace(window, monitor=0)
        if window not in self._readings:
            now_s = asyncio.get_running_loop().time()
            others = [self._readings.pop(one) for one in list(self._readings) if one.id == window.id]
            while len(self._readings) >= WINDOWS_MAX:
                del self._readings[next(iter(self._readings))]
            self._readings[window] = _Reading(now_s)
            if all(now_s >= other.since_s + AGAIN_S for other in others):
                self._news.set()  # else its title never rests, and the next reading is soon enough
        reading = self._readings[window]
        reading.times = 0
        return reading.address, reading.text

    async def run(self) -> None:
        """Read until cancelled, whatever happens to the bus."""
        while True:
            try:
                await self._read_on()
            except UnavailableError as error:
                if str(error) != self.problem:
                    self.problem = str(error)
                    _log.warning("programs cannot be asked what they show", error=self.problem)
            finally:
                self._processes.clear()
                for window, reading in self._readings.items():
                    self._readings[window] = _Reading(reading.since_s, reading.times)
            await asyncio.sleep(RETRY_S)

    async def _read_on(self) -> None:
        async with accessibility_bus(self._session_bus) as bus:
            await bus.tell_of_pages(self._loaded)
            self.problem = ""
            _log.info("programs are asked what they show")
            while bus.is_usable:
                self._news.clear()
                if (now_s := asyncio.get_running_loop().time()) >= self._objects_until_s:
                    self._objects_until_s = now_s + OBJECTS_S
                    for reading in self._readings.values():
                        reading.objects = None
                for window, reading in list(self._readings.items())[::-1]:
                    await self._read(bus, window, reading)
                for window, reading in list(self._readings.items()):
                    reading.times += 1
                    if reading.times > READS_MAX:
                        del self._readings[window]
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_S):
                        await self._news.wait()

    def _loaded(self) -> None:
        self._objects_until_s = 0.0
        if (now_s := asyncio.get_running_loop().time()) >= self._loaded_s + LOADED_S:
            self._loaded_s = now_s
            self._news.set()

    async def _read(self, bus: AccessibilityBus, window: SeenWindow, reading: _Reading) -> None:
        before = reading.address, reading.text
        for _ in range(2 if reading.objects else 1):  # what was known may be of a page that has gone
            try:
                reading.objects = reading.objects or await self._objects(bus, window)
                reading.address, reading.text = await self._found(bus, reading)
                break
            except UnavailableError:  # the program hangs, has gone, or tells nothing
                reading.address = reading.text = reading.objects = None
        if (reading.address, reading.text) != before:
            self._changed()

    async def _found(self, bus: AccessibilityBus, reading: _Reading) -> tuple[str | None, str | None]:
        if reading.objects is None:
            return None, None
        frame, document = reading.objects
        address = await bus.address(document) if document else ""
        return address, await _text(bus, document or frame, reading) if self._wants_text() else None

    async def _objects(self, bus: AccessibilityBus, window: SeenWindow) -> tuple[Place, Place | None] | None:
        frame = await self._frame(bus, window)
        if frame is None:
            return None
        documents = await bus.shown(frame, (WEB_DOCUMENT,), 1)
        return frame, documents[0] if documents else None

    async def _frame(self, bus: AccessibilityBus, window: SeenWindow) -> Place | None:
        """The object that is a window: of its process, and of its title where the process has several."""
        if not window.process:
            return None
        for program in await bus.children(DESKTOP):
            if await self._process(bus, program) != window.process:
                continue
            frames = await bus.children(program)
            names = await asyncio.gather(*map(bus.name, frames))
            fitting = [one for one, name in zip(frames, names, strict=True) if name and name in window.title]
            if fitting or len(frames) == 1:
                return (fitting or frames)[0]
        return None

    async def _process(self, bus: AccessibilityBus, place: Place) -> int:
        if place.program not in self._processes:
            self._processes[place.program] = await bus.process(place.program)
        return self._processes[place.program]


async def _text(bus: AccessibilityBus, shows: Place, reading: _Reading) -> str:
    """The names of an object's controls: those that are new are asked for, and some of the others again."""
    controls = await bus.shown(shows, NAMED_ROLES, CONTROLS_MAX)
    shown = set(controls)
    known = {one: name for one, name in reading.names.items() if one in shown}
    asked = [one for one in controls if one not in known] + list(known)[:NAMES_MAX]
    heard = dict(zip(asked, await asyncio.gather(*map(bus.name, asked)), strict=True))
    reading.names = {one: name for one, name in known.items() if one not in heard} | heard
    names = [reading.names[one] for one in controls]
    return without_cards("\n".join(filter(None, names))[:TEXT_CHARS_MAX])
