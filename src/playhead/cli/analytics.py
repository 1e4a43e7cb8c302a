"""``playhead analytics``: what agents worked with, and rules about it."""

import asyncio
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces

_PERIOD = "today, yesterday, a day such as 2026-11-23, or two with .. between them."


@click.group(
    epilog="""\b
Examples:
  playhead analytics usage --period yesterday --by application
  playhead analytics usage --period 2026-11-01..2026-11-30 --by agent --by day --json
  playhead analytics test rules.toml --against yesterday
  playhead analytics rules set cards rules.toml --group sales
  playhead analytics rules list
  playhead analytics import export.json --workstation desk-7 --agent jane
  playhead analytics erase --agent jane --period 2026-11-23"""
)
def analytics() -> None:
    """See which applications were used and for how long, try rules, and bring in what ActivityWatch has kept.

    Works on the data folder itself, beside a running server too. Desktop analytics is off unless [analytics] enables
    it; docs/services/desktop_analytics.md says what is collected and what is not.
    """


@analytics.command()
@click.option(
    "--by", "by", multiple=True, default=("application",), help="application, agent, workstation, day, group."
)
@click.option("--period", default="today", show_default=True, help=f"{_PERIOD}")
@click.option("--agent", "agents", multiple=True, help="Only of this one; repeat it for several.")
@click.option("--application", "applications", multiple=True, help="Only in this one; repeat it for several.")
@data_option
@json_option
def usage(
    by: tuple[str, ...],
    period: str,
    agents: tuple[str, ...],
    applications: tuple[str, ...],
    data: Path,
    *,
    as_json: bool,
) -> None:
    """Print how long what was used."""
    from playhead.cli import analytics_desk

    places = PremisesPlaces(data)
    asyncio.run(analytics_desk.usage_of(places, by, period, agents, applications, as_json=as_json))


@analytics.command()
@click.argument("rules", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--against", default="yesterday", show_default=True, help=f"{_PERIOD}")
@click.option("--workstation", "workstations", multiple=True, help="Only of this one; repeat it for several.")
@data_option
@json_option
def test(rules: Path, against: str, workstations: tuple[str, ...], data: Path, *, as_json: bool) -> None:
    """Say what the rules of a file would have done over what was stored. Nothing is done."""
    from playhead.cli import analytics_desk

    asyncio.run(analytics_desk.dry_run_of(PremisesPlaces(data), rules, against, workstations, as_json=as_json))


@analytics.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--workstation", default="", help="Where it is from; its own name of the machine otherwise.")
@click.option("--agent", default="", help="Whose it is: ActivityWatch does not say.")
@data_option
def import_(file: Path, workstation: str, agent: str, data: Path) -> None:
    """Bring in what ActivityWatch has kept: an export of its buckets (JSON), or its database (SQLite).

    What was brought in before is not stored twice. Beside a running server it is taken within seconds.
    """
    from playhead.cli import analytics_desk

    click.echo(asyncio.run(analytics_desk.take_in(PremisesPlaces(data), file, workstation, agent)))


@analytics.command()
@click.option("--agent", "agents", multiple=True, help="Login; repeat it for several.")
@click.option("--workstation", "workstations", multiple=True, help="Repeat it for several.")
@click.option("--period", required=True, help=f"{_PERIOD}")
@data_option
def erase(agents: tuple[str, ...], workstations: tuple[str, ...], period: str, data: Path) -> None:
    """Erase what was told of somebody, or of a machine, in a period. The server must not be running."""
    from playhead.cli import analytics_desk

    click.echo(asyncio.run(analytics_desk.erase(PremisesPlaces(data), agents, workstations, period)))


@analytics.group(
    epilog="""\b
Examples:
  playhead analytics rules list
  playhead analytics rules set cards rules.toml --everyone
  playhead analytics rules delete cards"""
)
def rules() -> None:
    """Rules that are rolled out to workstations."""


@rules.command("list")
@data_option
def list_(data: Path) -> None:
    """Print all sets of rules, and whom they are rolled out to."""
    from playhead.cli import analytics_desk

    asyncio.run(analytics_desk.list_rules(PremisesPlaces(data)))


@rules.command("set")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--everyone", is_flag=True, help="Roll it out to every workstation.")
@click.option("--group", "groups", multiple=True, help="Roll it out where members of this group are.")
@data_option
def set_(name: str, file: Path, groups: tuple[str, ...], data: Path, *, everyone: bool) -> None:
    """Make the set NAME what FILE says. With neither option it is a draft."""
    from playhead.cli import analytics_desk

    click.echo(asyncio.run(analytics_desk.set_rules(PremisesPlaces(data), name, file, groups, everyone=everyone)))


@rules.command()
@click.argument("name")
@data_option
def delete(name: str, data: Path) -> None:
    """Remove the set NAME. Workstations drop it when they next ask."""
    from playhead.cli import analytics_desk

    click.echo(asyncio.run(analytics_desk.delete_rules(PremisesPlaces(data), name)))


@analytics.command()
def schema() -> None:
    """Print the JSON Schema of what is sent to port 5634, for whoever wants to send it."""
    import msgspec

    from playhead.domain.analytics.events import Batch

    click.echo(msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Batch)), indent=2).decode())
