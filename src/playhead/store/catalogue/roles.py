"""Roles: named sets of what may be done. The built-in ones are rows as the others, and stay as they are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, LimitError, NotFoundError
from playhead.base.ids import RoleId, UserId
from playhead.domain.access import Action, Scope
from playhead.domain.roles import Permission
from playhead.store.catalogue.access import count_administrators, keep_administrator
from playhead.store.catalogue.schema import role_permissions, roles, user_roles

ROLES_MAX: Final = 100
"""Of a site, with the built-in ones; all are listed at once."""


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of what may be done."""

    id: RoleId
    name: str
    built_in: bool = False
    permissions: tuple[Permission, ...] = ()
    """In the order of `Action`, each action once."""


async def list_roles(connection: AsyncConnection) -> list[Role]:
    """All, the built-in ones first, then by name."""
    order = (roles.c.built_in.desc(), func.lower(roles.c.name), roles.c.id)
    return await _whole(connection, (await connection.execute(select(roles).order_by(*order))).all())


async def get_role(connection: AsyncConnection, role: RoleId) -> Role:
    """One.

    Raises:
        NotFoundError: ``role.not_found``.
    """
    row = (await connection.execute(select(roles).where(roles.c.id == role))).one_or_none()
    if row is None:
        raise NotFoundError("role.not_found", f"There is no role {role}.")
    return (await _whole(connection, [row]))[0]


async def users_with(connection: AsyncConnection, role: RoleId) -> list[UserId]:
    """Who has a role, by id."""
    query = select(user_roles.c.user_id).where(user_roles.c.role_id == role).order_by(user_roles.c.user_id)
    return list((await connection.execute(query)).scalars())


async def add_role(connection: AsyncConnection, role: Role) -> None:
    """Add one.

    Raises:
        ConflictError: ``role.exists``.
        LimitError: ``role.number``.
    """
    if (await connection.execute(select(func.count()).select_from(roles))).scalar_one() >= ROLES_MAX:
        raise LimitError("role.number", f"A site has at most {ROLES_MAX} roles.")
    try:
        async with connection.begin_nested():
            await connection.execute(insert(roles), {"id": role.id, "name": role.name, "built_in": False})
    except IntegrityError as error:
        raise ConflictError("role.exists", f"There is a role {role.id} already.") from error
    await _allow(connection, role.id, role.permissions)


async def change_role(connection: AsyncConnection, role: Role) -> None:
    """Make one what is given; it holds at once for everybody who has it.

    Raises:
        ConflictError: ``role.built_in``, ``user.last_administrator``.
        NotFoundError: ``role.not_found``.
    """
    await _check_own(connection, role.id)
    before = await count_administrators(connection)
    await connection.execute(update(roles).where(roles.c.id == role.id).values(name=role.name))
    await connection.execute(delete(role_permissions).where(role_permissions.c.role_id == role.id))
    await _allow(connection, role.id, role.permissions)
    await keep_administrator(connection, before)


async def delete_role(connection: AsyncConnection, role: RoleId) -> None:
    """Remove one that nobody has.

    Raises:
        ConflictError: ``role.built_in``, ``role.in_use``.
        NotFoundError: ``role.not_found``.
    """
    await _check_own(connection, role)
    having = await users_with(connection, role)
    if having:
        hint = "Take it from them first."
        raise ConflictError("role.in_use", f"{len(having)} users have the role {role}.", hint=hint)
    await connection.execute(delete(roles).where(roles.c.id == role))


async def _check_own(connection: AsyncConnection, role: RoleId) -> None:
    if (await get_role(connection, role)).built_in:
        hint = "Make a role of your own."
        raise ConflictError("role.built_in", f"The role {role} is the same at every site.", hint=hint)


async def _allow(connection: AsyncConnection, role: RoleId, permissions: Sequence[Permission]) -> None:
    rows = [{"role_id": role, "action": one.action, "scope": one.scope} for one in permissions]
    if rows:
        await connection.execute(insert(role_permissions), rows)


async def _whole(connection: AsyncConnection, rows: Iterable[Row[Any]]) -> list[Role]:
    found = [Role(row.id, row.name, row.built_in) for row in rows]
    order = tuple(Action)
    allowed: defaultdict[RoleId, list[Permission]] = defaultdict(list)
    query = select(role_permissions).where(role_permissions.c.role_id.in_([one.id for one in found]))
    for row in (await connection.execute(query)).all():
        allowed[row.role_id].append(Permission(Action(row.action), Scope(row.scope)))
    return [
        Role(one.id, one.name, one.built_in, tuple(sorted(allowed[one.id], key=lambda line: order.index(line.action))))
        for one in found
    ]
