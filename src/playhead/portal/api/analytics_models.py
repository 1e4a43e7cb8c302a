"""What the API says and hears about desktop analytics. Lengths of time are in milliseconds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from playhead.base.instants import utc, wall_us
from playhead.domain.access import agent_key
from playhead.domain.analytics.events import NAME_CHARS_MAX, Kind
from playhead.domain.library import VALUES_MAX
from playhead.domain.spans import Span
from playhead.portal.analytics import Viewer
from playhead.portal.api.shapes import Answer, Instant
from playhead.store.analytics import questions as q
from playhead.store.catalogue.recordings_at import RecordingAt

MOMENTS_MAX = 500
"""Of one page."""

_Texts = Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=VALUES_MAX)]
_Pattern = Annotated[
    str,
    Field(
        max_length=q.PATTERN_CHARS_MAX,
        description="Of the whole text, in any case; `*` is anything, `?` one character.",
    ),
]


class AnalyticsQuery(BaseModel):
    """Of which events. What is not sent narrows nothing; of several values any will do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    began_from: Annotated[Instant, Field(alias="from")]
    began_to: Annotated[Instant, Field(alias="to", description="Before this instant.")]
    agent: Annotated[_Texts, Field(description="Operating-system logins.")] = []
    group: Annotated[str | None, Field(max_length=63, description="Of agents who are in it now.")] = None
    workstation: _Texts = []
    application: Annotated[_Texts, Field(description="Names as reports have them, in any case.")] = []
    title: _Pattern = ""
    url: _Pattern = ""

    def question(self, viewer: Viewer) -> q.Question:
        """What is asked of the store.

        Raises:
            InvalidInputError: ``analytics.period``, ``analytics.question``.
        """
        agents = frozenset(agent_key(one) for one in self.agent) if self.agent else None
        if self.group is not None:
            members = viewer.members_of(self.group)
            agents = members if agents is None else agents & members
        return q.Question(
            sight=viewer.sight,
            period=Span(wall_us(self.began_from), wall_us(self.began_to)),
            agents=agents,
            workstations=frozenset(self.workstation) if self.workstation else None,
            applications=frozenset(self.application) if self.application else None,
            title=self.title,
            url=self.url,
            zone=viewer.analytics.zone,
            groups=viewer.groups_of_agents,
        )


class UsageQuery(AnalyticsQuery):
    """The same, added up by something."""

    by: q.By = q.By.APPLICATION


class ComparisonQuery(UsageQuery):
    """The same, held against another period."""

    before_from: Annotated[Instant, Field(alias="beforeFrom")]
    before_to: Annotated[Instant, Field(alias="beforeTo")]

    @property
    def before(self) -> Span:
        """The other period."""
        return Span(wall_us(self.before_from), wall_us(self.before_to))


class MomentsQuery(AnalyticsQuery):
    """Single events, the newest first."""

    kind: Annotated[list[Kind], Field(max_length=len(Kind))] = []
    rule: Annotated[_Pattern, Field(description="Only what rules of this name did.")] = ""
    before: Annotated[str | None, Field(max_length=128, description="`next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=MOMENTS_MAX)] = 100


class UsageItem(Answer):
    """Sums of events."""

    active_ms: int
    idle_ms: int
    locked_ms: int
    away_ms: int = Field(description="Private time, or nobody was signed in.")
    stretches: int
    switches: int = Field(description="How often another application came in front.")
    switches_per_hour: float | None = Field(description="Of the time active.")
    idle_share: float | None = Field(description="Of active and idle time, 0 to 1.")
    keys: int
    clicks: int


class UsageRowItem(Answer):
    """Of one application, agent, day and so on."""

    key: str
    name: str = Field(description="Of a group; otherwise as `key`.")
    usage: UsageItem
    agents: int = Field(description="How many different ones.")


class UsageAnswer(Answer):
    """The longest use first; by day, the earliest."""

    by: q.By
    items: list[UsageRowItem]
    total: UsageRowItem = Field(description="Of all, also of what is left out; each event once.")
    left_out: int
    counted: str = Field(description="How, in a sentence or two.")
    time_zone: str


class ComparedItem(Answer):
    """One application, agent … in two periods."""

    key: str
    name: str
    before: UsageItem
    after: UsageItem
    share_before: float | None = Field(description="Of all time active then, 0 to 1.")
    share_after: float | None


class ComparisonAnswer(Answer):
    """The greatest change of the share first."""

    by: q.By
    items: list[ComparedItem]
    before: UsageItem
    after: UsageItem
    left_out: int
    counted: str


class OutlierItem(Answer):
    """An agent who is far from the middle of all."""

    agent: str
    measure: q.Measure
    application: str
    value: float
    median: float
    score: float = Field(description="Modified z-score: 0.6745 distances from the median by the median distance.")


class OutliersAnswer(Answer):
    """The farthest first."""

    items: list[OutlierItem]
    agents: int = Field(description="How many were compared.")
    counted: str


class UnknownItem(Answer):
    """An application that no known name is about."""

    application: str
    usage: UsageItem
    agents: int
    first_at: datetime
    newest_at: datetime


class UnknownAnswer(Answer):
    """The longest use first."""

    items: list[UnknownItem]
    left_out: int
    counted: str


class MomentPlace(Answer):
    """Where a moment was recorded."""

    recording: str
    at_ms: int = Field(description="On the recording's timeline.")


class MomentItem(Answer):
    """One event."""

    at: datetime
    lasts_ms: int
    kind: Kind
    workstation: str
    agent: str
    application: str
    title: str
    url: str
    rule: str
    action: str
    detail: str
    place: MomentPlace | None = Field(description="Null where it was not recorded, or you may not see it.")


class MomentsAnswer(Answer):
    """Events as they were asked for."""

    items: list[MomentItem]
    next: str | None
    counted: str


class BandItem(Answer):
    """A stretch with one window in front. Places are on the recording's timeline."""

    from_ms: int
    to_ms: int
    kind: Kind
    application: Annotated[str, Field(max_length=NAME_CHARS_MAX)]
    title: str
    url: str


class TriggerItem(Answer):
    """What a rule did."""

    at_ms: int
    rule: str
    action: str
    detail: str


class ApplicationsAnswer(Answer):
    """What was worked with during a recording."""

    bands: list[BandItem]
    triggers: list[TriggerItem]
    cut: bool = Field(description="There were more bands than are told.")
    counted: str


def usage_item(one: q.Usage) -> UsageItem:
    """Sums for the wire."""
    return UsageItem(
        active_ms=one.active_us // 1000,
        idle_ms=one.idle_us // 1000,
        locked_ms=one.locked_us // 1000,
        away_ms=one.away_us // 1000,
        stretches=one.stretches,
        switches=one.switches,
        switches_per_hour=one.switches_per_hour,
        idle_share=one.idle_share,
        keys=one.keys,
        clicks=one.clicks,
    )


def row_item(row: q.UsageRow, names: Mapping[str, str]) -> UsageRowItem:
    """A row for the wire; ``names`` of groups by their ids."""
    key = row.keys[0] if row.keys else ""
    return UsageRowItem(key=key, name=names.get(key, key), usage=usage_item(row.usage), agents=row.agents)


def usage_answer(report: q.UsageReport, by: q.By, viewer: Viewer) -> UsageAnswer:
    """A report for the wire."""
    names = _names(by, viewer)
    return UsageAnswer(
        by=by,
        items=[row_item(row, names) for row in report.rows],
        total=row_item(report.total, {}),
        left_out=report.left_out,
        counted=report.counted,
        time_zone=viewer.analytics.zone,
    )


def comparison_answer(report: q.Comparison, by: q.By, viewer: Viewer) -> ComparisonAnswer:
    """A comparison for the wire."""
    names = _names(by, viewer)
    items = [
        ComparedItem(
            key=row.keys[0],
            name=names.get(row.keys[0], row.keys[0]),
            before=usage_item(row.before),
            after=usage_item(row.after),
            share_before=row.share_before,
            share_after=row.share_after,
        )
        for row in report.rows
    ]
    return ComparisonAnswer(
        by=by,
        items=items,
        before=usage_item(report.before),
        after=usage_item(report.after),
        left_out=report.left_out,
        counted=report.counted,
    )


def unknown_answer(found: q.Unknown) -> UnknownAnswer:
    """Unknown applications for the wire."""
    items = [
        UnknownItem(
            application=one.application,
            usage=usage_item(one.usage),
            agents=one.agents,
            first_at=utc(one.first_us),
            newest_at=utc(one.newest_us),
        )
        for one in found.rows
    ]
    return UnknownAnswer(items=items, left_out=found.left_out, counted=found.counted)


def outliers_answer(found: q.Outliers) -> OutliersAnswer:
    """Outliers for the wire."""
    items = [
        OutlierItem(
            agent=one.agent,
            measure=one.measure,
            application=one.application,
            value=one.value,
            median=one.median,
            score=one.score,
        )
        for one in found.rows
    ]
    return OutliersAnswer(items=items, agents=found.agents, counted=found.counted)


def moment_item(one: q.Moment, at: RecordingAt | None) -> MomentItem:
    """A moment for the wire, with where it was recorded."""
    place = None if at is None else MomentPlace(recording=str(at.id), at_ms=(one.from_us - at.started_at_us) // 1000)
    return MomentItem(
        at=utc(one.from_us),
        lasts_ms=one.lasts_us // 1000,
        kind=one.kind,
        workstation=one.workstation,
        agent=one.agent,
        application=one.application,
        title=one.title,
        url=one.url,
        rule=one.rule,
        action=one.action,
        detail=one.detail,
        place=place,
    )


def applications_answer(found: q.Bands, began_us: int, span: Span) -> ApplicationsAnswer:
    """What a workstation showed, on the timeline of a recording that began at ``began_us``."""
    bands = [
        BandItem(
            from_ms=(max(one.from_us, span.from_us) - began_us) // 1000,
            to_ms=(min(one.to_us, span.to_us) - began_us) // 1000,
            kind=one.kind,
            application=one.application,
            title=one.title,
            url=one.url,
        )
        for one in found.bands
    ]
    triggers = [
        TriggerItem(at_ms=(one.from_us - began_us) // 1000, rule=one.rule, action=one.action, detail=one.detail)
        for one in found.moments
        if one.kind is Kind.TRIGGER
    ]
    return ApplicationsAnswer(bands=bands, triggers=triggers, cut=len(found.bands) >= q.ROWS_MAX, counted=found.counted)


def _names(by: q.By, viewer: Viewer) -> Mapping[str, str]:
    return {str(one.id): one.name for one in viewer.groups} if by is q.By.GROUP else {}
