"""``playhead record``: start and stop recording a workstation, through the running server's HTTP API."""

from pathlib import Path

import click

from playhead.cli.options import data_option


@click.group(
    epilog="""\b
Examples:
  playhead record start desk-7
  playhead record stop desk-7"""
)
def record() -> None:
    """Start and stop recording a workstation.

    Asks the premises server that runs on this machine with the same data folder. A recording begins within a second,
    and its content begins before that, by the workstation's pre-buffer.
    """


@record.command()
@click.argument("workstation")
@data_option
def start(workstation: str, data: Path) -> None:
    """Begin a recording of WORKSTATION and print its id."""
    _order(workstation, "start", data)


@record.command()
@click.argument("workstation")
@data_option
def stop(workstation: str, data: Path) -> None:
    """End the recording of WORKSTATION, seal it, and print its id."""
    _order(workstation, "stop", data)


def _order(workstation: str, action: str, data: Path) -> None:
    from playhead.cli.operator import Operator
    from playhead.cli.places import PremisesPlaces

    click.echo(Operator(PremisesPlaces(data)).record(workstation, action))
