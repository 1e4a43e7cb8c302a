"""What the scanner's own settings say: whether our exclusions are in them, and what else is. Touches nothing."""

import os
import pwd
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from playhead.environment.antivirus.clamd_conf import ClamdConf, broad, lies_in, watched_on_access
from playhead.environment.antivirus.exclusions import EVERYWHERE, Exclusion, Kind, Scan
from playhead.environment.antivirus.scanner import Scanner
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding

BROAD_MAX: Final = 16
"""Exclusions of others that are named."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be left alone."""

    rows: tuple[Exclusion, ...]
    account: str | None = None
    """The service's own; None where it runs as us."""


def owner_of(folder: Path) -> str | None:
    """The account that a service runs as, as what it writes says; None where that is us, or nothing is there."""
    if not folder.is_dir() or folder.stat().st_uid == os.geteuid():
        return None
    return folder.owner()


def look_at_settings(scanner: Scanner | None, subject: Subject) -> Sequence[Finding]:
    """Holes, and rows of ours that are missing where a scanner runs."""
    if scanner is None:
        return []
    found = [
        finding(
            "antivirus.broad",
            f"{scanner.config}, line {one.line}",
            f"{one.name} {one.value} also covers {path}.",
            line=one.line,
        )
        for one, path in broad(scanner.conf)[:BROAD_MAX]
    ]
    if scanner.paths_unknown and scanner.conf.all("ExcludePath"):
        told = "clamonacc is started with --fdpass or --stream, so ExcludePath counts on demand alone."
        found.append(finding("antivirus.paths_unknown", str(scanner.config), told))
    for row in subject.rows:
        if row.kind is Kind.FILES and row.path != EVERYWHERE:
            found += _presence(scanner, row, subject.account)
    return found


def _presence(scanner: Scanner, row: Exclusion, account: str | None) -> list[Finding]:
    sample = str(PurePath(row.path).joinpath(*["0"] * row.depth, row.pattern.replace("*", "0")))
    looks = {
        Scan.DEMAND: scanner.runs,
        Scan.ACCESS: scanner.access is not None and watched_on_access(scanner.conf, sample),
    }
    excluded = {
        Scan.DEMAND: _on_demand(scanner.conf, sample),
        Scan.ACCESS: _on_access(scanner, sample, account or Path("/proc/self").owner()),
    }
    return [
        finding(
            "antivirus.present" if excluded[scan] else "antivirus.absent",
            f"{row.text}, {scan}",
            f"{scanner.config} {'leaves it alone' if excluded[scan] else 'does not leave it alone'}.",
        )
        for scan, does in looks.items()
        if does
    ]


def _on_demand(conf: ClamdConf, path: str) -> bool:
    return any(_matches(expression, path) for expression in conf.all("ExcludePath"))


def _on_access(scanner: Scanner, path: str, account: str) -> bool:
    conf = scanner.conf
    if any(lies_in(path, folder) for folder in conf.all("OnAccessExcludePath")):
        return True
    if account in conf.all("OnAccessExcludeUname") or str(_number(account)) in conf.all("OnAccessExcludeUID"):
        return True
    if _number(account) == 0 and conf.on("OnAccessExcludeRootUID"):
        return True
    return not scanner.paths_unknown and _on_demand(conf, path)


def _matches(expression: str, path: str) -> bool:
    try:
        return re.search(expression, path) is not None
    except re.error:
        return False  # clamd judges by itself what Python cannot read


def _number(account: str) -> int | None:
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        return None
