"""The rows that figures are added up from: sums by quarter of an hour, exact to the ends of the period."""

from typing import Final

from playhead.domain.spans import Span
from playhead.store.analytics.columns import DAY_SLOTS, SLOT, TENTH_US, slices
from playhead.store.analytics.conditions import AT_EVENT, AT_SLOT, Conditions, clip_of, touching
from playhead.store.analytics.days import NOON
from playhead.store.analytics.questions import Question, Usage
from playhead.store.analytics.session import Session

SUMS: Final = ("active_ds", "idle_ds", "locked_ds", "away_ds", "stretches", "switches", "keys", "clicks")
"""Of rows, in the order of `usage_of`."""


def sliced(
    session: Session,
    question: Question,
    conditions: Conditions,
    *,
    day: str = "",
    moving: str = "",
    fine: bool = False,
) -> str:
    """SQL of the rows of a question.

    Args:
        session: open.
        question: it.
        conditions: gets the values.
        day: SQL that says which day ``slot`` is in, where that is asked for.
        moving: with ``day`` of another zone than UTC, SQL of the quarters of an hour that may be of another day than
            noon (UTC): its days are put together from those of UTC, and the quarters before or after them.
        fine: no sums by day, whose ``slot`` is the first of the day.

    Whole days come from the sums by day, whole quarters of an hour beside them from those by quarter; what is before
    the first and after the last of them, and what is not packed yet, from the events. So do questions about titles and
    addresses, of which no sums are kept.
    """
    from_ds, to_ds = clip_of(question.period)
    first, past = -(-from_ds // SLOT), to_ds // SLOT
    since_limits = (question.sight.everyone_since_us, *question.sight.agents.values())
    first_day, past_day = -(-first // DAY_SLOTS) * DAY_SLOTS, past // DAY_SLOTS * DAY_SLOTS
    if fine or first_day >= past_day or any(since is not None for since in since_limits):
        first_day = past_day = past
    of_events = conditions.of_question(question, AT_EVENT)

    def of(rows: str, begin_ds: int, end_ds: int) -> str:
        within = f"SELECT * FROM ({rows}) WHERE {of_events} AND {touching(begin_ds, end_ds)}"
        return slices(within, f"{begin_ds}, {end_ds}")

    sums = session.sums(question.period)
    if question.title or question.url or first >= past or sums is None:
        return of(session.events(question.period), from_ds, to_ds)
    of_sums = conditions.of_question(question, AT_SLOT)
    found = [
        f"SELECT * FROM ({sums}) WHERE slot >= {begin} AND slot < {end} AND {of_sums}"
        for begin, end in ((first, first_day), (past_day, past))
        if begin < end
    ]
    if first_day < past_day:
        whole = f"slot >= {first_day} AND slot < {past_day} AND {of_sums}"
        daily = f"SELECT * FROM ({session.daily(question.period)}) WHERE {whole}"
        if moving:
            found.append(f"SELECT * REPLACE (slot + {NOON} AS slot) FROM ({daily})")
            found.append(_moved(f"SELECT * FROM ({sums}) WHERE {moving} AND {whole}", day))
        else:
            found.append(daily)
    for begin_ds, end_ds in ((from_ds, first * SLOT), (past * SLOT, to_ds)):
        if begin_ds < end_ds:
            edge = Span(begin_ds * TENTH_US, end_ds * TENTH_US)
            found.append(of(session.packed(edge), begin_ds, end_ds))
    if session.has_logs:
        found.append(of(session.logged(), from_ds, to_ds))
    return " UNION ALL ".join(found)


def _moved(quarters: str, day: str) -> str:
    """What of sums by day (UTC) is of another day than its noon: taken off there, and added where it is.

    Materialized: DuckDB would put both conditions together, and read every row for that.
    """
    noon = f"(slot // {DAY_SLOTS} * {DAY_SLOTS} + {NOON})"
    signed = ", ".join(f"sign * {name} AS {name}" for name in SUMS)
    return (
        f"SELECT * FROM (WITH quarters AS MATERIALIZED ({quarters}) SELECT CASE WHEN sign < 0 THEN {noon} ELSE slot "
        f"END AS slot, workstation, agent, application, {signed} FROM (SELECT *, unnest([-1, 1]) AS sign "
        f"FROM quarters WHERE {day} <> {day.replace('slot', noon)}))"
    )


def usage_of(sums: tuple[int, ...]) -> Usage:
    """Of a row of `SUMS`."""
    active, idle, locked, away, stretches, switches, keys, clicks = sums
    return Usage(
        active_us=active * TENTH_US,
        idle_us=idle * TENTH_US,
        locked_us=locked * TENTH_US,
        away_us=away * TENTH_US,
        stretches=stretches,
        switches=switches,
        keys=keys,
        clicks=clicks,
    )


def summed(name: str = "") -> str:
    """SQL that adds rows up."""
    return ", ".join(f"coalesce(sum({name}{column}), 0)::BIGINT AS {column}" for column in SUMS)
