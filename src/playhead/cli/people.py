"""What may be said on the premises server about roles and groups. Whoever can write the data folder may do anything."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError
from playhead.base.ids import GroupId, RoleId, UserId
from playhead.base.instants import wall_us
from playhead.cli.administration import note
from playhead.cli.catalogues import opened_catalogue
from playhead.cli.console import done
from playhead.cli.places import PremisesPlaces
from playhead.domain.access import OF_INSTALLATION, Action, Scope, agent_key
from playhead.domain.roles import Assignment, Permission
from playhead.domain.slugs import slug
from playhead.store.catalogue import groups, roles, users
from playhead.store.catalogue.access import assignments_of, set_assignments
from playhead.store.catalogue.groups import Group
from playhead.store.catalogue.login_sessions import delete_login_sessions_of
from playhead.store.catalogue.roles import Role


@dataclass(frozen=True, slots=True)
class Writing:
    """A change under way."""

    connection: AsyncConnection

    async def note(self, action: str, subject: str, details: Mapping[str, str | int]) -> None:
        """Add it to the audit log, in the transaction that does it."""
        await note(self.connection, action, subject, details)


@asynccontextmanager
async def writing(places: PremisesPlaces) -> AsyncGenerator[Writing]:
    """A transaction on the catalogue of a data folder, beside a running server too."""
    async with opened_catalogue(places) as catalogue, catalogue.writing() as connection:
        yield Writing(connection)


async def set_roles(places: PremisesPlaces, user: str, wanted: Sequence[str], since: datetime | None) -> None:
    """Give a user these roles and no others, for all recordings or those that begin at or after ``since``.

    Raises:
        NotFoundError: ``user.not_found``, ``role.not_found``.
        ConflictError: ``user.last_administrator``.
        InvalidInputError: ``role.since``.
    """
    since_us = None if since is None else wall_us(since if since.tzinfo else since.replace(tzinfo=UTC))
    if since_us is not None and since_us > SystemClock().wall_us():
        raise InvalidInputError("role.since", "A role cannot begin in the future.")
    assignments = [Assignment(RoleId(role), since_us) for role in dict.fromkeys(wanted)]
    async with writing(places) as change:
        person = await users.get_user(change.connection, UserId(user))
        before = (await assignments_of(change.connection, [person.id]))[person.id]
        await set_assignments(change.connection, person.id, assignments)
        told = {"roles": " ".join(str(one.role) for one in assignments)}
        await change.note("user.roles_set", user, told | {"before": " ".join(str(one.role) for one in before)})
    done(f"{user} is now {' and '.join(dict.fromkeys(wanted))}." if wanted else f"{user} has no role any more.")


async def sign_out(places: PremisesPlaces, user: str) -> None:
    """End all login sessions of a user.

    Raises:
        NotFoundError: ``user.not_found``.
    """
    async with writing(places) as change:
        person = await users.get_user(change.connection, UserId(user))
        ended = await delete_login_sessions_of(change.connection, person.id)
        await change.note("session.ended", user, {"sessions": ended})
    done(f"{user} is signed out everywhere.")


async def all_groups(places: PremisesPlaces) -> list[Group]:
    """By name."""
    async with opened_catalogue(places) as catalogue, catalogue.reading() as connection:
        return await groups.list_groups(connection)


async def add_group(places: PremisesPlaces, name: str, members: Sequence[str], supervisors: Sequence[str]) -> str:
    """Make a group; its id.

    Raises:
        NotFoundError: ``user.not_found``.
        LimitError: as `playhead.store.catalogue.groups.add_group`.
    """
    async with writing(places) as change:
        taken = {str(one.id) for one in await groups.list_groups(change.connection)}
        group = Group(GroupId(slug(name, taken, otherwise="group")), name, _keys(members), _users(supervisors))
        await groups.add_group(change.connection, group)
        await change.note("group.added", str(group.id), {"name": name, "members_added": " ".join(group.members)})
    done(f"There is a group {name} now.")
    return str(group.id)


async def change_group(
    places: PremisesPlaces,
    group: str,
    *,
    members: tuple[Sequence[str], Sequence[str]],
    supervisors: tuple[Sequence[str], Sequence[str]],
) -> None:
    """Change who is in a group.

    Args:
        places: of the premises server.
        group: its id.
        members: logins to add, and to remove.
        supervisors: users to add, and to remove.

    Raises:
        NotFoundError: ``group.not_found``, ``user.not_found``.
        LimitError: as `playhead.store.catalogue.groups.change_group`.
    """
    async with writing(places) as change:
        before = await groups.get_group(change.connection, GroupId(group))
        after = Group(
            before.id,
            before.name,
            tuple(sorted((set(before.members) | set(_keys(members[0]))) - set(_keys(members[1])))),
            tuple(sorted((set(before.supervisors) | set(_users(supervisors[0]))) - set(_users(supervisors[1])))),
        )
        await groups.change_group(change.connection, after)
        told = {"members": " ".join(after.members), "supervisors": " ".join(map(str, after.supervisors))}
        await change.note("group.changed", group, told)
    done(f"{group} has {len(after.members)} members and {len(after.supervisors)} supervisors.")


async def delete_group(places: PremisesPlaces, group: str) -> None:
    """Remove a group; its members stay.

    Raises:
        NotFoundError: ``group.not_found``.
    """
    async with writing(places) as change:
        await groups.delete_group(change.connection, GroupId(group))
        await change.note("group.deleted", group, {})
    done(f"The group {group} is gone.")


async def all_roles(places: PremisesPlaces) -> list[Role]:
    """The built-in ones first, then by name."""
    async with opened_catalogue(places) as catalogue, catalogue.reading() as connection:
        return await roles.list_roles(connection)


async def add_role(places: PremisesPlaces, name: str, allowed: Sequence[str]) -> str:
    """Make a role; its id.

    Args:
        places: of the premises server.
        name: as people write it.
        allowed: each ``action:scope``.

    Raises:
        InvalidInputError: ``role.grants``, ``role.scope``.
        LimitError: ``role.number``.
    """
    permissions = _permissions(allowed)
    async with writing(places) as change:
        taken = {str(one.id) for one in await roles.list_roles(change.connection)}
        role = Role(RoleId(slug(name, taken, otherwise="role")), name, permissions=permissions)
        await roles.add_role(change.connection, role)
        await change.note("role.added", str(role.id), {"name": name, "grants": " ".join(allowed)})
    done(f"There is a role {name} now.")
    return str(role.id)


async def delete_role(places: PremisesPlaces, role: str) -> None:
    """Remove a role that nobody has.

    Raises:
        NotFoundError: ``role.not_found``.
        ConflictError: ``role.built_in``, ``role.in_use``.
    """
    async with writing(places) as change:
        await roles.delete_role(change.connection, RoleId(role))
        await change.note("role.deleted", role, {})
    done(f"The role {role} is gone.")


def _permissions(allowed: Sequence[str]) -> tuple[Permission, ...]:
    found: dict[Action, Scope] = {}
    for text in allowed:
        action, _, scope = text.partition(":")
        if action not in set(Action) or scope not in set(Scope):
            hint = f"Actions: {', '.join(Action)}. Scopes: {', '.join(Scope)}."
            raise InvalidInputError("role.grants", f"{text!r} is not an action with a scope.", hint=hint)
        if Action(action) in OF_INSTALLATION and Scope(scope) is not Scope.ALL:
            raise InvalidInputError("role.scope", f"{action} is of the installation.", hint=f"Say {action}:all.")
        found[Action(action)] = Scope(scope)
    return tuple(Permission(action, scope) for action, scope in found.items())


def _keys(logins: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({agent_key(login) for login in logins} - {""}))


def _users(identifiers: Sequence[str]) -> tuple[UserId, ...]:
    return tuple(sorted({UserId(one) for one in identifiers}))
