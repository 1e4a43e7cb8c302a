"""Ports that are given twice, or to the wrong service, as far as a configuration shows it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from playhead.environment.installation import Listener
from playhead.environment.ports import REGISTRY, Host, Port, port_of


@dataclass(frozen=True, slots=True)
class Clash:
    """Two services that want the same port."""

    fault: Listener
    """The one to move: it is not where the registry has it."""
    other: Listener
    instead: int | None
    """A port for it; None where its own of the registry is given away, too."""


def clash_in(listeners: Sequence[Listener]) -> Clash | None:
    """The first two listeners that cannot both listen; None where all can."""
    for one, other in combinations(listeners, 2):
        if one.port != other.port or not one.port or not _overlap(one.host, other.host):
            continue
        fault, other_one = (other, one) if one.port == port_of(one.service).number else (one, other)
        own = port_of(fault.service).number
        free = own not in {listener.port for listener in listeners}
        return Clash(fault, other_one, own if free else None)
    return None


def borrowed(listeners: Sequence[Listener]) -> list[tuple[Listener, Port]]:
    """Listeners at a port that the registry has for another module of the premises server, with its row.

    It works, and whoever opens firewalls by the requirements page opens the wrong thing.
    """
    rows = [row for row in REGISTRY if row.target is Host.PREMISES]
    return [
        (listener, row)
        for listener in listeners
        for row in rows
        if listener.port == row.number and row.module is not port_of(listener.service).module
    ]


def _overlap(one: str, other: str) -> bool:
    """Whether two addresses to listen on have one in common."""
    hosts = {_LOOPBACK.get(host, host) for host in (one, other)}
    if len(hosts) == 1 or "*" in hosts:
        return True
    for wildcard, is_six in (("0.0.0.0", False), ("::", True)):  # noqa: S104 - compared
        if wildcard in hosts:
            (rest,) = hosts - {wildcard}
            return (":" in rest) is is_six
    return False


_LOOPBACK = {"localhost": "127.0.0.1"}
