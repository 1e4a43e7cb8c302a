"""What somebody may do, as the catalogue has it: their roles with what these allow, and whose groups they supervise."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, NotFoundError
from playhead.base.ids import UserId
from playhead.domain.access import Action, Grant, Scope, Who
from playhead.domain.roles import Assignment
from playhead.store.catalogue.schema import group_members, group_supervisors, role_permissions, user_roles, users


async def load_who(connection: AsyncConnection, user: UserId, name: str = "") -> Who:
    """A user with everything that decisions about them need. Who has no role may do nothing."""
    query = (
        select(role_permissions.c.action, role_permissions.c.scope, user_roles.c.since_us, user_roles.c.role_id)
        .join(user_roles, user_roles.c.role_id == role_permissions.c.role_id)
        .where(user_roles.c.user_id == user)
        .order_by(user_roles.c.role_id, role_permissions.c.action)
    )
    grants = tuple(
        Grant(Action(row.action), Scope(row.scope), row.since_us, str(row.role_id))
        for row in (await connection.execute(query)).all()
    )
    supervises = any(grant.scope is Scope.TEAM for grant in grants)
    return Who(user, name, grants, await team_of(connection, user) if supervises else frozenset())


async def team_of(connection: AsyncConnection, user: UserId) -> frozenset[str]:
    """Agent keys of the members of the groups that a user supervises."""
    query = (
        select(group_members.c.agent_key)
        .join(group_supervisors, group_supervisors.c.group_id == group_members.c.group_id)
        .where(group_supervisors.c.user_id == user)
        .distinct()
    )
    return frozenset((await connection.execute(query)).scalars())


async def assignments_of(connection: AsyncConnection, some: Iterable[UserId]) -> dict[UserId, tuple[Assignment, ...]]:
    """The roles that some users have, by the ids of the roles."""
    wanted = list(some)
    query = select(user_roles).where(user_roles.c.user_id.in_(wanted)).order_by(user_roles.c.role_id)
    found: dict[UserId, tuple[Assignment, ...]] = dict.fromkeys(wanted, ())
    for row in (await connection.execute(query)).all():
        found[row.user_id] += (Assignment(row.role_id, row.since_us),)
    return found


async def set_assignments(connection: AsyncConnection, user: UserId, assignments: Sequence[Assignment]) -> None:
    """Give a user who exists these roles and no others.

    Raises:
        NotFoundError: ``role.not_found``.
        ConflictError: ``user.last_administrator``.
    """
    before = await count_administrators(connection)
    await connection.execute(delete(user_roles).where(user_roles.c.user_id == user))
    rows = [{"user_id": user, "role_id": one.role, "since_us": one.since_us} for one in assignments]
    if rows:
        try:
            async with connection.begin_nested():
                await connection.execute(insert(user_roles), rows)
        except IntegrityError as error:
            raise NotFoundError("role.not_found", "One of these roles does not exist, or is there twice.") from error
    await keep_administrator(connection, before)


async def count_administrators(connection: AsyncConnection) -> int:
    """Users who may sign in and administer."""
    query = (
        select(func.count(users.c.id.distinct()))
        .join(user_roles, user_roles.c.user_id == users.c.id)
        .join(role_permissions, role_permissions.c.role_id == user_roles.c.role_id)
        .where(
            users.c.disabled_at_us.is_(None),
            role_permissions.c.action == Action.ADMINISTER,
            role_permissions.c.scope == Scope.ALL,
        )
    )
    return (await connection.execute(query)).scalar_one()


async def keep_administrator(connection: AsyncConnection, before: int) -> None:
    """Refuse a change, within whose transaction this is, after which nobody could administer any more.

    Args:
        connection: of the transaction.
        before: `count_administrators` before the change; where there was none, nothing is lost.

    Raises:
        ConflictError: ``user.last_administrator``.
    """
    if before and not await count_administrators(connection):
        hint = "Let somebody else administer first."
        raise ConflictError("user.last_administrator", "This would leave nobody who may administer.", hint=hint)
