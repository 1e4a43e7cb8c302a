"""What ``/api/logs/levels`` says and hears."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.log_levels import (
    RAISED_US_MAX,
    RAISED_US_MIN,
    REASON_CHARS_MAX,
    SERVICES,
    Kind,
    Level,
    Raise,
    State,
)
from playhead.portal.api.shapes import Answer, Input

NAME: Final = r"^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"
"""As `playhead.base.ids` has it."""


class LogLevelItem(Answer):
    """A log that says more than it is configured to."""

    kind: Kind = Field(description="Whose log: a workstation's, or that of a part of the premises server.")
    name: str = Field(description="Of the workstation or the service; the service `premises` is all of it.")
    level: Level
    by: str
    reason: str
    since: datetime
    until: datetime = Field(description="Then it falls back by itself.")
    state: State = Field(
        description=(
            "`in_force`; `waiting`: its workstation is told when it connects; `failed`: it cannot; `ending`: it was "
            "ended, and its workstation is told when it connects."
        )
    )
    problem: str = Field(description="Why it waits, or failed.")


class LogLevelList(Answer):
    """All of them, and what may be asked for."""

    items: list[LogLevelItem]
    services: list[str] = Field(default=sorted(SERVICES), description="Parts of the server that can be named.")
    length_ms_max: int = RAISED_US_MAX // 1000


class LogLevelOrder(Input):
    """Have a log say more."""

    kind: Kind
    name: Annotated[str, Field(pattern=NAME)]
    level: Level
    length_ms: Annotated[int, Field(ge=RAISED_US_MIN // 1000, le=RAISED_US_MAX // 1000)] = 1_800_000
    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX)] = ""


def log_level_item(one: Raise) -> LogLevelItem:
    """For the wire."""
    return LogLevelItem(
        kind=one.kind,
        name=one.name,
        level=one.level,
        by=one.by,
        reason=one.reason,
        since=utc(one.since_us),
        until=utc(one.until_us),
        state=one.state,
        problem=one.problem,
    )
