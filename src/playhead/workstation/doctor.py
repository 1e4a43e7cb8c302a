"""What the doctor looks at on an agent's PC."""

import asyncio
import shutil
import ssl
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.environment.antivirus.exclusions import of_workstation
from playhead.environment.doctor.checks.certificates import look_at_certificate
from playhead.environment.doctor.checks.disk import look_at_spool
from playhead.environment.doctor.checks.files import look_at_delays, look_at_holders
from playhead.environment.doctor.checks.machine import look_at_encoder, look_at_zone
from playhead.environment.doctor.checks.scanner import look_at_exclusions
from playhead.environment.doctor.checks.screen import Trust
from playhead.environment.doctor.checks.server import Server, look_at_server
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding, Report, Role
from playhead.environment.doctor.runner import Check, examine
from playhead.net.tls import client_context
from playhead.store.disk import Disk, SystemDisk
from playhead.wire.pki import validity_of
from playhead.workstation.capture.test_card import TEST_CARD
from playhead.workstation.capture.x11.display import Display, RefusedByServerError
from playhead.workstation.capture.x11.images import SharedImages
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.identity import Identity, IdentityFolder
from playhead.workstation.session import is_wayland
from playhead.workstation.status import LocalStatus

ASK_S: Final = 0.75
"""For the program on this machine, which answers at once."""
SERVER_S: Final = 9.0
"""For one server; it keeps its own time below this (`playhead.environment.doctor.checks.server.WITHIN_S`)."""
PROBE_PIXELS: Final = 64 * 64
"""Of the memory that is shared with the X server on trial. Nothing is grabbed: there may be a blackout."""


async def examine_workstation(
    config: WorkstationConfig, *, clock: Clock, environment: Mapping[str, str], agents: int = 1
) -> Report:
    """Look over this machine, beside the workstation that runs here or not.

    Args:
        config: what the operator set.
        clock: for times.
        environment: of the process: which display and time zone there are.
        agents: how many workstations share the way to the server.
    """
    identity, missing = _identity(config, SystemDisk())
    running = await _running(config)
    in_use = running.premises if isinstance(running, LocalStatus) else ""
    rows = of_workstation(config.data, Path(sys.executable))
    checks = [
        Check.done("identity", missing or _certificates(identity, clock)),
        Check.done("program", [_judge_program(running)]),
        Check.blocking("display", lambda: look_at_display(config.display, environment)),
        Check.blocking("encoder", look_at_encoder),
        Check.blocking("time zone", lambda: look_at_zone(environment.get("TZ", ""))),
        Check.blocking("disk", lambda: _look_at_disk(config)),
        Check.blocking("writing files", lambda: look_at_delays(_existing(config.data / "spool"))),
        Check.blocking("open files", lambda: look_at_holders(config.data)),
        Check.blocking("virus scanner", lambda: look_at_exclusions(rows, config.data)),
        *(
            _server(config, address, identity, clock, in_use=in_use, agents=agents)
            for place in config.places
            for address in place
        ),
    ]
    return await examine(checks, machine=str(config.id), role=Role.WORKSTATION, clock=clock)


def _identity(config: WorkstationConfig, disk: Disk) -> tuple[Identity | None, Sequence[Finding]]:
    """Who this machine is; or why it is nobody."""
    try:
        return IdentityFolder(disk, config.data / IDENTITY_FOLDER).load(config.id, certified=not config.plain), ()
    except PlayheadError as error:
        if config.plain:
            return None, ()
        return None, [finding("identity.missing", str(config.id), str(error), said=error.code)]


def _certificates(identity: Identity | None, clock: Clock) -> Sequence[Finding]:
    if identity is None or not identity.certificate:
        return []
    shown = {"workstation's certificate": identity.certificate, "site's authority": identity.authority}
    return [look_at_certificate(name, validity_of(one), now_us=clock.wall_us()) for name, one in shown.items() if one]


def _server(
    config: WorkstationConfig, address: Address, identity: Identity | None, clock: Clock, *, in_use: str, agents: int
) -> Check:
    folder = config.data / IDENTITY_FOLDER

    def context() -> ssl.SSLContext:
        authority = b"" if identity is None else identity.authority
        return client_context(authority, folder / "certificate.pem", folder / "key.pem")

    trust = Trust(
        machine=str(config.id),
        site=None if identity is None else identity.site,
        authority=b"" if identity is None else identity.authority,
        context=context if identity is not None and not config.plain else None,
        plain=config.plain,
    )
    alone = len(config.places) == 1 and len(config.places[0]) == 1  # else it is of any of them
    server = Server(address, trust, _host_of(in_use) if alone else "")
    return Check(f"server {address}", lambda: look_at_server(server, clock=clock, agents=agents), SERVER_S)


def _host_of(remote: str) -> str:
    """``10.9.0.5`` of ``10.9.0.5:5633``."""
    return Address.parse(remote).host.removeprefix("::ffff:") if remote else ""


async def _running(config: WorkstationConfig) -> LocalStatus | PlayheadError:
    """What the workstation that runs here says of itself; or why it does not."""
    try:
        async with asyncio.timeout(ASK_S):
            answer = await ask(config.data, Question("status"))
        return msgspec.convert(answer.get("status"), LocalStatus)
    except PlayheadError as error:
        return error
    except (TimeoutError, msgspec.MsgspecError):
        return UnavailableError("workstation.no_answer", "It runs, and does not answer.")


def _judge_program(running: LocalStatus | PlayheadError) -> Finding:
    if isinstance(running, PlayheadError):
        return finding("program.stopped", "workstation", str(running))
    words = f"It runs: {running.state}."
    if not running.connected:
        words += f" It is not connected. {running.connection_problem}"
    return finding("program.runs", "workstation", words.strip(), state=running.state, connected=running.connected)


def look_at_display(name: str, environment: Mapping[str, str]) -> Sequence[Finding]:
    """Whether the desktop may be captured. Grabs nothing.

    Args:
        name: of the display, as in the configuration; empty for the environment's.
        environment: of the process.
    """
    if name == TEST_CARD:
        return [finding("display.readable", "test card", "A made-up desktop is recorded.")]
    if not name and is_wayland(environment):
        return [finding("display.wayland", "display", "This is a Wayland session.")]
    shown = name or environment.get("DISPLAY", "")
    subject = f"display {shown}".rstrip()
    try:
        display = Display(shown or None)
        try:
            monitors = display.monitors() if display.has_monitors else []
            if display.has_shm:
                SharedImages(display, PROBE_PIXELS).close()
        finally:
            display.close()
    except (UnavailableError, RefusedByServerError) as error:
        return [finding("display.denied", subject, f"It cannot be used: {error}")]
    names = ", ".join(one.name for one in monitors) or "the whole screen"
    how = "by shared memory" if display.has_shm else "through the connection, which takes more of the processor"
    return [finding("display.readable", subject, f"{names}; pictures come {how}.", shm=display.has_shm)]


def _look_at_disk(config: WorkstationConfig) -> Sequence[Finding]:
    folder = config.data / "spool"
    usage = shutil.disk_usage(_existing(folder))
    used = sum(_size(path) for path in folder.rglob("*")) if folder.is_dir() else 0
    return [
        look_at_spool(
            str(folder),
            free_bytes=usage.free,
            reserve_bytes=config.disk_free_min.bytes,
            spool_max_bytes=config.spool_max.bytes,
            used_bytes=used,
        )
    ]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it was sent meanwhile
        return 0


def _existing(folder: Path) -> Path:
    return folder if folder.exists() or folder == folder.parent else _existing(folder.parent)
