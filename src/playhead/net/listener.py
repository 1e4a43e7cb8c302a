"""A listening TCP socket, and plain words where there can be none."""

import errno
import os
import socket
from typing import Final

from playhead.base.errors import InvalidInputError, UnavailableError

BACKLOG: Final = 512
"""Connections the system keeps for us while we are busy; past it new ones wait in the peer's kernel."""

STALL_MS: Final = 60_000
"""A peer that takes none of our bytes for so long is gone, or keeps our memory on purpose: the kernel cuts it off."""


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen.

    ``SO_REUSEPORT`` stays off on purpose: with it two servers would share the port in silence. Accepted connections
    inherit the time after which a peer that reads nothing is dropped (``TCP_USER_TIMEOUT``, tcp(7)).

    Args:
        host: name or address; an IPv6 address without brackets. ``*`` is every address.
        port: 0 lets the system choose.

    Raises:
        UnavailableError: ``net.port_taken``, ``net.port_forbidden``, ``net.address_unusable``.
        InvalidInputError: ``net.host_unknown``.
    """
    wanted = "::" if host == "*" and socket.has_dualstack_ipv6() else "0.0.0.0" if host == "*" else host  # noqa: S104
    try:
        found = socket.getaddrinfo(wanted, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError, OverflowError) as error:
        message = f"{host!r} is not an address of this machine."
        raise InvalidInputError("net.host_unknown", message, hint="Give an IP address, or * for all.") from error
    family, _, _, _, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "*")
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALL_MS)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _explained(error, host, port) from error
    listener.settimeout(0)
    return listener


def _explained(error: OSError, host: str, port: int) -> UnavailableError:
    if error.errno == errno.EADDRINUSE:
        hint = "Stop the other program, or set another port in the configuration."
        return UnavailableError("net.port_taken", f"Port {port} is taken by another program.", hint=hint)
    if error.errno == errno.EACCES:
        hint = "Start as root, grant CAP_NET_BIND_SERVICE, or set a port from 1024 on."
        return UnavailableError("net.port_forbidden", f"Port {port} may not be listened on by this user.", hint=hint)
    reason = os.strerror(error.errno) if error.errno else str(error)
    hint = "Give an address that this machine has, or * for all."
    return UnavailableError("net.address_unusable", f"Cannot listen on {host} port {port}: {reason}.", hint=hint)
