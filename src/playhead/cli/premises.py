"""``playhead premises``: the customer site's server."""

import asyncio
import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.cli.places import PremisesPlaces


@click.group(
    epilog="""\b
Examples:
  playhead premises run
  playhead premises enrolment-code desk-7
  playhead premises revoke desk-7
  playhead premises join CODE --cloud cloud.example
  playhead premises status
  playhead premises workstations"""
)
def premises() -> None:
    """Run and administer the premises server.

    It listens for workstations (5633), for the portal and player (2020, and 443 for HTTPS) and for the player's tokens
    (5650).
    Settings are read from premises.toml in the data folder; docs/configuration.md lists every key.
    """


@premises.command()
@data_option
@click.option("--log", type=click.Choice(["human", "json"]), default="json", show_default=True, help="Form of the log.")
def run(data: Path, log: str) -> None:
    """Run the server until it is told to stop (Ctrl-C or SIGTERM).

    Unlike `playhead up` it insists on the configured ports: a service behind firewall rules must not move.
    """
    from playhead.cli.serve import serve

    serve(PremisesPlaces(data), move_ports=False, log=log)


@premises.command("enrolment-code")
@click.argument("workstation", required=False)
@click.option("--hours", type=click.IntRange(1, 168), default=24, show_default=True, help="How long it is valid.")
@data_option
def enrolment_code(workstation: str | None, hours: int, data: Path) -> None:
    """Print a one-time code that lets a workstation in.

    With WORKSTATION only that one may use it, otherwise any. The code also tells the workstation which server to
    trust, so give it over a channel that nobody else writes to.
    """
    from playhead.cli import administration

    click.echo(asyncio.run(administration.new_enrolment_code(PremisesPlaces(data), workstation, hours=hours)))


@premises.command("web-authority")
@data_option
def web_authority(data: Path) -> None:
    """Print the certificate (PEM) that the browsers of the site should trust.

    Where the configuration names no certificate, the server has an authority of its own for HTTPS. It may vouch for
    this server's names and for private addresses alone. Install it as a trusted authority, by hand or group policy.
    """
    from playhead.net.http.certificates import authority_certificate

    places = PremisesPlaces(data)
    places.require()
    click.echo(authority_certificate(places.keys), nl=False)


@premises.command()
@click.argument("code")
@click.option("--cloud", required=True, metavar="HOST[:PORT]", help="Where the cloud listens for sites.")
@data_option
def join(code: str, cloud: str, data: Path) -> None:
    """Join a cloud with the one-time CODE that its administrator handed out.

    The code says which cloud to trust. This server makes its key, which never leaves it, and connects to the
    cloud by itself; nothing has to be open from outside.
    """
    from playhead.cli import joining

    asyncio.run(joining.join_cloud(PremisesPlaces(data), code, cloud))


@premises.command()
@data_option
def leave(data: Path) -> None:
    """Leave the cloud. What it has of this site stays there."""
    from playhead.cli import joining

    joining.leave_cloud(PremisesPlaces(data))


@premises.command()
@click.argument("workstation")
@data_option
def revoke(workstation: str, data: Path) -> None:
    """Shut WORKSTATION out, connected or not, for example because the PC was stolen."""
    from playhead.cli import administration

    asyncio.run(administration.revoke(PremisesPlaces(data), workstation))


@premises.command("export-enrolments")
@data_option
def export_enrolments(data: Path) -> None:
    """Print who is enrolled here, for another server of the site. Nothing of it is secret."""
    from playhead.cli import enrolments

    click.echo(asyncio.run(enrolments.export(PremisesPlaces(data))).decode())


@premises.command("import-enrolments")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def import_enrolments(file: Path, data: Path) -> None:
    """Take over from FILE who is enrolled at another server of the site, and who was revoked there.

    So workstations may go there when this server is away, and here when that one is. The newest enrolment of each
    counts. May run beside the server, again and again.
    """
    from playhead.cli import enrolments

    asyncio.run(enrolments.take_over(PremisesPlaces(data), file))


@premises.command()
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Say how the server is: whether it runs, room on its disk, what is wrong, what is in quarantine.

    Ends with 1 where it does not run, or something is wrong.
    """
    from playhead.cli import condition

    sys.exit(0 if condition.show(PremisesPlaces(data), as_json=as_json) else 1)


@premises.command()
@data_option
@json_option
def workstations(data: Path, *, as_json: bool) -> None:
    """List the enrolled workstations and what they are doing."""
    from playhead.cli.console import emit_json, human_bytes, table
    from playhead.cli.operator import Operator

    found = Operator(PremisesPlaces(data)).workstations()
    if as_json:
        emit_json(found)
    elif not found:
        click.echo("No workstation is enrolled. Make a code with `playhead premises enrolment-code`.")
    else:
        heads = ["WORKSTATION", "CONNECTED", "STATE", "AGENT", "SPOOL"]
        rows = [
            [
                one["id"],
                "yes" if one["connected"] else "no",
                str(one["state"] or "").replace("_", " "),
                one["agent"] or "",
                human_bytes(one["spoolBytes"] or 0),
            ]
            for one in found
        ]
        click.echo(table(heads, rows))
