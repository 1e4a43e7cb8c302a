"""What an operator may set about the policy listener."""

from typing import Annotated

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.environment.ports import Service, port_of
from playhead.wire.policy import ORIGINS_MAX, Origin


class PolicyConfig(Section, frozen=True):
    """``[policy]``: what old players, which ask for leave first, are told. Off unless enabled."""

    enabled: Annotated[bool, Meta(description="Whether there is a policy, here and under the portal's address.")] = (
        False
    )
    listen: Annotated[Address, Meta(description="Address and port to listen on, where it is enabled.")] = Address(
        "127.0.0.1", port_of(Service.POLICY).number
    )
    origins: Annotated[
        tuple[Annotated[str, Meta(max_length=300)], ...],
        Meta(
            max_length=ORIGINS_MAX,
            description=(
                "Whose programs may open connections to the port for client players, such as `https://desk.example`; "
                "`https://*.example` is every host below that name. Empty: nobody's."
            ),
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Bounds that the types do not tell."""
        for text in self.origins:
            Origin.parse(text)
