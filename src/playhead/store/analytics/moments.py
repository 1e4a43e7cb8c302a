"""Single events: what a workstation showed when, and where something was seen. As `queries` otherwise."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from playhead.base.errors import InvalidInputError
from playhead.domain.access import Sight
from playhead.domain.analytics.bands import Band, bands_of
from playhead.domain.analytics.events import STRETCHES, DesktopEvent, Kind
from playhead.domain.spans import Span
from playhead.store.analytics.columns import TENTH_US
from playhead.store.analytics.conditions import AT_EVENT, Conditions, clip_of, touching
from playhead.store.analytics.queries import HOW_TIMES, usage
from playhead.store.analytics.questions import ROWS_MAX, Bands, By, Moment, Moments, Question
from playhead.store.analytics.session import Session

BANDS_US_MAX: Final = 7 * 86_400_000_000
"""Of a period of which bands are asked for."""
EVENTS_MAX: Final = 50_000
"""That bands are made of: a week of a desktop, and more."""
_FETCHED: Final = 5_000

_MOMENT: Final = (
    "workstation, spool, sequence, agent, kind, from_ds, lasts_ds, application, title, url, rule, action, detail"
)


def bands(session: Session, workstation: str, period: Span, *, sight: Sight) -> Bands:
    """What a workstation showed in a period of at most a week."""
    if period.length_us > BANDS_US_MAX:
        raise InvalidInputError("analytics.period", "Bands are shown of at most a week.")
    question = Question(sight=sight, period=period, workstations=frozenset({workstation}))
    rows = _found(session, question, "true", f"ORDER BY from_ds, sequence LIMIT {EVENTS_MAX}")
    found = [_moment(row) for row in rows]
    stretches = [each for each in found if each.kind in STRETCHES]
    merged = bands_of(
        [
            Band(
                max(each.from_us, period.from_us),
                min(each.from_us + each.lasts_us, period.to_us),
                each.kind,
                each.application,
                each.title,
                each.url,
            )
            for each in stretches
        ],
        ROWS_MAX,
    )
    report = usage(session, question, [By.APPLICATION])
    how = "Stretches that touch and say the same are one band."
    return Bands(merged, tuple(each for each in found if each.kind not in STRETCHES), report.rows, f"{how} {HOW_TIMES}")


def moments(
    session: Session,
    question: Question,
    *,
    kinds: Collection[Kind] = (),
    rule: str = "",
    before: tuple[int, str, int] | None = None,
    limit: int = 100,
) -> Moments:
    """Events that were asked for, the newest first.

    Args:
        session: open.
        question: of which.
        kinds: only these; all where empty.
        rule: only triggers of such rules, with ``*`` and ``?``.
        before: ``from_us``, ``workstation`` and ``sequence`` of the last one of the page before.
        limit: at most so many, up to `ROWS_MAX`.
    """
    more = [_kinds(kinds)] if kinds else []
    values: dict[str, Any] = {}
    if rule:
        conditions = Conditions()
        more.append(f"kind = 'trigger' AND {conditions.like('rule', rule)}")
        values |= conditions.values
    if before is not None:
        more.append("(from_ds, workstation, sequence) < ($before_ds, $before_workstation, $before_sequence)")
        from_us, workstation, sequence = before
        values |= {
            "before_ds": from_us // TENTH_US,
            "before_workstation": workstation,
            "before_sequence": sequence,
        }
    order = f"ORDER BY from_ds DESC, workstation DESC, sequence DESC LIMIT {min(limit, ROWS_MAX) + 1}"
    rows = _found(session, question, " AND ".join(more) or "true", order, values)
    how = "Each event that was asked for and is in the period, the newest first."
    return Moments(tuple(_moment(row) for row in rows[:limit]), len(rows) > limit, how)


def longest_idle(session: Session, question: Question, *, limit: int = 100) -> Moments:
    """Idle stretches, the longest first; events that touch are one."""
    conditions = Conditions()
    rows = session.rows(
        f"""
        SELECT workstation, min(spool), min(sequence), agent, 'idle', min(from_ds), max(until_ds) - min(from_ds),
            arg_min(application, from_ds), arg_min(title, from_ds), arg_min(url, from_ds), '', '', ''
        FROM (
            SELECT *, sum(begins) OVER (PARTITION BY workstation, agent ORDER BY from_ds, sequence) AS place FROM (
                SELECT *, from_ds + lasts_ds AS until_ds, CASE WHEN from_ds <= lag(from_ds + lasts_ds)
                    OVER (PARTITION BY workstation, agent ORDER BY from_ds, sequence) THEN 0 ELSE 1 END AS begins
                FROM ({_source(session, question, conditions)}) WHERE kind = 'idle'
            )
        ) GROUP BY workstation, agent, place ORDER BY 7 DESC, 6, 1 LIMIT {min(limit, ROWS_MAX) + 1}
        """,
        conditions.values,
    )
    how = "Idle stretches that touch are one, whatever windows they were in; each counts whole, over the period's ends."
    return Moments(tuple(_moment(row) for row in rows[:limit]), len(rows) > limit, how)


def events_by_workstation(session: Session, question: Question) -> Iterator[tuple[str, DesktopEvent]]:
    """All events that were asked for, by workstation and in their order; not all at once in memory."""
    conditions = Conditions()
    source = _source(session, question, conditions)
    session.run(f"SELECT {_MOMENT} FROM ({source}) ORDER BY workstation, from_ds, sequence", conditions.values)
    while rows := session.next_rows(_FETCHED):
        for row in rows:
            yield row[0], _event(_moment(row))


def _found(
    session: Session, question: Question, more: str, order: str, values: dict[str, Any] | None = None
) -> Sequence[tuple[Any, ...]]:
    conditions = Conditions()
    source = _source(session, question, conditions)
    statement = f"SELECT {_MOMENT} FROM ({source}) WHERE {more} {order}"
    return session.rows(statement, conditions.values | (values or {}))


def _source(session: Session, question: Question, conditions: Conditions) -> str:
    """SQL of the events of a question."""
    period = touching(*clip_of(question.period))
    asked = conditions.of_question(question, AT_EVENT)
    return f"SELECT * FROM ({session.events(question.period)}) WHERE {asked} AND {period}"


def _kinds(kinds: Collection[Kind]) -> str:
    return f"kind IN ({', '.join(repr(str(kind)) for kind in sorted(kinds))})"


def _moment(row: tuple[Any, ...]) -> Moment:
    workstation, spool, sequence, agent, kind, from_ds, lasts_ds, application, title, url, rule, action, detail = row
    return Moment(
        workstation=workstation,
        spool=spool,
        sequence=sequence,
        agent=agent,
        kind=Kind(kind),
        from_us=from_ds * TENTH_US,
        lasts_us=lasts_ds * TENTH_US,
        application=application,
        title=title,
        url=url,
        rule=rule,
        action=action,
        detail=detail,
    )


def _event(moment: Moment) -> DesktopEvent:
    return DesktopEvent(
        sequence=moment.sequence,
        kind=moment.kind,
        from_us=moment.from_us,
        lasts_us=moment.lasts_us,
        agent=moment.agent,
        application=moment.application,
        title=moment.title,
        url=moment.url,
        rule=moment.rule,
        action=moment.action,
        detail=moment.detail,
    )
