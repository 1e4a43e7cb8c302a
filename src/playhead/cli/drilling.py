"""What ``playhead drill`` does. Everything it hurts is its own."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.cli.administration import new_enrolment_code, revoke
from playhead.cli.auditing import note
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, notice, step, table
from playhead.cli.drill_desk import DrillDesk, until
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.verification import outcome_of
from playhead.cli.workstation_file import data_of, write_settings
from playhead.domain.coverage import Reason
from playhead.net.relay import Relay
from playhead.workstation.capture.test_card import TEST_CARD
from playhead.workstation.enrolment import enrol

AGENT: Final = "drill"
"""Whose recordings these are, so that nobody takes them for an agent's."""

CALM_S: Final = 4.0
"""Once all has arrived and before the next failure, so that each is seen by itself."""
READY_S: Final = 60.0
ARRIVES_S: Final = 120.0
"""Everything captured is to be at the server within so long after the last failure."""

Act = Callable[[DrillDesk], Awaitable[None]]


async def _darken(desk: DrillDesk) -> None:
    await until(lambda: desk.ask("blackout_on", "drill"), f"{desk.name} is black", READY_S)
    await asyncio.sleep(3)
    await until(lambda: desk.ask("blackout_off", "drill"), f"{desk.name} sees again", READY_S)


FAILURES: Final[tuple[tuple[str, Act], ...]] = (
    ("its link is cut for 6 s", lambda desk: desk.be_cut_off(6)),
    ("its link goes silent for 6 s", lambda desk: desk.stall(6)),
    ("its program is killed, and started again after 2 s", lambda desk: desk.die(2)),
    ("its program is stopped and started in good order", DrillDesk.restart),
    ("its machine stands still for 5 s", lambda desk: desk.freeze(5)),
    ("a blackout of 3 s is asked for", _darken),
)
"""What each workstation goes through, one after the other; the first of them at the same time for all."""


@dataclass
class Report:
    """What came of it."""

    drill: str
    recordings: int = 0
    not_whole: list[str] = field(default_factory=list[str])
    due_ms: int = 0
    kept_ms: int = 0
    missing_ms: dict[str, int] = field(default_factory=dict[str, int])
    problems: list[str] = field(default_factory=list[str])

    @property
    def passed(self) -> bool:
        """Nothing lost, nothing altered, nothing missing without a reason."""
        return bool(self.recordings) and not (self.not_whole or self.problems or self.missing_ms.get(Reason.UNKNOWN))


def announcement(workstations: int) -> str:
    """What is going to happen, for the one who has to agree."""
    words = "\n".join(f"  - {what}" for what, _ in FAILURES)
    return (
        f"{workstations} workstations of the drill's own will be enrolled here and record a test card. Of each:\n"
        f"{words}\nNo other workstation and no other recording is touched; the server is not stopped. Afterwards "
        "what was made is erased, and the audit log keeps that there was a drill."
    )


async def drill(places: PremisesPlaces, workstations: int, *, keep: bool, as_json: bool) -> bool:
    """Do it, and print what came of it; True where nothing was lost.

    Raises:
        UnavailableError: ``server.not_running``, ``drill.stuck``, ``data.no_premises``.
    """
    operator = Operator(places)
    name = f"drill-{secrets.token_hex(3)}"
    server = Address("127.0.0.1", Running.read(places).screen_port)
    report = Report(name)
    folder = Path(tempfile.mkdtemp(prefix=f"playhead-{name}-"))
    names = [f"{name}-{number + 1}" for number in range(workstations)]
    try:
        async with AsyncExitStack() as stack:
            desks = [await _enrolled(stack, places, folder, one, server) for one in names]
            await _rehearse(desks)
        await _account(places, operator, names, report)
        keep = keep or not report.passed  # to be looked at
    finally:
        await _clean(places, operator, names, report, folder=folder, keep=keep)
    async with existing_catalogue(places) as catalogue:
        await note(catalogue, "drill.passed" if report.passed else "drill.failed", name)
    _tell(report, as_json=as_json)
    return report.passed


async def _enrolled(
    stack: AsyncExitStack, places: PremisesPlaces, folder: Path, name: str, server: Address
) -> DrillDesk:
    data = folder / name
    data.mkdir()
    relay = Relay(server)
    address = await relay.open()
    stack.push_async_callback(relay.close)
    code = await new_enrolment_code(places, name, hours=1)
    await enrol(server, code, WorkstationId(name), data_of(data), clock=SystemClock())
    more: dict[str, str | int] = {"agent": AGENT, "display": TEST_CARD, "continuous": True, "fps": 2}
    write_settings(data, WorkstationId(name), address, **more)
    desk = DrillDesk(name, data, relay)
    stack.push_async_callback(desk.kill)
    return desk


async def _rehearse(desks: list[DrillDesk]) -> None:
    step(f"{len(desks)} workstations begin to record")
    for desk in desks:
        await desk.start()
    for desk in desks:
        await until(desk.is_current, f"{desk.name} records", READY_S)
    await asyncio.sleep(CALM_S)
    for what, act in FAILURES:
        step(f"of each: {what}")
        await asyncio.gather(*(act(desk) for desk in desks))
        await asyncio.gather(*(until(desk.is_current, f"{desk.name} has caught up", ARRIVES_S) for desk in desks))
        await asyncio.sleep(CALM_S)
    step("everything has to arrive")
    for desk in desks:
        await desk.finish(ARRIVES_S)


async def _account(places: PremisesPlaces, operator: Operator, names: list[str], report: Report) -> None:
    step("checking every byte, and the reason of every missing second")
    for recording in _recordings(operator, names):
        report.recordings += 1
        if not (await outcome_of(places, recording)).whole:
            report.not_whole.append(str(recording))
        ledger = operator.coverage_of(recording)
        report.due_ms += ledger["dueMs"]
        report.kept_ms += ledger["keptMs"]
        for part in ledger["byReason"]:
            report.missing_ms[part["code"]] = report.missing_ms.get(part["code"], 0) + part["ms"]
        for part in ledger["missing"]:
            if part["code"] == Reason.UNKNOWN:
                where = f"from {part['fromMs']} to {part['toMs']} ms"
                report.problems.append(f"Nothing explains what is missing of {recording} {where}.")


def _recordings(operator: Operator, names: list[str]) -> list[RecordingId]:
    return [RecordingId.parse(one["id"]) for name in names for one in operator.recordings_of(name)]


async def _clean(
    places: PremisesPlaces, operator: Operator, names: list[str], report: Report, *, folder: Path, keep: bool
) -> None:
    """Leave nothing behind, whatever happened; what cannot be cleaned is told."""
    for name in names:
        try:
            await revoke(places, name)
        except PlayheadError as error:
            report.problems.append(f"{name} is still enrolled: {error.message}")
    if keep:
        notice(f"What {report.drill} recorded is kept, and so are its logs in {folder}.")
        return
    shutil.rmtree(folder, ignore_errors=True)
    try:
        await until(lambda: not _is_recorded(operator, names), "the server has seen them go", READY_S)
        for recording in _recordings(operator, names):
            operator.delete_recording(recording, f"made by {report.drill}")
    except PlayheadError as error:
        report.problems.append(f"Recordings of {report.drill} are still there, to be deleted: {error.message}")
        notice(report.problems[-1])


def _is_recorded(operator: Operator, names: list[str]) -> bool:
    """Whether the server still counts on more of a recording, which keeps it from being deleted."""
    return any(one["state"] == "recording" for name in names for one in operator.recordings_of(name))


def _tell(report: Report, *, as_json: bool) -> None:
    if as_json:
        emit_json(_plain(report))
        return
    rows = [("due", f"{report.due_ms / 1000:.1f} s"), ("kept", f"{report.kept_ms / 1000:.1f} s")]
    rows += [(f"missing: {code}", f"{ms / 1000:.1f} s") for code, ms in report.missing_ms.items()]
    click.echo(table(("ledger", f"{report.recordings} recordings"), rows))
    for problem in [*(f"{one} is not whole." for one in report.not_whole), *report.problems]:
        notice(problem)
    if report.passed:
        done("Nothing was lost, and every missing second has its reason.")
    else:
        notice("The drill failed.")


def _plain(report: Report) -> dict[str, Any]:
    return {
        "drill": report.drill,
        "passed": report.passed,
        "recordings": report.recordings,
        "notWhole": report.not_whole,
        "dueMs": report.due_ms,
        "keptMs": report.kept_ms,
        "missingMs": report.missing_ms,
        "problems": report.problems,
    }
