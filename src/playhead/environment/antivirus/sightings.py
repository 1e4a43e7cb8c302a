"""What is known of files after they were watched for a while. Pure: `watching` fills it in, `judgement` judges it."""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Program:
    """A program that writes files."""

    path: PurePath
    replaceable: bool
    """Others than root and the account it runs as may put another in its place: it is no legitimate service."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One file over the time of watching, from when it came until it went.

    A *look* is one moment at which everything was looked at. A name that is used again is another sighting.
    """

    path: PurePath
    size: int
    """The most bytes that were seen."""
    looks: int
    """At how many moments it was there; 0 for one that came and went between two."""
    held: int
    """At how many of them a program had it open for writing, or locked."""
    changed: int
    """Before how many of them it was written to since the one before."""
    created: bool = False
    """It came while it was watched."""
    removed: bool = False
    """It went, or was renamed, while it was watched."""
    locked: bool = False
    """A lock was on it (``/proc/locks``)."""
    programs: frozenset[Program] = frozenset()
    """Who wrote to it, as far as that was seen."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was watched, and what may hide there."""

    path: PurePath
    open_to_all: bool = False
    """Every account may put files there, or replace a folder above it."""
    writers: frozenset[str] = frozenset()
    """Accounts and groups besides root that may write there, as ``user jo`` and ``group staff``."""
    executables: frozenset[str] = frozenset()
    """Names of files in it that the system would run; empty where it runs nothing (``noexec``)."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything that was seen."""

    files: tuple[Sighting, ...]
    folders: tuple[Folder, ...]
    seconds: float
    looks: int
    overlooked: int = 0
    """Files and events that went by unseen, because there were too many."""
    complete: bool = True
    """Programs of all accounts could be seen; otherwise nobody may be known to write what a service writes."""
