"""What the ``playhead workstation`` commands do, on the agent's PC."""

import asyncio
import json
from pathlib import Path
from typing import Final, Literal, cast

import click
import msgspec

from playhead.base import config, logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import NotFoundError
from playhead.base.ids import WorkstationId
from playhead.cli.console import done, emit_json
from playhead.cli.run import run_until_stopped
from playhead.cli.settings import host_name
from playhead.environment.ports import Service, port_of
from playhead.workstation import enrolment
from playhead.workstation.capture.x11 import X11Source
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask
from playhead.workstation.service import WorkstationService, pipelines

CONFIG_NAME: Final = "workstation.toml"


class WorkstationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``workstation.toml``."""

    workstation: WorkstationConfig


def load_settings(data: Path) -> WorkstationConfig:
    """The settings in a data folder.

    Raises:
        NotFoundError: ``workstation.not_enrolled`` where it has none.
        InvalidInputError: as `playhead.base.config.load`.
    """
    path = data / CONFIG_NAME
    if not path.exists():
        hint = "Run `playhead workstation enrol` first, or name its folder with --data."
        raise NotFoundError("workstation.not_enrolled", f"No workstation is enrolled in {data}.", hint=hint)
    settings = config.load(path, WorkstationSettings).workstation
    return msgspec.structs.replace(settings, data=data.absolute() / settings.data)


def write_settings(data: Path, workstation: WorkstationId, server: Address, **more: int | bool) -> None:
    """Write a new ``workstation.toml``."""
    lines = ["[workstation]", f"id = {json.dumps(str(workstation))}", f"premises = [{json.dumps(str(server))}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in more.items()]
    (data / CONFIG_NAME).write_text("\n".join(lines) + "\n")


def enrol(data: Path, *, server: str, code: str, name: str | None) -> None:
    """Enrol this machine and write its settings where it has none yet."""
    address = Address.parse(server, default_port=port_of(Service.SCREEN).number)
    workstation = WorkstationId(name or host_name())
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (data / CONFIG_NAME).exists():
        write_settings(data, workstation, address)
    folder = load_settings(data).data
    site = asyncio.run(enrolment.enrol(address, code, workstation, folder, clock=SystemClock()))
    done(f"{workstation} is enrolled at site {site}. Start it with `playhead workstation run`.")


def run(data: Path, *, log: str) -> None:
    """Run the workstation until told to stop."""
    clock = SystemClock()
    logs.configure(clock, form=cast("Literal['human', 'json']", log))
    settings = load_settings(data)
    pipeline = pipelines(settings, lambda: X11Source(settings.display or None), clock)
    run_until_stopped(WorkstationService(settings, pipeline, clock).run())


def status(data: Path, *, as_json: bool) -> None:
    """Print what the running workstation says about itself."""
    answer = _ask(data, Question("status"))
    if as_json:
        emit_json(answer)
    else:
        for key, value in answer.items():
            click.echo(f"{key:20} {value}")


def blackout(data: Path, *, on: bool, reason: str) -> None:
    """Switch the blackout of the running workstation."""
    _ask(data, Question("blackout_on" if on else "blackout_off", reason=reason))
    done("Nothing on this screen is captured." if on else "The screen is captured again.")


def _ask(data: Path, question: Question) -> dict[str, object]:
    return asyncio.run(ask(load_settings(data).data, question))
