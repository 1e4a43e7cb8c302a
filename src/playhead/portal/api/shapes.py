"""What every model of the API is: JSON in camel case, frozen; of what is sent to it, nothing unknown is taken."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel


def _instant(value: object) -> object:
    """Text as it is. What looks like a number would be taken for seconds or milliseconds, whichever fits."""
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("An instant has a date, a time and a zone, such as 2026-01-31T12:00:00Z")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
"""An instant that somebody sends: ISO 8601 with its zone."""


class Answer(BaseModel):
    """What the API says."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Input(Answer):
    """What the API hears."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")
