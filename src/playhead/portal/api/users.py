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
    Ways,
    person_item,
)
from playhead.portal.api.permissions import Administering, AdministeringChange, needs
from playhead.portal.changes import Change, changing
from playhead.portal.lockout import user_key
from playhead.portal.parts import parts_of
from playhead.store.catalogue import (
    groups,
    outside_identities,
    second_factors,
    sign_in_failures,
    sign_ins,
    users,
)
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
        items = await _items(connection, found, parts_of(request).clock.wall_us())
    return PersonPage(items=items, next=items[-1].id if len(items) == limit else None)


@router.post("", operation_id="addUser", status_code=201, openapi_extra=_ADMINISTER)
async def add_user(request: Request, caller: AdministeringChange, person: NewPerson) -> PersonItem:
    """Add a user, who may sign in at once, and chooses a password of their own then."""
    parts = parts_of(request)
    identifier = UserId(person.id)
    hashed = await parts.sign_in.passwords.hash(person.password, [person.id, person.name])
    user = User(identifier, person.name.strip(), hashed, parts.clock.wall_us())
    assignments = [one.assignment() for one in person.roles]
    async with changing(parts, caller, person.id) as change:
        await change.check_assignments(assignments)
        await users.add_user(change.connection, user, assignments)
        await sign_ins.set_password(change.connection, identifier, hashed, expires_at_us=user.created_at_us)
        await _set_groups(change, identifier, person.groups)
        await change.note("user.added", person.id, {"name": user.name, "roles": _told(assignments)})
        return (await _items(change.connection, [user], parts.clock.wall_us()))[0]


@router.get("/{user}", operation_id="getUser", openapi_extra=_ADMINISTER)
async def get_user(request: Request, _caller: Administering, user: str) -> PersonItem:
    """One user."""
    parts = parts_of(request)
    async with parts.catalogue.reading() as connection:
        found = await users.get_user(connection, UserId(user))
        return (await _items(connection, [found], parts.clock.wall_us()))[0]


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
        found = await users.get_user(connection, identifier)
        return (await _items(connection, [found], parts.clock.wall_us()))[0]


@router.post("/{user}/password", operation_id="setPassword", status_code=204, openapi_extra=_ADMINISTER)
async def set_password(request: Request, caller: AdministeringChange, user: str, wanted: NewPassword) -> Response:
    """Give a user another password, for one sign-in, and sign them out everywhere."""
    parts = parts_of(request)
    identifier = UserId(user)
    hashed = await parts.sign_in.passwords.hash(wanted.password, [user])
    async with changing(parts, caller, user) as change:
        await change.check_reach_over([identifier])
        now_us = parts.clock.wall_us()
        await sign_ins.set_password(change.connection, identifier, hashed, expires_at_us=now_us)
        ended = await delete_login_sessions_of(change.connection, identifier)
        await change.note("user.password_set", user, {"sessions": ended})
    return Response(status_code=204)


@router.delete("/{user}/totp", operation_id="turnUsersTotpOff", status_code=204, openapi_extra=_ADMINISTER)
async def turn_totp_off(request: Request, caller: AdministeringChange, user: str) -> Response:
    """Take a user's second factor away, for one who has lost it; they are signed out everywhere."""
    parts = parts_of(request)
    identifier = UserId(user)
    async with changing(parts, caller, user) as change:
        await users.get_user(change.connection, identifier)
        await change.check_reach_over([identifier])
        await parts.sign_in.factors.turn_off(change.connection, identifier)
        ended = await delete_login_sessions_of(change.connection, identifier)
        await change.note("totp.off", user, {"sessions": ended})
    return Response(status_code=204)


@router.post("/{user}/unlock", operation_id="unlockUser", status_code=204, openapi_extra=_ADMINISTER)
async def unlock(request: Request, caller: AdministeringChange, user: str) -> Response:
    """Let a user sign in at once who was locked out by failed attempts."""
    parts = parts_of(request)
    identifier = UserId(user)
    async with changing(parts, caller, user) as change:
        await users.get_user(change.connection, identifier)
        cleared = await sign_in_failures.clear_failures_of(change.connection, user_key(identifier))
        await change.note("user.unlocked", user, {"counts": cleared})
    return Response(status_code=204)


async def _items(connection: AsyncConnection, some: list[User], now_us: int) -> list[PersonItem]:
    ids = [one.id for one in some]
    roles = await assignments_of(connection, ids)
    member = await groups.groups_of(connection, [agent_key(str(one)) for one in ids])
    facts = await sign_ins.sign_in_facts(connection, ids)
    locked = await sign_in_failures.locked_until(connection, [user_key(one) for one in ids], now_us)
    with_totp = await second_factors.with_totp(connection, ids)
    with_identity = await outside_identities.with_identity(connection, ids)
    return [
        person_item(
            one,
            roles[one.id],
            [str(group) for group in member[agent_key(str(one.id))]],
            Ways(
                totp=one.id in with_totp,
                oidc=one.id in with_identity,
                locked_until_us=locked.get(user_key(one.id)),
                signed_in_at_us=facts[one.id].signed_in_at_us,
            ),
        )
        for one in some
    ]


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
