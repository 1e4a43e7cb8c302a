"""What an operator may set about native players."""

from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration, Size
from playhead.environment.ports import Service, port_of

_TIMEOUT_US_MIN = 10_000_000
_TIMEOUT_US_MAX = 600_000_000
_CACHE_BYTES_MAX = 4 << 30


class NativePlayersConfig(Section, frozen=True):
    """``[native_players]``: recordings and live desktops for players outside the browser, by RTSP."""

    enabled: Annotated[bool, Meta(description="Whether native players are served.")] = True
    listen: Annotated[Address, Meta(description="Address and port to listen on, where it is enabled.")] = Address(
        "127.0.0.1", port_of(Service.CLIENT_PLAYERS).number
    )
    plain: Annotated[
        Literal["no", "loopback", "yes"],
        Meta(
            description=(
                "Who may play without TLS (`rtsp` rather than `rtsps`, at the same port): nobody, this machine, or "
                "everybody. Tokens and pictures are then read by whoever is on the way; VLC 3 speaks no TLS here."
            )
        ),
    ] = "loopback"
    viewers_max: Annotated[
        int, Meta(ge=1, le=2_000, description="Sessions at a time; more are asked to come back.")
    ] = 300
    connections_max: Annotated[
        int, Meta(ge=1, le=8_000, description="Connections at a time; past it those that asked for nothing yet go.")
    ] = 1_000
    timeout: Annotated[
        Duration,
        Meta(
            description="A session that is not played ends after so long without a word of its player, 10 s to 10 min."
        ),
    ] = Duration(60_000_000)
    cache: Annotated[
        Size,
        Meta(description="Pictures kept decrypted for up to half a minute for viewers of the same, 1 MiB to 4 GiB."),
    ] = Size(64 << 20)

    def __post_init__(self) -> None:
        """Bounds that the types do not tell.

        Raises:
            ValueError: which key, and what to write.
        """
        if not _TIMEOUT_US_MIN <= self.timeout.us <= _TIMEOUT_US_MAX:
            raise ValueError("timeout is 10 s to 10 min")
        if not Size(1 << 20) <= self.cache <= Size(_CACHE_BYTES_MAX):
            raise ValueError(f"cache is {Size(1 << 20)} to {Size(_CACHE_BYTES_MAX)}")
