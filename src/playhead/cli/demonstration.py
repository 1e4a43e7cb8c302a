"""The demo: server, portal, desktop and workstation on one machine, started and stopped together."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import click
import msgspec

from playhead.base import logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import NotFoundError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.cli.administration import add_person, knows_person, new_enrolment_code
from playhead.cli.agent_side import refuse_wayland
from playhead.cli.console import done, step
from playhead.cli.desktop import Desktop
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.roles import run_premises
from playhead.cli.run import run_until_stopped
from playhead.cli.serve import with_free_ports
from playhead.cli.settings import PremisesSettings
from playhead.cli.workstation_file import load_settings, write_settings
from playhead.store.disk import SystemDisk
from playhead.workstation.enrolment import IDENTITY_FOLDER, enrol
from playhead.workstation.identity import IdentityFolder
from playhead.workstation.session import is_wayland

USER: Final = "demo"
WORKSTATION: Final = WorkstationId("demo-desktop")
STOP_WITHIN_S: Final = 15.0
"""A workstation that is told to stop seals what is open and sends it; after this long it is killed."""


def demonstrate(folder: Path, *, desktop: str, fps: int, continuous: bool) -> None:
    """Run the demo until told to stop.

    Args:
        folder: for its data; a second start goes on with it.
        desktop: ``own``, ``scripted``, or ``auto`` for the own one where there is one.
        fps: pictures a second at most.
        continuous: record all the time, not only when told to.

    Raises:
        UnavailableError: ``demo.no_display`` where the own desktop was asked for and there is none.
    """
    own = bool(os.environ.get("DISPLAY")) and not is_wayland(os.environ)
    scripted = desktop == "scripted" or (desktop == "auto" and not own)
    if desktop == "own":
        refuse_wayland(os.environ)
    if not scripted and not own:
        hint = "Start it from a desktop, or with --desktop scripted."
        raise UnavailableError("demo.no_display", "There is no display of your own (DISPLAY is not set).", hint=hint)
    logs.configure(SystemClock(), form="human", level="warning")
    run_until_stopped(_demonstrate(folder.absolute(), scripted=scripted, fps=fps, continuous=continuous))
    click.echo("Stopped. The recordings are kept; start again to go on with them.", err=True)


async def _demonstrate(folder: Path, *, scripted: bool, fps: int, continuous: bool) -> None:
    async with AsyncExitStack() as stack:
        step("starting the premises server and its portal")
        places = PremisesPlaces(folder)
        places.make()
        password = await _login(places, folder / "login")
        settings = with_free_ports(_with_analytics(PremisesSettings.load(places), on=scripted))
        running = await stack.enter_async_context(_server(places, settings))

        environment = dict(os.environ)
        if scripted:
            step("starting a virtual desktop with real programs (the browser takes a moment)")
            shown = await stack.enter_async_context(Desktop(folder / "desktop", clock_hz=1))
            environment |= shown.environment
            work = asyncio.create_task(shown.agent_at_work())
            stack.push_async_callback(_cancelled, work)

        step("starting the workstation")
        await _prepare_workstation(
            places,
            folder,
            running.screen_port,
            fps=fps,
            continuous=continuous,
            **{"analytics.on": scripted, "analytics.port": settings.analytics.listen.port},
        )
        workstation = await stack.enter_async_context(_workstation(folder, environment))
        _welcome(running, password, scripted=scripted, continuous=continuous)
        code = await workstation.wait()
        hint = f"What it said is in {folder / 'workstation.log'}."
        raise UnavailableError("demo.workstation_ended", f"The workstation ended with code {code}.", hint=hint)


async def _login(places: PremisesPlaces, file: Path) -> str:
    """The password of the ready-made login, made at the first start."""
    if file.exists() and await knows_person(places, USER):
        return file.read_text().strip()
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    await add_person(places, USER, name="Demo Supervisor", roles=["administrator"], password=password)
    file.touch(mode=0o600)
    file.write_text(password + "\n")
    return password


@asynccontextmanager
async def _server(places: PremisesPlaces, settings: PremisesSettings) -> AsyncGenerator[Running]:
    """The premises server beside us; it ends last, after the workstation has sent its seal."""
    listening: asyncio.Future[Running] = asyncio.get_running_loop().create_future()

    def announce(running: Running) -> None:
        running.write(places.running)
        listening.set_result(running)

    serving = asyncio.create_task(run_premises(places, settings, clock=SystemClock(), announce=announce))
    try:
        await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        yield listening.result()
    finally:
        await _cancelled(serving)


def _with_analytics(settings: PremisesSettings, *, on: bool) -> PremisesSettings:
    """Desktop analytics of what is made up; nobody's own desktop is watched without having asked for it."""
    here = Address("127.0.0.1", settings.analytics.listen.port)
    return msgspec.structs.replace(
        settings, analytics=msgspec.structs.replace(settings.analytics, enabled=on, listen=here)
    )


async def _prepare_workstation(places: PremisesPlaces, folder: Path, port: int, **more: int | bool) -> None:
    server = Address("127.0.0.1", port)
    write_settings(folder, WORKSTATION, server, **more)
    data = load_settings(folder).data
    try:
        IdentityFolder(SystemDisk(), data / IDENTITY_FOLDER).load(WORKSTATION)
    except NotFoundError:
        code = await new_enrolment_code(places, str(WORKSTATION))
        await enrol(server, code, WORKSTATION, data, clock=SystemClock())


@asynccontextmanager
async def _workstation(folder: Path, environment: dict[str, str]) -> AsyncGenerator[asyncio.subprocess.Process]:
    """The workstation as the process of its own that it is everywhere else."""
    with (folder / "workstation.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "playhead", "workstation", "run", "--data", str(folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        step("stopping: sealing the recording")
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _welcome(running: Running, password: str, *, scripted: bool, continuous: bool) -> None:
    what = "a virtual desktop on which a scripted agent works" if scripted else "your own desktop"
    done(f"Recording {what}{'' if continuous else ', when told to'}.")
    also = f"\n             {running.https}  (a browser asks once)" if running.https not in {"", running.portal} else ""
    click.echo(f"\n  Portal     {running.portal}{also}\n  User       {USER}\n  Password   {password}\n")
    begin = "Open the newest recording and press Live." if continuous else "Start a recording on the Live page."
    click.echo(f"{begin} Ctrl-C stops everything.", err=True)
