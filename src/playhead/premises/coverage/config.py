"""What an operator may set about coverage: when the site records, and how long its ledger is kept."""

from typing import Annotated

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.premises.coverage.hours import Hours, zone_of


class CoverageConfig(Section, frozen=True):
    """``[coverage]``: what should be recorded, for the ledger that tells what is missing."""

    time_zone: Annotated[
        str,
        Meta(
            max_length=64,
            description="Time zone of the site, such as `Europe/Berlin`; empty for this machine's. Days begin in it.",
        ),
    ] = ""
    hours: Annotated[
        tuple[str, ...],
        Meta(
            max_length=50,
            description=(
                "When workstations that record all the time should: such as "
                '`["mon-fri 08:00-18:00", "sat 09:00-13:00"]`. '
                "What was recorded on demand is due from its start to its stop whenever that is."
            ),
        ),
    ] = ("mon-sun 00:00-24:00",)
    kept: Annotated[
        Duration, Meta(description="How long what workstations did and the ledger of each day are kept, at least 8 d.")
    ] = Duration(400 * 86_400_000_000)

    def __post_init__(self) -> None:
        """Refuse what would not work.

        Raises:
            ValueError: which key, and what to write.
        """
        zone_of(self.time_zone)
        Hours.parse(self.hours)
        if self.kept < Duration(8 * 86_400_000_000):
            raise ValueError(f"kept is at least {Duration(8 * 86_400_000_000)}")
