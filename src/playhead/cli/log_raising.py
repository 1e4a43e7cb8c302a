"""What ``playhead logs level`` and ``playhead logs levels`` do."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import click

from playhead.base.errors import InvalidInputError
from playhead.base.instants import wall_us
from playhead.base.quantities import Duration
from playhead.cli.console import done, emit_json, human_instant, notice, table
from playhead.cli.operator import Operator
from playhead.domain.log_levels import SERVICES, Kind

_HEADS: Final = ("LOG OF", "LEVEL", "UNTIL", "WANTED BY", "STATE", "WHY")


def begin(operator: Operator, target: str, level: str, *, length: str, reason: str) -> None:
    """Have the log of ``target`` say more.

    Raises:
        InvalidInputError: ``logs.length``.
        PlayheadError: what the server says.
    """
    length_ms = _length(length).us // 1000
    found = operator.raise_log_level(
        {"kind": _kind(target), "name": target, "level": level, "lengthMs": length_ms, "reason": reason}
    )
    until = human_instant(wall_us(datetime.fromisoformat(found["until"])))
    if found["state"] == "in_force":
        done(f"The log of {target} says {level} until {until}.")
    else:
        notice(f"The log of {target} does not say {level} yet: {found['problem']}")


def end(operator: Operator, target: str) -> None:
    """Have the log of ``target`` say what it is configured to.

    Raises:
        PlayheadError: what the server says.
    """
    found = operator.end_log_level(_kind(target), target)
    if found["state"] == "ending":
        notice(f"{target} is told when it comes, and falls back by itself in any case. {found['problem']}")
    else:
        done(f"The log of {target} says what it is configured to.")


def show(found: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print all that say more."""
    if as_json:
        emit_json(found)
        return
    if not found:
        done("Every log says what it is configured to.")
        return
    rows = [
        [
            one["name"],
            one["level"],
            human_instant(wall_us(datetime.fromisoformat(one["until"]))),
            one["by"],
            " ".join(filter(None, (one["state"].replace("_", " "), one["problem"] and f"({one['problem']})"))),
            one["reason"],
        ]
        for one in found
    ]
    click.echo(table(_HEADS, rows))


def _kind(target: str) -> Kind:
    return "service" if target in SERVICES else "workstation"


def _length(text: str) -> Duration:
    try:
        return Duration.parse(re.sub(r"(?<=[\d ])m$", "min", text))
    except ValueError as error:
        raise InvalidInputError("logs.length", f"{error}.") from None
