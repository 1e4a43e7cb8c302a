"""What an operator may set about screen recording."""

from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration, Size
from playhead.environment.ports import Service, port_of

_PORT = port_of(Service.SCREEN).number


class ScreenConfig(Section, frozen=True):
    """``[screen]``: the service that workstations send their recordings to."""

    listen: Annotated[Address, Meta(description="Address and port to listen on.")] = Address("0.0.0.0", _PORT)  # noqa: S104 # workstations are elsewhere
    transport: Annotated[
        Literal["tls", "plain"],
        Meta(
            description=(
                "`tls` asks every workstation for its certificate. `plain` trusts whoever connects to be who they say: "
                "only for tests, or inside a tunnel that authenticates."
            )
        ),
    ] = "tls"
    connections_max: Annotated[
        int, Meta(ge=1, le=4_000, description="Connections at a time; more are turned away and asked to come back.")
    ] = 2_000
    commit_interval: Annotated[
        Duration,
        Meta(
            description=(
                "Least time between two group commits: received bytes are made durable together this often, and then "
                "acknowledged. Shorter acknowledges sooner, longer costs the disk less."
            )
        ),
    ] = Duration(200_000)
    disk_free_min: Annotated[
        Size,
        Meta(
            description=(
                "Room that recordings leave free on their disk, for the catalogue. With less, workstations keep what "
                "they have and come back; with a quarter more than this, it goes on."
            )
        ),
    ] = Size(256 << 20)
    catch_up: Annotated[
        Size,
        Meta(
            description=(
                "How much all workstations together may send a second of what was recorded before, such as after an "
                "outage: it is divided among them. What is recorded now comes first and is not counted. `0 B`: as "
                "fast as they can."
            )
        ),
    ] = Size(20 << 20)
    command_timeout: Annotated[Duration, Meta(description="How long a workstation may take to answer a command.")] = (
        Duration(5_000_000)
    )
    drain_timeout: Annotated[
        Duration, Meta(description="How long a stop waits for received bytes to be durable and acknowledged.")
    ] = Duration(5_000_000)
