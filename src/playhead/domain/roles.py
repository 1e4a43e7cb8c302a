"""Roles: named sets of what may be done, the ones that every site has, and who may hand them out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from playhead.base.ids import RoleId
from playhead.domain.access import OF_INSTALLATION, Action, Grant, Scope, Who

AGENT: Final = RoleId("agent")
SUPERVISOR: Final = RoleId("supervisor")
MANAGER: Final = RoleId("manager")
AUDITOR: Final = RoleId("auditor")
ADMINISTRATOR: Final = RoleId("administrator")

_SUPERVISING: Final = (
    Action.VIEW, Action.PLAY, Action.LIVE, Action.EXPORT, Action.ANNOTATE,
    Action.RECORD, Action.BLACKOUT_ON, Action.BLACKOUT_OFF, Action.ANALYSE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of a role: an action, and whose things it is about."""

    action: Action
    scope: Scope


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that somebody has."""

    role: RoleId
    since_us: int | None = None
    """Only for recordings that began at or after this wall time; None without limit."""


BUILT_IN: Final[Mapping[RoleId, tuple[Permission, ...]]] = {
    AGENT: tuple(
        Permission(action, Scope.OWN) for action in (Action.VIEW, Action.PLAY, Action.BLACKOUT_ON, Action.ANALYSE)
    ),
    SUPERVISOR: tuple(Permission(action, Scope.TEAM) for action in _SUPERVISING),
    MANAGER: tuple(Permission(action, Scope.ALL) for action in (*_SUPERVISING, Action.HOLD)),
    AUDITOR: tuple(Permission(action, Scope.ALL) for action in (Action.VIEW, Action.AUDIT)),
    ADMINISTRATOR: tuple(Permission(action, Scope.ALL) for action in Action),
}
"""Roles that are at every site and stay as they are. The catalogue holds the same (migrations 0004, 0015)."""


def grants_of(assignment: Assignment, permissions: Iterable[Permission]) -> tuple[Grant, ...]:
    """What somebody with this role may do."""
    return tuple(Grant(one.action, one.scope, assignment.since_us, str(assignment.role)) for one in permissions)


def built_in_grants(*roles: RoleId) -> tuple[Grant, ...]:
    """What somebody with these built-in roles may do."""
    return tuple(grant for role in roles for grant in grants_of(Assignment(role), BUILT_IN[role]))


def beyond(who: Who, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Those of ``grants`` that ``who`` may not hand out, take away, or have a hold on.

    Only somebody who may do an action to everybody's may hand it out, whatever its scope: who gives a group to a
    supervisor or sets an agent's password could otherwise see through them what is not theirs to see.
    """
    held = [grant for grant in who.grants if grant.scope is Scope.ALL]
    return tuple(grant for grant in grants if not any(_covers(mine, grant) for mine in held))


def _covers(mine: Grant, wanted: Grant) -> bool:
    if mine.action is not wanted.action:
        return False
    if mine.since_us is None or wanted.action in OF_INSTALLATION:
        return True
    return wanted.since_us is not None and wanted.since_us >= mine.since_us
