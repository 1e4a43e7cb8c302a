"""What the API says and hears about the rules of desktop analytics."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.instants import utc
from playhead.domain.analytics.rules import Rule, parsed
from playhead.portal.api.analytics_models import MomentItem
from playhead.portal.api.shapes import Answer, Input, Instant
from playhead.store.catalogue.analytics_rules import NAME_CHARS_MAX, TEXT_CHARS_MAX, RuleSet
from playhead.store.catalogue.groups import GROUPS_MAX

_SOURCE: Final = "rules"
_LINE: Final = re.compile(r"\bline (\d+)")
_END: Final = "at end of document"
"""How `tomllib` says where a text ends too early."""
_PLACE: Final = re.compile(rf"^{_SOURCE}(?:, line \d+:| is not valid TOML:)\s*")

RuleText = Annotated[str, Field(max_length=TEXT_CHARS_MAX, description="TOML, as the page on desktop analytics says.")]


class RuleItem(Answer):
    """One rule of a text."""

    name: str
    does: list[str] = Field(description="Its actions: `blackout`, `tag` …, each once.")


class RuleProblem(Answer):
    """Why a text is refused."""

    line: int = Field(description="From 1; 0 where it is about the whole.")
    code: str
    message: str
    hint: str


class RuleTextInput(Input):
    """A text to look at."""

    text: RuleText


class TrialInput(RuleTextInput):
    """A text to run over what is stored."""

    began_from: Annotated[Instant, Field(alias="from")]
    began_to: Annotated[Instant, Field(alias="to", description="Before this instant.")]


class RuleFirings(Answer):
    """How often one rule would have begun."""

    name: str
    firings: int


class TrialAnswer(Answer):
    """What rules would have done."""

    items: list[MomentItem] = Field(description="Each time a rule would have begun, the newest first.")
    rules: list[RuleFirings]
    workstations: int = Field(description="At how many there was anything to look at.")
    more: bool = Field(description="There were more than are told.")
    counted: str


class RuleCheck(Answer):
    """What a text says."""

    rules: list[RuleItem]
    problems: list[RuleProblem] = Field(description="Empty where it can be rolled out.")


class RuleSetInput(Input):
    """Rules, and whom they are rolled out to."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)]
    text: RuleText
    everyone: Annotated[bool, Field(description="Rolled out to every workstation, whatever `groups` says.")] = False
    groups: Annotated[
        tuple[Annotated[str, Field(max_length=63)], ...],
        Field(max_length=GROUPS_MAX, description="Rolled out to workstations where their members are."),
    ] = ()


class RuleSetChange(RuleSetInput):
    """The same, of one that was looked at before."""

    version: Annotated[int, Field(ge=1, description="That was looked at: a newer one is not overwritten.")]


class RuleSetItem(Answer):
    """Rules, and whom they are rolled out to."""

    id: str
    name: str
    text: str
    everyone: bool
    groups: list[str]
    author: str = Field(description="Who changed them last.")
    at: datetime
    version: int
    rules: list[RuleItem]
    workstations: int = Field(description="That these are for.")
    holding: int = Field(description="Of these, how many have them in force as they are now.")


class RuleSetList(Answer):
    """All of them, by name."""

    items: list[RuleSetItem]


class HolderItem(Answer):
    """A workstation, and whether it has the rules that are for it."""

    workstation: str
    agent: str
    rules: list[str] = Field(description="Ids of the sets that are for it.")
    holds: bool = Field(description="It has told that it has exactly what is for it in force.")
    told_at: datetime | None = Field(description="When it last told which rules it has.")
    events_at: datetime | None = Field(description="When its newest events came.")


class HolderList(Answer):
    """All workstations that are enrolled, by name."""

    items: list[HolderItem]


def checked(text: str) -> RuleCheck:
    """What a text says. Never raises for what is wrong in it."""
    try:
        rules = parsed(text, source=_SOURCE)
    except (InvalidInputError, LimitError) as error:
        problem = RuleProblem(
            line=_line_of(error.message, text),
            code=error.code,
            message=_PLACE.sub("", error.message),
            hint=error.hint,
        )
        return RuleCheck(rules=[], problems=[problem])
    return RuleCheck(rules=rule_items(rules), problems=[])


def _line_of(message: str, text: str) -> int:
    if _END in message:
        return text.count("\n") + 1
    line = _LINE.search(message)
    return 0 if line is None else int(line[1])


def rule_items(rules: Sequence[Rule]) -> list[RuleItem]:
    """Rules for the wire."""
    return [
        RuleItem(name=rule.name, does=sorted({str(one.act) for one in (*rule.then, *rule.otherwise)})) for rule in rules
    ]


def rule_set_item(one: RuleSet, *, workstations: int, holding: int) -> RuleSetItem:
    """A set for the wire."""
    return RuleSetItem(
        id=str(one.id),
        name=one.name,
        text=one.text,
        everyone=one.everyone,
        groups=[str(group) for group in one.groups],
        author=one.author,
        at=utc(one.at_us),
        version=one.version,
        # One that was kept by an older version, and is not understood any more, is shown all the same.
        rules=checked(one.text).rules,
        workstations=workstations,
        holding=holding,
    )
