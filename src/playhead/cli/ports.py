"""Choosing the ports to listen on: the registry's, or the next free one, and saying so."""

import errno
import os
import socket

from playhead.base.errors import UnavailableError
from playhead.environment.occupied import who
from playhead.environment.ports import Port

PRIVILEGED_BELOW = 1024
ANY = 0
"""As a port: whichever the system gives."""
ATTEMPTS_MAX = 50
"""How many numbers above the wanted one are tried."""


def why_not(host: str, number: int) -> str:
    """Why a TCP port cannot be listened on at ``host`` right now; empty where it can."""
    everywhere = host == "*" and socket.has_dualstack_ipv6()
    is_six = everywhere or ":" in host
    with socket.socket(socket.AF_INET6 if is_six else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_six:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not everywhere)
        try:
            probe.bind(("" if host == "*" else host, number))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"is taken by {who(number) or 'another program'}"
            if error.errno == errno.EACCES:
                return "needs root" if number < PRIVILEGED_BELOW and os.geteuid() != 0 else "is not permitted"
            return f"cannot be used ({os.strerror(error.errno or 0)})"
        return ""


def choose(row: Port, host: str, *, taken: frozenset[int] = frozenset()) -> tuple[int, str]:
    """The port to use for a service, and a sentence where it is not the registry's.

    Args:
        row: the service's row of the port registry.
        host: address to listen on.
        taken: numbers already given to other services of this start.

    Raises:
        UnavailableError: ``ports.none_free``.
    """
    reason = "is used by another service of this server" if row.number in taken else why_not(host, row.number)
    if not reason or row.number == ANY:
        return row.number, ""
    first = row.number + 1 if row.number >= PRIVILEGED_BELOW else row.number + 8000
    for number in range(first, first + ATTEMPTS_MAX):
        if number not in taken and not why_not(host, number):
            return number, f"Port {row.number} ({row.purpose}) {reason}; using {number} instead."
    hint = f"Free one of {row.number} to {first + ATTEMPTS_MAX - 1}, or set another port in the configuration."
    raise UnavailableError("ports.none_free", f"Port {row.number} ({row.purpose}) {reason}.", hint=hint)
