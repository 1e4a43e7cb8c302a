"""``playhead check``: is everything that was acknowledged on the disk, whole?"""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.command(
    epilog="""\b
Examples:
  playhead check
  playhead check --quick
  playhead check --repair         with the server stopped
\b
Ends with 1 where something is wrong that was not mended. docs/storage.md explains every finding."""
)
@click.option("--quick", is_flag=True, help="Compare lengths and headers only, instead of reading every byte.")
@click.option("--repair", is_flag=True, help="Mend what can be mended; rebuilds a lost catalogue from the files alone.")
@data_option
@json_option
def check(data: Path, *, quick: bool, repair: bool, as_json: bool) -> None:
    """Compare the recordings on the disk with the catalogue, and check each one's chain and seal.

    Without --repair it changes nothing and may run beside the server.
    """
    from playhead.cli import checking

    whole = asyncio.run(checking.check(PremisesPlaces(data), thorough=not quick, mend=repair, as_json=as_json))
    sys.exit(0 if whole else 1)
