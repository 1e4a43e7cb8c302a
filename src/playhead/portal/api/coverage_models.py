"""What ``/api/coverage`` says. Milliseconds are whole; what is due is always what is kept and all that is missing."""

from datetime import date, datetime

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.accounts import DayAccount, Present, RecordingAccount
from playhead.domain.coverage import Ledger, Reason
from playhead.domain.strip import strip_of
from playhead.portal.api.shapes import Answer


class MissingSum(Answer):
    """How much is missing for a reason."""

    code: Reason
    ms: int


class StripSpan(Answer):
    """A stretch of a day, in milliseconds from its beginning."""

    from_ms: int
    to_ms: int
    kind: str = Field(description="`kept`, or why it is missing. Nothing was due where there is no stretch.")


class DayItem(Answer):
    """A workstation's day."""

    day: date
    due_ms: int
    kept_ms: int
    missing: list[MissingSum] = Field(description="By precedence of the reasons.")
    strip: list[StripSpan] = Field(max_length=500, description="In time order; drawn coarser where there is more.")


class DayList(Answer):
    """Days of a workstation, oldest first."""

    items: list[DayItem]


class CoverageItem(Answer):
    """A workstation, now and on the day."""

    workstation: str
    agent: str
    state: str = Field(description="As of a workstation.")
    covered: bool | None = Field(
        description="Whether what is due now becomes durable; null where nothing is due, and on other days than today."
    )
    code: Reason | None = Field(description="Why it does not.")
    since: datetime | None
    alarm: bool = Field(description="It has been missing for some seconds, and nothing excuses it.")
    due_ms: int
    kept_ms: int
    missing: list[MissingSum]
    strip: list[StripSpan] = Field(max_length=500)


class CoverageList(Answer):
    """A day of a site."""

    site: str
    day: date
    begins_at: datetime = Field(serialization_alias="from")
    ends_at: datetime = Field(serialization_alias="to")
    now: datetime
    time_zone: str
    items: list[CoverageItem]
    next: str | None = Field(description="`after` of the next page; null at the end.")


class PresentItem(Answer):
    """A workstation at this moment; also sent as the event `coverage` when that changes."""

    workstation: str
    agent: str
    state: str
    covered: bool | None
    code: Reason | None
    since: datetime
    alarm: bool
    message: str


class AlarmItem(Answer):
    """A workstation of which something is missing without excuse."""

    workstation: str
    agent: str
    code: Reason
    since: datetime
    message: str


class NowItem(Answer):
    """Who is covered at this moment."""

    covered: int
    excused: int = Field(description="Not covered, for a reason that needs nobody's attention.")
    uncovered: int = Field(description="Not covered, without such a reason.")
    alarms: list[AlarmItem] = Field(max_length=200, description="Those for some seconds already; oldest first.")


class RecordingGap(Answer):
    """A stretch of a recording that does not exist, in milliseconds from its beginning."""

    from_ms: int
    to_ms: int
    code: Reason


class RecordingCoverage(Answer):
    """The account of a recording."""

    due_ms: int
    kept_ms: int
    missing: list[RecordingGap]
    by_reason: list[MissingSum]


def sums(ledger: Ledger) -> list[MissingSum]:
    """How much is missing for each reason, by precedence."""
    return [MissingSum(code=reason, ms=us // 1000) for reason, us in ledger.by_reason().items()]


def day_item(account: DayAccount) -> DayItem:
    """A day for the wire."""
    missing, kept_ms = sums(account.ledger), account.ledger.kept_us // 1000
    return DayItem(
        day=date.fromisoformat(account.day),
        due_ms=kept_ms + sum(one.ms for one in missing),
        kept_ms=kept_ms,
        missing=missing,
        strip=[
            StripSpan(
                from_ms=(one.from_us - account.from_us) // 1000,
                to_ms=(one.to_us - account.from_us) // 1000,
                kind=one.kind,
            )
            for one in strip_of(account.kept, account.ledger.missing)
        ],
    )


def coverage_item(account: DayAccount, agent: str, state: str, present: Present | None) -> CoverageItem:
    """A workstation's day, with its present where the day is today."""
    day = day_item(account)
    return CoverageItem(
        workstation=str(account.workstation),
        agent=agent,
        state=state,
        covered=None if present is None else present.covered,
        code=None if present is None else present.code,
        since=None if present is None else utc(present.since_us),
        alarm=present is not None and present.alarm,
        due_ms=day.due_ms,
        kept_ms=day.kept_ms,
        missing=day.missing,
        strip=day.strip,
    )


def present_item(present: Present) -> PresentItem:
    """The present of a workstation for the wire."""
    return PresentItem(
        workstation=str(present.workstation),
        agent=present.agent,
        state=present.state,
        covered=present.covered,
        code=present.code,
        since=utc(present.since_us),
        alarm=present.alarm,
        message=present.message,
    )


def recording_coverage(account: RecordingAccount) -> RecordingCoverage:
    """The account of a recording for the wire."""
    by_reason, kept_ms = sums(account.ledger), account.ledger.kept_us // 1000
    return RecordingCoverage(
        due_ms=kept_ms + sum(one.ms for one in by_reason),
        kept_ms=kept_ms,
        missing=[
            RecordingGap(
                from_ms=(one.from_us - account.from_us) // 1000,
                to_ms=(one.to_us - account.from_us) // 1000,
                code=one.reason,
            )
            for one in account.ledger.missing
        ],
        by_reason=by_reason,
    )
