"""``playhead coverage``: what should exist, what durably does, and why the rest does not."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces

MISSING_EXIT: int = 3
"""Exit code where something that was due is missing without excuse."""


@click.command(
    epilog="""\b
Examples:
  playhead coverage                          every workstation, today
  playhead coverage --day 2026-03-02         on another day
  playhead coverage --workstation desk-7     what is missing of one of them, and why
  playhead coverage --recording 0190a2b3     what is missing of a recording
  playhead coverage --now                    who is covered at this moment, who is not and why
  playhead coverage --now --json             the same for a monitoring system
\b
Ends with 3 where something that was due is missing without excuse; off, logged out, locked, asleep and blackout are
excuses. docs/services/coverage.md explains every reason."""
)
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="A day at the site; today by default."
)
@click.option("--workstation", help="Only this one, with every stretch that is missing.")
@click.option("--recording", metavar="ID", help="A recording instead of a day; the beginning of its id is enough.")
@click.option("--now", "is_now", is_flag=True, help="This moment instead of a day. Asks the running server.")
@data_option
@json_option
def coverage(
    data: Path, *, day: datetime | None, workstation: str | None, recording: str | None, is_now: bool, as_json: bool
) -> None:
    """Tell what should have been recorded, how much of it exists, and why the rest does not."""
    from playhead.base.instants import FIRST_DAY, LAST_DAY
    from playhead.cli import covering

    if day is not None and not FIRST_DAY <= day.date() <= LAST_DAY:
        raise click.UsageError(f"Days are from {FIRST_DAY} to {LAST_DAY}.")
    if sum((day is not None, recording is not None, is_now)) > 1 or (recording and workstation):
        raise click.UsageError("Name a day, a recording or --now, and a workstation only with a day or --now.")
    places = PremisesPlaces(data)
    if is_now:
        is_fine = covering.tell_now(places, workstation, as_json=as_json)
    elif recording is not None:
        is_fine = asyncio.run(covering.tell_recording(places, recording, as_json=as_json))
    else:
        wanted = None if day is None else day.date()
        is_fine = asyncio.run(covering.tell_day(places, wanted, workstation, as_json=as_json))
    sys.exit(0 if is_fine else MISSING_EXIT)
