"""Ids of commands: they grow within a site for ever, over restarts and with clocks that are set back (screen.md §8)."""

import asyncio
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.premises.screen.rules import next_command
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.counters import get_counter, raise_counter

RESERVED_US: Final = 600_000_000
"""Ids reserved with one write: ten minutes of them, so that commands rarely wait for the catalogue."""

_COUNTER: Final = "command"

_log: Any = structlog.get_logger()


class CommandIds:
    """Gives out ids. Below the counter in the catalogue are all that may have been used."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._last = 0
        self._reserved = 0
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """At the start, before the first id.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.reading() as connection:
            self._last = self._reserved = await get_counter(connection, _COUNTER)

    async def next(self) -> int:
        """One that was never used before."""
        async with self._turn:
            self._last = next_command(self._last, self._clock.wall_us())
            if self._last > self._reserved:
                await self._reserve(self._last + RESERVED_US)
            return self._last

    async def _reserve(self, until: int) -> None:
        try:
            async with self._catalogue.writing() as connection:
                await raise_counter(connection, _COUNTER, until)
        except UnavailableError as error:
            # A blackout must not wait for the catalogue. Only a clock set back before the next start could repeat ids.
            _log.warning("ids of commands not reserved", code=error.code, reason=error.message)
            return
        self._reserved = until
