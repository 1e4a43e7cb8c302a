"""Looks over this server on demand and hourly, and knows what workstations have found on themselves."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import WorkstationId
from playhead.domain.events import Event
from playhead.environment.doctor.findings import Report, Severity
from playhead.environment.doctor.shared import Examine, SharedLook
from playhead.environment.doctor.summary import Summary, count
from playhead.environment.doctor.told import PREMISES, event_of, is_other
from playhead.environment.installation import Listener
from playhead.premises.environment import metrics
from playhead.premises.screen.examinations import Examinations

START_S: Final = 20.0
"""When it looks first: once the server has begun to do its work."""

EVERY_S: Final = 3_600.0
"""How often it looks by itself."""

_log: Any = structlog.get_logger()


class Workstations(Protocol):
    """`playhead.premises.screen.ScreenService`."""

    examinations: Examinations

    async def examine(self, workstation: WorkstationId) -> Report:
        """Have one look over its machine now; see there for the errors."""
        ...


class EnvironmentService:
    """See the module.

    Args:
        examine: looks over this machine.
        workstations: those of the site.
        tell: has events published.
        clock: tells the time.
        listeners: what this server listens on now.
        data: its data folder.
        program: the Python that it runs in.
    """

    def __init__(
        self,
        *,
        examine: Examine,
        workstations: Workstations,
        tell: Callable[[Sequence[Event]], Awaitable[None]],
        clock: Clock,
        listeners: Callable[[], tuple[Listener, ...]],
        data: Path,
        program: Path,
    ) -> None:
        self._look = SharedLook(self._noting(examine))
        self._workstations = workstations
        self._tell = tell
        self._clock = clock
        self.listeners = listeners
        self.data = data
        self.program = program
        self.report: Report | None = None
        """The newest of this server; None until it has looked."""
        workstations.examinations.changed = self._count

    async def run(self) -> None:
        """Look hourly, until cancelled."""
        self._count()
        try:
            await asyncio.sleep(START_S)
            while True:
                try:
                    await self._look.look()
                except PlayheadError as error:
                    _log.warning("doctor failed", code=error.code, error=error.message)
                await asyncio.sleep(EVERY_S)
        finally:
            self._look.close()

    @property
    def is_busy(self) -> bool:
        """Whether it looks now."""
        return self._look.is_busy

    async def look(self) -> Report:
        """Look over this server now; who asks meanwhile gets the same.

        Raises:
            PlayheadError: it could not look.
        """
        return await self._look.look()

    async def examine(self, workstation: WorkstationId) -> Report:
        """Have a workstation look over its machine now.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``, ``screen.cannot_examine``, or what failed
                there.
            CorruptError: ``doctor.report``: what it says is no report.
        """
        return await self._workstations.examine(workstation)

    async def newest(self, workstation: WorkstationId) -> Report:
        """The newest report of a workstation.

        Raises:
            NotFoundError: ``doctor.no_report``.
        """
        return await self._workstations.examinations.newest(workstation)

    def summaries(self) -> list[Summary]:
        """What the workstations' newest reports come to, by name."""
        return self._workstations.examinations.all()

    def _noting(self, examine: Examine) -> Examine:
        async def noting() -> Report:
            before, self.report = self.report, await examine()
            if before is None or is_other(before, self.report):  # what was told before the start may be over
                await self._tell([event_of(PREMISES, self.report, self._clock.wall_us())])
            _set("premises", count(self.report.findings))
            _log.info("doctor looked", worst=str(self.report.worst), findings=len(self.report.findings))
            return self.report

        return noting

    def _count(self) -> None:
        summaries = self.summaries()
        metrics.REPORTS.set(len(summaries))
        _set("workstations", {one: sum(each.counts.get(one, 0) for each in summaries) for one in Severity})


def _set(of: str, counts: Mapping[Severity, int]) -> None:
    for severity in Severity:
        metrics.FINDINGS.labels(of, severity.value).set(counts.get(severity, 0))
