"""``playhead up``: everything the server side needs, on one machine."""

from pathlib import Path

import click

from playhead.cli.options import data_option


@click.command(
    epilog="""\b
Examples:
  playhead up
  playhead up --data /srv/playhead
  playhead premises enrolment-code     then, on the agent's PC: playhead workstation enrol"""
)
@data_option
@click.option(
    "--log", type=click.Choice(["human", "json"]), default="human", show_default=True, help="Form of the log."
)
@click.option("--cloud/--no-cloud", default=True, show_default=True, help="Have a cloud beside it, that it joins.")
def up(data: Path, log: str, *, cloud: bool) -> None:
    """Run a premises server with its portal, and a cloud beside it, on this machine.

    Uses embedded parts only: SQLite, a local folder. A port that is taken or needs root is replaced by the
    next free one, and said. Settings are read from premises.toml and cloud.toml in the data folder; without the
    second, only this machine reaches the cloud. Ctrl-C stops it cleanly.
    """
    from playhead.cli.places import PremisesPlaces
    from playhead.cli.serve import serve

    serve(PremisesPlaces(data), move_ports=True, log=log, with_cloud=cloud)
