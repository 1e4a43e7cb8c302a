"""What an operator may set about the portal."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.environment.ports import Service, port_of


class PortalConfig(Section, frozen=True):
    """``[portal]``: the web portal with the interaction player, its API and its media."""

    listen: Annotated[Address, Meta(description="Address and port to listen on.")] = Address(
        "127.0.0.1", port_of(Service.PORTAL).number
    )
    transport: Annotated[
        Literal["auto", "tls", "plain"],
        Meta(
            description=(
                "`auto` is plain HTTP on a loopback address and TLS on every other. `plain` everywhere is for tests, "
                "or inside a tunnel that protects it. Browsers must see what is set here: a proxy that adds TLS is not "
                "supported."
            )
        ),
    ] = "auto"
    certificate: Annotated[
        Path | None,
        Meta(description="TLS certificate chain, PEM. Without it the server makes one that vouches for itself."),
    ] = None
    key: Annotated[Path | None, Meta(description="Private key of the certificate, PEM (PKCS #8).")] = None
    names: Annotated[
        tuple[str, ...],
        Meta(
            description="Host names that browsers use for this server, beside the machine's own. Addresses always work."
        ),
    ] = ()
    session_idle: Annotated[Duration, Meta(description="A sign-in ends when nothing was asked for this long.")] = (
        Duration(3_600_000_000)
    )
    session_length: Annotated[Duration, Meta(description="A sign-in ends after this long in any case.")] = Duration(
        43_200_000_000
    )

    def __post_init__(self) -> None:
        """Bounds that concern several fields."""
        if (self.certificate is None) != (self.key is None):
            raise ValueError("Set certificate and key together, or neither.")
        if self.session_idle > self.session_length:
            raise ValueError("session_idle must not be longer than session_length.")
