"""Groups of agents, and the users who supervise them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, LimitError, NotFoundError
from playhead.base.ids import GroupId, UserId
from playhead.store.catalogue.access import team_of
from playhead.store.catalogue.schema import group_members, group_supervisors, groups

GROUPS_MAX: Final = 500
"""Of a site; all are listed at once."""

MEMBERS_MAX: Final = 500
SUPERVISORS_MAX: Final = 50
"""Of one group."""

TEAM_MAX: Final = 2_000
"""Agents in all groups that one user supervises: each of their requests reads them, and each list is narrowed to
them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Agents, and who supervises them."""

    id: GroupId
    name: str
    members: tuple[str, ...] = ()
    """Agent keys (`playhead.domain.access.agent_key`), sorted. They need not be users."""
    supervisors: tuple[UserId, ...] = ()


async def list_groups(connection: AsyncConnection) -> list[Group]:
    """All, by name."""
    rows = (await connection.execute(select(groups).order_by(func.lower(groups.c.name), groups.c.id))).all()
    return await _whole(connection, rows)


async def get_group(connection: AsyncConnection, group: GroupId) -> Group:
    """One.

    Raises:
        NotFoundError: ``group.not_found``.
    """
    row = (await connection.execute(select(groups).where(groups.c.id == group))).one_or_none()
    if row is None:
        raise _missing(group)
    return (await _whole(connection, [row]))[0]


async def groups_of(connection: AsyncConnection, agents: Collection[str]) -> dict[str, tuple[GroupId, ...]]:
    """The groups that some agents belong to, by agent key."""
    query = select(group_members).where(group_members.c.agent_key.in_(agents)).order_by(group_members.c.group_id)
    found: dict[str, tuple[GroupId, ...]] = dict.fromkeys(agents, ())
    for row in (await connection.execute(query)).all():
        found[row.agent_key] += (row.group_id,)
    return found


async def members_of(connection: AsyncConnection, group: GroupId) -> frozenset[str]:
    """Agent keys of a group's members; none where there is no such group."""
    query = select(group_members.c.agent_key).where(group_members.c.group_id == group)
    return frozenset((await connection.execute(query)).scalars())


async def add_group(connection: AsyncConnection, group: Group) -> None:
    """Add one.

    Raises:
        ConflictError: ``group.exists``.
        LimitError: ``group.number``, ``group.members``, ``group.supervisors``, ``group.team``.
        NotFoundError: ``user.not_found``.
    """
    if (await connection.execute(select(func.count()).select_from(groups))).scalar_one() >= GROUPS_MAX:
        raise LimitError("group.number", f"A site has at most {GROUPS_MAX} groups.")
    try:
        async with connection.begin_nested():
            await connection.execute(insert(groups), {"id": group.id, "name": group.name})
    except IntegrityError as error:
        raise ConflictError("group.exists", f"There is a group {group.id} already.") from error
    await _fill(connection, group)


async def change_group(connection: AsyncConnection, group: Group) -> None:
    """Make one what is given.

    Raises:
        LimitError: as `add_group`.
        NotFoundError: ``group.not_found``, ``user.not_found``.
    """
    result = await connection.execute(update(groups).where(groups.c.id == group.id).values(name=group.name))
    if result.rowcount == 0:
        raise _missing(group.id)
    for table in (group_members, group_supervisors):
        await connection.execute(delete(table).where(table.c.group_id == group.id))
    await _fill(connection, group)


async def delete_group(connection: AsyncConnection, group: GroupId) -> None:
    """Remove one. Its members stay.

    Raises:
        NotFoundError: ``group.not_found``.
    """
    result = await connection.execute(delete(groups).where(groups.c.id == group))
    if result.rowcount == 0:
        raise _missing(group)


async def _fill(connection: AsyncConnection, group: Group) -> None:
    if len(group.members) > MEMBERS_MAX:
        raise LimitError("group.members", f"A group has at most {MEMBERS_MAX} members.", hint="Make several groups.")
    if len(group.supervisors) > SUPERVISORS_MAX:
        raise LimitError("group.supervisors", f"A group has at most {SUPERVISORS_MAX} supervisors.")
    if group.members:
        rows = [{"group_id": group.id, "agent_key": key} for key in group.members]
        await connection.execute(insert(group_members), rows)
    if group.supervisors:
        rows = [{"group_id": group.id, "user_id": user} for user in group.supervisors]
        try:
            async with connection.begin_nested():
                await connection.execute(insert(group_supervisors), rows)
        except IntegrityError as error:
            raise NotFoundError("user.not_found", "One of the supervisors is no user.") from error
    for user in group.supervisors:
        if len(await team_of(connection, user)) > TEAM_MAX:
            raise LimitError("group.team", f"{user} would supervise more than {TEAM_MAX} agents.")


async def _whole(connection: AsyncConnection, rows: Iterable[Row[Any]]) -> list[Group]:
    found = [Group(row.id, row.name) for row in rows]
    identifiers = [one.id for one in found]
    members: defaultdict[GroupId, list[str]] = defaultdict(list)
    supervisors: defaultdict[GroupId, list[UserId]] = defaultdict(list)
    chosen = select(group_members).where(group_members.c.group_id.in_(identifiers)).order_by(group_members.c.agent_key)
    for row in (await connection.execute(chosen)).all():
        members[row.group_id].append(row.agent_key)
    leading = select(group_supervisors).where(group_supervisors.c.group_id.in_(identifiers))
    for row in (await connection.execute(leading.order_by(group_supervisors.c.user_id))).all():
        supervisors[row.group_id].append(row.user_id)
    return [Group(one.id, one.name, tuple(members[one.id]), tuple(supervisors[one.id])) for one in found]


def _missing(group: GroupId) -> NotFoundError:
    return NotFoundError("group.not_found", f"There is no group {group}.")
