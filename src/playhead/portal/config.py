"""What an operator may set about the portal."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.quantities import Duration
from playhead.environment.ports import Service, port_of
from playhead.portal.passwords import PASSWORD_CHARS_MIN


class PortalConfig(Section, frozen=True):
    """``[portal]``: the web portal with the interaction player, its API and its media."""

    listen: Annotated[Address, Meta(description="Address and port for plain HTTP.")] = Address(
        "127.0.0.1", port_of(Service.PORTAL).number
    )
    https_listen: Annotated[Address, Meta(description="Address and port for HTTPS (HTTP/2 and HTTP/1.1).")] = Address(
        "127.0.0.1", port_of(Service.HTTPS).number
    )
    transport: Annotated[
        Literal["auto", "https", "both", "plain"],
        Meta(
            description=(
                "`https`: pages over HTTPS alone; `listen` leads there. `both`: plain HTTP as well. `plain`: plain "
                "HTTP alone. `auto` is `both` on a loopback address and `https` on every other. The token service "
                "speaks TLS with `https`. Plain HTTP on the network is for tests, or inside a tunnel that protects "
                "it; a proxy that adds TLS is not supported."
            )
        ),
    ] = "auto"
    certificate: Annotated[
        Path | None,
        Meta(
            description=(
                "TLS certificate chain, PEM. Without it the server has an authority of its own "
                "(`playhead premises web-authority`)."
            )
        ),
    ] = None
    key: Annotated[Path | None, Meta(description="Private key of the certificate, PEM (PKCS #8).")] = None
    strict: Annotated[
        Duration,
        Meta(
            description=(
                "How long a browser that was here over HTTPS insists on it, for every port of the host "
                "(`Strict-Transport-Security`). `0 s` makes it forget. Not sent where plain HTTP is served, too."
            )
        ),
    ] = Duration(365 * 86_400_000_000)
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

    password_sign_in: Annotated[
        bool,
        Meta(
            description="Whether people may sign in with a password kept here. Without `[oidc]` there is no other way."
        ),
    ] = True
    password_length: Annotated[
        int, Meta(ge=8, le=64, description="Characters that a new password has at least (NIST SP 800-63B: 8 to 15).")
    ] = PASSWORD_CHARS_MIN

    def __post_init__(self) -> None:
        """Bounds that concern several fields."""
        if (self.certificate is None) != (self.key is None):
            raise ValueError("Set certificate and key together, or neither.")
        if self.session_idle > self.session_length:
            raise ValueError("session_idle must not be longer than session_length.")
