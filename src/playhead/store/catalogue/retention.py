"""The policy of retention, the runs that carried it out, and which recordings are due by it."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import GroupId, RecordingId
from playhead.domain.retention import DAY_US, STATES, Kept, Policy, Rule, Verdict, aged_from_us, judge
from playhead.store.catalogue.catalogue import Catalogue
from playhead.store.catalogue.schema import (
    group_members,
    holds,
    recordings,
    retention,
    retention_rules,
    retention_runs,
    segments,
)
from playhead.store.catalogue.tags import tags_of

PAGE_ITEMS: Final = 2_000
"""Recordings judged in one transaction: some 20 ms."""

RUNS_KEPT: Final = 1_000
"""Runs that are remembered: some three years of nights."""

_ONLY: Final = 1
"""Id of the one row of `retention`."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody's leave for one run to take as many recordings as they were told of."""

    recordings: int
    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did."""

    at_us: int
    deleted: int = 0
    size_bytes: int = 0
    held: int = 0
    """Would have been due, and are held."""
    failed: int = 0
    waiting: int = 0
    """Due, and left because nobody had confirmed so many."""


@dataclass(frozen=True, slots=True)
class Due:
    """A recording that would be due."""

    recording: RecordingId
    agent: str
    rule: str
    """Name of the rule, or empty for the default."""
    days: int
    size_bytes: int
    held: bool


async def load_policy(connection: AsyncConnection) -> Policy:
    """The policy in force."""
    rows = (await connection.execute(select(retention_rules).order_by(retention_rules.c.position))).all()
    default = (await connection.execute(select(retention.c.default_days))).scalar_one_or_none()
    return Policy(tuple(_rule(row) for row in rows), default)


async def save_policy(connection: AsyncConnection, policy: Policy) -> None:
    """Let another policy be in force, for what exists as well. What was confirmed under the one before is forgotten."""
    await connection.execute(delete(retention_rules))
    if policy.rules:
        await connection.execute(insert(retention_rules), [_row(*each) for each in enumerate(policy.rules)])
    await connection.execute(delete(retention))
    await connection.execute(insert(retention).values(id=_ONLY, default_days=policy.default_days))


async def load_confirmation(connection: AsyncConnection) -> Confirmation | None:
    """What was confirmed and not used yet."""
    row = (await connection.execute(select(retention))).one_or_none()
    if row is None or row.confirmed is None:
        return None
    return Confirmation(row.confirmed, row.confirmed_by, row.confirmed_at_us)


async def save_confirmation(connection: AsyncConnection, given: Confirmation | None) -> None:
    """Note what was confirmed; None once it was used."""
    values = {
        "confirmed": None if given is None else given.recordings,
        "confirmed_by": None if given is None else given.by,
        "confirmed_at_us": None if given is None else given.at_us,
    }
    changed = await connection.execute(update(retention).where(retention.c.id == _ONLY).values(values))
    if changed.rowcount == 0 and given is not None:
        await connection.execute(insert(retention).values(id=_ONLY, **values))


async def add_run(connection: AsyncConnection, run: Run) -> None:
    """Note a run."""
    values = {
        "at_us": run.at_us,
        "deleted": run.deleted,
        "bytes": run.size_bytes,
        "held": run.held,
        "failed": run.failed,
        "waiting": run.waiting,
    }
    added = await connection.execute(insert(retention_runs).values(values))
    newest = added.inserted_primary_key
    assert newest is not None  # noqa: S101 # the row was just numbered
    await connection.execute(delete(retention_runs).where(retention_runs.c.id <= newest[0] - RUNS_KEPT))


async def last_run(connection: AsyncConnection) -> Run | None:
    """The newest one, or None."""
    query = select(retention_runs).order_by(retention_runs.c.id.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Run(row.at_us, row.deleted, row.bytes, row.held, row.failed, row.waiting)


async def count_recordings(connection: AsyncConnection) -> int:
    """All of them."""
    return (await connection.execute(select(func.count()).select_from(recordings))).scalar_one()


async def find_due(catalogue: Catalogue, policy: Policy, now_us: int) -> AsyncGenerator[list[Due]]:
    """What would be due now, held or not, the oldest of each state first, page by page.

    Only recordings that began longer ago than the shortest time of the policy are looked at.
    """
    if policy.days_min is None:
        return
    before_us = now_us - policy.days_min * DAY_US
    groups = await _members(catalogue, policy)
    names_tags = any(rule.tags for rule in policy.rules)
    for state in sorted(STATES):
        place: tuple[int, RecordingId] | None = None
        while True:
            async with catalogue.reading() as connection:
                rows = (await connection.execute(query_due(state, before_us, place))).all()
                tags = await tags_of(connection, [row.id for row in rows]) if names_tags else {}
            page = _due(rows, tags, groups, policy, now_us)
            if page:
                yield page
            if len(rows) < PAGE_ITEMS:
                break
            place = (rows[-1].started_at_us, rows[-1].id)


def query_due(state: str, before_us: int, place: tuple[int, RecordingId] | None) -> Any:  # noqa: ANN401 # as SQLAlchemy has it
    """A page of recordings in a state that began up to a wall time, oldest first: the query behind `find_due`."""
    table = recordings.c
    held = exists().where(holds.c.recording_id == table.id)
    size = select(func.coalesce(func.sum(segments.c.durable_bytes), 0)).where(segments.c.recording_id == table.id)
    query = select(
        table.id, table.agent, table.agent_key, table.state, table.started_at_us, table.ended_at_us, table.heard_at_us,
        table.length_us, held.label("held"), size.scalar_subquery().label("bytes"),
    ).where(table.state == state, table.started_at_us <= before_us)  # fmt: skip
    if place is not None:
        query = query.where(tuple_(table.started_at_us, table.id) > place)
    return query.order_by(table.started_at_us, table.id).limit(PAGE_ITEMS)


async def _members(catalogue: Catalogue, policy: Policy) -> dict[str, set[str]]:
    """The groups that the policy names, by the keys of the agents in them."""
    named = sorted({group for rule in policy.rules for group in rule.groups})
    found: defaultdict[str, set[str]] = defaultdict(set)
    if named:
        query = select(group_members).where(group_members.c.group_id.in_([GroupId(one) for one in named]))
        async with catalogue.reading() as connection:
            for row in (await connection.execute(query)).all():
                found[row.agent_key].add(str(row.group_id))
    return found


def _due(
    rows: Sequence[Row[Any]],
    tags: Mapping[RecordingId, tuple[str, ...]],
    groups: Mapping[str, set[str]],
    policy: Policy,
    now_us: int,
) -> list[Due]:
    page: list[Due] = []
    for row in rows:
        ended_us = row.started_at_us + row.length_us if row.ended_at_us is None else row.ended_at_us
        one = Kept(
            state=row.state,
            agent_key=row.agent_key,
            aged_from_us=aged_from_us(ended_us, row.heard_at_us, row.length_us),
            groups=groups.get(row.agent_key, ()),
            tags=tags.get(row.id, ()),
            held=bool(row.held),
        )
        if judge(policy, one, now_us) is Verdict.KEPT:
            continue
        rule, days = policy.rule_for(one), policy.days_for(one)
        assert days is not None  # noqa: S101 # what is kept for ever is not due
        page.append(Due(row.id, row.agent, "" if rule is None else rule.name, days, int(row.bytes), one.held))
    return page


def _rule(row: Row[Any]) -> Rule:
    return Rule(
        row.id,
        row.name,
        row.days,
        frozenset(row.agents),
        frozenset(row.groups),
        frozenset(row.tags),
        frozenset(row.states),
    )


def _row(position: int, rule: Rule) -> dict[str, Any]:
    return {"position": position, **rule.plain()}
