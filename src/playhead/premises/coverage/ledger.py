"""Makes the accounts: of workstation-days and of recordings, from the catalogue."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import WorkstationId
from playhead.base.instants import day_begins, day_of
from playhead.domain.accounts import DayAccount, RecordingAccount
from playhead.domain.coverage import Missing, Reason, account
from playhead.domain.history import FOREVER_US, History, dark_of, due_of, kept_of, observed_of
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.spans import Spans
from playhead.domain.timeline import UNPLAYABLE
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.coverage.hours import Hours, zone_of
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.coverage import (
    Existing,
    Link,
    PastDay,
    entries_between,
    existing_between,
    keep_days,
    links_of,
    past_days,
    recalled,
    revoked_at,
)

SETTLED_US: Final = 5_000_000
"""What is younger is not due yet: it may be on its way. As long as "recording" may be shown without progress."""

OPEN_DAYS: Final = 8
"""A day that is over is made anew, until so many days later, while something of it may still come."""

_log = structlog.get_logger()


class CoverageLedger:
    """See the module.

    Args:
        config: what the operator set.
        catalogue: open.
        clock: tells the time.
    """

    def __init__(self, config: CoverageConfig, catalogue: Catalogue, clock: Clock) -> None:
        self.zone = zone_of(config.time_zone)
        self.hours = Hours.parse(config.hours)
        self._catalogue = catalogue
        self._clock = clock
        self._stale: set[tuple[WorkstationId, date]] = set()

    @property
    def today(self) -> date:
        """At the site."""
        return day_of(self._clock.wall_us(), self.zone)

    def bounds(self, day: date) -> tuple[int, int]:
        """Wall times at which a day begins and ends at the site."""
        return day_begins(day, self.zone), day_begins(day + timedelta(days=1), self.zone)

    def touched(self, workstation: WorkstationId, from_us: int) -> None:
        """More has come to be known of a workstation from a wall time on: days that were kept are made anew."""
        oldest = self.today - timedelta(days=OPEN_DAYS)
        day = max(day_of(from_us, self.zone), oldest)
        while day < self.today:
            self._stale.add((workstation, day))
            day += timedelta(days=1)

    async def day(self, day: date, workstations: Collection[WorkstationId]) -> dict[WorkstationId, DayAccount]:
        """The accounts of a day, up to now where it is today; nothing is due of days to come.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        from_us, to_us = self.bounds(day)
        told_us = max(from_us, min(to_us, self._clock.wall_us() - SETTLED_US))
        is_over = told_us == to_us
        past: dict[WorkstationId, PastDay] = {}
        if is_over:
            async with self._catalogue.reading() as connection:
                past = await past_days(connection, str(day), workstations)
        found = {
            name: recalled(kept, from_us, to_us)
            for name, kept in past.items()
            if kept.is_final and (name, day) not in self._stale
        }
        fresh = await self._made(day, from_us, told_us, [name for name in workstations if name not in found])
        if is_over:
            await self._keep(day, fresh, past)
        return found | fresh

    async def recording(self, recording: Recording) -> RecordingAccount:
        """The account of a recording: due from its beginning to its end, or to now while it goes on.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        from_us = recording.started_at_us
        covered_us = [one.started_at_us + one.covered_us for one in recording.segments]
        to_us = recording.ended_at_us or max(covered_us, default=from_us)
        if recording.state is RecordingState.RECORDING:
            to_us = max(to_us, self._clock.wall_us() - SETTLED_US)
        due = Spans.of([(from_us, to_us)])
        history, _ = await self._look(recording.workstation, from_us, to_us)
        there = [
            (one.started_at_us, one.started_at_us + one.covered_us)
            for one in recording.segments
            if one.ended not in UNPLAYABLE
        ]
        return RecordingAccount(from_us, account(due, kept_of(there, due, dark_of(history)), observed_of(history)))

    async def explain(self, recording: Recording, gaps: Sequence[tuple[int, int]]) -> list[Missing]:
        """Why there is nothing in some stretches of a recording, in wall time; cut where the reason changes.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        due = Spans.of(gaps)
        if not due:
            return []
        history, _ = await self._look(recording.workstation, due.spans[0].from_us, due.spans[-1].to_us)
        return list(account(due, Spans(), observed_of(history)).missing)

    async def _look(self, workstation: WorkstationId, from_us: int, to_us: int) -> tuple[History, Existing]:
        return (await self._histories([workstation], from_us, to_us))[workstation]

    async def _histories(
        self, workstations: Collection[WorkstationId], from_us: int, to_us: int
    ) -> dict[WorkstationId, tuple[History, Existing]]:
        now_us = self._clock.wall_us()
        async with self._catalogue.reading() as connection:
            entries = await entries_between(connection, workstations, from_us, to_us)
            existing = await existing_between(connection, workstations, from_us, to_us)
            links = await links_of(connection, workstations)
            revoked = await revoked_at(connection, workstations)
        found: dict[WorkstationId, tuple[History, Existing]] = {}
        for name in workstations:
            link = links.get(name, Link(0, connected=False))
            there = existing.get(name, Existing())
            ends = ((began_us, now_us if ended_us is None else ended_us) for began_us, ended_us in there.recordings)
            history = History(
                entries.get(name, ()),
                known_until_us=now_us if link.connected else link.at_us,
                held_from_us=link.held_from_us,
                recorded=Spans.of(ends),
                ended_us=revoked.get(name, FOREVER_US),
            )
            found[name] = history, there
        return found

    async def _made(
        self, day: date, from_us: int, to_us: int, workstations: Collection[WorkstationId]
    ) -> dict[WorkstationId, DayAccount]:
        if not workstations:
            return {}
        open_hours = self.hours.between(from_us, to_us, self.zone)
        found: dict[WorkstationId, DayAccount] = {}
        for name, (history, there) in (await self._histories(workstations, from_us, to_us)).items():
            due = due_of(history, open_hours, from_us, to_us)
            kept = kept_of(there.segments, due, dark_of(history))
            ledger = account(due, kept, observed_of(history))
            found[name] = DayAccount(name, str(day), from_us, to_us, ledger, due & kept)
        return found

    async def _keep(
        self, day: date, fresh: dict[WorkstationId, DayAccount], past: dict[WorkstationId, PastDay]
    ) -> None:
        """Keep days that are over. What was there once and was deleted since is not missing: the fuller one stays."""
        kept: list[PastDay] = []
        for name, found in fresh.items():
            before = past.get(name)
            if before is not None and before.kept_us > found.ledger.kept_us:
                fresh[name] = recalled(before, found.from_us, found.to_us)
            made = _past(fresh[name], is_final=self._is_final(day, fresh[name]))
            if made != before:
                kept.append(made)
            self._stale.discard((name, day))
        if not kept:
            return
        try:
            async with self._catalogue.writing(durable=False) as connection:
                await keep_days(connection, kept)
        except UnavailableError as error:
            _log.warning("days of coverage not kept", code=error.code, reason=error.message)

    def _is_final(self, day: date, found: DayAccount) -> bool:
        """Whether nothing is expected that would change it."""
        open_ended = {Reason.SPOOLED, Reason.UNKNOWN}
        is_open = any(one.reason in open_ended for one in found.ledger.missing)
        return not is_open or self.today - day > timedelta(days=OPEN_DAYS)


def _past(found: DayAccount, *, is_final: bool) -> PastDay:
    day_us = found.from_us
    return PastDay(
        found.workstation,
        found.day,
        found.ledger.due_us,
        found.ledger.kept_us,
        [[one.from_us - day_us, one.to_us - day_us, str(one.reason)] for one in found.ledger.missing],
        [[span.from_us - day_us, span.to_us - day_us] for span in found.kept.spans],
        is_final,
    )
