"""What an operator may set about desktop analytics at a workstation."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.quantities import Duration, Size
from playhead.environment.ports import Service, port_of

_SECOND_US = 1_000_000


class AnalyticsConfig(Section, frozen=True):
    """``[workstation.analytics]``: which application, window and page the agent works with."""

    on: Annotated[
        bool, Meta(description="Watch, and send what may be told to the premises. Without it nothing is looked at.")
    ] = False
    port: Annotated[
        int, Meta(ge=1, le=65535, description="Where the premises takes desktop events, at the same addresses.")
    ] = port_of(Service.ANALYTICS).number
    spool_max: Annotated[
        Size,
        Meta(
            description="What this machine keeps of it, sent or not: at least 4 MiB, or weeks. The oldest goes first."
        ),
    ] = Size(32 << 20)
    idle_after: Annotated[
        Duration, Meta(description="Without a key or a movement for so long, 5 s to 1 h, the agent counts as idle.")
    ] = Duration(60 * _SECOND_US)
    failing: Annotated[
        Literal["closed", "open"],
        Meta(
            description="What it means when the screen cannot be watched, or a page not be read that a rule for a "
            "blackout goes by: `closed` is black; `open` goes on recording."
        ),
    ] = "closed"
    accessibility: Annotated[
        bool,
        Meta(description="Ask programs for addresses and texts of controls (AT-SPI), for rules with `url` and `text`."),
    ] = False
    rules: Annotated[
        Path | None,
        Meta(description="A file of rules for this machine alone, which hold beside those of the site."),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what would not work.

        Raises:
            ValueError: which key, and what to write.
        """
        if self.spool_max < Size(4 << 20):
            raise ValueError(f"spool_max is at least {Size(4 << 20)}")
        low, high = Duration(5 * _SECOND_US), Duration(3600 * _SECOND_US)
        if not low <= self.idle_after <= high:
            raise ValueError(f"idle_after is {low} to {high}")
