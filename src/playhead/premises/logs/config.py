"""What an operator may set about the logging service."""

from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration, Size
from playhead.environment.ports import Service, port_of

_PORT = port_of(Service.LOGGING).number
_DAY_US = 86_400_000_000


class LogsConfig(Section, frozen=True):
    """``[logs]``: the service that takes the logs of every machine, by syslog and RELP."""

    listen: Annotated[Address, Meta(description="Address and port to listen on.")] = Address("0.0.0.0", _PORT)  # noqa: S104 # senders are elsewhere
    plain: Annotated[
        Literal["no", "loopback", "yes"],
        Meta(
            description=(
                "Who may send without TLS: nobody, this machine, or everybody. Lines are then read and made up by "
                "whoever is on the way."
            )
        ),
    ] = "loopback"
    connections_max: Annotated[
        int, Meta(ge=1, le=8_000, description="Connections at a time; more are turned away.")
    ] = 4_000
    kept: Annotated[Duration, Meta(description="How long lines are kept, in whole days, 1 d to 3650 d.")] = Duration(
        30 * _DAY_US
    )
    quota: Annotated[
        Size, Meta(description="What all lines may take on the disk, at least 64 MiB. The oldest go first.")
    ] = Size(20 << 30)
    file_size: Annotated[Size, Meta(description="At this size a file is finished and packed, 1 MiB to 256 MiB.")] = (
        Size(64 << 20)
    )
    file_age: Annotated[
        Duration, Meta(description="And after this time, 1 min to 24 h. A day (UTC) begins another one in any case.")
    ] = Duration(_DAY_US)
    disk_free_min: Annotated[
        Size,
        Meta(
            description="Room that logs leave free on their disk. With less, senders keep what they have. More than "
            "`screen.disk_free_min`, so that logs never take the room of recordings."
        ),
    ] = Size(1 << 30)

    def __post_init__(self) -> None:
        """Refuse what would not work.

        Raises:
            ValueError: which key, and what to write.
        """
        if not Duration(_DAY_US) <= self.kept <= Duration(3650 * _DAY_US):
            raise ValueError("kept is 1 d to 3650 d")
        if self.quota < Size(64 << 20):
            raise ValueError(f"quota is at least {Size(64 << 20)}")
        if not Size(1 << 20) <= self.file_size <= Size(256 << 20):
            raise ValueError(f"file_size is {Size(1 << 20)} to {Size(256 << 20)}")
        if not Duration(60_000_000) <= self.file_age <= Duration(_DAY_US):
            raise ValueError("file_age is 1 min to 24 h")

    @property
    def kept_days(self) -> int:
        """In whole days."""
        return self.kept.us // _DAY_US
