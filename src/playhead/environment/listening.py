"""Which TCP ports something on this machine listens at, as the kernel says: no connection is made to find out."""

from pathlib import Path
from typing import Final

TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Linux alone has them (proc(5))."""

_LISTEN: Final = "0A"


def listening_ports() -> frozenset[int] | None:
    """The ports; None where that cannot be known."""
    found: frozenset[int] = frozenset()
    known = False
    for table in TABLES:
        try:
            text = table.read_text("ascii")
        except OSError:  # no such system, or no such version of the Internet protocol
            continue
        known = True
        found |= parse_listening(text)
    return found if known else None


def parse_listening(table: str) -> frozenset[int]:
    """The ports of a table of the kernel's sockets that are in the state LISTEN."""
    rows = (line.split() for line in table.splitlines()[1:])
    return frozenset(int(row[1].rpartition(":")[2], 16) for row in rows if len(row) > 3 and row[3] == _LISTEN)  # noqa: PLR2004 - local address, remote address, state
