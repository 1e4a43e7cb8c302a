"""What is asked of desktop events, and what is answered. Every answer says how it was counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.domain.access import Sight
from playhead.domain.analytics.bands import Band
from playhead.domain.analytics.events import Kind
from playhead.domain.spans import Span

VALUES_MAX: Final = 2_000
"""Of one filter: agents, workstations or applications."""
PATTERN_CHARS_MAX: Final = 200
ROWS_MAX: Final = 5_000
"""Of an answer; what is more is left out, and the answer says so."""
PERIOD_US_MAX: Final = 3_660 * 86_400_000_000
INTERACTIONS_MAX: Final = 100_000
"""Recordings that one question is about."""


class By(StrEnum):
    """What usage is added up by."""

    APPLICATION = "application"
    AGENT = "agent"
    WORKSTATION = "workstation"
    DAY = "day"
    GROUP = "group"
    """An agent who is in several groups counts in each, and the sum is more than the whole."""
    QUEUE = "queue"
    """Only what was done within interactions that came by a queue; see `playhead.store.analytics.within`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Of which events. None and the empty text ask for nothing; of several values any will do."""

    sight: Sight
    """Whose events may be looked at all: `playhead.domain.access.sight` for `Action.ANALYSE`. Not to be left out."""
    period: Span
    """What reaches over its ends counts with the part that is within."""
    agents: frozenset[str] | None = None
    """Agent keys (`playhead.domain.access.agent_key`)."""
    workstations: frozenset[str] | None = None
    applications: frozenset[str] | None = None
    """Names as they were told, in any case."""
    title: str = ""
    """With ``*`` for anything and ``?`` for one character, in any case, of the whole title: ``*card payment*``."""
    url: str = ""
    """Likewise."""
    zone: str = "UTC"
    """In which days begin: a name of the tz database."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Of each agent key, for `By.GROUP`."""

    def __post_init__(self) -> None:
        """Refuse what costs too much.

        Raises:
            InvalidInputError: ``analytics.period``, ``analytics.question``.
        """
        if not 0 < self.period.to_us - self.period.from_us <= PERIOD_US_MAX:
            raise InvalidInputError("analytics.period", "A period ends after it begins, within ten years.")
        chosen = (self.agents, self.workstations, self.applications)
        if any(values is not None and len(values) > VALUES_MAX for values in chosen):
            raise InvalidInputError("analytics.question", f"At most {VALUES_MAX} values of a filter.")
        if max(len(self.title), len(self.url)) > PATTERN_CHARS_MAX:
            raise InvalidInputError("analytics.question", f"A pattern has at most {PATTERN_CHARS_MAX} characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Sums of some events. Times are in µs."""

    active_us: int = 0
    idle_us: int = 0
    locked_us: int = 0
    away_us: int = 0
    stretches: int = 0
    """Events that last, each where it begins."""
    switches: int = 0
    """How often another application came in front than the one before."""
    keys: int = 0
    clicks: int = 0

    @property
    def present_us(self) -> int:
        """Active and idle: somebody was signed in, and the screen was not locked."""
        return self.active_us + self.idle_us

    @property
    def idle_share(self) -> float | None:
        """Of the time present; None where there is none."""
        return self.idle_us / self.present_us if self.present_us else None

    @property
    def switches_per_hour(self) -> float | None:
        """Of the time active; None where there is none."""
        return self.switches * 3_600_000_000 / self.active_us if self.active_us else None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """Of one application, agent, day and so on."""

    keys: tuple[str, ...]
    """A value for each `By` that was asked for, in their order; days as ``2026-11-23``."""
    usage: Usage
    agents: int
    """How many different ones."""


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The longest use first; by day, the earliest."""

    rows: tuple[UsageRow, ...]
    total: UsageRow
    """Of everything that was asked for, also what is left out of ``rows``; each event once."""
    left_out: int
    """Rows past `ROWS_MAX`."""
    counted: str
    """How, in a sentence or two, for whoever reads the figures."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One application, agent, … in two periods."""

    keys: tuple[str, ...]
    before: Usage
    after: Usage
    share_before: float | None
    """Of the time active in all applications, agents, …; None where there is none."""
    share_after: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The greatest change of the share first."""

    rows: tuple[Compared, ...]
    before: Usage
    after: Usage
    left_out: int
    counted: str


class Measure(StrEnum):
    """What agents are compared by."""

    IDLE_SHARE = "idle_share"
    SWITCHES_PER_HOUR = "switches_per_hour"
    APPLICATION_SHARE = "application_share"
    """Of one application in the time active."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """An agent who is far from the middle of all."""

    agent: str
    measure: Measure
    application: str
    """Of `Measure.APPLICATION_SHARE`; otherwise empty."""
    value: float
    median: float
    score: float
    """Modified z-score: 0.6745 times the distance from the median by the median distance (Iglewicz and Hoaglin)."""


@dataclass(frozen=True, slots=True)
class Outliers:
    """The farthest first."""

    rows: tuple[Outlier, ...]
    agents: int
    """How many were compared."""
    counted: str


@dataclass(frozen=True, slots=True)
class UnknownApplication:
    """One that none of the known names is about."""

    application: str
    usage: Usage
    agents: int
    first_us: int
    """When it was first used in the period."""
    newest_us: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """The longest use first."""

    rows: tuple[UnknownApplication, ...]
    left_out: int
    counted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An event with where it was."""

    workstation: str
    spool: str
    sequence: int
    agent: str
    kind: Kind
    from_us: int
    lasts_us: int
    application: str = ""
    title: str = ""
    url: str = ""
    rule: str = ""
    action: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Moments:
    """As they were asked for: the newest, or the longest first."""

    rows: tuple[Moment, ...]
    more: bool
    """There are more than were asked for."""
    counted: str


@dataclass(frozen=True, slots=True)
class Bands:
    """What a workstation showed, in the order of time."""

    bands: tuple[Band, ...]
    """At most `ROWS_MAX`: where there would be more, titles and addresses are left out, and then short ones."""
    moments: tuple[Moment, ...]
    """Triggers, marks, and who came and went, in the order of time."""
    usage: tuple[UsageRow, ...]
    """By application, the longest first."""
    counted: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """A recording, as far as these questions are about it."""

    recording: str
    workstation: str
    agent: str
    """Agent key."""
    span: Span
    queue: str = ""


@dataclass(frozen=True, slots=True)
class InteractionUsage:
    """What was used while an interaction was recorded."""

    recording: str
    applications: tuple[UsageRow, ...]
    """By application, the longest first."""
    total: Usage


@dataclass(frozen=True, slots=True)
class WithinInteractions:
    """In the order of the interactions that were given, without those of which nothing is known."""

    rows: tuple[InteractionUsage, ...]
    by_application: tuple[UsageRow, ...]
    """Of all of them together."""
    counted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What must hold of a recording; None and the empty text ask for nothing."""

    application: str = ""
    """With ``*`` and ``?``, as in `Question.title`; any event within with such an application will do."""
    title: str = ""
    url: str = ""
    """Application, title and URL must hold of the same event."""
    rule: str = ""
    """A trigger of this rule was fired; with ``*`` and ``?``."""
    idle_share_min: float | None = None
    idle_share_max: float | None = None
