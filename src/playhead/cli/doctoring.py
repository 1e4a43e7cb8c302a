"""``playhead doctor``: what it does."""

import asyncio
import os
from pathlib import Path
from typing import Final

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.cli.console import emit_json
from playhead.cli.places import PremisesPlaces
from playhead.cli.workstation_file import CONFIG_NAME, load_settings
from playhead.environment.doctor.findings import Report, Role, Severity
from playhead.environment.doctor.text import as_text

_COLOURS: Final = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def doctor(data: Path, role: Role | None, *, agents: int, as_json: bool) -> int:
    """Look at everything, print it, and return the exit code.

    Raises:
        UnavailableError: ``doctor.no_role``.
    """
    report = asyncio.run(examine_here(data, role or role_of(data), agents=agents))
    if as_json:
        emit_json(report.as_plain())
    else:
        click.echo(as_text(report, paint=painted))
    return report.exit_code


def painted(text: str, severity: Severity) -> str:
    """A line in the colour of its severity."""
    return click.style(text, fg=_COLOURS.get(severity))


async def examine_here(data: Path, role: Role, *, agents: int = 1) -> Report:
    """The report of this machine.

    Args:
        data: its folder.
        role: what it is.
        agents: how many workstations share the way to the server.
    """
    clock = SystemClock()
    if role is Role.PREMISES:
        from playhead.cli.premises_doctor import examine_premises

        return await examine_premises(PremisesPlaces(data), clock=clock, environment=os.environ)
    from playhead.workstation.doctor import examine_workstation

    return await examine_workstation(load_settings(data), clock=clock, environment=os.environ, agents=agents)


def role_of(data: Path) -> Role:
    """What a data folder says that the machine is: a premises server, or else a workstation.

    Raises:
        UnavailableError: ``doctor.no_role``.
    """
    if PremisesPlaces(data).catalogue.exists():
        return Role.PREMISES
    if (data / CONFIG_NAME).exists():
        return Role.WORKSTATION
    hint = "Name its folder with --data, or say what it is to be with --role."
    raise UnavailableError("doctor.no_role", f"There is neither a server nor a workstation in {data}.", hint=hint)
