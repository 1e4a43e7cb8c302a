"""Sets of rules of desktop analytics, whom they are rolled out to, and which workstation has them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, InvalidInputError, LimitError, NotFoundError
from playhead.base.ids import GroupId, WorkstationId
from playhead.domain.access import agent_key
from playhead.store.catalogue.schema import (
    analytics_rule_groups,
    analytics_rules,
    analytics_workstations,
    group_members,
)

SETS_MAX: Final = 32
"""Of a site: no more go to one workstation (`playhead.domain.analytics.rollout`), and all of them may."""
NAME_CHARS_MAX: Final = 64
TEXT_CHARS_MAX: Final = 16_384
"""Of one set: some hundred rules, and half of what a request to the portal may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules that belong together. Its text is only looked at where rules are understood, not here."""

    name: str
    text: str
    everyone: bool = False
    """Rolled out to every workstation."""
    groups: tuple[GroupId, ...] = ()
    """Otherwise to those where a member of these groups was last seen. With neither it is a draft."""
    author: str = ""
    """Who changed it last."""
    at_us: int = 0
    version: int = 1
    """Counts the changes. Of one to be changed: the version that was looked at."""
    id: int = 0
    """Given when it is added."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a workstation last told of itself."""

    workstation: WorkstationId
    digest: str
    """Of the rules that it has in force; empty where it has told of none."""
    digest_at_us: int
    sequence: int | None = None
    """Of its newest event that is durable here."""
    events_at_us: int | None = None
    """When that came."""


async def list_rule_sets(connection: AsyncConnection) -> list[RuleSet]:
    """All, by name."""
    query = select(analytics_rules).order_by(func.lower(analytics_rules.c.name), analytics_rules.c.id)
    return await _whole(connection, (await connection.execute(query)).all())


async def get_rule_set(connection: AsyncConnection, rules: int) -> RuleSet:
    """One.

    Raises:
        NotFoundError: ``analytics.rules_not_found``.
    """
    row = (await connection.execute(select(analytics_rules).where(analytics_rules.c.id == rules))).one_or_none()
    if row is None:
        raise _missing()
    return (await _whole(connection, [row]))[0]


async def rule_sets_for(connection: AsyncConnection, agent: str) -> list[RuleSet]:
    """What is rolled out to a workstation where ``agent`` (an operating-system login, or empty) is, by id."""
    theirs = (
        select(analytics_rule_groups.c.rules_id)
        .join(group_members, group_members.c.group_id == analytics_rule_groups.c.group_id)
        .where(group_members.c.agent_key == agent_key(agent))
    )
    query = select(analytics_rules).where(or_(analytics_rules.c.everyone, analytics_rules.c.id.in_(theirs)))
    return await _whole(connection, (await connection.execute(query.order_by(analytics_rules.c.id))).all())


async def add_rule_set(connection: AsyncConnection, wanted: RuleSet) -> RuleSet:
    """Add one; returns it as it is kept.

    Raises:
        ConflictError: ``analytics.rules_exist``: there is one of that name.
        InvalidInputError: ``analytics.rules_name``.
        LimitError: ``analytics.rules_number``, ``analytics.rules_length``.
        NotFoundError: ``group.not_found``.
    """
    _check(wanted)
    if (await connection.execute(select(func.count()).select_from(analytics_rules))).scalar_one() >= SETS_MAX:
        raise LimitError("analytics.rules_number", f"A site has up to {SETS_MAX} sets of rules.")
    try:
        async with connection.begin_nested():
            added = await connection.execute(insert(analytics_rules).values(_values(wanted) | {"version": 1}))
    except IntegrityError as error:
        raise _exists(wanted) from error
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101 # one row was inserted
    await _roll_out(connection, key[0], wanted.groups)
    return await get_rule_set(connection, key[0])


async def change_rule_set(connection: AsyncConnection, wanted: RuleSet) -> RuleSet:
    """Make one what is given; returns it as it is kept, of the next version.

    Raises:
        ConflictError: ``analytics.rules_outdated``: somebody else has changed it since ``wanted.version``; and as
            `add_rule_set`.
        InvalidInputError, LimitError: as `add_rule_set`.
        NotFoundError: ``analytics.rules_not_found``, ``group.not_found``.
    """
    _check(wanted)
    rules = analytics_rules.c
    changing = update(analytics_rules).where(rules.id == wanted.id, rules.version == wanted.version)
    try:
        async with connection.begin_nested():
            changed = await connection.execute(changing.values(_values(wanted) | {"version": wanted.version + 1}))
    except IntegrityError as error:
        raise _exists(wanted) from error
    if changed.rowcount == 0:
        now = await get_rule_set(connection, wanted.id)
        raise ConflictError(
            "analytics.rules_outdated",
            f"{now.author} has changed these rules: they are of version {now.version} now.",
            hint="Open them again, and make your change to what is there.",
        )
    await connection.execute(delete(analytics_rule_groups).where(analytics_rule_groups.c.rules_id == wanted.id))
    await _roll_out(connection, wanted.id, wanted.groups)
    return await get_rule_set(connection, wanted.id)


async def delete_rule_set(connection: AsyncConnection, rules: int) -> None:
    """Remove one: workstations drop it when they next ask.

    Raises:
        NotFoundError: ``analytics.rules_not_found``.
    """
    if (await connection.execute(delete(analytics_rules).where(analytics_rules.c.id == rules))).rowcount == 0:
        raise _missing()


async def list_told(connection: AsyncConnection) -> list[Told]:
    """What every workstation has told of itself, by its id."""
    query = select(analytics_workstations).order_by(analytics_workstations.c.workstation_id)
    return [
        Told(row.workstation_id, row.digest, row.digest_at_us, row.sequence, row.events_at_us)
        for row in (await connection.execute(query)).all()
    ]


async def note_digest(connection: AsyncConnection, workstation: WorkstationId, digest: str, at_us: int) -> None:
    """A workstation has told which rules it has in force."""
    await _note(connection, workstation, at_us, {"digest": digest, "digest_at_us": at_us})


async def note_events(connection: AsyncConnection, workstation: WorkstationId, sequence: int, at_us: int) -> None:
    """A workstation's events up to ``sequence`` are durable here."""
    await _note(connection, workstation, at_us, {"sequence": sequence, "events_at_us": at_us})


async def _note(connection: AsyncConnection, workstation: WorkstationId, at_us: int, told: dict[str, Any]) -> None:
    table = analytics_workstations
    noted = await connection.execute(update(table).where(table.c.workstation_id == workstation).values(told))
    if noted.rowcount == 0:
        first = {"workstation_id": workstation, "digest": "", "digest_at_us": at_us}
        await connection.execute(insert(table).values(first | told))


async def _roll_out(connection: AsyncConnection, rules: int, groups: Sequence[GroupId]) -> None:
    if not groups:
        return
    try:
        async with connection.begin_nested():
            rows = [{"rules_id": rules, "group_id": group} for group in dict.fromkeys(groups)]
            await connection.execute(insert(analytics_rule_groups), rows)
    except IntegrityError as error:
        raise NotFoundError("group.not_found", "One of the groups does not exist.") from error


async def _whole(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[RuleSet]:
    table = analytics_rule_groups
    chosen = select(table).where(table.c.rules_id.in_([row.id for row in rows])).order_by(table.c.group_id)
    groups: defaultdict[int, list[GroupId]] = defaultdict(list)
    for row in (await connection.execute(chosen)).all():
        groups[row.rules_id].append(row.group_id)
    return [
        RuleSet(
            name=row.name,
            text=row.text,
            everyone=row.everyone,
            groups=tuple(groups[row.id]),
            author=row.author,
            at_us=row.at_us,
            version=row.version,
            id=row.id,
        )
        for row in rows
    ]


def _check(wanted: RuleSet) -> None:
    if not wanted.name.strip() or not wanted.name.isprintable() or len(wanted.name) > NAME_CHARS_MAX:
        message = f"A set of rules needs a name that can be read, of up to {NAME_CHARS_MAX} characters."
        raise InvalidInputError("analytics.rules_name", message)
    if len(wanted.text) > TEXT_CHARS_MAX:
        message = f"A set of rules has up to {TEXT_CHARS_MAX} characters, and this has {len(wanted.text)}."
        raise LimitError("analytics.rules_length", message, hint="Make several sets.")


def _values(wanted: RuleSet) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "text": wanted.text,
        "everyone": wanted.everyone,
        "author": wanted.author,
        "at_us": wanted.at_us,
    }


def _exists(wanted: RuleSet) -> ConflictError:
    return ConflictError("analytics.rules_exist", f"There are rules called {wanted.name} already.")


def _missing() -> NotFoundError:
    return NotFoundError("analytics.rules_not_found", "There are no such rules.")
