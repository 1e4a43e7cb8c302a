"""ClamAV: clamd.conf(5) for both ways of scanning, and options for clamscan(1).

``ExcludePath`` takes POSIX regular expressions of whole paths. clamonacc passes over what one user does
(``OnAccessExcludeUname``); it knows no programs.
"""

import fnmatch
import re
from pathlib import PureWindowsPath
from typing import Final

from playhead.environment.antivirus.exclusions import EVERYWHERE, Exclusion, Kind, Scan

_SLASHES: Final = "/\\"


def render(rows: tuple[Exclusion, ...], *, account: str) -> str:
    """Lines for clamd.conf.

    Args:
        rows: what to leave alone.
        account: the system user that the service runs as; empty for none of its own.
    """
    lines = ["# Playhead: add to /etc/clamav/clamd.conf and restart clamav-daemon and clamonacc."]
    for row in rows:
        if row.kind is Kind.PROCESS:
            continue
        if row.warning:
            lines.append(f"# WARNING: {row.warning}")
        lines += [f"# {row.service}: {row.why}", f"ExcludePath {expression(row)}"]
        if row.kind is Kind.FOLDER and Scan.ACCESS in row.scans:
            lines.append(f"OnAccessExcludePath {row.path}")
    if any(row.kind is Kind.PROCESS for row in rows):
        lines += _of_account(account)
    return "\n".join([*lines, ""])


def options(rows: tuple[Exclusion, ...]) -> list[str]:
    """Options for clamscan."""
    found: list[str] = []
    for row in rows:
        if row.kind is Kind.FOLDER:
            found.append(f"--exclude-dir={expression(row)}")
        elif row.kind is Kind.FILES:
            found.append(f"--exclude={expression(row)}")
    return found


def expression(row: Exclusion) -> str:
    """A regular expression that matches what a row names, and nothing beside it."""
    slash = r"\\" if isinstance(row.path, PureWindowsPath) else "/"
    if row.path == EVERYWHERE:
        return r"[/\\]" + _pattern(row, r"[^/\\]*") + "$"
    folder = "^" + _literal(str(row.path).rstrip(_SLASHES))
    if row.kind is Kind.FILES:
        return f"{folder}{slash}{f'[^{slash}]*{slash}' * row.depth}{_pattern(row, f'[^{slash}]*')}$"
    return f"{folder}({slash}|$)"


def matches(row: Exclusion, path: str) -> bool:
    """Whether a row names a file, by its own words instead of by the expression: the tests hold one to the other."""
    if row.path == EVERYWHERE:
        *folders, name = re.split(r"[/\\]", path)
        return bool(folders) and fnmatch.fnmatchcase(name, row.pattern)
    slash = "\\" if isinstance(row.path, PureWindowsPath) else "/"
    folder = str(row.path).rstrip(_SLASHES) + slash
    inside = path.startswith(folder)
    if row.kind is Kind.FILES:
        *folders, name = path.removeprefix(folder).split(slash)
        return inside and len(folders) == row.depth and fnmatch.fnmatchcase(name, row.pattern)
    return inside or path == str(row.path)


def _of_account(account: str) -> list[str]:
    if not account:
        return [
            "# On access clamonacc knows folders and accounts, no names of files: give the service an account of its",
            "# own and name it with --account.",
        ]
    return ["# What the service itself does is not looked at on access.", f"OnAccessExcludeUname {account}"]


def _pattern(row: Exclusion, anything: str) -> str:
    """The names of files; ``anything`` is any number of characters of one name."""
    return _literal(row.pattern).replace(r"\*", anything).replace(r"\?", anything.removesuffix("*"))


def _literal(text: str) -> str:
    """An expression that matches the text alone; a dash means nothing outside of brackets."""
    return re.escape(text).replace(r"\-", "-").replace(r"\ ", " ")
