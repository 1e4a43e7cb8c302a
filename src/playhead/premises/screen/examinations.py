"""What the doctor finds on workstations: kept as it comes, the newest of each; and asking for it."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, NotFoundError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.environment.doctor.findings import Report
from playhead.environment.doctor.summary import Summary, summary_of
from playhead.environment.doctor.told import event_of, is_other
from playhead.net.screen import ScreenPeer
from playhead.premises.screen import metrics
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.reports import KeptReport, find_report, keep_report, list_reports
from playhead.store.catalogue.workstations import list_revoked
from playhead.wire.screen.messages import Examine, Examined

ANSWER_S: Final = 15.0
"""How long a workstation may take to look over its machine and say so. It looks for ten seconds at most."""

UNASKED_S: Final = 60.0
"""What a workstation tells unasked is left out where it told something less than so long ago: it does so daily."""

_log: Final[Any] = structlog.get_logger()


class Examination:
    """Asks one connected workstation, whoever wants to know: one question serves all that wait.

    Args:
        workstation: which.
        peer: its connection.
        examines: whether its program can.
    """

    def __init__(self, workstation: WorkstationId, peer: ScreenPeer, *, examines: bool) -> None:
        self._examines = examines
        self._workstation = workstation
        self._peer = peer
        self._request = 0
        self._answer: asyncio.Future[Examined] | None = None

    async def ask(self) -> Examined:
        """What it answers, perhaps to somebody who asked before.

        Raises:
            UnavailableError: ``screen.cannot_examine``, ``screen.not_connected``, ``screen.no_answer``.
        """
        if not self._examines:
            text = f"The program of workstation {self._workstation} cannot examine its machine."
            raise UnavailableError("screen.cannot_examine", text, hint="Bring its Playhead up to date.")
        if self._answer is None:
            self._request += 1
            self._peer.post(Examine(self._request))
            self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(self._answer)
        except TimeoutError as error:
            text = f"Workstation {self._workstation} did not say within {ANSWER_S:g} s how its machine is."
            raise UnavailableError("screen.no_answer", text, hint="What it says later is kept all the same.") from error

    def answered(self, message: Examined) -> None:
        """It has said how its machine is; the core has made sure that it was asked, if it says so."""
        if message.request and self._answer is not None:
            self._answer.set_result(message)
            self._answer = None

    def end(self) -> None:
        """Its connection has ended."""
        if self._answer is not None:
            self._answer.set_exception(UnavailableError("screen.not_connected", "The workstation went away."))
            self._answer.exception()  # where nobody waits any more, nobody is to be told
            self._answer = None


class Examinations:
    """See the module.

    Args:
        catalogue: open.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._known: dict[WorkstationId, Summary] = {}
        self._told_us: dict[WorkstationId, int] = {}
        """Monotonic time at which each told something unasked."""
        self.changed: Callable[[], None] = lambda: None
        """Told whenever a workstation has another report."""

    async def load(self) -> None:
        """At the start: what is kept.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        after: WorkstationId | None = None
        async with self._catalogue.reading() as connection:
            while page := await list_reports(connection, after=after):
                after = page[-1].workstation
                revoked = await list_revoked(connection, {kept.workstation for kept in page})
                for kept in page:
                    if kept.workstation not in revoked:
                        self._note(kept)

    def kept_at_us(self, workstation: WorkstationId) -> int:
        """`Examined.at_us` of the report that is kept of a workstation; 0 where there is none."""
        known = self._known.get(workstation)
        return 0 if known is None else known.at_us

    def all(self) -> list[Summary]:
        """What the reports come to, by the workstations' names."""
        return [self._known[name] for name in sorted(self._known)]

    def forget(self, workstations: Iterable[WorkstationId]) -> None:
        """They are enrolled no more."""
        names = list(workstations)
        gone = [name for name in names if self._known.pop(name, None) is not None]
        for name in names:
            self._told_us.pop(name, None)
        if gone:
            self.changed()

    async def take(self, workstation: WorkstationId, message: Examined) -> None:
        """Keep what a workstation tells in the place of what it told before. What is no report is left out.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        if not message.request and self._tells_often(workstation):
            metrics.EXAMINED.labels("too_often").inc()
            return
        if not message.report:
            metrics.EXAMINED.labels("failed").inc()
            _log.warning("workstation not examined", workstation=str(workstation), code=message.code)
            return
        try:
            report = report_of(workstation, message)
        except CorruptError as error:
            metrics.EXAMINED.labels(error.code).inc()
            _log.warning("report of a workstation left out", workstation=str(workstation), error=error.message)
            return
        metrics.EXAMINED.labels("kept").inc()
        kept = KeptReport(workstation, message.at_us, self._clock.wall_us(), report.as_json().decode())
        async with self._catalogue.writing(durable=False) as connection:
            before = await find_report(connection, workstation)
            await keep_report(connection, kept)
            if is_other(None if before is None else _read(before), report):
                await add_events(connection, [event_of(str(workstation), report, kept.received_at_us)])
        self._note(kept)
        self.changed()

    async def newest(self, workstation: WorkstationId) -> Report:
        """The newest report of a workstation.

        Raises:
            NotFoundError: ``doctor.no_report``.
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.reading() as connection:
            kept = await find_report(connection, workstation)
        if kept is None:
            hint = "It sends one when it is connected, and whenever it is asked."
            raise NotFoundError("doctor.no_report", f"There is no report of workstation {workstation}.", hint=hint)
        return Report.from_json(kept.report)

    def _tells_often(self, workstation: WorkstationId) -> bool:
        now_us = self._clock.monotonic_us()
        before_us = self._told_us.get(workstation)
        if before_us is not None and now_us - before_us < UNASKED_S * 1e6:
            return True
        self._told_us[workstation] = now_us
        return False

    def _note(self, kept: KeptReport) -> None:
        report = _read(kept)
        if report is not None:
            self._known[kept.workstation] = summary_of(kept.workstation, report, kept.at_us, kept.received_at_us)


def _read(kept: KeptReport) -> Report | None:
    try:
        return Report.from_json(kept.report)
    except CorruptError as error:  # of another version
        _log.warning("kept report left out", workstation=str(kept.workstation), error=error.message)
        return None


def report_of(workstation: WorkstationId, message: Examined) -> Report:
    """What a workstation said.

    Raises:
        UnavailableError: the examination failed there.
        CorruptError: ``doctor.report``: it is none.
    """
    if not message.report:
        text = message.message or f"Workstation {workstation} could not examine its machine."
        raise UnavailableError(message.code or "screen.not_examined", text)
    return Report.from_json(message.report)
