"""Writes the journal: looks at what the workstation does whenever that changes, and at the machine every second.

It also tells, within `ALARM_US` and a second, that what should exist does not come to exist at the premises.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.domain.coverage import EXCUSED, Reason
from playhead.wire.screen import Status
from playhead.wire.screen.messages import Wanted
from playhead.workstation.journal import Journal
from playhead.workstation.session import Session, SessionState
from playhead.workstation.status import DURABLE_US

LOOK_S: Final = 1.0
"""How often it is looked at what changes by time alone."""

SESSION_S: Final = 5.0
"""How often the desktop session is looked at: it takes a process."""

SLEPT_US: Final = 2_000_000
"""A sleep of the machine that is shorter than this is none: the two clocks are not read at the same instant."""

ALARM_US: Final = 10_000_000
"""After so long without durable progress of what should be recorded there is an alarm."""

_CAPTURING: Final = frozenset({"idle", "recording"})
"""States that are no reason for a second to be missing."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether what should exist comes to exist at the premises, as far as the workstation knows."""

    due: bool
    """A recording should be made now."""
    durable: bool
    """The premises has made progress of it durable within the last seconds."""
    code: str
    """Why not: a `playhead.domain.coverage.Reason`; empty where it is, or nothing is due."""
    alarm: bool
    """It has been so for too long, and nothing excuses it."""


def judge_cover(*, wanted: Wanted, state: str, lacking_us: int, spool_bytes: int) -> Cover:
    """What to say of it.

    Args:
        wanted: whether a recording is to be made.
        state: of the workstation.
        lacking_us: how long ago the last durable progress was, or the recording was asked for, whichever was later.
        spool_bytes: captured and not acknowledged.
    """
    is_durable = bool(wanted) and state == "recording" and lacking_us < DURABLE_US
    if not wanted or is_durable:
        return Cover(bool(wanted), is_durable, "", alarm=False)
    captured = Reason.SPOOLED if spool_bytes else Reason.UNKNOWN
    reason = captured if state in _CAPTURING else Reason(state)
    return Cover(due=True, durable=False, code=reason, alarm=reason not in EXCUSED and lacking_us >= ALARM_US)


class Chronicle:
    """See the module.

    Args:
        journal: what it writes.
        session: of the desktop.
        clock: for the time.
        status: what the workstation does.
        wanted: whether a recording is to be made.
        until_us: wall time up to which there are records; 0 where there are none.
        progress_us: monotonic time of the last durable progress of what is being recorded; None for never.
        told: is told what the session does.
    """

    def __init__(
        self,
        journal: Journal,
        session: Session,
        clock: Clock,
        *,
        status: Callable[[], Status],
        wanted: Callable[[], Wanted],
        until_us: Callable[[], int],
        progress_us: Callable[[], int | None],
        told: Callable[[SessionState], None],
    ) -> None:
        self._journal = journal
        self._session = session
        self._clock = clock
        self._status = status
        self._wanted = wanted
        self._until_us = until_us
        self._progress_us = progress_us
        self._told = told
        self._wanted_us: int | None = None
        self._may_begin = self._has_begun = self._is_ending = False
        self._has_alarm = False

    def begin(self) -> None:
        """The workstation does its work from now on, or as soon as the first picture is there."""
        self._may_begin = True
        self.look()

    def end(self) -> None:
        """The workstation begins to end: what changes from now on is part of that."""
        self._is_ending = True

    def look(self) -> None:
        """Something may have changed. Takes microseconds."""
        if self._is_ending:
            return
        status, wanted, before = self._status(), self._wanted(), self._journal.newest
        if not self._has_begun:
            if not self._may_begin or (status.state == "recording" and not self._until_us()):
                return
            self._journal.begin(status.state, wanted=wanted, recording=status.recording, detail=status.reason)
            self._has_begun = True
        if not wanted:
            self._wanted_us = None
        elif self._wanted_us is None or (before is not None and before.state in EXCUSED and status.state in _CAPTURING):
            # What was not to be captured could not progress: the time for that begins anew.
            self._wanted_us = self._clock.monotonic_us()
        at_us = None
        if before is not None and before.state == "recording" and status.state not in {"recording", "blackout"}:
            at_us = self._until_us() or None  # it was noticed late: nothing was recorded since then
        self._journal.note(status.state, wanted=wanted, recording=status.recording, detail=status.reason, at_us=at_us)

    def cover(self) -> Cover:
        """Whether what should exist comes to exist."""
        status, now_us = self._status(), self._clock.monotonic_us()
        since_us = max(self._wanted_us or 0, self._progress_us() or 0)
        return judge_cover(
            wanted=self._wanted(), state=status.state, lacking_us=now_us - since_us, spool_bytes=status.spool_bytes
        )

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        asleep_us, looked_us, wall_us = self._session.asleep_us(), None, self._clock.wall_us()
        while True:
            now_us = self._clock.monotonic_us()
            if looked_us is None or now_us - looked_us >= SESSION_S * 1e6:
                looked_us = now_us
                self._told(await asyncio.to_thread(self._session.look))
            slept_us, before_us = self._session.asleep_us(), wall_us
            wall_us = self._clock.wall_us()
            if slept_us - asleep_us >= SLEPT_US:
                _log.info("machine slept", seconds=round((slept_us - asleep_us) / 1e6))
                self._journal.note_past("asleep", before_us, wall_us)
            asleep_us = slept_us
            self.look()
            self._tell()
            await asyncio.sleep(LOOK_S)

    async def close(self, *, hands_over: bool = False) -> None:
        """The workstation ends in good order; or another program goes on at once with what this one did."""
        if not self._has_begun:
            return
        newest = self._journal.newest
        at_us = self._until_us() if newest is not None and newest.state == "recording" else 0
        if hands_over:
            await self._journal.close("update", at_us=at_us)
            return
        gone = await asyncio.to_thread(self._session.look)
        await self._journal.close("logged_out" if gone == "logged_out" else "off", at_us=at_us)

    def _tell(self) -> None:
        cover = self.cover()
        if cover.alarm == self._has_alarm:
            return
        self._has_alarm = cover.alarm
        if cover.alarm:
            _log.warning("coverage.lost", code=cover.code, reason=self._status().reason)
        else:
            _log.info("coverage.regained")
