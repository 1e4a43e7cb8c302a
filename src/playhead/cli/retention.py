"""``playhead retention``: how long recordings are kept."""

import asyncio
from pathlib import Path
from typing import IO

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces
from playhead.domain.retention import DAYS_MAX

_days = click.option("--days", type=click.IntRange(1, DAYS_MAX), help="Keep everything for so many days.")
_forever = click.option("--for-ever", is_flag=True, help="Keep everything for ever.")
_file = click.argument("policy", type=click.File("rb"), required=False)


@click.group(
    epilog="""\b
Examples:
  playhead retention show --json > policy.json    then change it, and
  playhead retention preview policy.json          what would be deleted tonight?
  playhead retention set policy.json
  playhead retention set --days 90                no rules, 90 days for everything
  playhead retention run --confirm 1200           more than a run may take by itself
\b
A policy is a JSON document: rules in their order, of which the first that fits decides, and what holds otherwise.
  {"rules": [{"name": "Sold", "days": 365, "tags": ["outcome:sale"]}], "defaultDays": 30}
A rule may name agents, groups, tags and states (complete, interrupted); of each kind one has to fit.
"""
)
def retention() -> None:
    """Say how long recordings are kept, and see what becomes of it.

    At first everything is kept for ever. What is held is never deleted. The server carries the policy out every night;
    what it would take beyond its share waits until somebody confirms the very number.
    """


@retention.command()
@data_option
@json_option
def show(data: Path, *, as_json: bool) -> None:
    """Show the policy, its newest run, and what the next one would take."""
    from playhead.cli import retaining

    asyncio.run(retaining.show(PremisesPlaces(data), as_json=as_json))


@retention.command("set")
@_file
@_days
@_forever
@data_option
def set_command(policy: IO[bytes] | None, days: int | None, data: Path, *, for_ever: bool) -> None:
    """Let the policy in the file POLICY (- for standard input) be in force, for what exists as well."""
    from playhead.cli import retaining

    wanted = retaining.wanted(policy, days, for_ever=for_ever)
    asyncio.run(retaining.set_policy(PremisesPlaces(data), wanted))


@retention.command()
@_file
@_days
@data_option
@json_option
def preview(policy: IO[bytes] | None, days: int | None, data: Path, *, as_json: bool) -> None:
    """Show what a run would take now under another policy. Changes nothing."""
    from playhead.cli import retaining

    wanted = retaining.wanted(policy, days, for_ever=False)
    asyncio.run(retaining.preview(PremisesPlaces(data), wanted, as_json=as_json))


@retention.command()
@click.option("--confirm", type=click.IntRange(min=1), help="Let it take exactly so many: what `show` says.")
@data_option
def run(data: Path, confirm: int | None) -> None:
    """Run the policy now, in the server where it runs.

    Exit code 1 where more is due than a run may take, and nobody has confirmed it.
    """
    from playhead.cli import retaining

    if not asyncio.run(retaining.run(PremisesPlaces(data), confirm)):
        raise SystemExit(1)
