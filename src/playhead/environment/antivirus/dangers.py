"""Why a row may not be suggested, however much a service would gain by it. Pure."""

from pathlib import PurePath
from typing import Final

from playhead.environment.antivirus.clamav import matches
from playhead.environment.antivirus.exclusions import Exclusion
from playhead.environment.antivirus.sightings import Folder, Program

SYSTEM: Final = frozenset(
    {"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "sbin", "sys", "usr", "windows"}
)
"""Top folders below which the system's own programs and settings lie; in lower case."""
SHARED: Final = frozenset({"home", "users", "media", "mnt", "opt", "root", "run", "srv", "tmp", "var", "programdata"})
"""Top folders of many owners: a folder of its own below them may be excluded, they may not."""
EXECUTABLE_SUFFIXES: Final = frozenset(
    {
        *(".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".jar", ".js", ".jse", ".lnk", ".msi", ".pl"),
        *(".ps1", ".psm1", ".py", ".pyc", ".rb", ".scr", ".sh", ".so", ".sys", ".vbe", ".vbs", ".wsf"),
    }
)
"""What is run by its name, on one system or another, whatever its mode says."""
INTERPRETERS: Final = frozenset(
    {"bash", "cscript", "dash", "java", "javaw", "node", "perl", "php", "powershell", "pwsh", "python", "sh", "wscript"}
)
"""Programs that run anybody's code: what they open is no one service's. Versions may follow the name."""
_HOME_PARTS: Final = 3


def dangers_of(row: Exclusion, folders: tuple[Folder, ...]) -> tuple[str, ...]:
    """Sentences, one for each reason; empty where the row hides nothing foreign.

    Args:
        row: names files.
        folders: those that it reaches into.
    """
    found: list[str] = []
    wildcard = "*" in row.pattern or bool(row.depth)
    parts = tuple(part.lower() for part in row.path.parts)
    if len(parts) > 1 and parts[1] in SYSTEM:
        found.append(f"{row.path} is the system's own: programs and settings of everybody lie there.")
    elif wildcard and _is_broad(parts):
        found.append(f"{row.path} is not one service's folder but a whole disk's, or shared by many.")
    if not row.pattern.strip("*"):
        found.append("Every name in that folder would be left alone, whoever chose it.")
    if PurePath(row.pattern).suffix.lower() in EXECUTABLE_SUFFIXES:
        found.append(f"{PurePath(row.pattern).suffix} files are run: a scanner has to see them.")
    for folder in folders:
        if folder.open_to_all:
            found.append(f"Every account may write to {folder.path}, so anything can hide there.")
        run = sorted(name for name in folder.executables if wildcard or matches(row, str(folder.path / name)))
        if run:
            found.append(f"Programs lie in {folder.path}: {', '.join(run[:3])}{', …' if len(run) > 3 else ''}.")  # noqa: PLR2004 # enough to find the others
    return tuple(found)


def is_dedicated(program: Program) -> bool:
    """Whether what a program opens is one service's, so that a scanner may be told of the program instead."""
    name = program.path.name.lower().removesuffix(".exe")
    return not program.replaceable and name.rstrip("0123456789.") not in INTERPRETERS


def _is_broad(parts: tuple[str, ...]) -> bool:
    below = parts[1:]
    is_home = len(parts) <= _HOME_PARTS and below[:1] in {("home",), ("users",)}
    return is_home or not below or (len(below) == 1 and below[0] in SHARED)
