"""What an operator may set about telling the cloud of recordings, and of what happens."""

from typing import Annotated

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.quantities import Duration

INTERVAL_US_MIN = 100_000
INTERVAL_US_MAX = 3_600_000_000


class ReplicationConfig(Section, frozen=True):
    """``[replication]``: what the cloud is told of recordings, where there is a ``[cloud]``."""

    interval: Annotated[
        Duration,
        Meta(
            description=(
                "How often the cloud is told what has changed. 100 recordings under way are about 25 kB each time."
            )
        ),
    ] = Duration(3_000_000)
    origins: Annotated[
        tuple[Annotated[str, Meta(max_length=300)], ...],
        Meta(
            max_length=8,
            description=(
                "Where browsers on this site's network reach this server over HTTPS, such as "
                "`https://recorder.example.local`; they then play from here and not through the cloud. Their "
                "certificate has to be one that those browsers trust. Empty: everything goes through the cloud."
            ),
        ),
    ] = ()
    kept: Annotated[
        Duration,
        Meta(description="How long events wait for the cloud; older ones are given up, and counted."),
    ] = Duration(30 * 86_400_000_000)
    kept_events: Annotated[
        int,
        Meta(
            ge=1_000,
            le=100_000_000,
            description=(
                "How many events wait for the cloud at the most; then the oldest are given up, and counted. Each takes "
                "about 0.4 kB."
            ),
        ),
    ] = 5_000_000

    def __post_init__(self) -> None:
        """Bounds that the types do not tell."""
        if not INTERVAL_US_MIN <= self.interval.us <= INTERVAL_US_MAX:
            raise ValueError("interval must be between 100 ms and 1 h.")
        if not all(one.startswith("https://") and one == one.lower().rstrip("/") for one in self.origins):
            raise ValueError("origins are written like https://host or https://host:port, in lower case.")
