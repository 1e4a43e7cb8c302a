"""Has the doctor look over this machine, soon after the start, daily and when asked; and tells the premises."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.errors import PlayheadError
from playhead.environment.doctor.findings import REPORT_BYTES_MAX, Report
from playhead.wire.screen import Examined

START_S: Final = 60.0
"""When it looks first: a random half to one and a half of it, so that what the morning brings is over, and a thousand
workstations do not measure their way to the server at once."""

EVERY_S: Final = 86_400.0
"""How often it looks from then on; each time a random 90 to 110 % of it."""

_log = structlog.get_logger(__name__)

Examine = Callable[[], Awaitable[Report]]
"""Looks over this machine. May take ten seconds; must not hold up the loop."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of looking: a report, or why there is none."""

    at_us: int = 0
    """Wall time."""
    report: bytes = b""
    code: str = ""
    message: str = ""


class Examining:
    """See the module.

    Args:
        examine: None where this program cannot.
        chance: for the times.
        notify: called when there is something new to tell.
    """

    def __init__(self, examine: Examine | None, chance: random.Random, notify: Callable[[], None]) -> None:
        self._examine = examine
        self._chance = chance
        self._notify = notify
        self._looking: asyncio.Task[Outcome] | None = None
        self.newest = Outcome()
        """The last report; without one there is none yet."""

    @property
    def can(self) -> bool:
        """Whether there is anything to ask for."""
        return self._examine is not None

    async def run(self) -> None:
        """Look soon, and daily from then on, until cancelled."""
        if not self.can:
            return
        await asyncio.sleep(START_S * self._chance.uniform(0.5, 1.5))
        try:
            while True:
                await self.look()
                await asyncio.sleep(EVERY_S * self._chance.uniform(0.9, 1.1))
        finally:
            if self._looking is not None:
                self._looking.cancel()

    async def look(self) -> Outcome:
        """Look now; who asks meanwhile gets the same."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="doctor")
            self._looking.add_done_callback(self._looked)
        return await asyncio.shield(self._looking)

    def _looked(self, _: asyncio.Task[Outcome]) -> None:
        self._looking = None

    async def _look(self) -> Outcome:
        assert self._examine is not None  # noqa: S101 - nobody is asked who cannot
        try:
            report = await self._examine()
        except PlayheadError as error:
            _log.warning("doctor failed", code=error.code, error=error.message)
            return Outcome(code=error.code, message=error.message)
        data = report.as_json()
        if len(data) > REPORT_BYTES_MAX:
            return Outcome(code="doctor.report", message=f"The report takes {len(data)} bytes.")
        self.newest = Outcome(round(report.at.timestamp() * 1_000_000), data)
        _log.info("doctor looked", worst=str(report.worst), findings=len(report.findings), elapsed_ms=report.elapsed_ms)
        self._notify()
        return self.newest


class Telling:
    """What one premises is told of it, over one connection.

    Args:
        examining: what there is to tell.
        known: `Outcome.at_us` of the report that the premises has; 0: it has none. -1: it takes none.
        notify: called when there is something to send.
    """

    def __init__(self, examining: Examining, known: int, notify: Callable[[], None]) -> None:
        self._examining = examining
        self._takes = known >= 0
        self._told_us = max(known, 0)
        self._notify = notify
        self._answering: asyncio.Task[None] | None = None
        self._answer: Examined | None = None

    def asked(self, request: int) -> None:
        """The premises wants to know now; it asks one question at a time."""
        self._answering = asyncio.create_task(self._answer_to(request), name="examine")

    def next(self) -> Examined | None:
        """The message to send now; None while there is nothing to say."""
        answer, self._answer = self._answer, None
        if answer is not None:
            self._told_us = answer.at_us or self._told_us
            return answer
        newest = self._examining.newest
        if not self._takes or not newest.report or newest.at_us == self._told_us:
            return None
        self._told_us = newest.at_us
        return Examined(0, newest.at_us, newest.report)

    def close(self) -> None:
        """The connection has ended."""
        if self._answering is not None:
            self._answering.cancel()

    async def _answer_to(self, request: int) -> None:
        outcome = await self._examining.look() if self._examining.can else Outcome(code="doctor.none")
        self._answer = Examined(request, outcome.at_us, outcome.report, outcome.code[:64], outcome.message[:1024])
        self._notify()
