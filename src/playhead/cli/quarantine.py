"""``playhead quarantine``: what could not be taken in or made, and what to do about it."""

import asyncio
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead quarantine list
  playhead quarantine show 3
  playhead quarantine retry 3
  playhead quarantine drop 3 --reason "test recording"
\b
docs/storage.md says what brings a segment here."""
)
def quarantine() -> None:
    """See to what could not be taken in or made.

    Segments that lack acknowledged bytes, files that the catalogue did not know, segments that were refused and wait on
    their workstations, exports that failed again and again. Nothing else waits for them.
    """


@quarantine.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many, newest first.")
@data_option
@json_option
def list_command(data: Path, *, limit: int, as_json: bool) -> None:
    """List what waits, newest first. Works without the server, too."""
    from playhead.cli import quarantining

    asyncio.run(quarantining.show_list(PremisesPlaces(data), limit=limit, as_json=as_json))


@quarantine.command()
@click.argument("number", type=click.IntRange(min=1))
@data_option
@json_option
def show(number: int, data: Path, *, as_json: bool) -> None:
    """Show everything that is known of one thing. Works without the server, too."""
    from playhead.cli import quarantining

    asyncio.run(quarantining.show_one(PremisesPlaces(data), number, as_json=as_json))


@quarantine.command()
@click.argument("number", type=click.IntRange(min=1))
@data_option
def retry(number: int, data: Path) -> None:
    """Try one thing again; the server must run.

    A file is looked at anew: put a whole copy in its place before. A segment that was refused is offered again by its
    workstation, at once or when it connects next. An export is begun again.
    """
    from playhead.cli import quarantining
    from playhead.cli.operator import Operator

    quarantining.say_outcome(number, Operator(PremisesPlaces(data)).retry_quarantined(number))


@quarantine.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; it goes into the audit log.")
@data_option
def drop(number: int, reason: str, data: Path) -> None:
    """Give one thing up for good; the server must run.

    What there is of it is removed, on the server or by the workstation that keeps it (at once, or when it connects
    next), unless its recording is held.
    """
    from playhead.cli import quarantining
    from playhead.cli.operator import Operator

    quarantining.say_outcome(number, Operator(PremisesPlaces(data)).drop_quarantined(number, reason))
