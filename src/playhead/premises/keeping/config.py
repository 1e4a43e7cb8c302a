"""What an operator may set about keeping and destroying. How long things are kept, the policy says."""

from typing import Annotated

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.domain.retention import Guard


class KeepingConfig(Section, frozen=True):
    """``[keeping]``: when the policy of retention is carried out, and how much of it at a time."""

    hour: Annotated[
        int,
        Meta(ge=0, le=23, description="When it runs, by the server's local time; later where the server was off then."),
    ] = 3
    share_max: Annotated[
        float,
        Meta(ge=0, le=1, description="Of all recordings, what one run may take without somebody's confirmation."),
    ] = 0.05
    recordings_min: Annotated[
        int, Meta(ge=0, le=1_000_000, description="So many may always be taken, however few there are.")
    ] = 20
    rate: Annotated[
        int, Meta(ge=1, le=1_000, description="Recordings erased a second, so that recording is never held up.")
    ] = 10
    remove_after: Annotated[
        Duration,
        Meta(
            description=(
                "How long files whose keys are destroyed are kept. Nobody can read them; an auditor may want to "
                "compare them with the certificate."
            )
        ),
    ] = Duration(0)

    @property
    def guard(self) -> Guard:
        """How much one run may take."""
        return Guard(self.share_max, self.recordings_min)
