"""What holds a TCP port of this machine, and what to do about it; from the kernel's tables (proc(5)), on Linux alone.

The table of sockets names the user of each to everybody. Which process it is, only root and that user are told.
"""

import pwd
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
OCCUPANTS_MAX: Final = 16
"""Programs may share a port (``SO_REUSEPORT``), one for each address; past these a person knows enough."""

_TABLES: Final = ("net/tcp", "net/tcp6")
_LISTEN: Final = "0A"
_UNIT: Final = re.compile(r"/([^/]+\.service)\s*$", re.MULTILINE)
_OURS: Final = re.compile(rb"(?:^|[/\0])playhead(?:\0|$)")


@dataclass(frozen=True, slots=True)
class Occupant:
    """Something that listens at a port."""

    address: str
    """Where: an IP address; ``0.0.0.0`` and ``::`` are all of the machine's."""
    user: str
    """Who runs it."""
    process: int | None = None
    """Its id; None where we are not told."""
    name: str = ""
    """Of the program; empty where we are not told."""
    unit: str = ""
    """systemd's service that it belongs to, such as ``nginx.service``; empty where it is none."""
    is_ours: bool = False
    """Whether it is Playhead, too."""

    @property
    def text(self) -> str:
        """For a sentence: ``nginx (process 812 of www-data)``."""
        if self.process is None:
            return f"a program of {self.user} (as root you are told which)"
        name = "another Playhead" if self.is_ours else self.name
        return f"{name} (process {self.process} of {self.user})"

    @property
    def remedy(self) -> str:
        """What frees the port."""
        if self.unit:
            return f"systemctl stop {self.unit}"
        return f"kill {self.process}" if self.process is not None else ""


def occupants(port: int, *, proc: Path = PROC) -> tuple[Occupant, ...]:
    """What listens at a port, on any address; empty where nothing does, or this system does not say.

    Args:
        port: TCP.
        proc: where the system shows its processes.
    """
    sockets: dict[str, tuple[str, str]] = {}
    for table in _TABLES:
        sockets |= {inode: (address, user) for address, user, inode in _listening(proc / table, port)}
    processes = _processes_of(set(sockets), proc) if sockets else {}
    found = [_occupant(address, user, processes.get(inode), proc) for inode, (address, user) in sockets.items()]
    return tuple(dict.fromkeys(found))[:OCCUPANTS_MAX]


def who(port: int) -> str:
    """For a sentence: what listens at a port; empty where that cannot be told."""
    return " and ".join(dict.fromkeys(one.text for one in occupants(port)))


def _listening(table: Path, port: int) -> Iterator[tuple[str, str, str]]:
    """Address, user and inode of the sockets that listen there."""
    try:
        lines = table.read_text("ascii").splitlines()[1:]
    except OSError:  # no such system, or no such version of the Internet protocol
        return
    for line in lines:
        cells = line.split()
        if len(cells) < 10 or cells[3] != _LISTEN:  # noqa: PLR2004 - inode is the tenth
            continue
        address, _, number = cells[1].rpartition(":")
        if int(number, 16) == port:
            yield _address(address), _user(int(cells[7])), cells[9]


def _address(text: str) -> str:
    """The kernel prints words of 32 bits in its own byte order."""
    words = bytes.fromhex(text)
    ordered = b"".join(
        int.from_bytes(words[at : at + 4], "big").to_bytes(4, sys.byteorder) for at in range(0, len(words), 4)
    )
    return str(IPv4Address(ordered) if len(ordered) == 4 else IPv6Address(ordered))  # noqa: PLR2004 - bytes of IPv4


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _processes_of(inodes: set[str], proc: Path) -> dict[str, int]:
    """By inode, the first process that has the socket open."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[str, int] = {}
    for process in sorted(int(one.name) for one in proc.iterdir() if one.name.isdigit()):
        try:
            for descriptor in (proc / str(process) / "fd").iterdir():
                inode = wanted.get(str(descriptor.readlink()))
                if inode is not None:
                    found.setdefault(inode, process)
        except OSError:  # it ended, or is somebody else's
            continue
    return found


def _occupant(address: str, user: str, process: int | None, proc: Path) -> Occupant:
    if process is None:
        return Occupant(address, user)
    place = proc / str(process)
    try:
        called = (place / "cmdline").read_bytes()
        name = (place / "comm").read_text(errors="replace").strip()
        unit = _UNIT.search((place / "cgroup").read_text(errors="replace"))
    except OSError:  # it ended
        return Occupant(address, user)
    return Occupant(address, user, process, name, unit[1] if unit else "", bool(_OURS.search(called)))
