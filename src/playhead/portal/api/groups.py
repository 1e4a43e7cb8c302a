"""``/api/groups``: agents, and the users who supervise them. For those who may administer."""

from typing import Final

from fastapi import APIRouter, Request, Response

from playhead.base.errors import InvalidInputError
from playhead.base.ids import GroupId, UserId
from playhead.domain.access import Action, agent_key
from playhead.domain.slugs import slug
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.people_models import GroupChange, GroupItem, GroupList, NewGroup, group_item
from playhead.portal.api.permissions import Administering, AdministeringChange, needs
from playhead.portal.changes import Change, changing
from playhead.portal.parts import parts_of
from playhead.store.catalogue import groups
from playhead.store.catalogue.groups import Group

router = APIRouter(prefix="/api/groups", tags=["people"], responses=ERRORS)
_ADMINISTER: Final = needs(Action.ADMINISTER)


@router.get("", operation_id="listGroups", openapi_extra=_ADMINISTER)
async def list_groups(request: Request, _caller: Administering) -> GroupList:
    """All groups, by name."""
    async with parts_of(request).catalogue.reading() as connection:
        return GroupList(items=[group_item(one) for one in await groups.list_groups(connection)])


@router.post("", operation_id="addGroup", status_code=201, openapi_extra=_ADMINISTER)
async def add_group(request: Request, caller: AdministeringChange, wanted: NewGroup) -> GroupItem:
    """Add a group."""
    members, supervisors = _members(wanted.members), _supervisors(wanted.supervisors)
    async with changing(parts_of(request), caller, wanted.name) as change:
        await change.check_reach_over(supervisors, team_only=True)
        taken = {str(one.id) for one in await groups.list_groups(change.connection)}
        identifier = GroupId(slug(wanted.name, taken, otherwise="group"))
        group = Group(identifier, wanted.name.strip(), members, supervisors)
        await groups.add_group(change.connection, group)
        await _note(change, "group.added", group, None)
    return group_item(group)


@router.patch("/{group}", operation_id="changeGroup", openapi_extra=_ADMINISTER)
async def change_group(request: Request, caller: AdministeringChange, group: str, wanted: GroupChange) -> GroupItem:
    """Change what is given. It holds at once for those who supervise."""
    async with changing(parts_of(request), caller, group) as change:
        before = await groups.get_group(change.connection, GroupId(group))
        after = Group(
            before.id,
            before.name if wanted.name is None else wanted.name.strip(),
            before.members if wanted.members is None else _members(wanted.members),
            before.supervisors if wanted.supervisors is None else _supervisors(wanted.supervisors),
        )
        await change.check_reach_over({*before.supervisors, *after.supervisors}, team_only=True)
        await groups.change_group(change.connection, after)
        await _note(change, "group.changed", after, before)
    return group_item(after)


@router.delete("/{group}", operation_id="deleteGroup", status_code=204, openapi_extra=_ADMINISTER)
async def delete_group(request: Request, caller: AdministeringChange, group: str) -> Response:
    """Remove a group. Its members stay."""
    async with changing(parts_of(request), caller, group) as change:
        before = await groups.get_group(change.connection, GroupId(group))
        await change.check_reach_over(before.supervisors, team_only=True)
        await groups.delete_group(change.connection, before.id)
        await _note(change, "group.deleted", Group(before.id, before.name), before)
    return Response(status_code=204)


def _members(logins: list[str]) -> tuple[str, ...]:
    """Agent keys of what was given, each once.

    Raises:
        InvalidInputError: ``group.member``.
    """
    keys = {agent_key(login.strip()) for login in logins}
    if "" in keys:
        raise InvalidInputError("group.member", "A member is named by the login of an agent, which is not empty.")
    return tuple(sorted(keys))


def _supervisors(identifiers: list[str]) -> tuple[UserId, ...]:
    return tuple(sorted({UserId(one) for one in identifiers}))


async def _note(change: Change, action: str, after: Group, before: Group | None) -> None:
    was = before or Group(after.id, after.name)
    details: dict[str, str | int] = {"name": after.name}
    for name, now, then in (
        ("members", set(after.members), set(was.members)),
        ("supervisors", set(map(str, after.supervisors)), set(map(str, was.supervisors))),
    ):
        details |= {f"{name}_added": " ".join(sorted(now - then))} if now - then else {}
        details |= {f"{name}_removed": " ".join(sorted(then - now))} if then - now else {}
    await change.note(action, str(after.id), details)
