"""Proves on the live machine that exclusions work, and that they are not a hole.

Files that every scanner takes for a virus are put where an exclusion is and beside it, and the installed scanner is
asked, on demand and on access: the first is to be left alone, the others are to be caught. Then the folders: nobody but
the service may write to them, and nothing in them may be run.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playhead.environment.antivirus import clamav
from playhead.environment.antivirus.clamd_conf import watched_on_access
from playhead.environment.antivirus.exclusions import Exclusion, Kind, Scan
from playhead.environment.antivirus.probes import PREFIX, Probe, can_probe, may_act_as, new_name, placed
from playhead.environment.antivirus.scanner import OPEN_S, Scanner, Seen, answers_on_access, open_as, scan_on_demand
from playhead.environment.antivirus.settings import Subject
from playhead.environment.antivirus.watching.fanotify import can_ask_permission
from playhead.environment.antivirus.watching.folders import inspect
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding

FOLDERS_MAX: Final = 100
"""Of one row, newest first: three months of days, and what somebody put beside them."""
CAUGHT_TRIES: Final = 10
"""clamonacc watches a new folder a moment after it was made."""
TRY_S: Final = 0.3


async def look_at_scanner(scanner: Scanner | None, subject: Subject) -> Sequence[Finding]:
    """Whether the scanner leaves alone what it should, and nothing else."""
    if scanner is None:
        return [finding("antivirus.none", "scanner", "No ClamAV is installed; other scanners cannot be asked.")]
    if not may_act_as(subject.account):
        return [finding("antivirus.rights", "scanner", f"Only root may act as {subject.account}.")]
    rows = [row for row in subject.rows if can_probe(row)]
    if not rows:
        return [finding("antivirus.empty", "scanner", "The folders to be left alone are not there yet.")]
    found: list[Finding] = []
    for row in rows:
        if not await _answers(scanner, row):
            told = f"A new file could not be opened within {OPEN_S:g} s: clamonacc waits for what never comes."
            found.append(finding("antivirus.stuck", f"{row.text}, {Scan.ACCESS}", told))
            continue
        try:
            with placed(row, subject.account) as probe:
                found += await _on_demand(scanner, subject, probe)
                found += await _on_access(scanner, subject, probe)
        except OSError as error:
            found.append(finding("antivirus.rights", row.text, f"No file can be put there: {error.strerror}."))
    return found


async def _answers(scanner: Scanner, row: Exclusion) -> bool:
    if scanner.access is None:
        return True
    path = Path(row.path) / new_name()
    try:
        return await answers_on_access(path)
    finally:
        path.unlink(missing_ok=True)


def look_at_folders(subject: Subject) -> Sequence[Finding]:
    """Whether something foreign could hide in what is left alone."""
    return [one for row in subject.rows for one in _folders_of(row, subject.account)]


async def _on_demand(scanner: Scanner, subject: Subject, probe: Probe) -> list[Finding]:
    paths = (probe.sample, probe.near, probe.far)
    seen = await scan_on_demand(scanner, clamav.options(subject.rows), paths)
    if scanner.access is not None and seen[probe.far] in {Seen.UNREADABLE, Seen.FAILED}:
        told = "On access the test file is kept from everybody, the scan on demand included."
        return [finding("antivirus.access_first", f"{probe.row.text}, {Scan.DEMAND}", told)]
    how = "clamd" if scanner.has_daemon else "clamscan with our options, as no clamd answers"
    return [_judged(Scan.DEMAND, how, probe.row, *(seen[path] for path in paths))]


async def _on_access(scanner: Scanner, subject: Subject, probe: Probe) -> list[Finding]:
    what = f"{probe.row.text}, {Scan.ACCESS}"
    if scanner.access is None:
        refused = can_ask_permission()
        kernel = f"this kernel refuses it: {refused}" if refused else "this kernel allows it"
        return [finding("antivirus.access_off", what, f"No clamonacc runs ({kernel}).")]
    if not scanner.conf.on("OnAccessPrevention"):
        return [finding("antivirus.access_silent", what, "OnAccessPrevention is off: what is found is only reported.")]
    if not watched_on_access(scanner.conf, str(probe.sample)):
        return [finding("antivirus.access_elsewhere", what, "No OnAccessIncludePath covers it.")]
    # What a user does is passed over as a whole: then somebody else has to be caught, who is us.
    far = await _until_caught(probe.far)
    near = await _until_caught(probe.near) if far is Seen.CAUGHT else far
    sample = await open_as(probe.sample, subject.account)
    who = subject.account or "this account"
    return [_judged(Scan.ACCESS, f"clamonacc, opened by {who}", probe.row, sample, near, far)]


async def _until_caught(path: Path) -> Seen:
    seen = Seen.PASSED
    for again in range(CAUGHT_TRIES):
        if again:
            await asyncio.sleep(TRY_S)
        seen = await open_as(path, None)
        if seen is not Seen.PASSED:
            break
    return seen


def _judged(scan: Scan, how: str, row: Exclusion, sample: Seen, *beside: Seen) -> Finding:
    """What it means how the file that the row names fared, and those in the same folder and in the one beside."""
    near, far = beside
    code, told = _meaning(sample, near, far)
    return finding(
        code,
        f"{row.text}, {scan}",
        f"{told} ({how}).",
        by=how,
        excluded=sample.value,
        same_folder=near.value,
        folder_beside=far.value,
    )


def _meaning(sample: Seen, near: Seen, far: Seen) -> tuple[str, str]:
    if Seen.STUCK in {sample, near, far}:
        return "antivirus.stuck", "Nobody answered in time"
    match far:
        case Seen.FAILED:
            return "antivirus.failed", "The scanner could not scan at all"
        case Seen.CAUGHT if sample is Seen.CAUGHT:
            return "antivirus.scanned", "It is scanned all the same"
        case Seen.CAUGHT if near is not Seen.CAUGHT:
            return "antivirus.wide", "Everything in the folder is left alone"
        case Seen.CAUGHT:
            return "antivirus.proven", "Left alone, and what lies beside is caught"
        case _:
            why = "may not be read by it" if far is Seen.UNREADABLE else "was not caught"
            return "antivirus.missed", f"The test file in the folder beside {why}"


def _folders_of(row: Exclusion, account: str | None) -> list[Finding]:
    if row.kind is Kind.PROCESS or not Path(row.path).is_dir():
        return []
    owner = account or Path(row.path).owner()
    looked = _below(Path(row.path), row.depth)
    found: list[Finding] = []
    for folder in looked:
        try:
            seen = inspect(folder)
        except OSError as error:
            found.append(finding("antivirus.rights", str(folder), f"It cannot be examined: {error.strerror}."))
            continue
        others = sorted(seen.writers - {f"user {owner}"})
        if seen.open_to_all or others:
            who = "every account" if seen.open_to_all else ", ".join(others)
            found.append(finding("antivirus.writable", str(folder), f"It may be changed by {who}.", writers=who))
        run = sorted(name for name in seen.executables if clamav.matches(row, str(folder / name)))
        if run:
            told = f"These are left alone and can be run: {', '.join(run[:3])}."
            found.append(finding("antivirus.executable", str(folder), told, files=len(run)))
    if found:
        return found
    told = f"Only {owner} may write there, and nothing in it can be run."
    return [finding("antivirus.closed", row.text, told, folders=len(looked))]


def _below(base: Path, depth: int) -> list[Path]:
    """The folder of a row and those that its files lie in, newest name first: days sort by their names."""
    found = [base]
    level = [base]
    for _ in range(depth):
        level = sorted((one for folder in level for one in _folders_in(folder)), reverse=True)[:FOLDERS_MAX]
        found += level
    return found[:FOLDERS_MAX]


def _folders_in(folder: Path) -> list[Path]:
    try:
        return [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(PREFIX)]
    except OSError:
        return []
