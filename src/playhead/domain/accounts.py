"""Accounts of coverage, as they are handed from who makes them to who shows them. Instants are wall microseconds."""

from dataclasses import dataclass

from playhead.base.ids import WorkstationId
from playhead.domain.coverage import Ledger, Reason
from playhead.domain.spans import Spans


@dataclass(frozen=True, slots=True)
class DayAccount:
    """Of a workstation's day."""

    workstation: WorkstationId
    day: str
    """As ISO 8601 has it, at the site."""
    from_us: int
    """When the day begins."""
    to_us: int
    """When it ends, or up to when it is told."""
    ledger: Ledger
    kept: Spans
    """What exists of what was due."""


@dataclass(frozen=True, slots=True)
class RecordingAccount:
    """Of a recording."""

    from_us: int
    """When it began."""
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Present:
    """Of a workstation at this moment."""

    workstation: WorkstationId
    agent: str
    state: str
    """As `playhead.wire.screen.messages.Status` has it, or ``offline``."""
    covered: bool | None
    """What is due comes to exist; None where nothing is due."""
    code: Reason | None
    """Why it does not."""
    since_us: int
    """Since when that is so."""
    alarm: bool
    """It has been missing for too long, and nothing excuses it."""
    message: str
    """The same as a sentence."""
