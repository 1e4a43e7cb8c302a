"""What ``/api/health`` says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from playhead import __version__
from playhead.base.instants import utc
from playhead.domain.health import Problem
from playhead.portal.api.shapes import Answer


class ProblemItem(Answer):
    """Something that a person should see to."""

    code: str = Field(description="Stable identifier, such as `disk.full`.")
    message: str
    hint: str = Field(description="What to do about it.")
    since: datetime


class HealthItem(Answer):
    """How the server is."""

    status: Literal["ok", "degraded"]
    version: str
    problems: list[ProblemItem]


def health_item(problems: Sequence[Problem]) -> HealthItem:
    """For the wire."""
    told = [ProblemItem(code=one.code, message=one.message, hint=one.hint, since=utc(one.since_us)) for one in problems]
    return HealthItem(status="degraded" if told else "ok", version=__version__, problems=told)
