"""``playhead cloud``: what all sites have in common."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.logs import line_filters
from playhead.cli.options import data_option, json_option
from playhead.cli.users import ask_password, stdin_option

_HOURS = click.option(
    "--hours", type=click.IntRange(1, 168), default=24, show_default=True, help="How long the code is valid."
)


@click.group(
    epilog="""\b
Examples:
  playhead cloud tenant add acme --name "Acme Ltd" --host acme.cloud.example
  playhead cloud user add acme sue
  playhead cloud site add acme/berlin          prints a code; at the site: playhead premises join
  playhead cloud run
  playhead cloud site list
  playhead cloud site revoke acme/berlin"""
)
def cloud() -> None:
    """Run and administer the cloud.

    It listens for sites (2010) and for the portals of its tenants (443). Settings are read from cloud.toml in
    the data folder; docs/configuration.md lists every key.
    """


@cloud.command()
@data_option
@click.option("--log", type=click.Choice(["human", "json"]), default="json", show_default=True, help="Form of the log.")
def run(data: Path, log: str) -> None:
    """Run the cloud until it is told to stop (Ctrl-C or SIGTERM); what is under way may end."""
    from playhead.cli.cloud_serving import serve_cloud

    serve_cloud(CloudPlaces(data), log=log)


@cloud.group(
    epilog="""\b
Examples:
  playhead cloud tenant add acme --name "Acme Ltd" --host acme.cloud.example
  playhead cloud tenant list"""
)
def tenant() -> None:
    """Organisations. Each has a catalogue of its own, and nobody sees another's."""


@tenant.command("add")
@click.argument("tenant")
@click.option("--name", default="", help="As people know it.")
@click.option("--host", "hosts", multiple=True, help="Name by which browsers come to its portal; may be repeated.")
@data_option
def add_tenant(tenant: str, name: str, hosts: tuple[str, ...], data: Path) -> None:
    """Add TENANT: 1 to 40 of a-z, 0-9 and hyphen."""
    from playhead.cli import cloud_desk

    asyncio.run(cloud_desk.new_tenant(CloudPlaces(data), tenant, name=name, hosts=hosts))


@tenant.command("hosts")
@click.argument("tenant")
@click.argument("hosts", nargs=-1)
@data_option
def set_hosts(tenant: str, hosts: tuple[str, ...], data: Path) -> None:
    """Say by which names browsers come to the portal of TENANT."""
    from playhead.cli import cloud_desk

    asyncio.run(cloud_desk.change_hosts(CloudPlaces(data), tenant, hosts))


@tenant.command("key")
@click.argument("tenant")
@data_option
def show_key(tenant: str, data: Path) -> None:
    """Print the public key of TENANT, for `[upload] cloud_key` at its sites.

    They seal the keys of what they upload to it, so that the cloud can play that when a site is away.
    """
    from playhead.cli import cloud_desk

    click.echo(asyncio.run(cloud_desk.tenant_key(CloudPlaces(data), tenant)))


@tenant.command("list")
@data_option
@json_option
def list_tenants(data: Path, *, as_json: bool) -> None:
    """List the tenants."""
    from playhead.cli import cloud_desk
    from playhead.cli.cloud_text import show_tenants

    show_tenants(asyncio.run(cloud_desk.all_tenants(CloudPlaces(data))), as_json=as_json)


@cloud.group(
    epilog="""\b
Examples:
  playhead cloud user add acme jo
  playhead cloud user add acme kim --role supervisor"""
)
def user() -> None:
    """People who may sign in to a tenant's portal. Who may administer adds the others there."""


@user.command("add")
@click.argument("tenant")
@click.argument("user")
@click.option("--role", "roles", multiple=True, default=["administrator"], show_default=True, help="What they may do.")
@stdin_option
@data_option
def add_user(tenant: str, user: str, roles: tuple[str, ...], data: Path, *, password_stdin: bool) -> None:
    """Let USER sign in to the portal of TENANT, and ask for a password."""
    from playhead.cli import cloud_desk

    password = ask_password(from_stdin=password_stdin)
    asyncio.run(cloud_desk.new_person(CloudPlaces(data), tenant, user, roles=roles, password=password))


@cloud.group(
    epilog="""\b
Examples:
  playhead cloud site add acme/berlin
  playhead cloud site list
  playhead cloud site doctor acme/berlin
  playhead cloud site logs acme/berlin --level warning
  playhead cloud site revoke acme/berlin"""
)
def site() -> None:
    """Sites of tenants, written TENANT/NAME."""


@site.command("add")
@click.argument("site")
@click.option("--name", default="", help="As people know it.")
@_HOURS
@data_option
def add_site(site: str, name: str, hours: int, data: Path) -> None:
    """Add SITE and print a one-time code for `playhead premises join CODE --cloud HOST`.

    The code also tells the site which cloud to trust, so give it over a channel that nobody else writes to.
    """
    from playhead.cli import cloud_desk

    click.echo(asyncio.run(cloud_desk.new_site(CloudPlaces(data), site, name=name, hours=hours)))


@site.command("code")
@click.argument("site")
@_HOURS
@data_option
def new_code(site: str, hours: int, data: Path) -> None:
    """Print another one-time code for SITE, for example after its server was replaced."""
    from playhead.cli import cloud_desk

    click.echo(asyncio.run(cloud_desk.new_code(CloudPlaces(data), site, hours=hours)))


@site.command("revoke")
@click.argument("site")
@data_option
def revoke_site(site: str, data: Path) -> None:
    """Shut SITE out, connected or not. What it has sent stays."""
    from playhead.cli import cloud_desk

    asyncio.run(cloud_desk.shut_out(CloudPlaces(data), site))


@site.command("list")
@data_option
@json_option
def list_sites(data: Path, *, as_json: bool) -> None:
    """List the sites, and which are connected."""
    from playhead.cli import cloud_desk
    from playhead.cli.cloud_text import show_sites

    show_sites(asyncio.run(cloud_desk.all_sites(CloudPlaces(data))), as_json=as_json)


@site.command("doctor")
@click.argument("site")
@click.option(
    "--now", "anew", is_flag=True, help="Have it look over itself now; otherwise what it found last is shown."
)
@data_option
@json_option
def site_doctor(site: str, data: Path, *, anew: bool, as_json: bool) -> None:
    """Show what is wrong with the server of SITE, asked through the cloud that runs here.

    Ends with 0 where all is well, 1 with warnings and 2 with errors.
    """
    from playhead.cli import cloud_sites

    sys.exit(asyncio.run(cloud_sites.show_doctor(CloudPlaces(data), site, anew=anew, as_json=as_json)))


@site.command("link")
@click.argument("site")
@data_option
@json_option
def site_link(site: str, data: Path, *, as_json: bool) -> None:
    """Show how SITE sees its links to this cloud: round trips, what they carry, what waits."""
    from playhead.cli import cloud_sites

    asyncio.run(cloud_sites.show_site_link(CloudPlaces(data), site, as_json=as_json))


@site.command("logs")
@click.argument("site")
@click.argument("text", default="")
@line_filters
@click.option("--limit", type=click.IntRange(1, 1_000), default=200, show_default=True, help="How many; the newest.")
@data_option
@json_option
def site_logs(site: str, data: Path, *, limit: int, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 # as click gives them
    """Show lines of the logs of SITE with TEXT anywhere in them, in any case; oldest first."""
    from playhead.cli import cloud_sites, log_desk

    query = log_desk.wanted(**filters)
    asyncio.run(cloud_sites.show_logs(CloudPlaces(data), site, query, limit=limit, as_json=as_json))
