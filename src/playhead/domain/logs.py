"""A line of a log, and what somebody looks for among them."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Self

import msgspec

from playhead.base.errors import InvalidInputError

TEXT_CHARS_MAX: Final = 8192
"""Of a line's text; what is longer is cut (RFC 5425 §4.3.1 asks receivers for 8192 octets)."""
FIELDS_MAX: Final = 64
"""Further values of a line; what is more is left out."""
VALUE_CHARS_MAX: Final = 8192
"""Of a value; what is longer is cut."""
NAME_CHARS_MAX: Final = 255
"""Of a workstation's and a service's name, and of an id (RFC 5424 §6: HOSTNAME is the longest)."""
QUESTION_CHARS_MAX: Final = 256
"""Of the text that is looked for."""


class Level(IntEnum):
    """How bad a line is: the severities of syslog (RFC 5424 §6.2.1), of which a smaller number is worse."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7

    @classmethod
    def named(cls, name: str) -> Self:
        """By its name in lower case.

        Raises:
            InvalidInputError: ``logs.level``.
        """
        try:
            return cls[name.upper()]
        except KeyError:
            names = ", ".join(each.name.lower() for each in cls)
            raise InvalidInputError("logs.level", f"{name!r} is no level.", hint=f"Levels are {names}.") from None


class LogLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """One line, as it is stored: a JSON object whose first key is always ``at``."""

    at: str
    """When it happened, corrected for its machine's clock where that is known: `playhead.base.instants.rfc3339`."""
    n: int = 0
    """Its number in the store, by arrival; 0 before it is stored."""
    level: str
    workstation: str
    """The machine that said it. Empty for the premises server itself."""
    service: str
    text: str
    interaction: str = ""
    """The interaction or recording that it is about."""
    proven: bool = False
    """The machine showed its certificate; otherwise its name is what it said."""
    address: str = ""
    """Where it came from, where that is not proven."""
    process: str = ""
    received_at: str = ""
    """When it came, where that is not about when it happened."""
    said_at: str = ""
    """What its machine's clock said, where that was corrected."""
    spool: str = ""
    """Of a workstation's own lines: which spool they come from, …"""
    sequence: int = 0
    """… and the how-manieth it is there, from 1 on."""
    fields: dict[str, str] = {}

    @property
    def key(self) -> tuple[str, int]:
        """Lines sort by it in true order."""
        return self.at, self.n

    @property
    def haystack(self) -> str:
        """What text is looked for in: the text, and each value with its name."""
        if not self.fields:
            return self.text
        return "\n".join((self.text, *(f"{name}={value}" for name, value in self.fields.items())))


def line_text(line: LogLine, when: str) -> str:
    """A line for people, without what a terminal would obey: anybody may send lines.

    Args:
        line: it.
        when: its instant, as they want it.
    """
    values = " ".join(f"{name}={value}" for name, value in line.fields.items())
    where = line.workstation or "(server)"
    text = f"{when} {line.level:9} {where:16} {line.service:12} {line.text}  {values}".rstrip()
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\n    " if char == "\n" else "\ufffd" for char in text)


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What somebody looks for. Everything that is given must hold."""

    since: str = ""
    """From this instant on, as in `LogLine.at`."""
    until: str = ""
    """Before this instant."""
    workstation: str | None = None
    """The empty one is the premises server."""
    service: str | None = None
    level: Level = Level.DEBUG
    """This or worse."""
    text: str = ""
    """Anywhere in the text and the values, in any case."""
    interaction: str = ""
    folded: str = field(init=False, default="")
    """``text`` as it is compared."""

    def __post_init__(self) -> None:
        """Prepare the comparison.

        Raises:
            InvalidInputError: ``logs.question``.
        """
        if len(self.text) > QUESTION_CHARS_MAX:
            message = f"What is looked for is at most {QUESTION_CHARS_MAX} characters long."
            raise InvalidInputError("logs.question", message)
        object.__setattr__(self, "folded", self.text.casefold())

    def matches(self, line: LogLine) -> bool:
        """Whether the line is looked for."""
        return (
            (not self.since or line.at >= self.since)
            and (not self.until or line.at < self.until)
            and (self.workstation is None or line.workstation == self.workstation)
            and (self.service is None or line.service == self.service)
            and (not self.interaction or line.interaction == self.interaction)
            and (self.level is Level.DEBUG or Level.named(line.level) <= self.level)
            and (not self.folded or self.folded in line.haystack.casefold())
        )


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place between lines: only what sorts before it comes on the next page."""

    at: str
    n: int

    def __str__(self) -> str:
        return f"{self.at}.{self.n}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """As it was printed.

        Raises:
            InvalidInputError: ``logs.cursor``.
        """
        at, _, number = text.rpartition(".")
        if not at.endswith("Z") or not (number.isascii() and number.isdigit()):
            hint = "Give what `next` of the page before said."
            raise InvalidInputError("logs.cursor", f"{text!r} is no place in the logs.", hint=hint)
        return cls(at, int(number))


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some of what was looked for, newest first."""

    lines: tuple[LogLine, ...]
    following: Cursor | None
    """Where the next page begins; None at the end."""
    searched_to: str = ""
    """Where it took too long, everything from this instant on was looked at; older lines are on the pages that
    follow. Otherwise empty."""
