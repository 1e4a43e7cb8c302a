"""``/api/roles``: named sets of what may be done. For those who may administer."""

from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter, Request, Response

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RoleId
from playhead.domain.access import OF_INSTALLATION, Action, Grant, Scope
from playhead.domain.roles import Assignment, Permission, grants_of
from playhead.domain.slugs import slug
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.people_models import GrantItem, NewRole, RoleChange, RoleItem, RoleList, role_item
from playhead.portal.api.permissions import Administering, AdministeringChange, needs
from playhead.portal.changes import changing
from playhead.portal.parts import parts_of
from playhead.store.catalogue import roles
from playhead.store.catalogue.roles import Role

router = APIRouter(prefix="/api/roles", tags=["people"], responses=ERRORS)
_ADMINISTER: Final = needs(Action.ADMINISTER)


@router.get("", operation_id="listRoles", openapi_extra=_ADMINISTER)
async def list_roles(request: Request, _caller: Administering) -> RoleList:
    """All roles, the built-in ones first, then by name."""
    async with parts_of(request).catalogue.reading() as connection:
        return RoleList(items=[role_item(one) for one in await roles.list_roles(connection)])


@router.post("", operation_id="addRole", status_code=201, openapi_extra=_ADMINISTER)
async def add_role(request: Request, caller: AdministeringChange, wanted: NewRole) -> RoleItem:
    """Add a role that allows no more than the caller may do to everybody's."""
    permissions = _permissions(wanted.grants)
    async with changing(parts_of(request), caller, wanted.name) as change:
        taken = {str(one.id) for one in await roles.list_roles(change.connection)}
        role = Role(RoleId(slug(wanted.name, taken, otherwise="role")), wanted.name.strip(), permissions=permissions)
        change.check_reach(_grants(role))
        await roles.add_role(change.connection, role)
        await change.note("role.added", str(role.id), {"name": role.name, "grants": _told(permissions)})
    return role_item(role)


@router.patch("/{role}", operation_id="changeRole", openapi_extra=_ADMINISTER)
async def change_role(request: Request, caller: AdministeringChange, role: str, wanted: RoleChange) -> RoleItem:
    """Change what is given. It holds at once for everybody who has the role."""
    async with changing(parts_of(request), caller, role) as change:
        before = await roles.get_role(change.connection, RoleId(role))
        after = Role(
            before.id,
            before.name if wanted.name is None else wanted.name.strip(),
            permissions=before.permissions if wanted.grants is None else _permissions(wanted.grants),
        )
        change.check_reach([*_grants(before), *_grants(after)])
        await roles.change_role(change.connection, after)
        details = {"name": after.name, "grants": _told(after.permissions), "before": _told(before.permissions)}
        await change.note("role.changed", role, details)
    return role_item(after)


@router.delete("/{role}", operation_id="deleteRole", status_code=204, openapi_extra=_ADMINISTER)
async def delete_role(request: Request, caller: AdministeringChange, role: str) -> Response:
    """Remove a role that nobody has."""
    async with changing(parts_of(request), caller, role) as change:
        before = await roles.get_role(change.connection, RoleId(role))
        await roles.delete_role(change.connection, before.id)
        await change.note("role.deleted", role, {"name": before.name, "before": _told(before.permissions)})
    return Response(status_code=204)


def _permissions(grants: list[GrantItem]) -> tuple[Permission, ...]:
    """The lines of a role, in the order of `Action`.

    Raises:
        InvalidInputError: ``role.grants``, ``role.scope``.
    """
    scopes: dict[Action, Scope] = {one.action: one.scope for one in grants}
    if len(scopes) < len(grants):
        raise InvalidInputError("role.grants", "A role has each action once, in its widest scope.")
    for action in sorted(OF_INSTALLATION & scopes.keys()):
        if scopes[action] is not Scope.ALL:
            hint = "Give it the scope all."
            raise InvalidInputError(
                "role.scope", f"{action} is of the installation and has no narrower scope.", hint=hint
            )
    return tuple(Permission(action, scopes[action]) for action in Action if action in scopes)


def _grants(role: Role) -> tuple[Grant, ...]:
    return grants_of(Assignment(role.id), role.permissions)


def _told(permissions: Iterable[Permission]) -> str:
    return " ".join(f"{one.action}:{one.scope}" for one in permissions)
