"""``playhead doctor``: what it does."""

import asyncio
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.cli.console import emit_json
from playhead.cli.places import PremisesPlaces
from playhead.cli.workstation_file import CONFIG_NAME
from playhead.environment.doctor.checks.machine import look_at_encoder, look_at_zone
from playhead.environment.doctor.findings import Report, Role, Severity
from playhead.environment.doctor.runner import Check, examine
from playhead.environment.doctor.text import as_text

_COLOURS: Final = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def doctor(data: Path, role: Role | None, *, as_json: bool) -> int:
    """Look at everything, print it, and return the exit code.

    Raises:
        UnavailableError: ``doctor.no_role``.
    """
    report = asyncio.run(examine_here(data, role or role_of(data)))
    if as_json:
        emit_json(report.as_plain())
    else:
        click.echo(as_text(report, paint=painted))
    return report.exit_code


def painted(text: str, severity: Severity) -> str:
    """A line in the colour of its severity."""
    return click.style(text, fg=_COLOURS.get(severity))


async def examine_here(data: Path, role: Role) -> Report:
    """The report of this machine."""
    return await examine(checks_of(data, role), machine=socket.gethostname(), role=role, clock=SystemClock())


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


def checks_of(data: Path, role: Role) -> Sequence[Check]:
    """What to look at on a machine of a role."""
    del data, role
    return [
        Check.blocking("encoder", look_at_encoder),
        Check.blocking("time zone", lambda: look_at_zone(os.environ.get("TZ", ""))),
    ]
