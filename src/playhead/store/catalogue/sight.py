"""What somebody may see, as a condition of a query on recordings: the same as `playhead.domain.access.may`."""

from collections import defaultdict

from sqlalchemy import ColumnElement, and_, false, or_, true

from playhead.domain.access import Sight
from playhead.store.catalogue.schema import recordings


def in_sight(sight: Sight) -> ColumnElement[bool]:
    """Whether a row of ``recordings`` is in sight."""
    conditions: list[ColumnElement[bool]] = []
    if sight.everyone:
        conditions.append(_since(sight.everyone_since_us))
    by_since: defaultdict[int | None, list[str]] = defaultdict(list)
    for agent, since_us in sight.agents.items():
        by_since[since_us].append(agent)
    for since_us, agents in by_since.items():
        conditions.append(and_(recordings.c.agent_key.in_(agents), _since(since_us)))
    return or_(*conditions) if conditions else false()


def _since(since_us: int | None) -> ColumnElement[bool]:
    return true() if since_us is None else recordings.c.started_at_us >= since_us
