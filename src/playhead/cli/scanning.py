"""``playhead environment antivirus``: what it does."""

import asyncio
import os
import pwd
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.cli.console import emit_json, notice, step, table
from playhead.cli.doctoring import role_of, show
from playhead.cli.workstation_file import data_of
from playhead.environment.antivirus import clamav, defender, neutral, suggestions
from playhead.environment.antivirus.exclusions import Exclusion, of_premises, of_workstation
from playhead.environment.antivirus.judgement import judge
from playhead.environment.antivirus.profiles import PROFILES
from playhead.environment.antivirus.scanner import ask_daemon, find_scanner
from playhead.environment.antivirus.settings import Subject, look_at_settings, owner_of
from playhead.environment.antivirus.verify import look_at_folders, look_at_scanner
from playhead.environment.antivirus.watching.fanotify import Fanotify
from playhead.environment.antivirus.watching.processes import Processes
from playhead.environment.antivirus.watching.watcher import LOOK_S, Watcher, watch
from playhead.environment.antivirus.written import FORMS, Writer
from playhead.environment.doctor.findings import Finding, Role
from playhead.environment.doctor.runner import Check, examine

_REMOVALS: Final[dict[str, Writer]] = {
    "defender": lambda rows: defender.render_powershell(rows, remove=True),
    "registry": lambda rows: defender.render_registry(rows, remove=True),
}
VERIFY_S: Final = 300.0
"""Without clamd, each row waits for clamscan to read all signatures."""


def role_at(data: Path, role: str | None) -> str:
    """Which machine is meant: as it is told, or as its data folder says; where that is nobody's, that is said."""
    if role is not None:
        return role
    try:
        return role_of(data).value
    except UnavailableError as error:
        notice(f"{error.message} This is what a premises server would need there.")
        return Role.PREMISES.value


def rows_of(data: Path, role: str) -> tuple[Exclusion, ...]:
    """The exclusions of this installation."""
    program = Path(sys.executable)
    return of_premises(data.absolute(), program) if role == "premises" else of_workstation(data_of(data), program)


def write_antivirus(
    data: Path, form: str, *, role: str | None, profile: str | None, account: str, remove: bool
) -> None:
    """Print exclusions."""
    rows = rows_of(data, role_at(data, role)) if profile is None else PROFILES[profile]
    for row in rows:
        if row.warning:
            notice(f"{row.text}: {row.warning}")
    heads = ("WHAT", "PATH", "OF", "SCANS", "CRITERIA")
    match form:
        case "table":
            text = table(heads, [neutral.cells(row)[: len(heads)] for row in rows]) + "\n"
        case "clamav":
            text = clamav.render(rows, account=account)
        case "defender" | "registry" if remove:
            text = _REMOVALS[form](rows)
        case _:
            text = FORMS[form][1](rows)
    click.echo(text, nl=False)


def suggest_exclusions(paths: tuple[Path, ...], pid: int | None, seconds: float, *, as_json: bool) -> None:
    """Watch, judge and print.

    Raises:
        PlayheadError: ``antivirus.*``: nothing that can be watched is named.
    """
    fanotify = Fanotify.start()
    if fanotify is None:
        notice("Who writes cannot be heard without root: files that are gone within a second belong to nobody.")
    watcher = Watcher(paths, pid=pid, processes=Processes(), fanotify=fanotify)
    try:
        step(f"Watching for {seconds:.0f} s")
        watched = asyncio.run(watch(watcher, seconds, fanotify=fanotify))
    except KeyboardInterrupt:
        notice("Stopped early: this is what was seen until now.")
        watched = watcher.result(watcher.looks * LOOK_S)
    finally:
        watcher.close()
    judgements = judge(watched)
    if as_json:
        emit_json(suggestions.as_plain(watched, judgements))
    else:
        click.echo(suggestions.as_text(watched, judgements), nl=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified."""

    role: str | None
    account: str | None
    config: Path | None


def verify_exclusions(data: Path, asked: Asked, *, as_json: bool) -> int:
    """Ask the scanner, print what was found, and return the exit code.

    Raises:
        InvalidInputError: ``antivirus.account``, ``antivirus.config``.
    """
    role = role_at(data, asked.role)
    account = _foreign(asked.account) if asked.account else owner_of(_home_of(data, role))
    scanner = find_scanner(asked.config)
    subject = Subject(rows_of(data, role), account)

    async def ask() -> Sequence[Finding]:
        return await look_at_scanner(None if scanner is None else await ask_daemon(scanner), subject)

    checks = [
        Check("scanner", ask, VERIFY_S),
        Check.blocking("scanner settings", lambda: look_at_settings(scanner, subject)),
        Check.blocking("excluded folders", lambda: look_at_folders(subject)),
    ]
    report = asyncio.run(examine(checks, machine=socket.gethostname(), role=Role(role), clock=SystemClock()))
    return show(report, as_json=as_json)


def _home_of(data: Path, role: str) -> Path:
    return data / "premises" if role == "premises" else data_of(data)


def _foreign(account: str) -> str | None:
    """An account, or None where that is us."""
    try:
        return None if pwd.getpwnam(account).pw_uid == os.geteuid() else account
    except KeyError as error:
        raise InvalidInputError("antivirus.account", f"There is no account {account!r} here.") from error
