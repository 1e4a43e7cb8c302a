"""Logs that say more for a while: who wanted it, of what, and until when."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError

RAISED_US_MAX: Final = 24 * 3_600_000_000
"""How long at most: what is looked for longer belongs into the configuration."""
RAISED_US_MIN: Final = 60_000_000
RAISES_MAX: Final = 100
"""At a time. A workstation says 20 lines a second at most: with all of them, 2,000 a second come."""
REASON_CHARS_MAX: Final = 200

SERVICES: Final = frozenset(
    {
        *("aside", "coverage", "environment", "export", "keeping", "logs", "messaging", "net", "player", "portal"),
        *("premises", "quarantine", "screen", "store", "tokens"),
    }
)
"""Parts of the premises server that can be named; ``premises`` is all of it."""

Kind = Literal["workstation", "service"]
Level = Literal["info", "debug"]
State = Literal["in_force", "waiting", "failed", "ending"]
"""``waiting``: its workstation has not been told; ``failed``: it cannot; ``ending``: it was ended before its time, and
its workstation has not been told."""


class Raise(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A log that says more for a while: of a workstation, or of a service of the premises server."""

    kind: Kind
    name: str
    """Of the workstation; or one of `SERVICES`."""
    level: Level
    by: str
    """Who wanted it."""
    reason: str = ""
    since_us: int
    until_us: int
    """Wall times of the premises server."""
    state: State = "in_force"
    problem: str = ""
    """Why it waits, or failed, in a sentence."""

    @property
    def target(self) -> tuple[Kind, str]:
        """What it is of: there is one at a time for each."""
        return self.kind, self.name

    def left_us(self, now_us: int) -> int:
        """How long it lasts from now on; 0 where it is over, as it is where the clock was set back by days."""
        left_us = self.until_us - now_us
        return left_us if 0 < left_us <= RAISED_US_MAX else 0


def raised(kind: Kind, name: str, level: Level, *, by: str, reason: str, length_us: int, now_us: int) -> Raise:
    """A raise that begins now.

    Raises:
        InvalidInputError: ``logs.length``.
        NotFoundError: ``logs.service``.
    """
    if kind == "service" and name not in SERVICES:
        hint = f"Services are {', '.join(sorted(SERVICES))}."
        raise NotFoundError("logs.service", f"There is no service {name[:64]!r}.", hint=hint)
    if not RAISED_US_MIN <= length_us <= RAISED_US_MAX:
        raise InvalidInputError("logs.length", "A log says more for a minute to 24 hours.")
    return Raise(
        kind=kind,
        name=name,
        level=level,
        by=by,
        reason=reason.strip(),
        since_us=now_us,
        until_us=now_us + length_us,
        state="waiting" if kind == "workstation" else "in_force",
    )


def with_raise(raises: Sequence[Raise], fresh: Raise) -> tuple[Raise, ...]:
    """All of them, ``fresh`` in the place of the one that there was of the same.

    Raises:
        LimitError: ``logs.levels``.
    """
    others = [one for one in raises if one.target != fresh.target]
    if len(others) >= RAISES_MAX:
        raise LimitError("logs.levels", f"{len(others)} logs say more already.", hint="End one of them first.")
    return (*others, fresh)
