"""``playhead doctor``: what is wrong here, what it means and what mends it."""

import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.environment.doctor.findings import Role

_ROLES = tuple(role.value for role in Role)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    epilog="""\b
Examples:
  playhead doctor
  playhead doctor --role workstation --json
  playhead doctor --from desk-17              on the premises server
  playhead doctor --html report.html          to send to whoever is to mend it
  playhead doctor --verify report.html        is it as the machine made it?
\b
Ends with 0 where all is well, 1 with warnings and 2 with errors. docs/services/environment.md explains each."""
)
@click.option("--role", type=click.Choice(_ROLES), help="What this machine is; by default what its data folder says.")
@click.option(
    "--agents",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="How many workstations share the way to the server.",
)
@click.option("--html", type=_FILE, help="Also write the report to FILE, as one page that this machine signs.")
@click.option("--verify", type=_FILE, help="Look at nothing: say whether the page in FILE is as a machine made it.")
@click.option(
    "--from", "workstation", metavar="WORKSTATION", help="On the premises server: have a workstation look over itself."
)
@data_option
@json_option
def doctor(
    role: str | None,
    agents: int,
    workstation: str | None,
    data: Path,
    *,
    html: Path | None,
    verify: Path | None,
    as_json: bool,
) -> None:
    """Check this machine and its network, and explain each fault and what mends it.

    It changes nothing, and may run beside everything else. The answer comes within ten seconds, even where every port
    is dead.
    """
    from playhead.cli import doctoring

    if verify is not None:
        doctoring.verify(data, verify)
        return
    if workstation is not None:
        sys.exit(doctoring.doctor_there(data, workstation, html=html, as_json=as_json))
    wanted = None if role is None else Role(role)
    sys.exit(doctoring.doctor(data, wanted, agents=agents, html=html, as_json=as_json))
