"""Who may do what: grants, and one decision that denies what no grant allows.

Everything that is shown or done is decided here: one thing by `decide` and `may`, a whole list by `sight`, so that what
a list leaves out and what a request is refused are always the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from playhead.base.ids import UserId
from playhead.base.instants import utc


class Action(StrEnum):
    """What can be asked for. Each is decided for one object."""

    VIEW = "view"
    """See that it exists, and its facts."""
    PLAY = "play"
    """See the recorded screen."""
    LIVE = "live"
    """See the screen while it is being recorded."""
    EXPORT = "export"
    """Take a copy away."""
    ANNOTATE = "annotate"
    """Tag it, and bookmark it for others."""
    HOLD = "hold"
    """Keep it from being deleted, or no longer."""
    DELETE = "delete"
    RECORD = "record"
    """Start or stop recording a workstation."""
    BLACKOUT_ON = "blackout_on"
    """Stop capturing what a workstation shows."""
    BLACKOUT_OFF = "blackout_off"
    ANALYSE = "analyse"
    """See what was worked with: applications, their windows' titles, and for how long."""
    AUDIT = "audit"
    """Read the audit log."""
    ADMINISTER = "administer"
    """Change users, groups, roles and sign-ins."""
    OPERATE = "operate"
    """Read metrics and the like of the installation."""


OF_INSTALLATION: Final = frozenset({Action.AUDIT, Action.ADMINISTER, Action.OPERATE})
"""Actions on the installation. All others are on what belongs to an agent."""


class Scope(StrEnum):
    """Whose things a grant is about. Each includes the ones before it."""

    OWN = "own"
    """One's own."""
    TEAM = "team"
    """Those of the members of the groups that one supervises."""
    ALL = "all"

    @property
    def width(self) -> int:
        """For comparing: a wider scope has the higher number."""
        return tuple(Scope).index(self)


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of a role that somebody has."""

    action: Action
    scope: Scope
    since_us: int | None = None
    """Only recordings that began at or after this wall time; None without limit. The present is always after it, and
    the installation has no time."""
    role: str = ""
    """Id of the role it comes from."""


@dataclass(frozen=True, slots=True)
class Who:
    """Someone whose sign-in was checked."""

    user: UserId
    name: str = ""
    grants: tuple[Grant, ...] = ()
    team: frozenset[str] = field(default_factory=frozenset[str])
    """Agent keys of the members of the groups that this user supervises."""


@dataclass(frozen=True, slots=True)
class OfAgent:
    """A recording or a workstation, by the operating-system login of the agent it concerns; empty where unknown."""

    agent: str
    started_at_us: int | None = None
    """When the recording began, in wall time; None for a workstation, which is of the present."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The site's Playhead itself."""


Object = OfAgent | Installation


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and why."""

    allowed: bool
    why: tuple[str, ...]
    """Sentences for a person: every reason why it is allowed, or every one why not."""
    grant: Grant | None = None
    """The widest one that allows it."""


def agent_key(login: str) -> str:
    """What an operating-system login is compared by: without the Windows domain before a backslash, and without case.

    It equals a user's id where the login is that user's.
    """
    return login.rpartition("\\")[2].casefold()


def may(who: Who, action: Action, thing: Object) -> bool:
    """Whether ``who`` may do ``action`` to ``thing``. What no grant allows is denied."""
    return any(grant.action is action and _reaches(who, grant, thing) for grant in who.grants)


def decide(who: Who, action: Action, thing: Object) -> Decision:
    """The same as `may`, with the reasons."""
    asked = [grant for grant in who.grants if grant.action is action]
    allowing = sorted((one for one in asked if _reaches(who, one, thing)), key=lambda one: -one.scope.width)
    if allowing:
        return Decision(allowed=True, why=_each(_reason(who, one, thing) for one in allowing), grant=allowing[0])
    if not asked:
        return Decision(allowed=False, why=(f"No role of {who.user} allows “{action}”.",))
    return Decision(allowed=False, why=_each(_refusal(who, one, thing) for one in asked))


def allowed_actions(who: Who) -> frozenset[Action]:
    """What somebody may do to anything at all."""
    return frozenset(
        grant.action for grant in who.grants if grant.action not in OF_INSTALLATION or grant.scope is Scope.ALL
    )


@dataclass(frozen=True, slots=True)
class Sight:
    """Which recordings somebody may do an action to: the same as `may`, for queries.

    A recording is in sight where ``everyone`` and it began at or after ``everyone_since_us``, or where its agent's key
    is in ``agents`` and it began at or after the time given there. None is without limit.
    """

    everyone: bool
    everyone_since_us: int | None = None
    agents: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    """Beyond those of everyone, by agent key; never the empty one."""

    def holds(self, agent: str, started_at_us: int) -> bool:
        """Whether a recording is in sight."""
        key = agent_key(agent)
        return (self.everyone and _began(started_at_us, self.everyone_since_us)) or (
            key in self.agents and _began(started_at_us, self.agents[key])
        )


def sight(who: Who, action: Action) -> Sight:
    """What a list may show."""
    grants = [] if action in OF_INSTALLATION else [grant for grant in who.grants if grant.action is action]
    all_since = [grant.since_us for grant in grants if grant.scope is Scope.ALL]
    everyone_since_us = _earliest(all_since)
    agents: dict[str, int | None] = {}
    for grant in grants:
        if grant.scope is Scope.ALL:
            continue
        for key in who.team | {str(who.user)} if grant.scope is Scope.TEAM else (str(who.user),):
            agents[key] = _earliest([grant.since_us, agents.get(key, grant.since_us)])
    if all_since:
        agents = {
            key: since
            for key, since in agents.items()
            if everyone_since_us is not None and (since is None or since < everyone_since_us)
        }
    return Sight(bool(all_since), everyone_since_us, {key: agents[key] for key in sorted(agents) if key})


def _earliest(sinces: Iterable[int | None]) -> int | None:
    limits: list[int] = []
    for since in sinces:
        if since is None:
            return None
        limits.append(since)
    return min(limits, default=None)


def _began(started_at_us: int | None, since_us: int | None) -> bool:
    return since_us is None or started_at_us is None or started_at_us >= since_us


def _each(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _reaches(who: Who, grant: Grant, thing: Object) -> bool:
    """Whether a grant of the action allows it for this thing."""
    if isinstance(thing, Installation):
        return grant.action in OF_INSTALLATION and grant.scope is Scope.ALL
    if grant.action in OF_INSTALLATION:
        return False
    return _in_scope(who, grant.scope, agent_key(thing.agent)) and _began(thing.started_at_us, grant.since_us)


def _in_scope(who: Who, scope: Scope, key: str) -> bool:
    match scope:
        case Scope.ALL:
            return True
        case Scope.TEAM:
            return key != "" and (key == str(who.user) or key in who.team)
        case Scope.OWN:
            return key == str(who.user)


def _refusal(who: Who, grant: Grant, thing: Object) -> str:
    """Why a grant of the action does not allow it for this thing. Tells nothing of the thing that is not known."""
    role = f"The role “{grant.role}” allows “{grant.action}”"
    if isinstance(thing, Installation) or grant.action in OF_INSTALLATION:
        return f"{role} for something else."
    key = agent_key(thing.agent)
    if _in_scope(who, grant.scope, key):
        return f"{role} for recordings that began at or after {_instant(grant.since_us)}, and this one is older."
    if not key:
        return f"{role} for agents who are known, and this one is not."
    if grant.scope is Scope.OWN:
        return f"{role} for what is of {who.user} alone, and this is not."
    return f"{role} for the groups that {who.user} supervises, and this agent is in none of them."


def _reason(who: Who, grant: Grant, thing: Object) -> str:
    """Why a grant allows it."""
    role = f"The role “{grant.role}” allows {who.user} “{grant.action}”"
    since = "" if grant.since_us is None else f" from {_instant(grant.since_us)} on"
    if isinstance(thing, Installation):
        return f"{role}."
    key = agent_key(thing.agent)
    if grant.scope is Scope.ALL:
        return f"{role} for everybody{since}."
    if key == str(who.user):
        return f"{role} for their own{since}."
    return f"{role} for the groups they supervise{since}, and {key} is in one of them."


def _instant(wall_us: int | None) -> str:
    return "" if wall_us is None else utc(wall_us).isoformat(timespec="seconds").replace("+00:00", "Z")
