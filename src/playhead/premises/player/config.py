"""What an operator may set about the player's media."""

from typing import Annotated

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.quantities import Duration


class PlayerConfig(Section, frozen=True):
    """``[player]``: media for the interaction player. It listens where the portal does."""

    viewers_max: Annotated[
        int, Meta(ge=1, le=1_000, description="Live views at a time; more are asked to come back.")
    ] = 200
    responses_max: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            description="Answers with media under way at a time. Each holds 1 to 9 MB; more are asked to come back.",
        ),
    ] = 64
    live_length: Annotated[
        Duration,
        Meta(
            description="A live view ends after this long, or with its token if that is sooner; its player comes back."
        ),
    ] = Duration(300_000_000)
    live_grace: Annotated[
        Duration,
        Meta(description="How long a workstation goes on sending as for live view after the last viewer has left."),
    ] = Duration(5_000_000)
