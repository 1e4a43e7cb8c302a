"""Network addresses as people write them: ``host:port``, ``[2001:db8::1]:port``."""

import re
from dataclasses import dataclass
from typing import Self

from playhead.base.errors import InvalidInputError

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.%]{2,64})\]|([A-Za-z0-9._-]{1,253}|\*))(?::(\d{1,5}))?")
_PORT_MAX = 65535


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A host (name or IP address, never with brackets) and a TCP port. Port 0 asks the system to choose one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, *, default_port: int | None = None) -> Self:
        """Read ``host:port``; an IPv6 address stands in brackets (RFC 3986 §3.2.2).

        Args:
            text: what a person wrote.
            default_port: used where the text names no port; None makes the port obligatory.

        Raises:
            InvalidInputError: ``address.malformed``.
        """
        match = _ADDRESS.fullmatch(text.strip())
        port = default_port
        if match is not None and match[3] is not None:
            port = int(match[3])
        if match is None or port is None:
            hint = "Write host:port, such as premises.example:5633, and an IPv6 address in brackets."
            raise InvalidInputError("address.malformed", f"{text[:80]!r} is not an address.", hint=hint)
        if port > _PORT_MAX:
            message = f"{text[:80]!r} has no port that there is."
            raise InvalidInputError("address.malformed", message, hint=f"Ports are numbers up to {_PORT_MAX}.")
        return cls(match[1] or match[2], port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
