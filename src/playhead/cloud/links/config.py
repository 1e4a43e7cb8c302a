"""What an operator may set about the links of sites."""

from typing import Annotated

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.environment.ports import Service, port_of

_PORT = port_of(Service.POOL).number


class LinksConfig(Section, frozen=True):
    """``[links]``: where sites connect. TLS 1.3 with certificates of both sides, unless ``plain`` says otherwise."""

    listen: Annotated[Address, Meta(description="Address and port to listen on.")] = Address("0.0.0.0", _PORT)  # noqa: S104 # sites are elsewhere
    reached_at: Annotated[
        Address | None,
        Meta(
            description=(
                "Address and port at which the other processes of this cloud reach this one; without it, this "
                "machine's loopback address. Needed where they run on several machines."
            )
        ),
    ] = None
    plain: Annotated[
        bool,
        Meta(
            description=(
                "Let sites connect by plain HTTP, too, if they are set to it (`cloud.transport`). They prove who they "
                "are; whoever is on the way reads and changes everything else: only inside a tunnel that protects it."
            )
        ),
    ] = False
    drain: Annotated[
        Duration,
        Meta(description="How long what is under way may go on when the process is told to stop."),
    ] = Duration(10_000_000)
