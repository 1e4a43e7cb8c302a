"""Agents who are far from everybody else: something to look at, and no judgement."""

from collections import defaultdict
from collections.abc import Mapping
from statistics import fmean, median
from typing import Final

from playhead.store.analytics.queries import COMPARED_MAX, rows_by
from playhead.store.analytics.questions import By, Measure, Outlier, Outliers, Question, Usage
from playhead.store.analytics.session import Session

FAR: Final = 3.5
"""Modified z-scores beyond this are told (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993)."""
AGENTS_MIN: Final = 5
"""Among fewer nobody is far from the middle."""
PRESENT_US_MIN: Final = 1_800_000_000
"""Of an agent; of less the shares say nothing."""

_HOW: Final = (
    f"Agents who were present for half an hour or longer are compared by their idle share, their switches per hour and "
    f"the share of each application in their time active. Those whose distance from the median is more than {FAR} "
    f"times what is usual (modified z-score) are listed."
)


def outliers(session: Session, question: Question) -> Outliers:
    """Agents whose idle share, switches per hour or use of an application is far from everybody's.

    Raises:
        As `playhead.store.analytics.queries`.
    """
    of_agents = {row.keys[0]: row.usage for row in rows_by(session, question, [By.AGENT], COMPARED_MAX) if row.keys[0]}
    present = {agent: one for agent, one in of_agents.items() if one.present_us >= PRESENT_US_MIN}
    found = [
        *_far(Measure.IDLE_SHARE, "", {agent: one.idle_share for agent, one in present.items()}),
        *_far(Measure.SWITCHES_PER_HOUR, "", {agent: one.switches_per_hour for agent, one in present.items()}),
    ]
    by_application: defaultdict[str, dict[str, Usage]] = defaultdict(dict)
    for row in rows_by(session, question, [By.APPLICATION, By.AGENT], COMPARED_MAX):
        by_application[row.keys[0]][row.keys[1]] = row.usage
    for application, users in by_application.items():
        shares = {
            agent: users.get(agent, Usage()).active_us / one.active_us
            for agent, one in present.items()
            if one.active_us
        }
        if application:
            found += _far(Measure.APPLICATION_SHARE, application, shares)
    found.sort(key=lambda one: (-abs(one.score), one.agent, one.measure, one.application))
    return Outliers(tuple(found), len(present), _HOW)


def _far(measure: Measure, application: str, values: Mapping[str, float | None]) -> list[Outlier]:
    known = {agent: value for agent, value in values.items() if value is not None}
    if len(known) < AGENTS_MIN:
        return []
    middle = median(known.values())
    distances = [abs(value - middle) for value in known.values()]
    # Where more than half are alike the median of the distances is 0; then their mean, as the same authors say.
    usual = median(distances) / 0.6745 or fmean(distances) * 1.253314
    if not usual:
        return []
    scores = {agent: (value - middle) / usual for agent, value in known.items()}
    return [
        Outlier(agent, measure, application, known[agent], middle, score)
        for agent, score in scores.items()
        if abs(score) > FAR
    ]
