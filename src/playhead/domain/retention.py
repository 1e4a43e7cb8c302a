"""How long recordings are kept: an ordered policy, when a recording is due, and how much one run may take.

The first rule that matches decides, as in a firewall: so an exception stands before what it is an exception from, and
what a page shows from top to bottom is what happens. What is held is never due, whatever a rule says.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.access import agent_key
from playhead.domain.recordings import RecordingState
from playhead.domain.words import tag_of

DAY_US: Final = 86_400_000_000
"""A day of retention is 24 hours, so that no change of the clocks shortens one."""

RULES_MAX: Final = 100
"""Of a policy: more cannot be understood by whoever answers for it."""

VALUES_MAX: Final = 500
"""Agents, groups or tags that one rule names."""

DAYS_MAX: Final = 36_500
NAME_CHARS_MAX: Final = 64

STATES: Final = frozenset({RecordingState.COMPLETE.value, RecordingState.INTERRUPTED.value})
"""What a rule may ask for: what is being recorded is never due."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy. Of each kind that it names, one has to fit; a rule that names nothing fits everything."""

    id: str
    name: str
    days: int | None
    """None: for ever."""
    agents: frozenset[str] = frozenset()
    """Agent keys (`playhead.domain.access.agent_key`)."""
    groups: frozenset[str] = frozenset()
    """Ids of groups that the agent is a member of."""
    tags: frozenset[str] = frozenset()
    """As `playhead.domain.words.tag_of` gives them; an outcome is a tag such as ``outcome:sale``."""
    states: frozenset[str] = frozenset()

    def plain(self) -> dict[str, str | int | list[str] | None]:
        """For JSON: sets in an order."""
        return {
            "id": self.id,
            "name": self.name,
            "days": self.days,
            "agents": sorted(self.agents),
            "groups": sorted(self.groups),
            "tags": sorted(self.tags),
            "states": sorted(self.states),
        }

    def fits(self, one: "Kept") -> bool:
        """Whether the rule is about this recording."""
        return (
            (not self.agents or one.agent_key in self.agents)
            and (not self.groups or not self.groups.isdisjoint(one.groups))
            and (not self.tags or not self.tags.isdisjoint(one.tags))
            and (not self.states or one.state in self.states)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in their order, and what holds where none fits. At first everything is kept for ever."""

    rules: tuple[Rule, ...] = ()
    default_days: int | None = None

    def rule_for(self, one: "Kept") -> Rule | None:
        """The first rule that fits, or None."""
        return next((rule for rule in self.rules if rule.fits(one)), None)

    def days_for(self, one: "Kept") -> int | None:
        """How many days a recording is kept; None for ever."""
        rule = self.rule_for(one)
        return self.default_days if rule is None else rule.days

    def told(self) -> str:
        """The policy in one line, for the audit log."""
        rules = [f"{rule.name}: {_told(rule.days)}" for rule in self.rules]
        return "; ".join([*rules, f"otherwise: {_told(self.default_days)}"])

    @property
    def days_min(self) -> int | None:
        """Nothing is due sooner than this, whatever it is; None where nothing ever is."""
        return min((days for days in (self.default_days, *(rule.days for rule in self.rules)) if days), default=None)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a policy looks at of a recording."""

    state: str
    agent_key: str
    aged_from_us: int
    """Wall time from which its days are counted: `aged_from_us`."""
    groups: Collection[str] = ()
    tags: Collection[str] = ()
    held: bool = False


class Verdict(StrEnum):
    """What is to become of a recording now."""

    KEPT = "kept"
    HELD = "held"
    """It would be due, and is held."""
    DUE = "due"


def aged_from_us(ended_at_us: int, heard_at_us: int | None, length_us: int) -> int:
    """From when a recording's days are counted: the later end of the two that are known of it.

    Either clock may have been wrong, and a recording that seems older than it is would be deleted early.

    Args:
        ended_at_us: when it ended, by its workstation's clock.
        heard_at_us: when the server first heard of it, by its own; None where that was not noted.
        length_us: from its beginning to its end.
    """
    return ended_at_us if heard_at_us is None else max(ended_at_us, heard_at_us + length_us)


def judge(policy: Policy, one: Kept, now_us: int) -> Verdict:
    """What is to become of a recording.

    Whatever the clock did before, nothing is decided but by what it says now; one that goes back keeps longer.
    """
    days = policy.days_for(one)
    if days is None or one.state not in STATES or now_us < one.aged_from_us + days * DAY_US:
        return Verdict.KEPT
    return Verdict.HELD if one.held else Verdict.DUE


@dataclass(frozen=True, slots=True)
class Guard:
    """Keeps a mistake in the policy, or a clock that jumps ahead, from taking everything in one night."""

    share: float
    """Of all recordings, 0 to 1."""
    floor: int
    """So many may always be taken, for a share of few is less than one day's."""

    def limit(self, total: int) -> int:
        """Recordings that one run may take without confirmation."""
        return max(self.floor, int(self.share * total))

    def leave(self, due: int, total: int, confirmed: int | None) -> int | None:
        """How many a run may take now: all that are due, or as many as somebody has confirmed; None where it must stop.

        Args:
            due: recordings that a run would take.
            total: all recordings.
            confirmed: the number that somebody has confirmed; None where nobody has.
        """
        if due <= self.limit(total):
            return due
        return None if confirmed is None else min(due, confirmed)


@dataclass(frozen=True, slots=True)
class Pending:
    """What a run would take now."""

    recordings: int
    size_bytes: int
    held: int
    """Would be due, and are held."""
    total: int
    """All recordings."""
    needs_confirmation: bool
    """More than a run may take without it, and nobody has given it."""

    @property
    def share(self) -> float:
        """Of all recordings, 0 to 1."""
        return self.recordings / self.total if self.total else 0.0


def checked(policy: Policy) -> Policy:
    """The policy as it is kept: agents, tags and states spelt as recordings have them.

    Raises:
        LimitError: ``retention.rules``, ``retention.values``.
        InvalidInputError: ``retention.days``, ``retention.name``, ``retention.state``, ``retention.id``,
            ``retention.agent``, ``tag.malformed``.
    """
    if len(policy.rules) > RULES_MAX:
        raise LimitError("retention.rules", f"A policy has up to {RULES_MAX} rules.")
    if len({rule.id for rule in policy.rules}) != len(policy.rules):
        raise InvalidInputError("retention.id", "Two rules have the same id.", hint="Leave out the id of a new rule.")
    _check_days(policy.default_days)
    return Policy(tuple(_checked(rule) for rule in policy.rules), policy.default_days)


def _checked(rule: Rule) -> Rule:
    _check_days(rule.days)
    name = " ".join(rule.name.split())
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise InvalidInputError("retention.name", f"A rule needs a name of up to {NAME_CHARS_MAX} characters.")
    if max(len(rule.agents), len(rule.groups), len(rule.tags)) > VALUES_MAX:
        hint = "Make a group of them, or tag the recordings."
        raise LimitError("retention.values", f"A rule names up to {VALUES_MAX} of each kind.", hint=hint)
    if not rule.states <= STATES:
        hint = f"A rule may ask for: {', '.join(sorted(STATES))}."
        raise InvalidInputError("retention.state", "There is no such state to ask for.", hint=hint)
    agents = frozenset(agent_key(agent.strip()) for agent in rule.agents)
    if "" in agents:
        raise InvalidInputError("retention.agent", "An agent is named by their login, which is not empty.")
    return Rule(rule.id, name, rule.days, agents, rule.groups, frozenset(map(tag_of, rule.tags)), rule.states)


def _told(days: int | None) -> str:
    return "for ever" if days is None else str(days)


def _check_days(days: int | None) -> None:
    if days is not None and not 1 <= days <= DAYS_MAX:
        hint = "Leave it empty to keep for ever."
        raise InvalidInputError("retention.days", f"Recordings are kept for 1 to {DAYS_MAX} days.", hint=hint)
