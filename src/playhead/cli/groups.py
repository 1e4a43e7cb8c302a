"""``playhead groups``: whose work a supervisor sees."""

import asyncio
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead groups add "Night Shift" --member jane --member joe --supervisor sam
  playhead groups change night-shift --add-member eve --remove-member joe
  playhead groups list
  playhead groups delete night-shift"""
)
def groups() -> None:
    """Put agents into groups, and say who supervises them.

    A supervisor sees what was recorded of the members of their groups. Members are named by the login of their desktop
    session, whether or not they may sign in to the portal.
    """


@groups.command()
@click.argument("name")
@click.option("--member", "members", multiple=True, help="Login of an agent; repeat it for several.")
@click.option("--supervisor", "supervisors", multiple=True, help="A user who sees them; repeat it for several.")
@data_option
def add(name: str, members: tuple[str, ...], supervisors: tuple[str, ...], data: Path) -> None:
    """Make a group called NAME and print what to name it by."""
    from playhead.cli import people

    click.echo(asyncio.run(people.add_group(PremisesPlaces(data), name, members, supervisors)))


@groups.command()
@click.argument("group")
@click.option("--add-member", "joining", multiple=True, help="Login of an agent.")
@click.option("--remove-member", "leaving", multiple=True, help="Login of an agent.")
@click.option("--add-supervisor", "leading", multiple=True, help="A user.")
@click.option("--remove-supervisor", "retiring", multiple=True, help="A user.")
@data_option
def change(
    group: str,
    data: Path,
    *,
    joining: tuple[str, ...],
    leaving: tuple[str, ...],
    leading: tuple[str, ...],
    retiring: tuple[str, ...],
) -> None:
    """Change who is in GROUP. It holds at once."""
    from playhead.cli import people

    places = PremisesPlaces(data)
    asyncio.run(people.change_group(places, group, members=(joining, leaving), supervisors=(leading, retiring)))


@groups.command()
@click.argument("group")
@data_option
def delete(group: str, data: Path) -> None:
    """Remove GROUP. Its members and what was recorded of them stay."""
    from playhead.cli import people

    asyncio.run(people.delete_group(PremisesPlaces(data), group))


@groups.command("list")
@data_option
@json_option
def list_command(data: Path, *, as_json: bool) -> None:
    """Show all groups, by name."""
    from playhead.cli import people
    from playhead.cli.console import emit_json, table

    places = PremisesPlaces(data)
    places.require()
    found = asyncio.run(people.all_groups(places))
    if as_json:
        emit_json(
            [
                {
                    "id": str(one.id),
                    "name": one.name,
                    "members": list(one.members),
                    "supervisors": [str(user) for user in one.supervisors],
                }
                for one in found
            ]
        )
    elif not found:
        click.echo("There is no group yet. Make one with `playhead groups add`.")
    else:
        rows = [[str(one.id), one.name, " ".join(one.members), " ".join(map(str, one.supervisors))] for one in found]
        click.echo(table(["GROUP", "NAME", "MEMBERS", "SUPERVISORS"], rows))
