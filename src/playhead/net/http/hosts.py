"""Which names a request may call us by (RFC 9110 §7.2).

A page of a foreign site whose name is made to point at us (DNS rebinding) would be "same origin" with us in the
browser. It cannot use an address for that, only a name; so addresses are always allowed and names only when known.
"""

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}))(?::(\d{1,5}))?")
_PORT_MAX: Final = 65_535


@dataclass(frozen=True, slots=True)
class HostHeader:
    """A ``Host`` header, taken apart."""

    name: str
    """Lower case; an IPv6 address keeps its brackets."""
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read it, or None where it is malformed."""
        match = _HOST.fullmatch(text)
        if match is None or (match[2] and int(match[2]) > _PORT_MAX):
            return None
        return cls(match[1].lower(), int(match[2]) if match[2] else None)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Names, in lower case, that a request may use beside ``localhost`` and any address."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of_this_machine(cls, *more: str) -> Self:
        """The machine's own names, and ``more``."""
        own = {socket.gethostname(), socket.getfqdn(), *more}
        return cls(frozenset(name.lower().rstrip(".") for name in own if name))

    def allow(self, text: str) -> HostHeader | None:
        """The header taken apart where it may be used, else None."""
        host = HostHeader.parse(text)
        if host is None:
            return None
        name = host.name.rstrip(".")
        known = name == "localhost" or name in self.names or is_address(name)
        return host if known else None


def client_address(scope: Mapping[str, Any]) -> str:
    """The address that a request came from, without its port; empty where the server does not tell."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), also inside IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address == "localhost"
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def is_address(name: str) -> bool:
    """Whether a host name is an IP address literal."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
