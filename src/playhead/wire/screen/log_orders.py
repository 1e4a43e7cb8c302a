"""What a `Command` says of a workstation's log (docs/wire/screen.md §8.3)."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from playhead.wire.screen import limits

LogLevel = Literal["", "info", "debug"]
"""What the log says at least; the empty one: what the workstation's configuration has it say."""


class LogOrder(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How much a workstation's log is to say, and for how long."""

    level: LogLevel = ""
    length_ms: Annotated[int, Meta(ge=0, le=limits.MAX_LOG_ORDER_MS)] = 0
    """From when it comes."""


AS_CONFIGURED: Final = LogOrder()
"""Nothing more than the configuration says."""
