"""Judges the present: of whom something is due, who is covered, who is not and why, and when that is an alarm."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from playhead.base.clock import Clock
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.accounts import Present
from playhead.domain.coverage import EXCUSED, Reason
from playhead.domain.history import Entry
from playhead.domain.live import LiveWorkstation

FRESH_US: Final = 5_000_000
"""Only with durable progress newer than this is anything said to be recorded."""

PATIENCE_US: Final = 6_000_000
"""How long a workstation may be uncovered before that is an alarm: with the age of its progress and the time between
two looks, below 15 s."""

_TOLD: Final = frozenset(str(reason) for reason in Reason) - {Reason.SPOOLED, Reason.UNKNOWN}

_MESSAGES: Final = {
    Reason.BLACKOUT: "A blackout is in force.",
    Reason.LOGGED_OUT: "Nobody is logged in.",
    Reason.LOCKED: "The session is locked.",
    Reason.ASLEEP: "The machine sleeps.",
    Reason.UPDATE: "The program is being replaced.",
    Reason.GOVERNOR: "The machine is too busy.",
    Reason.DENIED: "The display does not let the workstation see it.",
    Reason.NO_DISPLAY: "There is no display.",
    Reason.DISK_FULL: "The workstation's disk is full.",
    Reason.FAILED: "The capture has failed.",
    Reason.KILLED: "The program has ended without a word.",
    Reason.SPOOLED: "It captures, and nothing of it becomes durable here.",
    Reason.OFF: "The workstation is off.",
    Reason.UNKNOWN: "Nothing of it becomes durable here, and nothing says why.",
}
LOST: Final = "The connection to it is lost: it may be off, or unable to reach this server."


def is_due(live: LiveWorkstation, newest: Entry | None, *, is_open: bool) -> bool:
    """Whether a workstation should be recorded now.

    Args:
        live: as it was last heard of.
        newest: the last change in its journal; None where it keeps none.
        is_open: these are hours in which the site records.
    """
    if newest is None:
        return live.recording is not None
    return newest.wanted == "ordered" or (newest.wanted == "continuous" and is_open)


def reason_of(live: LiveWorkstation, newest: Entry | None, progress_age_us: int | None) -> Reason | None:
    """Why what is due of a workstation does not come to exist now; None where it does."""
    if not live.connected:
        is_told = newest is not None and newest.last and newest.state in _TOLD
        return Reason(newest.state) if is_told and newest is not None else Reason.UNKNOWN
    if live.state in _TOLD:
        return Reason(live.state)
    if live.state == "recording" and progress_age_us is not None and progress_age_us < FRESH_US:
        return None
    return Reason.SPOOLED if live.spool_bytes else Reason.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Known:
    present: Present
    uncovered_us: int | None
    """Monotonic time since when it is not; None where it is, or nothing is due."""


class Now:
    """The present of every workstation, as it was last looked at.

    Args:
        clock: tells the time.
        age_us: how long ago more of a recording became durable.
    """

    def __init__(self, clock: Clock, age_us: Callable[[RecordingId], int | None]) -> None:
        self._clock = clock
        self._age_us = age_us
        self._known: dict[WorkstationId, _Known] = {}

    def all(self) -> list[Present]:
        """Of every workstation, by name."""
        return [self._known[name].present for name in sorted(self._known)]

    def find(self, workstation: WorkstationId) -> Present | None:
        """Of one; None where it was never heard of."""
        known = self._known.get(workstation)
        return None if known is None else known.present

    def look(
        self, workstations: Iterable[LiveWorkstation], newest: Callable[[WorkstationId], Entry | None], *, is_open: bool
    ) -> list[tuple[Present | None, Present]]:
        """Look at all of them; returns those that changed, as they were and as they are."""
        wall_us, now_us = self._clock.wall_us(), self._clock.monotonic_us()
        changed: list[tuple[Present | None, Present]] = []
        seen: dict[WorkstationId, _Known] = {}
        for live in workstations:
            before = self._known.get(live.id)
            known = self._judge(live, newest(live.id), before, wall_us, now_us, is_open=is_open)
            seen[live.id] = known
            if before is None or before.present != known.present:
                changed.append((None if before is None else before.present, known.present))
        self._known = seen
        return changed

    def _judge(
        self,
        live: LiveWorkstation,
        newest: Entry | None,
        before: _Known | None,
        wall_us: int,
        now_us: int,
        *,
        is_open: bool,
    ) -> _Known:
        code: Reason | None = None
        covered: bool | None = None
        if is_due(live, newest, is_open=is_open):
            code = reason_of(live, newest, None if live.recording is None else self._age_us(live.recording))
            covered = code is None
        uncovered_us = None
        if covered is False:
            uncovered_us = before.uncovered_us if before is not None and before.uncovered_us is not None else now_us
        is_late = uncovered_us is not None and now_us - uncovered_us >= PATIENCE_US
        present = Present(
            workstation=live.id,
            agent=live.agent,
            state=(live.state or "idle") if live.connected else "offline",
            covered=covered,
            code=code,
            since_us=wall_us,
            alarm=is_late and code not in EXCUSED,
            message=_message(live, code),
        )
        if before is not None and (before.present.covered, before.present.code) == (covered, code):
            present = replace(present, since_us=before.present.since_us)
        return _Known(present, uncovered_us)


def _message(live: LiveWorkstation, code: Reason | None) -> str:
    if code is None:
        return ""
    if not live.connected and code is Reason.UNKNOWN:
        return LOST
    return f"{_MESSAGES[code]} {live.reason}".rstrip() if live.connected else _MESSAGES[code]
