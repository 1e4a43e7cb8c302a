"""``playhead pool``: the links between premises and cloud."""

import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option


@click.group(
    epilog="""\b
Examples:
  playhead pool status            on a premises server, or on the cloud's machine
  playhead pool status --json"""
)
def pool() -> None:
    """Look at the links between premises and cloud (port 2010)."""


@pool.command()
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Show links, round trips, throughput by class and what waits.

    Ends with 1 where a premises server has joined a cloud and has no link to it.
    """
    from playhead.cli import pool_desk

    sys.exit(0 if pool_desk.show(data, as_json=as_json) else 1)
