"""``/api/users``: who may sign in, and what they may do. For those who may administer.

Nobody gives, takes or has a hold on more than they may do themselves to everybody's (`playhead.domain.roles.beyond`).
"""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import GroupId, UserId
from playhead.domain.access import Action, agent_key
from playhead.domain.roles import Assignment
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.people_models import (
    NewPassword,
    NewPerson,
    PersonChange,
    PersonItem,
    PersonPage,
    person_item,
)
from playhead.portal.api.permissions import Administering, AdministeringChange, needs
from playhead.portal.changes import Change, changing
from playhead.portal.parts import parts_of
from playhead.store.catalogue import groups, users
from playhead.store.catalogue.access import assignments_of, set_assignments
from playhead.store.catalogue.login_sessions import delete_login_sessions_of
from playhead.store.catalogue.users import User

QUERY_CHARS_MAX: Final = 64

router = APIRouter(prefix="/api/users", tags=["people"], responses=ERRORS)
_ADMINISTER: Final = needs(Action.ADMINISTER)


@router.get("", operation_id="listUsers", openapi_extra=_ADMINISTER)
async def list_users(
    request: Request,
    _caller: Administering,
    *,
    q: Annotated[str, Query(max_length=QUERY_CHARS_MAX, description="Part of the id or the name.")] = "",
    after: Annotated[str | None, Query(max_length=63, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=users.PAGE_ITEMS_MAX)] = 100,
) -> PersonPage:
    """A page of users, by id."""
    place = None if after is None else UserId(after)
    async with parts_of(request).catalogue.reading() as connection:
        found = await users.list_users(connection, after=place, limit=limit, text=q.strip())
        items = await _items(connection, found)
    return PersonPage(items=items, next=items[-1].id if len(items) == limit else None)


@router.post("", operation_id="addUser", status_code=201, openapi_extra=_ADMINISTER)
async def add_user(request: Request, caller: AdministeringChange, person: NewPerson) -> PersonItem:
    """Add a user, who may sign in at once."""
    parts = parts_of(request)
    identifier = UserId(person.id)
    hashed = await parts.sign_in.passwords.hash(person.password)
    user = User(identifier, person.name.strip(), hashed, parts.clock.wall_us())
    assignments = [one.assignment() for one in person.roles]
    async with changing(parts, caller, person.id) as change:
        await change.check_assignments(assignments)
        await users.add_user(change.connection, user, assignments)
        await _set_groups(change, identifier, person.groups)
        await change.note("user.added", person.id, {"name": user.name, "roles": _told(assignments)})
        return (await _items(change.connection, [user]))[0]


@router.get("/{user}", operation_id="getUser", openapi_extra=_ADMINISTER)
async def get_user(request: Request, _caller: Administering, user: str) -> PersonItem:
    """One user."""
    async with parts_of(request).catalogue.reading() as connection:
        return (await _items(connection, [await users.get_user(connection, UserId(user))]))[0]


@router.patch("/{user}", operation_id="changeUser", openapi_extra=_ADMINISTER)
async def change_user(request: Request, caller: AdministeringChange, user: str, wanted: PersonChange) -> PersonItem:
    """Change what is given. Roles hold at once; who is disabled is signed out everywhere."""
    parts = parts_of(request)
    identifier = UserId(user)
    async with changing(parts, caller, user) as change:
        connection = change.connection
        await users.get_user(connection, identifier)
        await change.check_reach_over([identifier])
        if wanted.name is not None:
            await users.set_name(connection, identifier, wanted.name.strip())
            await change.note("user.renamed", user, {"name": wanted.name.strip()})
        if wanted.roles is not None:
            await _set_roles(change, identifier, [one.assignment() for one in wanted.roles])
        if wanted.groups is not None:
            await _set_groups(change, identifier, wanted.groups)
        if wanted.disabled is not None:
            await users.set_disabled(connection, identifier, parts.clock.wall_us() if wanted.disabled else None)
            ended = await delete_login_sessions_of(connection, identifier) if wanted.disabled else 0
            action = "user.disabled" if wanted.disabled else "user.enabled"
            await change.note(action, user, {"sessions": ended} if ended else {})
        return (await _items(connection, [await users.get_user(connection, identifier)]))[0]


@router.post("/{user}/password", operation_id="setPassword", status_code=204, openapi_extra=_ADMINISTER)
async def set_password(request: Request, caller: AdministeringChange, user: str, wanted: NewPassword) -> Response:
    """Give a user another password; they are signed out everywhere."""
    parts = parts_of(request)
    identifier = UserId(user)
    hashed = await parts.sign_in.passwords.hash(wanted.password)
    async with changing(parts, caller, user) as change:
        await change.check_reach_over([identifier])
        await users.set_password_hash(change.connection, identifier, hashed)
        ended = await delete_login_sessions_of(change.connection, identifier)
        await change.note("user.password_set", user, {"sessions": ended})
    return Response(status_code=204)


async def _items(connection: AsyncConnection, some: list[User]) -> list[PersonItem]:
    roles = await assignments_of(connection, [one.id for one in some])
    member = await groups.groups_of(connection, [agent_key(str(one.id)) for one in some])
    return [person_item(one, roles[one.id], [str(group) for group in member[agent_key(str(one.id))]]) for one in some]


async def _set_roles(change: Change, user: UserId, assignments: list[Assignment]) -> None:
    await change.check_assignments(assignments)
    before = (await assignments_of(change.connection, [user]))[user]
    await set_assignments(change.connection, user, assignments)
    await change.note("user.roles_set", str(user), {"roles": _told(assignments), "before": _told(before)})


async def _set_groups(change: Change, user: UserId, wanted: list[str]) -> None:
    """Have the agent of this login be a member of these groups and no others."""
    key = agent_key(str(user))
    before = set((await groups.groups_of(change.connection, [key]))[key])
    after = {GroupId(one) for one in wanted}
    for identifier in sorted(before ^ after):
        group = await groups.get_group(change.connection, identifier)
        await change.check_reach_over(group.supervisors, team_only=True)
        members = {*group.members, key} if identifier in after else set(group.members) - {key}
        changed = groups.Group(group.id, group.name, tuple(sorted(members)), group.supervisors)
        await groups.change_group(change.connection, changed)
        joined = "group.joined" if identifier in after else "group.left"
        await change.note(joined, str(identifier), {"member": key})


def _told(assignments: Iterable[Assignment]) -> str:
    return " ".join(
        str(one.role) if one.since_us is None else f"{one.role}@{one.since_us // 1_000_000}" for one in assignments
    )
