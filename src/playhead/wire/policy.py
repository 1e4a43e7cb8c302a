"""Cross-domain policies: who may open a connection to which port, as asked for on TCP 943.

Two kinds of client ask in nearly the same words, and want different answers. Silverlight sends
``<policy-file-request/>`` and takes an ``access-policy`` (clientaccesspolicy.xml, "Network Security Access Restrictions
in Silverlight"); Flash sends a NUL after it, and takes a ``cross-domain-policy`` that ends with one (crossdomain.xml,
"Adobe Cross Domain Policy File Specification", version 2.0). Silverlight connects to ports 4502 to 4534 alone.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from playhead.base.errors import InvalidInputError, ProtocolError

REQUEST: Final = b"<policy-file-request/>"
TERMINATOR: Final = b"\0"

ORIGINS_MAX: Final = 32
"""More programs than a site has; the documents stay below 16 KiB, which any socket takes at once."""

_ORIGIN: Final = re.compile(r"(https?)://(\*|(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::([1-9]\d{0,4}))?")
_PORT_MAX: Final = 65_535


class Wanted(StrEnum):
    """Which document."""

    ACCESS = "access-policy"
    CROSS_DOMAIN = "cross-domain-policy"


class PolicyRequest:
    """Recognises a request in what comes, in pieces of any size."""

    def __init__(self) -> None:
        self._received = b""

    def receive(self, data: bytes) -> None:
        """Take what was read.

        Raises:
            ProtocolError: ``policy.request``: it is, or becomes, no request. Nothing else may be done with it then.
        """
        self._received += data
        if not (REQUEST + TERMINATOR).startswith(self._received):
            raise ProtocolError("policy.request", "This is no request for a policy.")

    @property
    def wanted(self) -> Wanted | None:
        """What is asked for by what has come; None for nothing yet. It may still turn out to be `CROSS_DOMAIN`."""
        if self._received == REQUEST + TERMINATOR:
            return Wanted.CROSS_DOMAIN
        return Wanted.ACCESS if self._received == REQUEST else None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where programs come from: what a person writes is ``https://desk.example`` or ``https://*.example``."""

    scheme: str
    host: str
    """Lower case; ``*`` is any, ``*.`` before a name any below it."""
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it.

        Raises:
            InvalidInputError: ``policy.origin``.
        """
        match = _ORIGIN.fullmatch(text)
        if match is None or ".." in match[2] or (match[3] and int(match[3]) > _PORT_MAX):
            hint = "Write https://host or https://host:port, in lower case and without a path."
            raise InvalidInputError("policy.origin", f"{text[:80]!r} is no origin.", hint=hint)
        return cls(match[1], match[2], int(match[3]) if match[3] else None)

    @property
    def is_wide(self) -> bool:
        """Whether it stands for more than one host."""
        return "*" in self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")


@dataclass(frozen=True, slots=True)
class Policy:
    """Programs of these origins may connect to one TCP port of this host, and to nothing else."""

    origins: tuple[Origin, ...] = ()
    port: int | None = None
    """None where there is nothing to connect to."""

    def document(self, wanted: Wanted) -> bytes:
        """What is answered on the wire."""
        return self.access_policy() if wanted is Wanted.ACCESS else self.cross_domain_policy() + TERMINATOR

    def access_policy(self) -> bytes:
        """``clientaccesspolicy.xml``. Without an origin, or a port, it grants nothing."""
        domains = "".join(f'        <domain uri="{origin}"/>\n' for origin in self._granted)
        granted = f'        <socket-resource port="{self.port}" protocol="tcp"/>\n' if self._granted else ""
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            "<access-policy>\n  <cross-domain-access>\n    <policy>\n"
            f"      <allow-from>\n{domains}      </allow-from>\n"
            f"      <grant-to>\n{granted}      </grant-to>\n"
            "    </policy>\n  </cross-domain-access>\n</access-policy>\n"
        ).encode()

    def cross_domain_policy(self) -> bytes:
        """``crossdomain.xml``. Without an origin, or a port, it grants nothing.

        Over HTTP ``allow-access-from`` would open all pages of the host, whatever its ``to-ports``. There the file is
        the host's master policy, and its ``site-control`` says that none holds, itself included. Port 943 has no master
        policy (843 has), and ``site-control`` means nothing.
        """
        # The player's own pages may be asked for by both schemes; the stricter one must not take away the other.
        plain = {origin.host for origin in self._granted if origin.scheme == "http"}
        hosts = dict.fromkeys(origin.host for origin in self._granted)
        rows = "".join(
            f'  <allow-access-from domain="{host}" to-ports="{self.port}" secure="{_flag(host not in plain)}"/>\n'
            for host in hosts
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            "<cross-domain-policy>\n"
            '  <site-control permitted-cross-domain-policies="none"/>\n'
            f"{rows}</cross-domain-policy>\n"
        ).encode()

    @property
    def _granted(self) -> tuple[Origin, ...]:
        return self.origins if self.port else ()


def _flag(value: bool) -> str:  # noqa: FBT001 - as XML writes it
    return "true" if value else "false"
