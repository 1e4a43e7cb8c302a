"""What is known of one installation: which services listen where, and who they are for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.environment.ports import REGISTRY, Port, Service

Network = IPv4Network | IPv6Network

NETWORKS_MAX: Final = 64
"""More ranges than a site has; rules are written for each."""

ANYWHERE: Final[tuple[Network, ...]] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@dataclass(frozen=True, slots=True)
class Listener:
    """A service that listens."""

    service: Service
    host: str
    """Address it is bound to; ``*``, ``0.0.0.0`` and ``::`` are all of the machine's."""
    port: int

    @property
    def is_local(self) -> bool:
        """Nothing from outside of the machine reaches it, so no rule concerns it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Installation:
    """One premises server and those around it."""

    listeners: tuple[Listener, ...]
    """At the premises, and in the cloud where that listens elsewhere than the registry has it."""
    clients: tuple[Network, ...] = ()
    """Where client PCs are, or for a machine in the cloud: where the sites are; empty where that is not known."""
    premises: tuple[Network, ...] = ()
    """The premises server, as client PCs reach it; empty where that is not known."""
    cloud: tuple[Network, ...] | None = None
    """The cloud that the premises server dials; empty where that is not known, None without a cloud."""


def configured(listeners: Iterable[Listener]) -> list[Port]:
    """The rows of the registry, with the ports that services listen on."""
    ports = {listener.service: listener.port for listener in listeners}
    return [replace(row, number=ports.get(row.service, row.number)) for row in REGISTRY]


def parse_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Address ranges as people write them: ``10.1.0.0/16``, ``2001:db8::/32``, ``10.1.2.3``.

    Raises:
        InvalidInputError: ``environment.network``: one of them is none, or has bits set beyond its prefix (RFC 4632
            §3.1); there are more than `NETWORKS_MAX`.
    """
    if len(texts) > NETWORKS_MAX:
        raise InvalidInputError("environment.network", f"At most {NETWORKS_MAX} ranges can be given.")
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ip_network(text.strip()))
        except ValueError as error:
            hint = f"Write {_widened(text) or '10.1.0.0/16, 10.1.2.3 or 2001:db8::/32'}."
            raise InvalidInputError(
                "environment.network", f"{text[:64]!r} is no address range: {error}.", hint=hint
            ) from error
    return tuple(found)


def _widened(text: str) -> str:
    """The range that an address with bits beyond its prefix lies in; empty where it is none either."""
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError:
        return ""
