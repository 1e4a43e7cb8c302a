"""What an operator may set about the link to the cloud."""

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.premises.coverage.hours import Hours

KBIT_S_MIN: Final = 64
"""Less than that and what is recorded in a night would not be told in a day."""


class LinkConfig(Section, frozen=True):
    """``[cloud]``: the link to the cloud, once the site has joined one (`playhead premises join`)."""

    address: Annotated[
        Address | None,
        Meta(description="The cloud's address and port, where it is another than the one the site joined at."),
    ] = None
    transport: Annotated[
        Literal["tls", "plain"],
        Meta(
            description=(
                "`plain`: no TLS, where the cloud allows that (`links.plain`). Whoever is on the way reads and changes "
                "everything, pictures included: only inside a tunnel that protects it."
            )
        ),
    ] = "tls"
    links: Annotated[int, Meta(ge=1, le=8, description="Connections: one for people, the others for bulk.")] = 2
    proxy: Annotated[
        Address | None, Meta(description="HTTP proxy that leads out (CONNECT). It must let port 2010 through.")
    ] = None
    proxy_user: Annotated[str, Meta(max_length=256, description="Who signs in at the proxy; empty for nobody.")] = ""
    proxy_password_file: Annotated[
        Path | None, Meta(description="File with the password at the proxy, readable by its owner alone.")
    ] = None
    cap_kbit_s: Annotated[
        int | None,
        Meta(
            ge=KBIT_S_MIN,
            description=(
                "What the site sends over the link and uploads at most, in kbit/s, as long as people need no more than "
                "that: replication, logs and other bulk wait. None for as much as the line carries."
            ),
        ),
    ] = None
    night_cap_kbit_s: Annotated[
        int | None,
        Meta(ge=KBIT_S_MIN, description="The same in the hours of `night`; none for the same as by day."),
    ] = None
    night: Annotated[
        tuple[str, ...],
        Meta(max_length=50, description="When `night_cap_kbit_s` holds, in the time zone of `[coverage]`."),
    ] = ("mon-sun 00:00-05:00", "mon-sun 22:00-24:00")

    def __post_init__(self) -> None:
        """Refuse what would not work.

        Raises:
            ValueError: which key, and what to write.
        """
        Hours.parse(self.night)
        if self.proxy is None and (self.proxy_user or self.proxy_password_file):
            raise ValueError("proxy_user and proxy_password_file need a proxy.")
        if self.night_cap_kbit_s is not None and self.cap_kbit_s is None:
            raise ValueError("night_cap_kbit_s is for a site that has a cap_kbit_s by day.")
