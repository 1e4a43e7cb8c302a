"""``playhead environment antivirus``: what it does."""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.console import emit_json, notice, step, table
from playhead.environment.antivirus import clamav, defender, neutral, suggestions
from playhead.environment.antivirus.exclusions import Exclusion, of_premises, of_workstation
from playhead.environment.antivirus.judgement import judge
from playhead.environment.antivirus.profiles import PROFILES
from playhead.environment.antivirus.watching.fanotify import Fanotify
from playhead.environment.antivirus.watching.processes import Processes
from playhead.environment.antivirus.watching.watcher import Watcher, watch


def rows_of(data: Path, role: str) -> tuple[Exclusion, ...]:
    """The exclusions of this installation."""
    return (of_premises if role == "premises" else of_workstation)(data.absolute(), Path(sys.executable))


def write_antivirus(data: Path, form: str, *, role: str, profile: str | None, account: str, remove: bool) -> None:
    """Print exclusions."""
    rows = rows_of(data, role) if profile is None else PROFILES[profile]
    for row in rows:
        if row.warning:
            notice(f"{row.text}: {row.warning}")
    if form == "json":
        emit_json(neutral.as_plain(rows))
        return
    heads = ("WHAT", "PATH", "OF", "SCANS", "CRITERIA")
    written = {
        "table": lambda: table(heads, [neutral.cells(row)[: len(heads)] for row in rows]) + "\n",
        "markdown": lambda: neutral.as_markdown(rows),
        "csv": lambda: neutral.as_csv(rows),
        "defender": lambda: defender.render_powershell(rows, remove=remove),
        "registry": lambda: defender.render_registry(rows),
        "intune": lambda: defender.render_intune(rows),
        "clamav": lambda: clamav.render(rows, account=account),
        "clamscan": lambda: "\n".join([*clamav.options(rows), ""]),
    }
    click.echo(written[form](), nl=False)


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
    finally:
        watcher.close()
    judgements = judge(watched)
    if as_json:
        emit_json(suggestions.as_plain(watched, judgements))
    else:
        click.echo(suggestions.as_text(watched, judgements), nl=False)
