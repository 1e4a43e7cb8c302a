"""``playhead audit``: who did what, and whether the log of it is whole."""

import asyncio
from pathlib import Path
from typing import Any

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead audit verify
  playhead audit list --actor sue --action recording
  playhead audit export audit.csv --from 2026-01-01"""
)
def audit() -> None:
    """Read the audit log, and prove that nothing in it was changed.

    Works on the data folder itself, beside a running server too. Every entry is chained to the one before it, and the
    newest is signed by the site every few seconds.
    """


def _filters(command: Any) -> Any:  # noqa: ANN401 # as click has it
    for option in reversed(
        [
            click.option("--actor", metavar="USER", help="Only what this user did."),
            click.option("--action", metavar="CODE", help="Only this (recording.viewed), or this area (recording)."),
            click.option("--subject", metavar="ID", help="Only what was done to this recording, user or workstation."),
            click.option("--address", metavar="IP", help="Only from this address."),
            click.option("--page", help="Only from pages of the portal whose address begins like this."),
            click.option("--from", "since", type=click.DateTime(), help="From this time on, UTC."),
            click.option("--to", "until", type=click.DateTime(), help="Up to this time, UTC."),
            click.option("--text", help="Only with this text anywhere."),
        ]
    ):
        command = option(command)
    return command


@audit.command("list")
@_filters
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many, newest first.")
@data_option
@json_option
def list_command(data: Path, *, limit: int, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Show the newest entries."""
    from playhead.cli import auditing

    asyncio.run(auditing.show(PremisesPlaces(data), auditing.wanted(**filters), limit=limit, as_json=as_json))


@audit.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@_filters
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@data_option
def export(data: Path, out: Path, *, force: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Write the log, or what is wanted of it, to OUT as CSV. No cell can be taken for a formula."""
    from playhead.cli import auditing

    asyncio.run(auditing.export(PremisesPlaces(data), auditing.wanted(**filters), out, force=force))


@audit.command()
@click.option("--head", "heads", multiple=True, metavar="ID:HASH", help="What an earlier verification printed.")
@data_option
@json_option
def verify(data: Path, *, heads: tuple[str, ...], as_json: bool) -> None:
    """Prove that no entry was changed, removed or added, and print the newest one.

    Keep what it prints elsewhere, and give it to a later verification with --head: then not even whoever controls
    this machine can have written the log anew unnoticed. Exit code 1 where something is wrong.
    """
    from playhead.cli import auditing

    if not asyncio.run(auditing.verify(PremisesPlaces(data), heads, as_json=as_json)):
        raise SystemExit(1)
