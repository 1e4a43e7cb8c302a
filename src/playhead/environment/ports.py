"""The port registry: every listener takes its port from here, and so does every page and rule about ports."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Host(StrEnum):
    """A kind of machine."""

    CLIENT = "client PC"
    """An agent's or a supervisor's: the workstation program, a browser, a native player."""
    PREMISES = "premises server"
    CLOUD = "cloud"


class Place(StrEnum):
    """Where a port must be open."""

    SERVER = "server"
    """The premises server's own firewall."""
    CLIENTS = "client PCs"
    """Their own firewalls, where those restrict what goes out."""
    SITE = "site"
    """Between the networks of the site."""
    BORDER = "firewall"
    """Between the site and the internet."""


class Module(StrEnum):
    """What can be used by itself. A row appears only where its module is."""

    PORTAL = "portal"
    SCREEN = "screen"
    ANALYTICS = "analytics"
    LOGGING = "logging"
    MESSAGING = "messaging"
    NATIVE_PLAYERS = "native-players"
    POLICY = "policy"
    CLOUD = "cloud"


class Service(StrEnum):
    """A running duty with one port."""

    POOL = "pool"
    UPLOAD = "upload"
    CLIENT_PLAYERS = "client_players"
    PORTAL = "portal"
    TOKENS = "tokens"
    HTTPS = "https"
    POLICY = "policy"
    LOGGING = "logging"
    MESSAGING = "messaging"
    SCREEN = "screen"
    ANALYTICS = "analytics"


@dataclass(frozen=True, slots=True)
class Port:
    """One row of the requirements page."""

    service: Service
    number: int
    transport: str
    """As a network team calls it: HTTP, HTTPS, TCP. All of it is TCP."""
    source: Host
    """Who opens the connection."""
    target: Host
    """Who listens."""
    both_ways: bool
    """Whether the target speaks first, too, on the connection that the source opened."""
    module: Module
    purpose: str
    open_at: tuple[Place, ...]
    secured: str
    """Whether and how what is spoken is protected."""

    @property
    def ours(self) -> bool:
        """Whether Playhead itself listens there. Where messages go a broker does, which Playhead dials as others do."""
        return self.service is not Service.MESSAGING


_LAN: Final = (Place.SERVER, Place.SITE)
_ALL_OF_SITE: Final = (Place.SERVER, Place.SITE, Place.CLIENTS)


def _row(  # noqa: PLR0917 - a table reads best as one
    service: Service,
    number: int,
    transport: str,
    source: Host,
    target: Host,
    module: Module,
    purpose: str,
    open_at: tuple[Place, ...],
    secured: str,
    *,
    both_ways: bool = False,
) -> Port:
    return Port(service, number, transport, source, target, both_ways, module, purpose, open_at, secured)


REGISTRY: Final[tuple[Port, ...]] = (
    _row(
        Service.HTTPS, 443, "HTTPS", Host.CLIENT, Host.PREMISES, Module.PORTAL,
        "web portal with the interaction player", _ALL_OF_SITE, "TLS 1.2 or later",
    ),
    _row(
        Service.UPLOAD, 443, "HTTPS", Host.PREMISES, Host.CLOUD, Module.CLOUD,
        "storage of screen recordings", (Place.SERVER, Place.BORDER), "TLS 1.2 or later",
    ),
    _row(
        Service.POLICY, 943, "TCP", Host.CLIENT, Host.PREMISES, Module.POLICY,
        "cross-domain policy listener", _LAN, "not at all: what it says is public",
    ),
    _row(
        Service.POOL, 2010, "HTTP or HTTPS", Host.PREMISES, Host.CLOUD, Module.CLOUD,
        "connection pooling: all traffic between premises and cloud", (Place.SERVER, Place.BORDER),
        "TLS 1.3, mutual certificates", both_ways=True,
    ),
    _row(
        Service.PORTAL, 2020, "HTTP", Host.CLIENT, Host.PREMISES, Module.PORTAL,
        "web portal; leads to HTTPS", _ALL_OF_SITE, "plain pages on loopback or on request alone",
    ),
    _row(
        Service.CLIENT_PLAYERS, 4510, "TCP", Host.CLIENT, Host.PREMISES, Module.NATIVE_PLAYERS,
        "connections from client players", _LAN, "TLS 1.2 or later; plain on loopback or on request alone",
    ),
    _row(
        Service.SCREEN, 5633, "TCP", Host.CLIENT, Host.PREMISES, Module.SCREEN,
        "screen recording", _ALL_OF_SITE, "TLS 1.2 or later, mutual certificates", both_ways=True,
    ),
    _row(
        Service.ANALYTICS, 5634, "TCP", Host.CLIENT, Host.PREMISES, Module.ANALYTICS,
        "desktop analytics", _ALL_OF_SITE, "TLS, mutual certificates", both_ways=True,
    ),
    _row(
        Service.LOGGING, 5638, "TCP", Host.CLIENT, Host.PREMISES, Module.LOGGING,
        "logging", _ALL_OF_SITE, "TLS 1.2 or later, with certificates of workstations; plain on request",
    ),
    _row(
        Service.TOKENS, 5650, "HTTP", Host.CLIENT, Host.PREMISES, Module.PORTAL,
        "token requests of the interaction player", _ALL_OF_SITE, "TLS with the portal",
    ),
    _row(
        Service.MESSAGING, 5672, "TCP", Host.PREMISES, Host.PREMISES, Module.MESSAGING,
        "messaging between the services (AMQP 0-9-1)", _LAN,
        "by the broker: TLS, an account for each program",
    ),
)  # fmt: skip


def port_of(service: Service) -> Port:
    """The registry's row of a service."""
    return next(row for row in REGISTRY if row.service is service)
