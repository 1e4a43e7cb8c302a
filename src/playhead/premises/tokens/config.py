"""What an operator may set about tokens."""

from typing import Annotated

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.environment.ports import Service, port_of

LIFETIME_US_MIN = 10_000_000
LIFETIME_US_MAX = 600_000_000


class TokensConfig(Section, frozen=True):
    """``[tokens]``: the service that gives players leave to play. It speaks TLS where the portal does."""

    listen: Annotated[Address, Meta(description="Address and port to listen on.")] = Address(
        "127.0.0.1", port_of(Service.TOKENS).number
    )
    lifetime: Annotated[
        Duration,
        Meta(
            description=(
                "How long a token opens its recording; a player that goes on playing asks again. 10 s to 10 min: so "
                "long somebody who was just denied access can go on."
            )
        ),
    ] = Duration(60_000_000)
    rotate_every: Annotated[
        Duration, Meta(description="How often tokens are signed with a new key. The old one goes on verifying.")
    ] = Duration(30 * 86_400_000_000)

    def __post_init__(self) -> None:
        """Bounds that concern several fields."""
        if not LIFETIME_US_MIN <= self.lifetime.us <= LIFETIME_US_MAX:
            raise ValueError("lifetime must be between 10 s and 10 min.")
        if self.rotate_every.us < LIFETIME_US_MAX * 2:
            raise ValueError("rotate_every must be at least 20 min.")
