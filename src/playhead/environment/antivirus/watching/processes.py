"""Who holds files open and locks them, from ``/proc`` (proc(5))."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from playhead.environment.antivirus.sightings import Program
from playhead.environment.antivirus.watching.folders import writers_of

PROC: Final = Path("/proc")
_WRITING: Final = os.O_WRONLY | os.O_RDWR
_DELETED: Final = " (deleted)"


class Processes:
    """The processes of this machine, as far as they may be seen."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._programs: dict[str, Program] = {}
        self.complete = True
        """Nothing was hidden from us."""

    def opened(self, only: frozenset[int] = frozenset()) -> dict[Path, set[int]]:
        """Regular files that are open for writing, and by which processes.

        Args:
            only: these processes; all where it is empty.
        """
        found: defaultdict[Path, set[int]] = defaultdict(set)
        for pid in sorted(only) or self._pids():
            if pid == os.getpid():
                continue
            try:
                with os.scandir(self._proc / str(pid) / "fd") as entries:
                    for entry in entries:
                        path = self._written_through(pid, entry)
                        if path is not None:
                            found[path].add(pid)
            except PermissionError:
                self.complete = False
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while it was looked at
        return found

    def locked(self) -> set[tuple[int, int]]:
        """Device and inode of every file that has a lock (``/proc/locks``)."""
        found: set[tuple[int, int]] = set()
        for line in (self._proc / "locks").read_text().splitlines():
            place = next((field for field in line.split() if field.count(":") == 2), "")  # noqa: PLR2004 # MAJOR:MINOR:INODE
            if place:
                major, minor, inode = place.split(":")
                found.add((os.makedev(int(major, 16), int(minor, 16)), int(inode)))
        return found

    def program_of(self, pid: int) -> Program | None:
        """What a process runs; None where it has ended, or may not be seen."""
        try:
            text = str((self._proc / str(pid) / "exe").readlink())
            account = (self._proc / str(pid)).stat().st_uid
        except PermissionError:
            self.complete = False
            return None
        except OSError:
            return None
        known = self._programs.get(text)
        if known is None:
            known = self._programs[text] = Program(
                PurePosixPath(text.removesuffix(_DELETED)), _replaceable(text, account)
            )
        return known

    def with_children(self, pid: int) -> frozenset[int]:
        """A process and all that it started, and those they started."""
        parents: defaultdict[int, list[int]] = defaultdict(list)
        for one in self._pids():
            try:
                # The name may hold spaces and brackets: what follows the last bracket is in fixed fields.
                fields = (self._proc / str(one) / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(fields[1])].append(one)
        found: set[int] = set()
        waiting = [pid]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += parents[one]
        return frozenset(found)

    def _pids(self) -> list[int]:
        return [int(entry.name) for entry in self._proc.iterdir() if entry.name.isdecimal()]

    def _written_through(self, pid: int, entry: "os.DirEntry[str]") -> Path | None:
        """The regular file that a descriptor writes to."""
        try:
            path = Path(entry.path).readlink()
            if not path.is_absolute() or str(path).endswith(_DELETED):
                return None
            if not stat.S_ISREG(entry.stat().st_mode):
                return None
            told = (self._proc / str(pid) / "fdinfo" / entry.name).read_text()
        except OSError:
            return None
        flags = next((line.split()[1] for line in told.splitlines() if line.startswith("flags:")), "0")
        return path if int(flags, 8) & _WRITING else None


def programs_of(pids: Iterable[int], processes: Processes) -> frozenset[Program]:
    """What some processes run, as far as that is known."""
    return frozenset(one for pid in pids if (one := processes.program_of(pid)) is not None)


def _replaceable(text: str, account: int) -> bool:
    """Others than root and the account that runs it may put another program in its place."""
    if text.endswith(_DELETED):
        return False  # updated while it runs: what it was can no longer be replaced
    path = Path(text)
    for place in (path, *path.parents):
        try:
            status = place.stat()
            writers = writers_of(place)
        except OSError:
            return False
        if writers.everybody and not status.st_mode & stat.S_ISVTX:
            return True
        if status.st_uid not in {0, account}:
            return True
    return False
