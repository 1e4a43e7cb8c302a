"""What an operator may set about messaging."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.environment.ports import Service, port_of

_PORT = port_of(Service.MESSAGING).number


class MessagingConfig(Section, frozen=True):
    """``[messaging]``: what takes events, and brings commands."""

    transport: Annotated[
        Literal["in-process", "rabbitmq"],
        Meta(
            description=(
                "`in-process` gives events to parts of this program alone, and needs nothing. `rabbitmq` publishes "
                "them to a broker, and takes commands from it."
            )
        ),
    ] = "in-process"
    broker: Annotated[Address, Meta(description="Where the broker listens.")] = Address("127.0.0.1", _PORT)
    security: Annotated[
        Literal["tls", "plain"],
        Meta(description="`plain` shows the password and everything else to whoever is between: on one machine only."),
    ] = "tls"
    authority: Annotated[
        Path | None,
        Meta(description="Certificates (PEM) of who may vouch for the broker. Left out: whom this machine trusts."),
    ] = None
    vhost: Annotated[str, Meta(min_length=1, max_length=127, description="Virtual host of the broker.")] = "playhead"
    user: Annotated[str, Meta(min_length=1, max_length=127, description="As whom to sign in to the broker.")] = (
        "playhead"
    )
    password_file: Annotated[
        Path | None,
        Meta(
            description=(
                "File with the password, and nothing else; `playhead messaging provision` makes it. Read at every "
                "attempt to connect."
            )
        ),
    ] = None
    commands: Annotated[
        bool, Meta(description="Whether commands to workstations are taken from the broker, from users who may.")
    ] = True
    kept: Annotated[
        Duration,
        Meta(description="How long events wait for a broker that is away; older ones are given up, and counted."),
    ] = Duration(3 * 86_400_000_000)
    kept_events: Annotated[
        int,
        Meta(
            ge=1_000,
            le=10_000_000,
            description="How many wait at the most; then the oldest are given up, and counted. Each takes about 1 kB.",
        ),
    ] = 500_000
