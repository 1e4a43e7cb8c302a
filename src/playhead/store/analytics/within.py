"""What was done within interactions: desktop events held against the times of recordings. As `queries` otherwise."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from playhead.base.errors import LimitError
from playhead.domain.access import Sight
from playhead.domain.spans import Span
from playhead.store.analytics.conditions import AT_EVENT, Conditions, clip_of
from playhead.store.analytics.queries import HOW_TIMES
from playhead.store.analytics.questions import (
    INTERACTIONS_MAX,
    ROWS_MAX,
    Interaction,
    InteractionUsage,
    Question,
    Sought,
    Usage,
    UsageReport,
    UsageRow,
    WithinInteractions,
)
from playhead.store.analytics.session import Session
from playhead.store.analytics.sliced import summed, usage_of

_HOW: Final = "What a desktop told of counts for an interaction with the part that is within its recording's time."


def within(session: Session, interactions: Sequence[Interaction], *, sight: Sight) -> WithinInteractions:
    """Time per application within each interaction."""
    if not interactions:
        return WithinInteractions((), (), _HOW)
    _join(session, interactions, sight, ["place"])
    of_each: defaultdict[int, list[UsageRow]] = defaultdict(list)
    for row in session.rows("SELECT place, application, agents, * EXCLUDE (place, application, agents) FROM inside"):
        of_each[row[0]].append(UsageRow((row[1],), usage_of(row[3:]), row[2]))
    rows = tuple(
        InteractionUsage(interactions[place].recording, _longest(found), _sum(found))
        for place, found in sorted(of_each.items())
    )
    together = session.rows(f"SELECT application, {summed()}, max(agents) FROM inside GROUP BY application")
    by_application = _longest([UsageRow((row[0],), usage_of(row[1:-1]), row[-1]) for row in together])
    return WithinInteractions(rows, by_application[:ROWS_MAX], f"{_HOW} {HOW_TIMES}")


def usage_by_queue(session: Session, question: Question, interactions: Sequence[Interaction]) -> UsageReport:
    """Time by the queue that interactions came by; `Usage` within them only."""
    inside = [one for one in interactions if one.span.from_us < question.period.to_us]
    clipped = [
        Interaction(one.recording, one.workstation, one.agent, Span(*_both(one.span, question.period)), one.queue)
        for one in inside
        if one.span.to_us > question.period.from_us
    ]
    if not clipped:
        return UsageReport((), UsageRow((), Usage(), 0), 0, f"{_HOW} {HOW_TIMES}")
    _join(session, clipped, question.sight, ["queue"], question)
    found = session.rows(f"SELECT queue, {summed()}, max(agents) FROM inside GROUP BY queue")
    rows = _longest([UsageRow((row[0],), usage_of(row[1:-1]), row[-1]) for row in found])
    total = UsageRow((), _sum(rows), max((row.agents for row in rows), default=0))
    return UsageReport(rows[:ROWS_MAX], total, max(0, len(rows) - ROWS_MAX), f"{_HOW} {HOW_TIMES}")


def recordings_where(
    session: Session, interactions: Sequence[Interaction], sought: Sought, *, sight: Sight
) -> frozenset[str]:
    """Those of the recordings, by their ids, of which something holds: for the filter of the library."""
    found: frozenset[str] = frozenset(one.recording for one in interactions)
    if not interactions:
        return found
    if sought.application or sought.title or sought.url:
        conditions = Conditions()
        patterns = (("application", sought.application), ("title", sought.title), ("url", sought.url))
        more = " AND ".join(conditions.like(column, pattern) for column, pattern in patterns if pattern)
        found &= _where(session, interactions, sight, more, conditions.values)
    if sought.rule:
        conditions = Conditions()
        more = f"kind = 'trigger' AND {conditions.like('rule', sought.rule)}"
        found &= _where(session, interactions, sight, more, conditions.values)
    if sought.idle_share_min is not None or sought.idle_share_max is not None:
        least = 0.0 if sought.idle_share_min is None else sought.idle_share_min
        most = 1.0 if sought.idle_share_max is None else sought.idle_share_max
        shares = {one.recording: one.total.idle_share for one in within(session, interactions, sight=sight).rows}
        found &= {recording for recording, share in shares.items() if share is not None and least <= share <= most}
    return found


def _where(
    session: Session, interactions: Sequence[Interaction], sight: Sight, more: str, values: dict[str, Any]
) -> frozenset[str]:
    source, known = _joined(session, interactions, sight)
    rows = session.rows(f"SELECT DISTINCT place FROM ({source}) WHERE {more}", known | values)
    places: list[int] = [row[0] for row in rows]
    return frozenset(interactions[place].recording for place in places)


def _join(
    session: Session,
    interactions: Sequence[Interaction],
    sight: Sight,
    by: Sequence[str],
    question: Question | None = None,
) -> None:
    """Add up what was within, by application and what is wanted, into a table of this session."""
    source, values = _joined(session, interactions, sight, question)
    kinds = ", ".join(
        f"coalesce(sum(part) FILTER (kind = '{kind}'), 0)::BIGINT AS {kind}_ds"
        for kind in ("active", "idle", "locked", "away")
    )
    counts = ", ".join(
        f"coalesce(sum({what}) FILTER (begins), 0)::BIGINT AS {name}"
        for what, name in (("1", "stretches"), ("switches", "switches"), ("keys", "keys"), ("clicks", "clicks"))
    )
    keys = ", ".join(by)
    session.run(
        f"CREATE OR REPLACE TEMP TABLE inside AS SELECT {keys}, application, count(DISTINCT nullif(agent, '')) AS "
        f"agents, {kinds}, {counts} FROM ({source}) WHERE kind IN ('active', 'idle', 'locked', 'away') "
        f"GROUP BY {keys}, application",
        values,
    )


def _joined(
    session: Session, interactions: Sequence[Interaction], sight: Sight, question: Question | None = None
) -> tuple[str, dict[str, Any]]:
    """SQL of each event with each interaction that it is in, and the part of it that is."""
    if len(interactions) > INTERACTIONS_MAX:
        hint = "Choose a shorter period."
        raise LimitError("analytics.interactions", f"More than {INTERACTIONS_MAX} recordings at once.", hint=hint)
    conditions = Conditions()
    seen = conditions.in_sight(sight, AT_EVENT)
    if question is not None:
        seen = conditions.of_question(question, AT_EVENT)
    spans = [clip_of(one.span) for one in interactions]
    values = conditions.values | {
        "of_workstations": [one.workstation for one in interactions],
        "of_queues": [one.queue for one in interactions],
        "since": [since for since, _ in spans],
        "until": [until for _, until in spans],
    }
    period = Span(min(one.span.from_us for one in interactions), max(one.span.to_us for one in interactions))
    source = f"""
        SELECT e.*, i.place, i.queue, e.from_ds >= i.since AS begins,
            least(e.from_ds + e.lasts_ds, i.until) - greatest(e.from_ds, i.since) AS part
        FROM (SELECT * FROM ({session.events(period)}) WHERE {seen}) e
        JOIN (
            SELECT unnest($of_workstations::VARCHAR[]) AS workstation, unnest($of_queues::VARCHAR[]) AS queue,
                unnest($since::BIGINT[]) AS since, unnest($until::BIGINT[]) AS until,
                unnest(range({len(interactions)})) AS place
        ) i ON e.workstation = i.workstation AND e.from_ds < i.until
            AND (e.from_ds + e.lasts_ds > i.since OR e.from_ds >= i.since)
        """
    return source, values


def _both(one: Span, other: Span) -> tuple[int, int]:
    return max(one.from_us, other.from_us), min(one.to_us, other.to_us)


def _longest(rows: Sequence[UsageRow]) -> tuple[UsageRow, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.usage.present_us, row.keys)))


def _sum(rows: Sequence[UsageRow]) -> Usage:
    names = ("active_us", "idle_us", "locked_us", "away_us", "stretches", "switches", "keys", "clicks")
    return Usage(**{name: sum(getattr(row.usage, name) for row in rows) for name in names})
