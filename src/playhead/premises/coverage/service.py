"""The coverage service: watches the present, tells of it, and keeps the past."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain import events
from playhead.domain.accounts import Present
from playhead.domain.coverage import EXCUSED, Reason
from playhead.domain.history import Entry
from playhead.domain.live import CoverageChanged, Event, LiveWorkstation
from playhead.premises.coverage import metrics
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.coverage.ledger import OPEN_DAYS, CoverageLedger
from playhead.premises.coverage.now import Now
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.coverage import forget_before
from playhead.store.catalogue.workstations import PAGE_ITEMS_MAX, list_workstations
from playhead.store.event_log import publish

LOOK_S: Final = 1.0
"""How often the present is looked at."""

KEEP_S: Final = 3_600.0
"""How often days that are over are kept, and old ones forgotten."""

FORGOTTEN_AT_ONCE: Final = 500
"""Old entries that go in one transaction, so that nobody who writes waits long."""

_log = structlog.get_logger()


class Watched(Protocol):
    """What is watched. `ScreenService` at the premises."""

    def workstations(self) -> list[LiveWorkstation]:
        """Every one that is enrolled, as it was last heard of."""
        ...

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """How long ago more of a recording became durable."""
        ...

    def newest_change(self, workstation: WorkstationId) -> Entry | None:
        """The last change in its journal; None where it keeps none."""
        ...

    def announce(self, event: Event) -> None:
        """Tell everyone."""
        ...

    def on_history(self, touched: Callable[[WorkstationId, int], None]) -> None:
        """Have ``touched`` called with the wall time from which on more has come to be known of a workstation."""
        ...


class CoverageService:
    """See the module.

    Args:
        config: what the operator set.
        catalogue: open.
        watched: the workstations.
        clock: tells the time.
    """

    def __init__(self, config: CoverageConfig, *, catalogue: Catalogue, watched: Watched, clock: Clock) -> None:
        self.ledger = CoverageLedger(config, catalogue, clock)
        self.now = Now(clock, watched.progress_age_us)
        self._kept = config.kept
        self._catalogue = catalogue
        self._watched = watched
        self._clock = clock
        self._looked_us: int | None = None
        self._untold: list[events.Event] = []
        watched.on_history(self.ledger.touched)

    async def run(self) -> None:
        """Watch until cancelled."""
        kept_us: int | None = None
        while True:
            self.look()
            await self.tell()
            now_us = self._clock.monotonic_us()
            if kept_us is None or now_us - kept_us >= KEEP_S * 1e6:
                kept_us = now_us
                await self.keep_past()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Look at the present once, and tell of what changed."""
        wall_us, now_us = self._clock.wall_us(), self._clock.monotonic_us()
        is_open = bool(self.ledger.hours.between(wall_us, wall_us + 1, self.ledger.zone))
        changed = self.now.look(self._watched.workstations(), self._watched.newest_change, is_open=is_open)
        for before, present in changed:
            self._tell(before, present)
        self._measure(0 if self._looked_us is None else now_us - self._looked_us)
        self._looked_us = now_us

    async def tell(self) -> None:
        """Have the alarms that began or ended since the last time told to other programs."""
        untold, self._untold = self._untold, []
        await publish(self._catalogue, untold)

    async def keep_past(self) -> None:
        """Keep the days that are over, so that they outlast what they are about; forget what is too old."""
        try:
            after: WorkstationId | None = None
            while True:
                async with self._catalogue.reading() as connection:
                    page = await list_workstations(connection, after=after)
                names = [one.id for one in page]
                for back in range(1, OPEN_DAYS + 2):
                    await self.ledger.day(self.ledger.today - timedelta(days=back), names)
                if len(page) < PAGE_ITEMS_MAX:
                    break
                after = names[-1]
            oldest_us = self._clock.wall_us() - self._kept.us
            oldest_day = self.ledger.today - timedelta(microseconds=self._kept.us)
            gone = FORGOTTEN_AT_ONCE
            while gone >= FORGOTTEN_AT_ONCE:
                async with self._catalogue.writing(durable=False) as connection:
                    gone = await forget_before(connection, oldest_us, str(oldest_day), limit=FORGOTTEN_AT_ONCE)
        except UnavailableError as error:
            _log.warning("coverage not kept", code=error.code, reason=error.message)

    def _tell(self, before: Present | None, present: Present) -> None:
        had_alarm = before is not None and before.alarm
        if present.alarm and not had_alarm:
            _log.warning("coverage.lost", **_words(present))
            self._untold.append(events.coverage(events.LOST, present, self._clock.wall_us()))
        elif had_alarm and not present.alarm:
            _log.info("coverage.regained", **_words(present))
            self._untold.append(events.coverage(events.REGAINED, present, self._clock.wall_us()))
        self._watched.announce(CoverageChanged(present))

    def _measure(self, span_us: int) -> None:
        presents = self.now.all()
        counts = Counter("covered" if one.covered else str(one.code) for one in presents if one.covered is not None)
        for state in ("covered", *map(str, Reason)):
            metrics.WORKSTATIONS.labels(state).set(counts[state])
        metrics.ALARMS.set(sum(one.alarm for one in presents))
        for one in presents:
            if one.code is not None:
                metrics.MISSING_SECONDS.labels(str(one.code)).inc(span_us / 1e6)


def _words(present: Present) -> dict[str, str | bool]:
    return {
        "workstation": str(present.workstation),
        "agent": present.agent,
        "code": str(present.code or ""),
        "excused": present.code in EXCUSED,
        "reason": present.message,
    }
