"""ClamAV: clamd.conf(5) for both ways of scanning, and options for clamscan(1).

``ExcludePath`` takes POSIX regular expressions of whole paths. clamonacc passes over what one user does
(``OnAccessExcludeUname``); it knows no programs.
"""

import fnmatch
import re

from playhead.environment.antivirus.exclusions import Exclusion, Kind, Scan


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
        lines += [f"# {row.service}: {row.why}", f"ExcludePath {expression(row)}"]
        if row.kind is Kind.FOLDER and Scan.ACCESS in row.scans:
            lines.append(f"OnAccessExcludePath {row.path}")
    if account and any(row.kind is Kind.PROCESS for row in rows):
        lines += ["# What the service itself does is not looked at on access.", f"OnAccessExcludeUname {account}"]
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
    folder = "^" + re.escape(_top(row)).replace(r"\-", "-")
    if row.kind is Kind.FILES:
        name = re.escape(row.pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]").replace(r"\-", "-")
        return f"{folder}/{'[^/]*/' * row.depth}{name}$"
    return f"{folder}(/|$)"


def matches(row: Exclusion, path: str) -> bool:
    """Whether a row names a file, by its own words instead of by the expression: the tests hold one to the other."""
    inside = path.startswith(f"{_top(row)}/")
    if row.kind is Kind.FILES:
        *folders, name = path.removeprefix(f"{_top(row)}/").split("/")
        return inside and len(folders) == row.depth and fnmatch.fnmatchcase(name, row.pattern)
    return inside or path == str(row.path)


def _top(row: Exclusion) -> str:
    """The folder as what a slash and a name follow."""
    return str(row.path).rstrip("/")
