"""Noticing that a certificate was renewed: its files are other files than before."""

from pathlib import Path
from typing import Final

LOOK_S: Final = 10.0
"""How often it is looked."""

Stamp = tuple[tuple[int, int, int] | None, ...]
"""Of each file what changes when it is replaced or written to; None where it is not there."""


def stamp_of(*files: Path) -> Stamp:
    """What tells the files as they are now from others. Blocks for no longer than ``stat``."""
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
