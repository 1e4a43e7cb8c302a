"""``playhead users``: who may sign in to the portal."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces

stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@click.group(
    epilog="""\b
Examples:
  playhead users add jo --role supervisor
  playhead users set-roles jo --role manager --since 2026-01-01
  playhead users list
  playhead users disable jo
  playhead users set-password jo"""
)
def users() -> None:
    """Decide who may sign in to the portal.

    Works on the data folder itself, beside a running server too. An administrator may do everything, a manager sees and
    records everybody, a supervisor the members of their groups, an auditor reads the log, an agent sees what was
    recorded of themselves.
    """


@users.command()
@click.argument("user")
@click.option("--name", help="As people write it; by default the user's id.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=["manager"],
    show_default=True,
    help="What they may do; repeat it for several.",
)
@stdin_option
@data_option
def add(user: str, name: str | None, roles: tuple[str, ...], data: Path, *, password_stdin: bool) -> None:
    """Add USER and ask for a password."""
    from playhead.cli import administration

    password = ask_password(from_stdin=password_stdin)
    asyncio.run(
        administration.add_person(PremisesPlaces(data), user, name=name or user, roles=roles, password=password)
    )


@users.command("set-password")
@click.argument("user")
@stdin_option
@data_option
def set_password(user: str, data: Path, *, password_stdin: bool) -> None:
    """Give USER another password and sign them out everywhere."""
    from playhead.cli import administration

    password = ask_password(from_stdin=password_stdin)
    asyncio.run(administration.change_password(PremisesPlaces(data), user, password))


@users.command("set-roles")
@click.argument("user")
@click.option("--role", "roles", multiple=True, help="A role; repeat it for several. Without any, USER may do nothing.")
@click.option("--since", type=click.DateTime(), help="Only for recordings that began from then on, in UTC.")
@data_option
def set_roles(user: str, roles: tuple[str, ...], since: datetime | None, data: Path) -> None:
    """Give USER these roles and no others. It holds at once."""
    from playhead.cli import people

    asyncio.run(people.set_roles(PremisesPlaces(data), user, roles, since))


@users.command("sign-out")
@click.argument("user")
@data_option
def sign_out(user: str, data: Path) -> None:
    """Sign USER out everywhere."""
    from playhead.cli import people

    asyncio.run(people.sign_out(PremisesPlaces(data), user))


@users.command()
@click.argument("user")
@data_option
def disable(user: str, data: Path) -> None:
    """Keep USER out from now on; they are signed out everywhere."""
    from playhead.cli import administration

    asyncio.run(administration.disable_person(PremisesPlaces(data), user, disabled=True))


@users.command()
@click.argument("user")
@data_option
def enable(user: str, data: Path) -> None:
    """Let USER sign in again."""
    from playhead.cli import administration

    asyncio.run(administration.disable_person(PremisesPlaces(data), user, disabled=False))


@users.command("totp-off")
@click.argument("user")
@data_option
def totp_off(user: str, data: Path) -> None:
    """Take away the second factor of USER, who has lost it; they are signed out everywhere."""
    from playhead.cli import administration

    asyncio.run(administration.turn_totp_off(PremisesPlaces(data), user))


@users.command()
@click.argument("user")
@data_option
def unlock(user: str, data: Path) -> None:
    """Let USER sign in at once who is locked out after failed attempts."""
    from playhead.cli import administration

    asyncio.run(administration.unlock(PremisesPlaces(data), user))


@users.command("list")
@data_option
@json_option
def list_command(data: Path, *, as_json: bool) -> None:
    """Show everybody, by id."""
    from playhead.cli import administration
    from playhead.cli.console import emit_json, table

    places = PremisesPlaces(data)
    places.require()
    found = asyncio.run(administration.people(places))
    rows = [
        {
            "id": str(one.id),
            "name": one.name,
            "roles": " ".join(str(assigned.role) for assigned in assignments),
            "state": "may sign in" if one.disabled_at_us is None else "disabled",
        }
        for one, assignments in found
    ]
    if as_json:
        emit_json(rows)
    elif not rows:
        click.echo("Nobody may sign in yet. Add somebody with `playhead users add`.")
    else:
        click.echo(table(["USER", "NAME", "ROLES", "STATE"], [list(row.values()) for row in rows]))


def ask_password(*, from_stdin: bool) -> str:
    """A password, from whoever types it twice or from standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
