"""What rules would have done over stored events: one function beneath the command line and the portal's workbench."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from playhead.domain.analytics.engine import replay
from playhead.domain.analytics.events import STRETCHES
from playhead.domain.analytics.rules import Action, Rule
from playhead.store.analytics.moments import events_by_workstation
from playhead.store.analytics.questions import ROWS_MAX, Question
from playhead.store.analytics.session import Session

_HOW: Final = (
    "The rules were run over what was stored, workstation by workstation. Texts of controls, windows that were not in "
    "front, and titles that were dropped or hashed are not stored: what goes by them is not found here."
)


@dataclass(frozen=True, slots=True)
class DryFiring:
    """A rule would have begun, or ended."""

    workstation: str
    at_us: int
    rule: str
    is_begin: bool
    actions: tuple[Action, ...]
    agent: str
    application: str
    title: str
    """Of the window in front then; empty where there was none."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would have happened."""

    rows: tuple[DryFiring, ...]
    """By workstation, in the order of time; at most `ROWS_MAX`."""
    left_out: int
    begins: tuple[tuple[str, int], ...]
    """How often each rule would have begun, in the order of the rules."""
    workstations: int
    """At how many there was anything to look at."""
    counted: str


def dry_run(session: Session, question: Question, rules: Sequence[Rule]) -> DryRun:
    """Run rules over the events of a question.

    Raises:
        As `playhead.store.analytics.queries`.
    """
    rows: list[DryFiring] = []
    begins = Counter[str]()
    left_out = workstations = 0
    for workstation, told in groupby(events_by_workstation(session, question), key=lambda one: one[0]):
        workstations += 1
        events = [event for _, event in told if event.kind in STRETCHES]  # moments are in front of nothing
        place = -1
        for firing in replay(rules, events):
            begins[firing.rule] += firing.is_begin
            while place + 1 < len(events) and events[place + 1].from_us <= firing.at_us:
                place += 1
            if len(rows) == ROWS_MAX:
                left_out += 1
                continue
            there = events[place] if place >= 0 and firing.at_us < events[place].to_us else None
            rows.append(
                DryFiring(
                    workstation,
                    firing.at_us,
                    firing.rule,
                    firing.is_begin,
                    firing.actions,
                    "" if there is None else there.agent,
                    "" if there is None else there.application,
                    "" if there is None else there.title,
                )
            )
    counted = tuple((rule.name, begins[rule.name]) for rule in rules)
    return DryRun(tuple(rows), left_out, counted, workstations, _HOW)
