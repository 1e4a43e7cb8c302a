"""The first steps towards a peer, each by itself, so that what fails has a name: look up, connect, shake hands."""

import asyncio
import errno
import os
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from playhead.base.addresses import Address
from playhead.environment.doctor.aside import aside

LOOK_UP_S: Final = 2.5
CONNECT_S: Final = 2.5
"""With one lost packet in it: the first is sent again after 1 s (RFC 6298 §2)."""
SHAKE_S: Final = 2.0
SAY_S: Final = 1.0
"""How long a foreign program may take to say what it is."""
ADDRESSES_MAX: Final = 8
"""Of one name."""
SAID_BYTES_MAX: Final = 120

_ALERT: Final = b"\x15\x03"
"""How a record of TLS begins that holds an alert (RFC 8446 §5.1)."""

_PLAIN_REASONS: Final = frozenset({
    "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "UNSUPPORTED_PROTOCOL", "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE", "RECORD_TOO_SMALL", "INVALID_ALERT", "UNEXPECTED_MESSAGE",
})  # fmt: skip
"""What OpenSSL says of an answer that is no TLS."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a name server said."""

    addresses: tuple[str, ...]
    took_ms: int
    error: str = ""


async def look_up(host: str) -> LookUp:
    """The addresses of a name, IPv6 and IPv4, in the system's order (RFC 6724). An address is its own."""
    with suppress(ValueError):
        return LookUp((str(ip_address(host.partition("%")[0])),), 0)
    began = _now()
    error = ""
    found: tuple[str, ...] = ()
    try:
        async with asyncio.timeout(LOOK_UP_S):
            infos = await aside(lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
        found = tuple(dict.fromkeys(str(info[4][0]) for info in infos))[:ADDRESSES_MAX]
    except TimeoutError:
        error = f"no answer within {LOOK_UP_S:g} s"
    except (OSError, UnicodeError) as failure:
        error = getattr(failure, "strerror", None) or str(failure)
    return LookUp(found, _since_ms(began), error)


class Outcome(StrEnum):
    """Of connecting."""

    OPEN = "open"
    REFUSED = "refused"
    """The machine is there, and nothing listens; or its firewall says no."""
    DROPPED = "dropped"
    """Nothing comes back at all."""
    UNROUTABLE = "unroutable"
    """A router, or this machine, says that there is no way."""


@dataclass(slots=True)
class Reached:
    """The end of one attempt."""

    outcome: Outcome
    took_ms: int
    reason: str = ""
    connection: socket.socket | None = None
    """Where it is open: belongs to the caller."""

    def close(self) -> None:
        """Let go of the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


async def reach(address: Address) -> Reached:
    """Connect to a numeric address."""
    began = _now()
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(0)
    try:
        async with asyncio.timeout(CONNECT_S):
            await asyncio.get_running_loop().sock_connect(connection, (address.host, address.port))
    except TimeoutError:
        connection.close()
        return Reached(Outcome.DROPPED, _since_ms(began), f"no answer within {CONNECT_S:g} s")
    except OSError as error:
        connection.close()
        outcome = {errno.ECONNREFUSED: Outcome.REFUSED, errno.ETIMEDOUT: Outcome.DROPPED}
        reason = os.strerror(error.errno) if error.errno else str(error)
        return Reached(outcome.get(error.errno or 0, Outcome.UNROUTABLE), _since_ms(began), reason)
    except BaseException:
        connection.close()
        raise
    return Reached(Outcome.OPEN, _since_ms(began), connection=connection)


class Failure(StrEnum):
    """Why there is no TLS."""

    PLAIN = "plain"
    """What answers speaks something else."""
    SILENT = "silent"
    CLOSED = "closed"
    """The other side hung up in the middle of it."""
    REFUSED = "refused"
    """The other side speaks TLS, and will not."""


@dataclass(frozen=True, slots=True)
class Shaken:
    """The end of a TLS handshake that trusted everybody."""

    certificate: bytes = b""
    """The server's, DER; empty where there was no handshake."""
    protocol: str = ""
    """Chosen by ALPN (RFC 7301); empty for none."""
    failure: Failure | None = None
    reason: str = ""


async def shake(connection: socket.socket, tls: ssl.SSLContext, *, name: str | None = None) -> Shaken:
    """Shake hands over a connection, look at the certificate, and hang up.

    Args:
        connection: open; closed afterwards.
        tls: verifies nothing: whom the certificate is of is for the caller to judge.
        name: of the server (RFC 6066 §3).
    """
    loop = asyncio.get_running_loop()
    transport = None
    try:
        async with asyncio.timeout(SHAKE_S):
            transport, _ = await loop.create_connection(
                asyncio.Protocol, sock=connection, ssl=tls, server_hostname=name or "", ssl_handshake_timeout=SHAKE_S
            )
        spoken: ssl.SSLObject = transport.get_extra_info("ssl_object")
        return Shaken(spoken.getpeercert(binary_form=True) or b"", spoken.selected_alpn_protocol() or "")
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        failure = Failure.PLAIN if reason in _PLAIN_REASONS else Failure.REFUSED
        return Shaken(failure=failure, reason=reason.replace("_", " ").lower())
    except TimeoutError:
        return Shaken(failure=Failure.SILENT, reason=f"no answer within {SHAKE_S:g} s")
    except OSError as error:
        reason = error.strerror or str(error) or "hung up"
        silent = isinstance(error, ConnectionAbortedError)  # asyncio's own word for a handshake that took too long
        return Shaken(failure=Failure.SILENT if silent else Failure.CLOSED, reason=reason)
    finally:
        if transport is None:
            connection.close()
        else:
            transport.abort()


async def hear(address: Address) -> str:
    """What a program says by itself, or to a plain HTTP request: printable, and its first line alone; or empty.

    An alert of TLS (RFC 8446 §6) says that TLS is spoken there, and nothing of by whom: it counts as nothing.
    """
    loop = asyncio.get_running_loop()
    reached = await reach(address)
    if reached.connection is None:
        return ""
    said = b""
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(SAY_S / 2):
                said = await loop.sock_recv(reached.connection, SAID_BYTES_MAX)
        if not said:
            async with asyncio.timeout(SAY_S):
                await loop.sock_sendall(reached.connection, b"GET / HTTP/1.0\r\n\r\n")
                said = await loop.sock_recv(reached.connection, SAID_BYTES_MAX)
    except OSError:  # includes a time-out: it says nothing
        pass
    finally:
        reached.close()
    if said.startswith(_ALERT):
        return ""
    line = said.split(b"\n", 1)[0]
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in line.rstrip(b"\r"))  # noqa: PLR2004 - ASCII


def _now() -> float:
    return asyncio.get_running_loop().time()


def _since_ms(began: float) -> int:
    return round((_now() - began) * 1000)
