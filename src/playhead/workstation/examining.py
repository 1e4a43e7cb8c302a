"""Has the doctor look over this machine, soon after the start, daily and when asked; and tells the premises."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.errors import LimitError, PlayheadError
from playhead.environment.doctor.findings import REPORT_BYTES_MAX, Report
from playhead.environment.doctor.shared import Examine, SharedLook
from playhead.wire.screen import Examined

START_S: Final = 60.0
"""When it looks first: a random half to one and a half of it, so that what the morning brings is over, and a thousand
workstations do not measure their way to the server at once."""

EVERY_S: Final = 86_400.0
"""How often it looks from then on; each time a random 90 to 110 % of it."""

_log = structlog.get_logger(__name__)


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
        self._look = None if examine is None else SharedLook(self._noting(examine))
        self._chance = chance
        self._notify = notify
        self.newest = Outcome()
        """The last report; without one there is none yet."""

    @property
    def can(self) -> bool:
        """Whether there is anything to ask for."""
        return self._look is not None

    async def run(self) -> None:
        """Look soon, and daily from then on, until cancelled."""
        if self._look is None:
            return
        await asyncio.sleep(START_S * self._chance.uniform(0.5, 1.5))
        try:
            while True:
                await self.look()
                await asyncio.sleep(EVERY_S * self._chance.uniform(0.9, 1.1))
        finally:
            self._look.close()

    async def look(self) -> Outcome:
        """Look now, and say what came of it."""
        if self._look is None:
            return Outcome(code="doctor.none", message="This program cannot examine its machine.")
        try:
            return _outcome(await self._look.look())
        except PlayheadError as error:
            _log.warning("doctor failed", code=error.code, error=error.message)
            return Outcome(code=error.code, message=error.message)

    def _noting(self, examine: Examine) -> Examine:
        """``examine``, whose report is to be told, whether or not somebody waits for it."""

        async def noting() -> Report:
            report = await examine()
            self.newest = _outcome(report)
            _log.info("doctor looked", worst=str(report.worst), findings=len(report.findings))
            self._notify()
            return report

        return noting


def _outcome(report: Report) -> Outcome:
    """As it is told.

    Raises:
        LimitError: ``doctor.report``: nobody would take it.
    """
    data = report.as_json()
    if len(data) > REPORT_BYTES_MAX:
        raise LimitError("doctor.report", f"The report takes {len(data)} bytes; {REPORT_BYTES_MAX} are taken.")
    return Outcome(round(report.at.timestamp() * 1_000_000), data)


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
        outcome = await self._examining.look()
        self._answer = Examined(request, outcome.at_us, outcome.report, outcome.code[:64], outcome.message[:1024])
        self._notify()
