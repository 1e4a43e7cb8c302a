"""``playhead environment``: the requirements page as a program."""

import sys
from pathlib import Path

import click

from playhead.cli.antivirus import antivirus
from playhead.cli.options import data_option
from playhead.cli.places import PremisesPlaces
from playhead.environment.firewall.rules import Role
from playhead.environment.firewall.written import FORMS
from playhead.environment.ports import Module

_ROLES = tuple(role.value for role in Role)
_FORMS = ("request", *FORMS)


@click.group(
    epilog="""\b
Examples:
  playhead environment ports
  playhead environment firewall --from 10.1.0.0/16 nftables > playhead.nft
  playhead environment firewall --role site --from 10.1.0.0/16 --server 10.9.0.5 request
  playhead environment antivirus"""
)
def environment() -> None:
    """Ports, firewall rules and antivirus exclusions of this installation, from its configuration."""


@environment.command()
@click.option("--all", "show_all", is_flag=True, help="Also the ports of modules that this version does not have.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "json", "csv"]),
    default="table",
    show_default=True,
    help="For whom.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Say who has each port on this machine and what frees it; ends with 1 where the server cannot have one.",
)
@data_option
def ports(data: Path, form: str, *, show_all: bool, check: bool) -> None:
    """Print every port: from where, to where, what for, where it must be open, how it is secured.

    With --check it is about this machine instead (as table or JSON). Only root is told which program has a port.
    """
    if check:
        from playhead.cli.occupancy import show_occupancy

        sys.exit(show_occupancy(PremisesPlaces(data), as_json=form == "json"))
    from playhead.cli.surroundings import show_ports

    show_ports(PremisesPlaces(data), form, show_all=show_all)


@environment.command()
@click.argument("form", type=click.Choice(_FORMS), metavar="FORM")
@click.option("--role", type=click.Choice(_ROLES), default=_ROLES[0], show_default=True, help="Whose firewall.")
@click.option(
    "--from",
    "clients",
    multiple=True,
    metavar="RANGE",
    help="Where client PCs are; before the cloud: the sites. May be repeated.",
)
@click.option("--server", "servers", multiple=True, metavar="ADDRESS", help="The premises server. May be repeated.")
@click.option("--cloud", "clouds", multiple=True, metavar="ADDRESS", help="The cloud that it dials. May be repeated.")
@click.option(
    "--with",
    "modules",
    type=click.Choice([Module.CLOUD.value]),
    multiple=True,
    help="Also what goes to a cloud that this site has not joined yet; --cloud says so, too.",
)
@click.option("--remove", is_flag=True, help="Print what takes the rules away again.")
@click.option("--check", is_flag=True, help="Compare with what this machine has loaded; ends with 1 where it differs.")
@click.option("--diff", is_flag=True, help="The same, and print the difference.")
@data_option
def firewall(
    form: str,
    role: str,
    clients: tuple[str, ...],
    servers: tuple[str, ...],
    data: Path,
    *,
    clouds: tuple[str, ...],
    modules: tuple[str, ...],
    remove: bool,
    check: bool,
    diff: bool,
) -> None:
    r"""Print the rules that this installation needs, for one kind of firewall.

    REQUEST is a change request for a network team. All others are for a program; applying them twice is applying them
    once. Without --from the rules let any address in. What a premises server sends to the cloud is left out where it
    has joined none, unless --cloud or --with cloud asks for it; a machine in the cloud (--role cloud) needs neither.

    \b
    Examples:
      playhead environment firewall --from 10.1.0.0/16 nftables > playhead.nft
      playhead environment firewall --from 10.1.0.0/16 --diff nftables
      playhead environment firewall --role client --server 10.9.0.5 powershell > playhead.ps1
      playhead environment firewall --from 10.1.0.0/16 --cloud 203.0.113.5 ufw > playhead.sh
      playhead environment firewall --role cloud --from 198.51.100.0/28 aws > playhead.tf
    """
    from playhead.cli.surroundings import Wish, write_firewall

    wish = Wish(form=form, role=role, clients=clients, servers=servers, clouds=clouds, has_cloud=bool(modules))
    sys.exit(write_firewall(PremisesPlaces(data), wish, remove=remove, compare=check or diff, show=diff))


environment.add_command(antivirus)


@environment.command()
def findings() -> None:
    """Print everything that `playhead doctor` can find, what it means and what mends it, as Markdown."""
    from playhead.environment.doctor.codes import as_markdown

    click.echo(as_markdown(), nl=False)
