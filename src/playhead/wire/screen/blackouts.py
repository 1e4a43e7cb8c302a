"""What the messages of the screen protocol say of blackouts (docs/wire/screen.md §8.1)."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from playhead.wire.screen import limits

BlackoutSource = Literal["command_line", "api", "agent", "interaction", "analytics", "decision_source"]
"""What kind of party asks: `playhead.domain.blackouts.Source`."""

_Name = Annotated[str, Meta(max_length=limits.MAX_ASKER_CHARACTERS)]
_Number = Annotated[int, Meta(ge=0, le=limits.MAX_OFFSET)]


class BlackoutOrder(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Who asks for a blackout, or wants it to end."""

    source: BlackoutSource
    by: _Name = ""
    """Name of the person or program."""
    label: _Name = ""
    """Tells several requests of one party apart."""
    length_ms: _Number = 0
    """How long it shall last; 0: as long as it may."""
    any: bool = False
    """To end it: the requests of all, not just this party's."""


BY_API: Final = BlackoutOrder("api")
"""By nobody in particular, through the premises."""


class BlackoutRequest(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A request for a blackout that is in force."""

    source: BlackoutSource
    since_us: _Number
    """Wall time of its beginning."""
    by: _Name = ""
    label: _Name = ""
    reason: Annotated[str, Meta(max_length=limits.MAX_TEXT_CHARACTERS)] = ""
    until_us: Annotated[int, Meta(ge=0, le=limits.MAX_OFFSET)] | None = None
    """Wall time at which it should end by itself; None: it lasts until it is ended."""
    follows: bool = False
    """It is bound to the agent: it shall hold wherever the agent works."""
