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
  playhead logs export desk-7.jsonl --workstation desk-7
  playhead logs level desk-7 debug --for 30m
  playhead logs levels"""
)
def logs() -> None:
    """Look at the logs of all workstations, of this server, and of whatever else sends them to port 5638.

    Works on the data folder itself, beside a running server too. Lines are in true order: times are corrected for the
    clocks of workstations as far as these are known.
    """


def line_filters(command: Any) -> Any:  # noqa: ANN401 # as click has it
    """The options of `playhead.cli.log_desk.wanted`, but for the text."""
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
@line_filters
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
@line_filters
@data_option
@json_option
def tail(data: Path, *, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Show the last lines with TEXT, and then each as it comes, until Ctrl-C."""
    from playhead.cli import log_desk

    log_desk.tail(PremisesPlaces(data), log_desk.wanted(**filters), as_json=as_json)


@logs.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--text", default="", help="Only with this text anywhere in them.")
@line_filters
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@data_option
def export(data: Path, out: Path, *, force: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Write all such lines to OUT as JSON lines, oldest first."""
    from playhead.cli import log_desk

    log_desk.export(PremisesPlaces(data), log_desk.wanted(**filters), out, force=force)


@logs.command()
@click.argument("target")
@click.argument("level", type=click.Choice(["debug", "info", "configured"]))
@click.option("--for", "length", default="30m", show_default=True, help="For how long, such as 30m or 2h; 24h at most.")
@click.option("--reason", default="", help="Why; it goes into the audit log.")
@data_option
def level(target: str, level: str, length: str, reason: str, data: Path) -> None:
    """Have the log of TARGET say more for a while; the server must run.

    TARGET is a workstation, or a service of this server (`premises` is all of it). A workstation that is not connected
    is told when it comes. It falls back by itself when the time is over; LEVEL configured ends it before.
    """
    from playhead.cli import log_raising
    from playhead.cli.operator import Operator

    operator = Operator(PremisesPlaces(data))
    if level == "configured":
        log_raising.end(operator, target)
    else:
        log_raising.begin(operator, target, level, length=length, reason=reason)


@logs.command()
@data_option
@json_option
def levels(data: Path, *, as_json: bool) -> None:
    """List the logs that say more for a while: who wanted it, and until when."""
    from playhead.cli import log_raising
    from playhead.cli.operator import Operator

    log_raising.show(Operator(PremisesPlaces(data)).log_levels(), as_json=as_json)
