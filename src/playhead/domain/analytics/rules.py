"""Rules about what is on an agent's screen, as a person writes them (TOML), and compiled.

::

    [[rule]]
    name = "card form"
    when = { application = ["*firefox*", "*chrom*"], title = "*Card payment*" }
    then = [{ blackout = "start" }, { tag = "card" }]

A rule begins when all that its ``when`` names is so, and nothing that its ``unless`` names; it ends when that is over.
Patterns are `playhead.domain.patterns`; a list of them means any. Times are microseconds.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, NoReturn, cast

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.quantities import Duration
from playhead.domain.analytics.events import DETAIL_CHARS_MAX, NAME_CHARS_MAX
from playhead.domain.patterns import is_any_of

RULES_MAX: Final = 200
"""At a workstation. Each is compared with each window when windows change."""
TEXT_BYTES_MAX: Final = 256 << 10
"""Of one text of rules."""
PATTERNS_MAX: Final = 64
"""For one key of one rule."""
PATTERN_CHARS_MAX: Final = 512
ACTIONS_MAX: Final = 16
"""Of one rule, each of ``then`` and ``otherwise``."""
LONGEST: Final = Duration(24 * 3_600_000_000)
"""Of any time in a rule."""

Where = Literal["front", "shown"]

_RULE: Final = frozenset({"name", "when", "unless", "after", "where", "then", "otherwise"})
_TEXTS: Final = ("application", "title", "url", "text")
_HEADER: Final = re.compile(r"\s*\[\[\s*[\"']?rule[\"']?\s*\]\]\s*(?:#.*)?")
_IDLE: Final = re.compile(r"\s*([<>])\s*(.+)")
_MINUTES: Final = re.compile(r"([\d.\s]+)m\s*")
_KEPT_CHARS: Final = 512
_is_any_of: Final = lru_cache(4_096)(is_any_of)
"""For texts up to that length: when one title changes, all the others are compared with all rules again."""


class Act(StrEnum):
    """What a rule can do. The first two are done by the workstation itself, at once."""

    BLACKOUT = "blackout"
    RECORDING = "recording"
    TAG = "tag"
    FIELD = "field"
    ALARM = "alarm"
    MARK = "mark"


_SWITCHES: Final = {Act.BLACKOUT: ("start", "end"), Act.RECORDING: ("start", "stop")}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do; as in `playhead.domain.analytics.events.DesktopEvent`, where it becomes a trigger."""

    act: Act
    detail: str
    """``start``, ``end``, ``stop``; the tag; ``name=value`` of a field; the words of an alarm or a mark."""
    lasts_us: int = 0
    """A blackout's start: it goes on for this long after the rule has ended, unless a rule ends it; 0: it does not."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One window. None where it could not be found out, which is not the same as empty."""

    application: str = ""
    title: str = ""
    url: str | None = ""
    text: str | None = ""
    """Of its controls."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is so at a moment."""

    at_us: int
    """Of any clock that never goes back."""
    front: Facts | None = None
    """The window that takes the keys; None where there is none, or the screen is locked."""
    shown: tuple[Facts, ...] = ()
    """All windows that can be seen."""
    idle_us: int = 0
    """Since the last key or movement."""
    is_busy: bool = False
    """They go on all the time, so that this does not grow; of stored stretches."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so; patterns by the name of the fact. Without any it always is."""

    patterns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    idle_above_us: int | None = None
    idle_below_us: int | None = None
    for_us: int = 0
    """It must have been so for this long, without a pause."""
    within_us: int = 0
    """Of ``when``: so long after what ``after`` names was so."""

    def fits(self, scene: Scene, where: Where) -> bool | None:
        """Whether it is so, without its times; None where that cannot be found out."""
        if self.idle_above_us is not None and scene.idle_us <= self.idle_above_us:
            return False
        if self.idle_below_us is not None and scene.idle_us >= self.idle_below_us:
            return False
        if not self.patterns:
            return True
        windows = scene.shown if where == "shown" else (() if scene.front is None else (scene.front,))
        verdicts = {self._fits(window) for window in windows}
        return True if True in verdicts else None if None in verdicts else False

    def needs(self, fact: str) -> bool:
        """Whether it goes by a fact, such as ``url``."""
        return any(name == fact for name, _ in self.patterns)

    def _fits(self, window: Facts) -> bool | None:
        verdict: bool | None = True
        for name, patterns in self.patterns:
            fact = cast("str | None", getattr(window, name))
            if fact is None:
                verdict = None
            elif not (_is_any_of if len(fact) <= _KEPT_CHARS else is_any_of)(fact, patterns):
                return False
        return verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    name: str
    when: Condition
    unless: Condition | None = None
    after: Condition | None = None
    where: Where = "front"
    """``shown``: any window that can be seen, not only the one in front; so for blackouts unless it says otherwise."""
    then: tuple[Action, ...] = ()
    otherwise: tuple[Action, ...] = ()

    @property
    def darkens(self) -> Action | None:
        """Its blackout's start."""
        return next((one for one in self.then if (one.act, one.detail) == (Act.BLACKOUT, "start")), None)

    def needs(self, fact: str) -> bool:
        """Whether it goes by a fact, such as ``url``."""
        return any(one is not None and one.needs(fact) for one in (self.when, self.unless, self.after))


def parsed(text: str, *, source: str = "rules") -> tuple[Rule, ...]:
    """The rules of a text.

    Args:
        text: TOML 1.0: tables ``[[rule]]``.
        source: how messages name it.

    Raises:
        InvalidInputError: ``analytics.rule``: the message names the line and what to write instead.
        LimitError: ``analytics.rules``: it is longer than `TEXT_BYTES_MAX`, or has more than `RULES_MAX` rules.
    """
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise LimitError("analytics.rules", f"{source} is longer than {TEXT_BYTES_MAX} bytes.", hint="Divide it.")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "An inline table { } stands on one line; strings stand in double quotes."
        raise InvalidInputError("analytics.rule", f"{source} is not valid TOML: {error}.", hint=hint) from error
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _HEADER.fullmatch(line)]
    tables = document.get("rule", [])
    others = [key for key in document if key != "rule"]
    if others or not isinstance(tables, list):
        _Place(source, lines, 0, 0).refuse(others[0] if others else "rule", "rules are tables [[rule]]")
    rows = cast("list[object]", tables)
    if len(rows) > RULES_MAX:
        raise LimitError("analytics.rules", f"{source} has more than {RULES_MAX} rules.", hint="Leave some out.")
    starts = starts if len(starts) == len(rows) else [0] * len(rows)
    found: dict[str, Rule] = {}
    for number, row in enumerate(rows):
        end = starts[number + 1] if number + 1 < len(rows) and starts[number + 1] else len(lines)
        place = _Place(source, lines, starts[number], end)
        rule = _rule(place, _table(place, "rule", row))
        if rule.name in found:
            place.refuse("name", f"there is another rule called {rule.name!r}")
        found[rule.name] = rule
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the text a rule is."""

    source: str
    lines: list[str]
    start: int
    end: int

    def refuse(self, key: str, what: str) -> NoReturn:
        """Say what is wrong, and in which line."""
        last = re.escape(key.rpartition(".")[2])
        word = re.compile(rf"(?:^|[\s{{,\[.])[\"']?{last}[\"']?\s*(?:=|\])")
        inside = range(self.start, self.end)
        line = next((number for number in inside if word.search(self.lines[number].split("#")[0])), self.start)
        raise InvalidInputError("analytics.rule", f"{self.source}, line {line + 1}: {key}: {what}.")


def _rule(place: _Place, row: Mapping[str, object]) -> Rule:
    _known(place, "", row, _RULE)
    name = row.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_CHARS_MAX:
        place.refuse("name", f"a rule has a name of 1 to {NAME_CHARS_MAX} characters")
    if "when" not in row:
        place.refuse("when", 'a rule says when, such as when = { title = "*Card payment*" }')
    when = _condition(place, "when", row["when"], times=("for", "within"))
    unless = _condition(place, "unless", row["unless"]) if "unless" in row else None
    after = _condition(place, "after", row["after"]) if "after" in row else None
    if not when.patterns and when.idle_above_us is None and when.idle_below_us is None:
        place.refuse("when", f"it names at least one of {', '.join((*_TEXTS, 'idle'))}")
    if (after is None) != (when.within_us == 0):
        place.refuse("when.within" if when.within_us else "after", "after and when.within go together")
    then = _actions(place, "then", row.get("then", []))
    otherwise = _actions(place, "otherwise", row.get("otherwise", []))
    if not then and not otherwise:
        place.refuse("then", 'a rule does something, such as then = [{ mark = "refund" }]')
    rule = Rule(name, when, unless, after, then=then, otherwise=otherwise)
    where = row.get("where", "shown" if rule.darkens else "front")
    if where not in {"front", "shown"}:
        place.refuse("where", 'it is "front" or "shown"')
    return Rule(name, when, unless, after, cast("Where", where), then, otherwise)


def _condition(place: _Place, key: str, value: object, *, times: tuple[str, ...] = ()) -> Condition:
    row = _table(place, key, value)
    _known(place, key, row, frozenset((*_TEXTS, "idle", *times)))
    patterns = tuple((name, _patterns(place, f"{key}.{name}", row[name])) for name in _TEXTS if name in row)
    above_us = below_us = None
    if "idle" in row:
        match = _IDLE.fullmatch(row["idle"]) if isinstance(row["idle"], str) else None
        if match is None:
            place.refuse(f"{key}.idle", 'it is such as "> 2m" or "< 10s"')
        idle_us = _time(place, f"{key}.idle", match[2])
        above_us, below_us = (idle_us, None) if match[1] == ">" else (None, idle_us)
    given = {name: _time(place, f"{key}.{name}", row[name]) for name in times if name in row}
    return Condition(patterns, above_us, below_us, given.get("for", 0), given.get("within", 0))


def _patterns(place: _Place, key: str, value: object) -> tuple[str, ...]:
    given = cast("list[object]", value) if isinstance(value, list) else [value]
    if not 1 <= len(given) <= PATTERNS_MAX:
        place.refuse(key, f"it is 1 to {PATTERNS_MAX} patterns")
    found: list[str] = []
    for one in given:
        if not isinstance(one, str) or not 1 <= len(one) <= PATTERN_CHARS_MAX:
            place.refuse(key, f"a pattern is a text of 1 to {PATTERN_CHARS_MAX} characters")
        found.append(one)
    return tuple(found)


def _actions(place: _Place, key: str, value: object) -> tuple[Action, ...]:
    rows = cast("list[object]", value) if isinstance(value, list) else [value]
    if len(rows) > ACTIONS_MAX:
        place.refuse(key, f"it has at most {ACTIONS_MAX} actions")
    return tuple(_action(place, key, _table(place, key, row)) for row in rows)


def _action(place: _Place, key: str, row: Mapping[str, object]) -> Action:
    acts = [name for name in row if name in Act.__members__.values()]
    if len(acts) != 1:
        place.refuse(key, f'an action is one of {", ".join(Act)}, such as {{ tag = "card" }}')
    act = Act(acts[0])
    more = {Act.BLACKOUT: {"lasts"}, Act.FIELD: {"value"}}.get(act, set[str]())
    _known(place, key, row, frozenset({act.value, *more}))
    detail, value = row[act], row.get("value", "")
    if not isinstance(detail, str) or not detail or not isinstance(value, str):
        place.refuse(f"{key}.{act}", "it is a text in double quotes")
    if act in _SWITCHES and detail not in _SWITCHES[act]:
        place.refuse(f"{key}.{act}", " or ".join(f'"{one}"' for one in _SWITCHES[act]))
    if act is Act.FIELD:
        if "=" in detail or not value:
            place.refuse(
                f"{key}.field", 'a field has a name without = and a value: { field = "topic", value = "refund" }'
            )
        detail = f"{detail}={value}"
    if len(detail) > DETAIL_CHARS_MAX:
        place.refuse(f"{key}.{act}", f"it is at most {DETAIL_CHARS_MAX} characters")
    lasts_us = _time(place, f"{key}.lasts", row["lasts"]) if "lasts" in row else 0
    if lasts_us and detail != "start":
        place.refuse(f"{key}.lasts", "it belongs to the start of a blackout")
    return Action(act, detail, lasts_us)


def _table(place: _Place, key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        place.refuse(key, 'it is a table, such as { title = "*" }')
    return cast("Mapping[str, object]", value)


def _known(place: _Place, key: str, row: Mapping[str, object], known: Iterable[str]) -> None:
    for name in row:
        if name not in known:
            place.refuse(f"{key}.{name}".lstrip("."), f"there is no such key; known here: {', '.join(sorted(known))}")


def _time(place: _Place, key: str, value: object) -> int:
    text = value
    if isinstance(value, str) and (minutes := _MINUTES.fullmatch(value)):
        text = f"{minutes[1]}min"
    try:
        length = Duration.parse(text)
    except ValueError as error:
        place.refuse(key, str(error))
    if not Duration(0) < length <= LONGEST:
        place.refuse(key, f"it is more than 0 s and at most {LONGEST}")
    return length.us
