"""``playhead logs``: the lines of every machine, as they come, found, and taken away."""

from pathlib import Path
from typing import Any

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces

_LINES_MAX = 100_000


@click.group(
    epilog="""\b
Examples:
  playhead logs tail --level warning
  playhead logs search --workstation desk-7 --from 2026-11-23T08:00:00
  playhead logs search net.timeout --level error --limit 20
  playhead logs search --interaction 0195d3c1-…    one timeline of workstation and server
  playhead logs export desk-7.jsonl --workstation desk-7"""
)
def logs() -> None:
    """Look at the logs of all workstations, of this server, and of whatever else sends them to port 5638.

    Works on the data folder itself, beside a running server too. Lines are in true order: times are corrected for the
    clocks of workstations as far as these are known.
    """


def _filters(command: Any) -> Any:  # noqa: ANN401 # as click has it
    for option in reversed(
        [
            click.option("--from", "since", type=click.DateTime(), help="From this time on, UTC."),
            click.option("--to", "until", type=click.DateTime(), help="Before this time, UTC."),
            click.option("--workstation", metavar="ID", help='Only of this machine; "" for this server.'),
            click.option("--service", metavar="NAME", help="Only of this part of a program, or this program."),
            click.option("--level", default="debug", show_default=True, help="Only this or worse."),
            click.option("--interaction", default="", metavar="ID", help="Only about this interaction or recording."),
        ]
    ):
        command = option(command)
    return command


@logs.command()
@click.argument("text", default="")
@_filters
@click.option(
    "--limit", type=click.IntRange(1, _LINES_MAX), default=200, show_default=True, help="How many; the newest."
)
@data_option
@json_option
def search(data: Path, *, limit: int, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Show lines with TEXT anywhere in them, in any case; oldest first."""
    from playhead.cli import log_desk

    log_desk.search(PremisesPlaces(data), log_desk.wanted(**filters), limit=limit, as_json=as_json)


@logs.command()
@click.argument("text", default="")
@_filters
@data_option
@json_option
def tail(data: Path, *, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Show the last lines with TEXT, and then each as it comes, until Ctrl-C."""
    from playhead.cli import log_desk

    log_desk.tail(PremisesPlaces(data), log_desk.wanted(**filters), as_json=as_json)


@logs.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--text", default="", help="Only with this text anywhere in them.")
@_filters
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@data_option
def export(data: Path, out: Path, *, force: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Write all such lines to OUT as JSON lines, oldest first."""
    from playhead.cli import log_desk

    log_desk.export(PremisesPlaces(data), log_desk.wanted(**filters), out, force=force)
