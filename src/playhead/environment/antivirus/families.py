"""Which files belong together, and the narrowest row that names them. Pure.

A file that stays is named by its own name. Those that come and go have names that nobody knows beforehand: they are
named by what their names share, in their folder, where folders that are named by a date or an id stand for each other.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from playhead.environment.antivirus.sightings import Sighting

NAMES_FOR_PREFIX: Final = 8
"""From so many names on, what they all begin with is no accident."""
_GENERATED: Final = re.compile(r"\d+|(?=.*\d)[0-9a-fA-F-]{8,}")
_ID_SO_FAR: Final = re.compile(r"[0-9a-fA-F-]*")


@dataclass(frozen=True, slots=True)
class Family:
    """Files that one row names."""

    base: PurePath
    depth: int
    """Folders with generated names between the base and the files."""
    pattern: str
    files: tuple[Sighting, ...]
    exact: bool
    """The pattern is one file's name."""

    @property
    def nameable(self) -> bool:
        """No product's wildcards, and nothing that ends a line of its settings, are in the names themselves."""
        fixed = self.pattern if self.exact else self.pattern.replace("*", "", 1)
        return fixed.isprintable() and str(self.base).isprintable() and not set("*?[") & set(f"{fixed}{self.base}")


def families_of(files: Iterable[Sighting]) -> tuple[Family, ...]:
    """Those that come and go by folder and suffix; every other file by itself.

    By itself is also one that comes again under its name, and one that came and is the only one of its kind.
    """
    by_path: defaultdict[PurePath, list[Sighting]] = defaultdict(list)
    for file in files:
        by_path[file.path].append(file)
    found: list[Family] = []
    passing: defaultdict[tuple[PurePath, int, str], list[PurePath]] = defaultdict(list)
    for path, some in sorted(by_path.items()):
        base, depth = _base_of(path.parent)
        if depth or _is_generated(path) or (len(some) == 1 and some[0].created):
            passing[base, depth, path.suffix].append(path)
        else:
            found.append(_alone(path, some))
    for (base, depth, suffix), paths in passing.items():
        if len(paths) == 1 and not depth and not _is_generated(paths[0]):
            found.append(_alone(paths[0], by_path[paths[0]]))
        else:
            together = tuple(file for path in paths for file in by_path[path])
            found.append(Family(base, depth, f"{_prefix(paths)}*{suffix}", together, exact=False))
    return tuple(sorted(found, key=lambda one: (one.base, one.depth, one.pattern)))


def _alone(path: PurePath, some: list[Sighting]) -> Family:
    return Family(path.parent, 0, path.name, tuple(some), exact=True)


def _base_of(folder: PurePath) -> tuple[PurePath, int]:
    """The folder above the first with a generated name, and how many there are from that on."""
    parts = folder.parts
    for at, part in enumerate(parts):
        if at and _GENERATED.fullmatch(part):
            return type(folder)(*parts[:at]), len(parts) - at
    return folder, 0


def _is_generated(path: PurePath) -> bool:
    return bool(_GENERATED.fullmatch(path.name.removesuffix(path.suffix)))


def _prefix(paths: list[PurePath]) -> str:
    """What all names begin with, unless that may be an accident or a part of an id."""
    names = {path.name.removesuffix(path.suffix) for path in paths}
    if len(names) < NAMES_FOR_PREFIX:
        return ""
    common = os.path.commonprefix(sorted(names)).rstrip("0123456789")  # noqa: RUF071 # of names, not of paths
    return "" if _ID_SO_FAR.fullmatch(common) else common
