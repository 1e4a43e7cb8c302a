"""``playhead roles``: what users may be allowed."""

import asyncio
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead roles list
  playhead roles add Coach --allow view:team --allow play:team
  playhead users set-roles jo --role coach
  playhead roles delete coach"""
)
def roles() -> None:
    """Decide what the roles of users allow.

    A role allows actions: view, play, live, export, annotate, hold, delete, record, blackout_on, blackout_off and
    analyse for one's own recordings, those of one's team (the groups one supervises) or all; and audit, administer and
    operate for all. The roles that every site has cannot be changed.
    """


@roles.command()
@click.argument("name")
@click.option("--allow", "allowed", multiple=True, required=True, help="ACTION:SCOPE; repeat it for several.")
@data_option
def add(name: str, allowed: tuple[str, ...], data: Path) -> None:
    """Make a role called NAME and print what to name it by."""
    from playhead.cli import people

    click.echo(asyncio.run(people.add_role(PremisesPlaces(data), name, allowed)))


@roles.command()
@click.argument("role")
@data_option
def delete(role: str, data: Path) -> None:
    """Remove ROLE, which nobody may have any more."""
    from playhead.cli import people

    asyncio.run(people.delete_role(PremisesPlaces(data), role))


@roles.command("list")
@data_option
@json_option
def list_command(data: Path, *, as_json: bool) -> None:
    """Show all roles, those that every site has first."""
    from playhead.cli import people
    from playhead.cli.console import emit_json, table

    places = PremisesPlaces(data)
    places.require()
    found = asyncio.run(people.all_roles(places))
    if as_json:
        emit_json(
            [
                {
                    "id": str(one.id),
                    "name": one.name,
                    "builtIn": one.built_in,
                    "grants": [{"action": line.action, "scope": line.scope} for line in one.permissions],
                }
                for one in found
            ]
        )
    else:
        rows = [
            [str(one.id), one.name, " ".join(f"{line.action}:{line.scope}" for line in one.permissions)]
            for one in found
        ]
        click.echo(table(["ROLE", "NAME", "ALLOWS"], rows))
