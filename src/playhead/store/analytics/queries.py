"""Figures: who used what, for how long. Each takes an open `Session`, blocks, and can be interrupted by it.

`playhead.store.analytics.asking` runs them beside the loop, a few at a time.

All raise:
    InvalidInputError: ``analytics.zone``, ``analytics.question``.
    UnavailableError: ``analytics.unreadable``, ``analytics.slow``: it took longer than the session may.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from playhead.base.errors import InvalidInputError
from playhead.domain.patterns import is_any_of
from playhead.domain.spans import Span
from playhead.store.analytics.columns import SLOT_US
from playhead.store.analytics.conditions import Conditions
from playhead.store.analytics.days import day_name, day_sql, moving_sql, zone_named
from playhead.store.analytics.questions import (
    ROWS_MAX,
    By,
    Compared,
    Comparison,
    Question,
    Unknown,
    UnknownApplication,
    Usage,
    UsageReport,
    UsageRow,
)
from playhead.store.analytics.session import Session
from playhead.store.analytics.sliced import SUMS, sliced, summed, usage_of

DIMENSIONS_MAX: Final = 2
COMPARED_MAX: Final = 100_000
"""Rows that are looked at for those that are unknown, that have changed most, or that are far from the others."""

HOW_TIMES: Final = (
    "Times are the sums of the stretches that desktops told of, in tenths of a second; a stretch that reaches over an "
    "end of the period or of a day counts on each side with its part there."
)
HOW_COUNTS: Final = (
    "Stretches, switches, keys and clicks count where their stretch begins. A switch is a stretch in another "
    "application than the one that was in front before it."
)
_GROUPS: Final = " An agent who is in several groups counts in each of them."

_COLUMNS: Final = {By.APPLICATION: "application", By.AGENT: "agent", By.WORKSTATION: "workstation"}


def usage(session: Session, question: Question, by: Sequence[By]) -> UsageReport:
    """Time by application, agent, … or by two of them. `By.QUEUE` is `within.usage_by_queue`."""
    _collect(session, question, by)
    order = "k0, k1" if By.DAY in by else "active_ds + idle_ds DESC, k0, k1"
    rows = _grouped(session, question, by, f"ORDER BY {order} LIMIT {ROWS_MAX + 1}")
    left_out = 0
    if len(rows) > ROWS_MAX:
        counted = _grouped(session, question, by, "", count=True)
        left_out = counted[0][0] - ROWS_MAX
    total = session.rows(f"SELECT {summed()}, {_AGENTS} FROM small")[0]
    groups = _GROUPS if By.GROUP in by else ""
    return UsageReport(
        tuple(_row(row, by) for row in rows[:ROWS_MAX]),
        UsageRow((), usage_of(total[:-1]), total[-1]),
        left_out,
        f"{HOW_TIMES} {HOW_COUNTS}{groups}",
    )


def rows_by(session: Session, question: Question, by: Sequence[By], rows_max: int) -> list[UsageRow]:
    """The rows of `usage` alone, up to another number."""
    _collect(session, question, by)
    order = f"ORDER BY active_ds + idle_ds DESC, k0, k1 LIMIT {rows_max}"
    return [_row(row, by) for row in _grouped(session, question, by, order)]


def comparison(session: Session, question: Question, before: Span, by: By) -> Comparison:
    """The period of the question held against another one before it."""
    sides: list[tuple[dict[tuple[str, ...], Usage], Usage]] = []
    for period in (before, question.period):
        rows = rows_by(session, replace(question, period=period), [by], COMPARED_MAX)
        total = usage_of(session.rows(f"SELECT {summed()} FROM small")[0])
        sides.append(({row.keys: row.usage for row in rows}, total))
    (was, all_before), (now, all_after) = sides
    nothing = Usage()
    found = [
        Compared(
            keys,
            was.get(keys, nothing),
            now.get(keys, nothing),
            _share(was.get(keys, nothing), all_before),
            _share(now.get(keys, nothing), all_after),
        )
        for keys in was | now
    ]
    found.sort(key=lambda one: (-abs((one.share_after or 0.0) - (one.share_before or 0.0)), one.keys))
    how = (
        "Shares are of the time active in each period, so that periods of different lengths and with different "
        "numbers of agents can be compared."
    )
    left_out = max(0, len(found) - ROWS_MAX)
    return Comparison(tuple(found[:ROWS_MAX]), all_before, all_after, left_out, f"{how} {HOW_TIMES}")


def unknown_applications(session: Session, question: Question, known: Sequence[str]) -> Unknown:
    """Applications that none of the known names is about, which may hold ``*`` and ``?``."""
    conditions = Conditions()
    rows = session.rows(
        f"""
        SELECT application, {summed()}, count(DISTINCT nullif(agent, '')), min(slot), max(slot)
        FROM ({sliced(session, question, conditions, fine=True)}) WHERE application <> '' GROUP BY application
        ORDER BY sum(active_ds + idle_ds) DESC, application LIMIT {COMPARED_MAX}
        """,
        conditions.values,
    )
    found = [
        UnknownApplication(row[0], usage_of(row[1 : 1 + len(SUMS)]), row[-3], row[-2] * SLOT_US, row[-1] * SLOT_US)
        for row in rows
        if not is_any_of(row[0], known)
    ]
    how = "An application is unknown where none of the names that were given is about it."
    left_out = max(0, len(found) - ROWS_MAX)
    return Unknown(tuple(found[:ROWS_MAX]), left_out, f"{how} {HOW_TIMES}")


_AGENTS: Final = "count(DISTINCT nullif(agent, ''))"


def _collect(session: Session, question: Question, by: Sequence[By]) -> None:
    """Add up what a question is about, by agent and what is wanted, into a small table of this session."""
    if len(set(by)) != len(by) or len(by) > DIMENSIONS_MAX:
        message = f"Usage is added up by at most {DIMENSIONS_MAX} different things."
        raise InvalidInputError("analytics.question", message)
    if By.QUEUE in by:
        hint = "Ask for the queue alone."
        raise InvalidInputError("analytics.question", "The queue goes with nothing else.", hint=hint)
    conditions = Conditions()
    zone = zone_named(question.zone)
    day = day_sql(question.period, zone) if By.DAY in by else ""
    keys = [f"{_COLUMNS[one]} AS {one}" for one in by if one in _COLUMNS and one is not By.AGENT]
    if day:
        keys.append(f"{day} AS day")
    chosen = ", ".join(["agent", *keys])
    moving = moving_sql(question.period, zone) if day else ""
    rows = sliced(session, question, conditions, day=day, moving=moving)
    session.run(
        f"CREATE OR REPLACE TEMP TABLE small AS SELECT {chosen}, {summed()} FROM ({rows}) GROUP BY ALL "
        f"HAVING {' OR '.join(f'sum({name}) <> 0' for name in SUMS)}",
        conditions.values,
    )


def _grouped(
    session: Session, question: Question, by: Sequence[By], order: str, *, count: bool = False
) -> Sequence[tuple[Any, ...]]:
    """The small table by what is wanted: two keys (the second may be null), the sums, and how many agents."""
    source, values = "small", dict[str, Any]()
    if By.GROUP in by:
        pairs = [(agent, group) for agent, groups in question.groups.items() for group in groups]
        values = {"of_agents": [agent for agent, _ in pairs], "of_groups": [group for _, group in pairs]}
        source = (
            "(SELECT small.*, coalesce(g.grp, '') AS grp FROM small LEFT JOIN (SELECT unnest($of_agents::VARCHAR[]) "
            "AS member, unnest($of_groups::VARCHAR[]) AS grp) g ON small.agent = g.member)"
        )
    names = ["grp" if one is By.GROUP else str(one) for one in by]
    keys = ", ".join(f"{name} AS k{place}" for place, name in enumerate((*names, "NULL", "NULL")[:DIMENSIONS_MAX]))
    grouping = f"GROUP BY {', '.join(names)}" if names else ""
    statement = f"SELECT {keys}, {summed()}, {_AGENTS} AS agents FROM {source} {grouping}"
    return session.rows(f"SELECT {'count(*)' if count else '*'} FROM ({statement}) {order}", values)


def _row(row: tuple[Any, ...], by: Sequence[By]) -> UsageRow:
    keys = tuple(day_name(key) if one is By.DAY else str(key) for one, key in zip(by, row, strict=False))
    return UsageRow(keys, usage_of(row[DIMENSIONS_MAX:-1]), row[-1])


def _share(part: Usage, whole: Usage) -> float | None:
    return part.active_us / whole.active_us if whole.active_us else None
