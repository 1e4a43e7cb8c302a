"""The ledger of coverage: what should exist, what durably does, and why the rest does not.

A second is missing where policy wants it and the server does not hold it. Each missing second has one reason. Where
several are known for it the one that comes first in `Reason` counts: what somebody decided before what broke, what
broke close to the screen before what broke far from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from playhead.domain.spans import Span, Spans


class Reason(StrEnum):
    """Why a second does not exist. The codes are stable; the order is that of precedence."""

    BLACKOUT = "blackout"
    """Somebody asked that nothing be captured."""
    LOGGED_OUT = "logged_out"
    """Nobody was logged in at the workstation."""
    LOCKED = "locked"
    ASLEEP = "asleep"
    UPDATE = "update"
    """The workstation's program was being replaced."""
    GOVERNOR = "governor"
    """The PC was too busy; recording stepped aside for the agent."""
    DENIED = "denied"
    """The system did not let the workstation see the screen."""
    NO_DISPLAY = "no_display"
    DISK_FULL = "disk_full"
    FAILED = "failed"
    """The capture broke, and said so."""
    KILLED = "killed"
    """The workstation's program ended without a word, and began anew."""
    SPOOLED = "spooled"
    """Captured, and still on the workstation: it will come."""
    OFF = "off"
    """The workstation was off, or its program did not run."""
    UNKNOWN = "unknown"
    """Nothing explains it. This is the one to look into."""


RANK: Final = {reason: place for place, reason in enumerate(Reason)}
"""Precedence; lowest first."""

EXCUSED: Final = frozenset({Reason.BLACKOUT, Reason.LOGGED_OUT, Reason.LOCKED, Reason.ASLEEP, Reason.OFF})
"""Nothing was there to record, or it was not to be: no alarm."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that is known to have kept seconds from existing."""

    from_us: int
    to_us: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Missing:
    """A stretch that should exist and does not."""

    from_us: int
    to_us: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of one interaction, or of one workstation's day. ``due = kept + missing``, exactly."""

    due_us: int
    """How much should exist."""
    kept_us: int
    """How much of that durably does."""
    missing: tuple[Missing, ...] = ()
    """The rest, in time order; neighbours differ in their reason."""

    @property
    def missing_us(self) -> int:
        """How much does not exist."""
        return self.due_us - self.kept_us

    @property
    def share(self) -> float:
        """Covered part, 0 to 1; 1 where nothing was due."""
        return self.kept_us / self.due_us if self.due_us else 1.0

    def by_reason(self) -> dict[Reason, int]:
        """Microseconds for each reason that there is, by precedence."""
        sums: dict[Reason, int] = {}
        for one in sorted(self.missing, key=lambda one: RANK[one.reason]):
            sums[one.reason] = sums.get(one.reason, 0) + one.to_us - one.from_us
        return sums


def account(due: Spans, kept: Spans, observed: Iterable[Observation] = ()) -> Ledger:
    """The ledger of a time.

    Args:
        due: when policy wants something to exist.
        kept: what the server durably holds. A recording that runs through a blackout holds black for it: take the
            blackout out of ``kept`` and put it into ``observed``.
        observed: what is known, in any order; it may overlap.
    """
    held = due & kept
    absent = due - kept
    by_reason: dict[Reason, list[Span]] = {}
    for one in observed:
        by_reason.setdefault(one.reason, []).append(Span(one.from_us, one.to_us))
    missing: list[Missing] = []
    for reason in sorted(by_reason, key=RANK.__getitem__):
        explained = absent & Spans.of(by_reason[reason])
        missing += [Missing(span.from_us, span.to_us, reason) for span in explained.spans]
        absent -= explained
    missing += [Missing(span.from_us, span.to_us, Reason.UNKNOWN) for span in absent.spans]
    return Ledger(due.length_us, held.length_us, _joined(missing))


def _joined(missing: list[Missing]) -> tuple[Missing, ...]:
    joined: list[Missing] = []
    for one in sorted(missing, key=lambda one: one.from_us):
        before = joined[-1] if joined else None
        if before is not None and before.reason is one.reason and before.to_us == one.from_us:
            joined[-1] = Missing(before.from_us, one.to_us, one.reason)
        else:
            joined.append(one)
    return tuple(joined)
