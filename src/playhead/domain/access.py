"""Who may do what: roles, and one decision that denies what it does not know."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.ids import UserId


class Role(StrEnum):
    """What a person is here to do. Each user has one."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


class Action(StrEnum):
    """What can be asked for. Each is decided for one object."""

    VIEW = "view"
    """See that it exists, and its facts."""
    PLAY = "play"
    """See the recorded screen."""
    RECORD = "record"
    """Start or stop recording a workstation."""
    BLACKOUT_ON = "blackout_on"
    """Stop capturing what a workstation shows. An agent may always do so where they sit."""
    BLACKOUT_OFF = "blackout_off"
    OPERATE = "operate"
    """Read metrics and the like of the installation."""


@dataclass(frozen=True, slots=True)
class Who:
    """Someone whose sign-in was checked."""

    user: UserId
    role: Role
    name: str = ""


@dataclass(frozen=True, slots=True)
class OfAgent:
    """A recording or a workstation, by the operating-system login of the agent it concerns; empty where unknown."""

    agent: str


@dataclass(frozen=True, slots=True)
class Installation:
    """The site's Playhead itself."""


Object = OfAgent | Installation

_ADMINISTRATOR = frozenset(Action)
_SUPERVISOR = _ADMINISTRATOR - {Action.OPERATE}
_AGENT_OWN = frozenset({Action.VIEW, Action.PLAY, Action.BLACKOUT_ON})


def may(who: Who, action: Action, thing: Object) -> bool:
    """Whether ``who`` may do ``action`` to ``thing``. What no line allows is denied.

    An agent's user id is compared with the operating-system login without regard to case, and to a Windows domain
    before a backslash.
    """
    match who.role:
        case Role.ADMINISTRATOR:
            return action in _ADMINISTRATOR
        case Role.SUPERVISOR:
            return action in _SUPERVISOR and isinstance(thing, OfAgent)
        case Role.AGENT:
            return action in _AGENT_OWN and isinstance(thing, OfAgent) and _is(who.user, thing.agent)


def _is(user: UserId, agent: str) -> bool:
    return agent.rpartition("\\")[2].casefold() == user.value
