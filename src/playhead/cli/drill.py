"""``playhead drill``: does this installation lose anything when things go wrong?"""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.command(
    epilog="""\b
Examples:
  playhead drill                      asks before it begins; about a minute and a half
  playhead drill --yes --json         from a scheduler
  playhead drill --workstations 5 --keep
\b
Ends with 1 where something was lost, is not whole, or is missing without a reason."""
)
@click.option(
    "--workstations", type=click.IntRange(1, 8), default=2, show_default=True, help="How many to enrol for it."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--keep", is_flag=True, help="Keep the recordings and the workstations' folder afterwards.")
@data_option
@json_option
def drill(data: Path, workstations: int, *, yes: bool, keep: bool, as_json: bool) -> None:
    """Rehearse failures on this live installation, and show what was missing and why.

    Enrols workstations of its own (drill-…) on the server's machine, lets them record a test card, cuts and stalls
    their links, kills and restarts them, and then checks that every byte arrived and every missing second has a
    reason. Nobody else's workstation or recording is touched, and the server is not stopped. What it made is erased
    afterwards.
    """
    from playhead.cli import drilling

    if not yes:
        click.echo(drilling.announcement(workstations), err=True)
        click.confirm("Begin?", abort=True, err=True)
    passed = asyncio.run(drilling.drill(PremisesPlaces(data), workstations, keep=keep, as_json=as_json))
    sys.exit(0 if passed else 1)
