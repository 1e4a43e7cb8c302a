"""What the ``playhead workstation`` commands do, on the agent's PC."""

import asyncio
import getpass
import os
import socket
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

import click
import msgspec

from playhead.base import logs
from playhead.base.addresses import Address
from playhead.base.clock import Clock, SystemClock
from playhead.base.errors import UnavailableError
from playhead.base.ids import WorkstationId
from playhead.cli.console import done, emit_json
from playhead.cli.run import run_until_stopped
from playhead.cli.status_text import SOURCES, lines_of
from playhead.cli.workstation_file import load_settings, settings_to_be, write_settings
from playhead.environment.doctor.findings import Report
from playhead.environment.ports import Service, port_of
from playhead.workstation import enrolment
from playhead.workstation.analytics.desktops import open_desktop
from playhead.workstation.analytics.service import WorkstationAnalytics
from playhead.workstation.capture.source import Source
from playhead.workstation.capture.test_card import TEST_CARD, ColourBars
from playhead.workstation.capture.x11 import Masking, X11Source
from playhead.workstation.capture.x11.saver import is_saver_on
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask, take_over
from playhead.workstation.indicator.hotkey import Hotkey
from playhead.workstation.indicator.service import Indicator
from playhead.workstation.load import lower_priority
from playhead.workstation.logs import WorkstationLogs
from playhead.workstation.service import WorkstationService, pipelines
from playhead.workstation.session import MachineSession, SystemSession, is_wayland
from playhead.workstation.status import LocalStatus


def enrol(data: Path, *, server: str, code: str, name: str | None) -> None:
    """Enrol this machine, and remember as what and where."""
    address = Address.parse(server, default_port=port_of(Service.SCREEN).number)
    workstation = WorkstationId(name or host_name())
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = settings_to_be(data, workstation, address)  # what is wrong with it is said before the code is used up
    site = asyncio.run(enrolment.enrol(address, code, workstation, settings.data, clock=SystemClock()))
    write_settings(data, workstation, address)
    done(f"{workstation} is enrolled at site {site}. Start it with `playhead workstation run`.")


def run(data: Path, *, log: str, takes_over: bool = False) -> None:
    """Run the workstation until told to stop; once it records, behind the agent's own programs.

    Args:
        data: its folder.
        log: form of the log.
        takes_over: have one that runs already stop first, now that all that takes time is done.
    """
    clock = SystemClock()
    logs.configure(clock, form=cast("Literal['human', 'json']", log))
    settings = load_settings(data)
    if not settings.display:
        refuse_wayland(os.environ)
    own = WorkstationLogs(settings, clock)
    pipeline = pipelines(settings, lambda: source_of(settings, clock), clock)
    before = take_over(settings.data) if takes_over else None

    async def examine() -> Report:
        from playhead.workstation.doctor import examine_workstation  # later: what is shown meanwhile is not recorded

        return await examine_workstation(settings, clock=clock, environment=os.environ)

    if settings.display == TEST_CARD:
        service = WorkstationService(settings, pipeline, clock, session=MachineSession(), examine=examine)
        own.offset_us = service.clock_offset_us
        run_until_stopped(_after(before, _beside(service, _modest(service), own.run())))
        return
    session = SystemSession(os.environ, lambda: is_saver_on(settings.display or None))
    service = WorkstationService(settings, pipeline, clock, session=session, examine=examine)
    own.offset_us = service.clock_offset_us
    beside = [_modest(service), own.run()]
    if settings.analytics.on:
        beside.append(_analytics(settings, service, clock).run())
    if settings.hotkey is not None:
        beside.append(Hotkey(settings.display, settings.hotkey, service.toggle_blackout).run())
    run_until_stopped(_after(before, _beside(service, *beside)))


def _analytics(settings: WorkstationConfig, service: WorkstationService, clock: Clock) -> WorkstationAnalytics:
    bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "") if settings.analytics.accessibility else ""
    analytics = WorkstationAnalytics(
        settings, lambda: open_desktop(settings.display, clock), service.by_rules, clock, session_bus=bus
    )
    service.by_rules.catch_up, service.by_rules.status = analytics.catch_up, analytics.status
    return analytics


async def _after(before: Coroutine[None, None, None] | None, work: Coroutine[None, None, None]) -> None:
    """Run one after the other."""
    if before is not None:
        try:
            await before
        except BaseException:
            work.close()
            raise
    await work


async def _beside(service: WorkstationService, *others: Coroutine[Any, Any, None]) -> None:
    """Run the workstation, and beside it what it goes on without, such as the agent's hotkey."""
    tasks = [asyncio.ensure_future(each) for each in others]
    try:
        await service.run()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _modest(service: WorkstationService) -> None:
    """Let the agent's programs go first; not before it records, for what is shown until then is missing."""
    await service.ready.wait()
    lower_priority()


def source_of(settings: WorkstationConfig, clock: Clock) -> Source:
    """The desktop to record, without what the settings mask."""
    if settings.display == TEST_CARD:
        return ColourBars(clock)
    masking = Masking(settings.masks, clock) if settings.masks else None
    return X11Source(settings.display or None, masking=masking)


def refuse_wayland(environment: Mapping[str, str]) -> None:
    """Better no recording than a black one.

    Raises:
        UnavailableError: ``capture.wayland``.
    """
    if is_wayland(environment):
        hint = "Sign in to an X11 session (such as GNOME on Xorg), or name an X11 display in workstation.toml."
        raise UnavailableError("capture.wayland", "This is a Wayland session, which cannot be recorded yet.", hint=hint)


def status(data: Path, *, as_json: bool) -> None:
    """Print what the running workstation says about itself."""
    answer = _ask(data, Question("status"))
    said = answer.get("status", answer)
    if as_json or not isinstance(said, dict):
        emit_json(said)
        return
    for line in lines_of(msgspec.convert(said, LocalStatus)):
        click.echo(line)


def blackout(data: Path, *, on: bool, reason: str, minutes: int | None) -> None:
    """Begin a blackout at the running workstation, or end the one that was begun so."""
    by = getpass.getuser()
    answer = _ask(
        data,
        Question("blackout_on" if on else "blackout_off", reason=reason if on else "", by=by, minutes=minutes or 0),
    )
    others = msgspec.convert(answer.get("status"), LocalStatus).blackouts
    if on:
        done("Nothing on this screen is captured.")
    elif not others:
        done("The screen is captured again.")
    else:
        asked = "; ".join(", ".join(filter(None, (SOURCES[one.source], one.by, one.reason))) for one in others)
        done(f"Yours has ended. Nothing is captured all the same, because of: {asked}.")


def indicator(data: Path) -> None:
    """Show what the workstation does until told to stop."""
    clock = SystemClock()
    logs.configure(clock, form="human")
    settings = load_settings(data)
    zone = datetime.now().astimezone().tzinfo or UTC
    run_until_stopped(Indicator(settings.data, settings.display, zone).run())


def host_name() -> str:
    """This machine's name, shortened to what an id may hold."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in socket.gethostname().split(".")[0].lower())
    return name.strip("-")[:63] or "workstation"


def _ask(data: Path, question: Question) -> dict[str, object]:
    return asyncio.run(ask(load_settings(data).data, question))
