"""File descriptors: a workstation takes two, its connection and its open segment, and systems allow few at first."""

import resource
from typing import Any, Final

import structlog

PER_CONNECTION: Final = 2
OTHERS: Final = 512
"""What the rest of the process needs: the catalogue, the portal's connections, players reading segments."""

_log: Any = structlog.get_logger()


def make_room(connections: int) -> int:
    """Raise the process's limit of descriptors to what so many connections need, as far as the system lets us.

    Returns:
        How many connections there is room for: ``connections``, or fewer.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections * PER_CONNECTION + OTHERS
    if hard != resource.RLIM_INFINITY and hard < wanted:
        _log.warning("fewer connections than configured: raise the limit of open files", wanted=wanted, limit=hard)
        wanted = hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(connections, max(1, (wanted - OTHERS) // PER_CONNECTION))
