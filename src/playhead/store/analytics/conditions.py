"""What a question asks for, as conditions of SQL with their values. What may not be seen is never looked at."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from playhead.domain.access import Sight
from playhead.domain.spans import Span
from playhead.store.analytics.columns import SLOT, TENTH_US
from playhead.store.analytics.questions import Question

AT_EVENT: Final = "from_ds"
AT_SLOT: Final = f"slot * {SLOT}"
"""Tenths of a second at which a row begins, of events and of sums."""


@dataclass(slots=True)
class Conditions:
    """Conditions that must all hold, and the values they name."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def of_question(self, question: Question, at: str) -> str:
        """All of a question but its period.

        Args:
            question: it.
            at: `AT_EVENT` or `AT_SLOT`.
        """
        found = [self.in_sight(question.sight, at)]
        for column, wanted in (("agent", question.agents), ("workstation", question.workstations)):
            if wanted is not None:
                found.append(self._one_of(column, column, sorted(wanted)))
        if question.applications is not None:
            names = sorted(name.lower() for name in question.applications)
            found.append(self._one_of("lower(application)", "application", names))
        for column, pattern in (("title", question.title), ("url", question.url)):
            if pattern:
                found.append(self.like(column, pattern))
        return " AND ".join(found)

    def in_sight(self, sight: Sight, at: str, name: str = "sight") -> str:
        """Whether a row is in sight: the same as `playhead.domain.access.may`."""
        found: list[str] = []
        if sight.everyone:
            found.append(_since(sight.everyone_since_us, at))
        by_since: defaultdict[int | None, list[str]] = defaultdict(list)
        for agent, since_us in sight.agents.items():
            by_since[since_us].append(agent)
        for number, (since_us, agents) in enumerate(by_since.items()):
            found.append(f"({self._one_of('agent', f'{name}{number}', agents)} AND {_since(since_us, at)})")
        return f"({' OR '.join(found)})" if found else "false"

    def like(self, column: str, pattern: str, name: str = "") -> str:
        """As a person writes patterns (`playhead.domain.patterns`)."""
        escaped = pattern.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        self.values[name or column] = escaped.replace("*", "%").replace("?", "_")
        return f"lower({column}) LIKE ${name or column} ESCAPE '\\'"

    def _one_of(self, column: str, name: str, wanted: list[str]) -> str:
        self.values[name] = wanted
        return f"{column} IN (SELECT unnest(${name}::VARCHAR[]))"


def clip_of(period: Span) -> tuple[int, int]:
    """A period in tenths of a second."""
    half = TENTH_US // 2
    return (period.from_us + half) // TENTH_US, (period.to_us + half) // TENTH_US


def touching(from_ds: int, to_ds: int) -> str:
    """Whether an event is in a period at all; moments are, where they begin."""
    return f"from_ds < {to_ds} AND (from_ds + lasts_ds > {from_ds} OR from_ds >= {from_ds})"


def _since(since_us: int | None, at: str) -> str:
    return "true" if since_us is None else f"{at} >= {-(-since_us // TENTH_US)}"
