"""What a virus scanner should leave alone on a machine of ours. Pure.

A scanner that opens what is being written makes writing wait, and one that locks a file ends a recording; a scanner
that is told to leave too much alone is a hole. So a row is a folder of ours or a file in it, never an extension
everywhere, and never a program that others use as well.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final

EVERYWHERE: Final = PurePath("*")
"""As a folder: any. No row of ours says so."""


class Kind(StrEnum):
    """What a row names."""

    FOLDER = "folder"
    FILES = "files"
    """A pattern of names in a folder, or in those so many levels below it."""
    PROCESS = "process"
    """A program by its full path; what it opens is left alone, not the program itself."""


class Criterion(StrEnum):
    """Why an exclusion is justified at all."""

    LOCKED = "locked"
    """Held open for good by a legitimate service."""
    LARGE = "large"
    """Large, and changed often by a legitimate service."""
    TEMPORARY = "temporary"
    """Made and removed in large numbers by a legitimate service."""


class Scan(StrEnum):
    """When a scanner looks."""

    ACCESS = "memory-resident"
    DEMAND = "on-demand"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One row."""

    kind: Kind
    path: PurePath
    """Of the folder or program; for `Kind.FILES` the folder that they lie in."""
    pattern: str
    """Names of files, as a shell matches them; empty but for `Kind.FILES`."""
    service: str
    criteria: tuple[Criterion, ...]
    why: str
    scans: tuple[Scan, ...] = (Scan.ACCESS, Scan.DEMAND)
    depth: int = 0
    """`Kind.FILES`: levels of folders between the path and the files."""
    warning: str = ""
    """Why this row is dangerous, and which narrower one to use; empty for ours."""

    @property
    def text(self) -> str:
        """The path with its pattern; a ``*`` for each level of folders between them."""
        if self.path == EVERYWHERE:
            return self.pattern
        return str(self.path.joinpath(*["*"] * self.depth, self.pattern)) if self.pattern else str(self.path)


def of_premises(data: PurePath, program: PurePath) -> tuple[Exclusion, ...]:
    """On the premises server.

    Args:
        data: its data folder.
        program: the Python that it runs in, of a virtual environment of its own.
    """
    root = data / "premises"
    return (
        Exclusion(
            Kind.FILES,
            root / "recordings",
            "*.vid",
            "screen recording",
            (Criterion.LOCKED, Criterion.LARGE),
            "Recordings grow all day by small synced appends, and are encrypted: a scanner sees noise.",
            depth=3,
        ),
        Exclusion(
            Kind.FILES,
            root / "logs",
            "*.log",
            "logging",
            (Criterion.LOCKED,),
            "The log of every machine is held open and appended to all day; what is packed is scanned.",
            depth=1,
        ),
        Exclusion(
            Kind.FILES,
            root,
            "catalogue.db*",
            "catalogue",
            (Criterion.LOCKED,),
            "A database, its log and its index are held open; a scanner that locks one stops every recording.",
        ),
        Exclusion(
            Kind.PROCESS,
            program,
            "",
            "premises server",
            (Criterion.LOCKED, Criterion.LARGE),
            "What the server writes is not scanned as it is written. The program itself still is.",
            scans=(Scan.ACCESS,),
        ),
    )


def of_workstation(home: PurePath, program: PurePath) -> tuple[Exclusion, ...]:
    """On an agent's PC.

    Args:
        home: where the workstation keeps its things.
        program: as for `of_premises`.
    """
    return (
        Exclusion(
            Kind.FILES,
            home / "spool",
            "*.vid",
            "screen recording",
            (Criterion.LOCKED, Criterion.LARGE, Criterion.TEMPORARY),
            "What is captured is appended here twice a second, encrypted, and removed once the server has it.",
            depth=1,
        ),
        Exclusion(
            Kind.PROCESS,
            program,
            "",
            "workstation",
            (Criterion.LOCKED, Criterion.TEMPORARY),
            "What the workstation writes is not scanned as it is written. The program itself still is.",
            scans=(Scan.ACCESS,),
        ),
    )
