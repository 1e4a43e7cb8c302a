"""Users, groups, roles and login sessions as the API says and hears them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from playhead.base.ids import RoleId
from playhead.base.instants import utc, wall_us
from playhead.domain.access import Action, Scope
from playhead.domain.roles import Assignment, Permission
from playhead.portal.api.shapes import Answer, Input
from playhead.store.catalogue.groups import MEMBERS_MAX, SUPERVISORS_MAX, Group
from playhead.store.catalogue.login_sessions import LoginSession
from playhead.store.catalogue.roles import Role
from playhead.store.catalogue.users import User

NAME_CHARS_MAX = 64
ROLES_PER_USER_MAX = 16
GROUPS_PER_USER_MAX = 50
LOGIN_CHARS_MAX = 256
"""Of an operating-system login."""

_Id = Annotated[str, Field(max_length=63)]
_Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX, pattern=r"\S")]
_Password = Annotated[str, Field(max_length=1024)]


class AssignmentItem(Answer):
    """A role that a user has."""

    role: str
    since: datetime | None = Field(description="Only recordings that began from then on; null without limit.")


class AssignmentInput(Input):
    """A role that a user is to have."""

    role: _Id
    since: AwareDatetime | None = None

    def assignment(self) -> Assignment:
        """The same for decisions."""
        return Assignment(RoleId(self.role), None if self.since is None else wall_us(self.since))


_Roles = Annotated[list[AssignmentInput], Field(max_length=ROLES_PER_USER_MAX)]
_Groups = Annotated[list[_Id], Field(max_length=GROUPS_PER_USER_MAX)]


class PersonItem(Answer):
    """A user."""

    id: str = Field(description="What is typed to sign in; equals the operating-system login of an agent.")
    name: str
    roles: list[AssignmentItem]
    groups: list[str] = Field(description="Ids of the groups that the agent with this login is a member of.")
    disabled: bool
    totp: bool = Field(description="Signs in with a second factor.")
    locked_until: datetime | None
    last_sign_in_at: datetime | None
    oidc: bool = Field(description="Signs in with the organisation's own sign-in.")


class PersonPage(Answer):
    """Some users, by id."""

    items: list[PersonItem]
    next: str | None = Field(description="`after` of the next page; null at the end.")


class NewPerson(Input):
    """A user to add."""

    id: _Id
    name: _Name
    password: _Password
    roles: _Roles = Field(default_factory=list[AssignmentInput])
    groups: _Groups = Field(default_factory=list[str])


class PersonChange(Input):
    """What to change of a user; what is left out stays."""

    name: _Name | None = None
    roles: _Roles | None = None
    groups: _Groups | None = None
    disabled: bool | None = None


class NewPassword(Input):
    """A password."""

    password: _Password


class GroupItem(Answer):
    """Agents, and the users who supervise them."""

    id: str
    name: str
    members: list[str] = Field(description="Logins of agents, whether or not they are users; without their domain.")
    supervisors: list[str] = Field(description="Ids of users.")


class GroupList(Answer):
    """All groups, by name."""

    items: list[GroupItem]
    next: None = None


_Members = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=LOGIN_CHARS_MAX)]], Field(max_length=MEMBERS_MAX)
]
_Supervisors = Annotated[list[_Id], Field(max_length=SUPERVISORS_MAX)]


class NewGroup(Input):
    """A group to add. Its id is made of its name."""

    name: _Name
    members: _Members = Field(default_factory=list[str])
    supervisors: _Supervisors = Field(default_factory=list[str])


class GroupChange(Input):
    """What to change of a group; what is left out stays."""

    name: _Name | None = None
    members: _Members | None = None
    supervisors: _Supervisors | None = None


class GrantItem(Answer):
    """An action, and whose things it is allowed for."""

    action: Action
    scope: Scope = Field(description="`audit`, `administer` and `operate` are of the installation: always `all`.")


class RoleItem(Answer):
    """A named set of what may be done."""

    id: str
    name: str
    built_in: bool = Field(description="The same at every site; it cannot be changed.")
    grants: list[GrantItem]


class RoleList(Answer):
    """All roles, the built-in ones first, then by name."""

    items: list[RoleItem]
    next: None = None


_Grants = Annotated[list[GrantItem], Field(max_length=len(Action))]


class NewRole(Input):
    """A role to add. Its id is made of its name."""

    name: _Name
    grants: _Grants


class RoleChange(Input):
    """What to change of a role; what is left out stays."""

    name: _Name | None = None
    grants: _Grants | None = None


class LoginSessionItem(Answer):
    """Somebody signed in, in one browser."""

    id: str
    user: str
    created_at: datetime
    seen_at: datetime = Field(description="When it was last used, to within a twentieth of `session_idle`.")
    expires_at: datetime
    address: str
    agent: str = Field(description="The browser and system that it said it was, such as `Firefox 128 on Linux`.")
    current: bool = Field(description="This is the session that asks.")


class LoginSessionPage(Answer):
    """Some login sessions, the last used first."""

    items: list[LoginSessionItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")


@dataclass(frozen=True, slots=True)
class Ways:
    """How a user signs in."""

    totp: bool
    oidc: bool
    locked_until_us: int | None
    signed_in_at_us: int | None


def person_item(user: User, roles: tuple[Assignment, ...], groups: list[str], ways: Ways) -> PersonItem:
    """A user for the wire."""
    return PersonItem(
        id=str(user.id),
        name=user.name,
        roles=[
            AssignmentItem(role=str(one.role), since=None if one.since_us is None else utc(one.since_us))
            for one in roles
        ],
        groups=groups,
        disabled=user.disabled_at_us is not None,
        totp=ways.totp,
        locked_until=None if ways.locked_until_us is None else utc(ways.locked_until_us),
        last_sign_in_at=None if ways.signed_in_at_us is None else utc(ways.signed_in_at_us),
        oidc=ways.oidc,
    )


def group_item(group: Group) -> GroupItem:
    """A group for the wire."""
    supervisors = [str(one) for one in group.supervisors]
    return GroupItem(id=str(group.id), name=group.name, members=list(group.members), supervisors=supervisors)


def role_item(role: Role) -> RoleItem:
    """A role for the wire."""
    grants = [GrantItem(action=one.action, scope=one.scope) for one in role.permissions]
    return RoleItem(id=str(role.id), name=role.name, built_in=role.built_in, grants=grants)


def permissions_of(grants: list[GrantItem]) -> tuple[Permission, ...]:
    """A role's lines for decisions."""
    return tuple(Permission(one.action, one.scope) for one in grants)


def login_session_item(session: LoginSession, current: str) -> LoginSessionItem:
    """A login session for the wire; ``current`` is the public id of the one that asks."""
    return LoginSessionItem(
        id=session.public_id,
        user=str(session.user),
        created_at=utc(session.created_at_us),
        seen_at=utc(session.seen_at_us),
        expires_at=utc(session.expires_at_us),
        address=session.address,
        agent=session.agent,
        current=session.public_id == current,
    )
