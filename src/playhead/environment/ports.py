"""The port registry: every listener takes its port from here, and so does every page and rule about ports."""

from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """A running duty with one port."""

    SCREEN = "screen"
    TOKENS = "tokens"
    PORTAL = "portal"
    HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Port:
    """One row of the requirements page."""

    service: Service
    number: int
    transport: str
    source: str
    target: str
    purpose: str
    secured: str


REGISTRY: tuple[Port, ...] = (
    Port(Service.HTTPS, 443, "HTTPS", "browser", "premises", "web portal with the interaction player", "TLS"),
    Port(Service.PORTAL, 2020, "HTTP", "browser", "premises", "web portal; leads to HTTPS", "loopback, or on request"),
    Port(Service.TOKENS, 5650, "HTTP", "browser", "premises", "token requests of the player", "TLS with the portal"),
    Port(Service.SCREEN, 5633, "TCP", "workstation", "premises", "screen recording", "TLS, mutual certificates"),
)


def port_of(service: Service) -> Port:
    """The registry's row of a service."""
    return next(row for row in REGISTRY if row.service is service)
