"""``playhead doctor``: what it does."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import CloudId, SiteId, TenantSite, WorkstationId
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.console import done, emit_json, notice
from playhead.cli.places import PremisesPlaces
from playhead.cli.workstation_file import CONFIG_NAME, load_settings
from playhead.environment.doctor.findings import Report, Role, Severity
from playhead.environment.doctor.page import as_page
from playhead.environment.doctor.signing import Signer, signed_page, verify_page
from playhead.environment.doctor.text import as_text
from playhead.store.disk import SystemDisk
from playhead.store.key_files import certificate_in
from playhead.store.keyring import Keyring
from playhead.wire.pki import Holder
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.identity import IdentityFolder

_UNANSWERED: Final = frozenset({"screen.not_connected", "screen.no_answer", "screen.cannot_examine"})
"""Of a workstation that cannot be asked now: what it told last is still good to know."""

_KINDS: Final[Mapping[type[Holder], str]] = {
    SiteId: "server of site",
    TenantSite: "server of site",
    CloudId: "cloud",
    WorkstationId: "workstation",
}

_COLOURS: Final = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def doctor(data: Path, role: Role | None, *, agents: int, html: Path | None, as_json: bool) -> int:
    """Look at everything, print it, and return the exit code.

    Args:
        data: the folder.
        role: None for what the folder says.
        agents: how many workstations share the way to the server.
        html: where to write the signed page; None for nowhere.
        as_json: print for a program.

    Raises:
        UnavailableError: ``doctor.no_role``.
    """
    role = role or role_of(data)
    return _tell(data, role, asyncio.run(examine_here(data, role, agents=agents)), html=html, as_json=as_json)


def doctor_there(data: Path, workstation: str, *, html: Path | None, as_json: bool) -> int:
    """Have a workstation look over itself, over its enrolled connection, and print that; the exit code.

    Where it does not answer, what it told last is printed, and how it came to that is said.

    Args:
        data: the premises server's folder.
        workstation: its id.
        html: where to write the page, signed by this server; None for nowhere.
        as_json: print for a program.

    Raises:
        PlayheadError: the server does not run, knows no such workstation, or has no report of it.
    """
    from playhead.cli.operator import Operator

    operator = Operator(PremisesPlaces(data))
    try:
        report = operator.examine(workstation)
    except PlayheadError as error:
        if error.code not in _UNANSWERED:
            raise
        report = operator.newest_report(workstation)
        notice(f"{error.message} This is what it told on {report.at:%Y-%m-%d %H:%M:%S} UTC.")
    return _tell(data, Role.PREMISES, report, html=html, as_json=as_json)


def _tell(data: Path, role: Role, report: Report, *, html: Path | None, as_json: bool) -> int:
    """Write and print a report; the page is signed with this machine's key. The exit code."""
    if html is not None:
        html.write_bytes(_page(data, role, report))
    return show(report, as_json=as_json)


def show(report: Report, *, as_json: bool) -> int:
    """Print a report; returns the exit code."""
    if as_json:
        emit_json(report.as_plain())
    else:
        click.echo(as_text(report, paint=_painted))
    return report.exit_code


def _painted(text: str, severity: Severity) -> str:
    """A line in the colour of its severity."""
    return click.style(text, fg=_COLOURS.get(severity))


def verify(data: Path, file: Path) -> None:
    """Say who signed a page, and that it is as they made it.

    Raises:
        InvalidInputError: ``doctor.unsigned``.
        CorruptError: ``doctor.signature``.
        RefusedError: ``doctor.signer``.
        UnavailableError: ``doctor.no_role``.
    """
    verified = verify_page(file.read_bytes(), authority=_authority(data))
    kind = _KINDS[type(verified.holder)]
    done(f"The page is as {kind} {verified.holder} made it on {verified.report.at:%Y-%m-%d %H:%M:%S} UTC.")
    done(f"Its certificate's fingerprint (SHA-256) is {verified.fingerprint.hex()}.")


def _page(data: Path, role: Role, report: Report) -> bytes:
    try:
        return signed_page(report, _signer(data, role))
    except UnavailableError as error:
        notice(f"The page is not signed. {error.message}")
        return as_page(report).encode()


def _signer(data: Path, role: Role) -> Signer:
    if role is Role.PREMISES:
        file = Keyring.open_existing(PremisesPlaces(data).keys, SystemClock()).server_file
        return Signer.load(file, file)
    if role is Role.CLOUD:
        file = CloudPlaces(data).keys / "server.pem"
        return Signer.load(file, file)
    folder = load_settings(data).data / IDENTITY_FOLDER
    return Signer.load(folder / "certificate.pem", folder / "key.pem")


def _authority(data: Path) -> bytes:
    role = role_of(data)
    if role is Role.PREMISES:
        return Keyring.open_existing(PremisesPlaces(data).keys, SystemClock()).authority.certificate
    if role is Role.CLOUD:
        file = CloudPlaces(data).keys / "authority.pem"
        return certificate_in(file, file.read_bytes())
    settings = load_settings(data)
    return IdentityFolder(SystemDisk(), settings.data / IDENTITY_FOLDER).load(settings.id).authority


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
    if role is Role.CLOUD:
        from playhead.cli.cloud_doctor import examine_cloud

        return await examine_cloud(CloudPlaces(data), clock=clock, environment=os.environ)
    from playhead.workstation.doctor import examine_workstation

    return await examine_workstation(load_settings(data), clock=clock, environment=os.environ, agents=agents)


def role_of(data: Path) -> Role:
    """What a data folder says that the machine is: a premises server, or else a machine of the cloud or a workstation.

    Raises:
        UnavailableError: ``doctor.no_role``.
    """
    if PremisesPlaces(data).catalogue.exists():
        return Role.PREMISES
    if CloudPlaces(data).control.exists():
        return Role.CLOUD
    if (data / CONFIG_NAME).exists():
        return Role.WORKSTATION
    hint = "Name its folder with --data, or say what it is to be with --role."
    raise UnavailableError("doctor.no_role", f"There is neither a server nor a workstation in {data}.", hint=hint)
