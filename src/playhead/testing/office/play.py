"""One run: an office opens, is haunted for a while, calms down, and is judged."""

import asyncio
import contextlib
import logging
import random
import sys
import tempfile
from collections.abc import Generator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import structlog

from playhead.base import ids
from playhead.testing.loop import Simulation, host_of_task, run
from playhead.testing.office import promises
from playhead.testing.office.hosts import Host, Workstation
from playhead.testing.office.keeping import retention_is_kept
from playhead.testing.office.misfortunes import Misfortunes, pause
from playhead.testing.office.office import SIZES, SMALL, Office, Size, furnish
from playhead.testing.office.site import site_keyring

LIMIT_S: Final = 7_200.0
"""No run lasts longer, in virtual time."""

EXPECTED: Final = "capture failed"
"""What a program may log with a traceback: `Misfortunes.capture_breaks`."""

SETTLED_S: Final = 40.0
"""By then workstations have sent their journals again, should the premises not have answered the first time."""

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run that kept all promises."""

    seed: int
    virtual_s: float
    segments: int
    bytes: int
    deaths: int
    history: str


def play(seed: int, size: Size = SMALL) -> Outcome:
    """One run.

    Raises:
        AssertionError: a promise was broken; notes tell the history, and how to see it again.
    """
    furnish(size)
    site_keyring()
    offices: list[Office] = []
    memory = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder, _repeatable(seed), _logging_to(offices):

        async def scenario(simulation: Simulation) -> Outcome:
            offices.append(Office(simulation, size, Path(folder)))
            return await _life(offices[0])

        try:
            return run(scenario, seed=seed, limit_s=LIMIT_S)
        except BaseException as error:
            if offices:
                error.add_note(offices[0].history.text())
            name = next((name for name, known in SIZES.items() if known == size), "")
            error.add_note(f"Again: script/soak --replay {seed} --size {name}")
            raise


async def _life(office: Office) -> Outcome:
    misfortunes = Misfortunes(office)
    began_at = office.simulation.loop.time()
    office.on_death = lambda host: _after_death(office, host)
    office.open()
    await asyncio.sleep(1.5)  # they find one another
    ends_at = began_at + office.size.faults_s
    await misfortunes.record()
    while office.simulation.loop.time() < ends_at:
        await pause(office)
        await misfortunes.strike()
        promises.memory_is_bounded(office)
        promises.nobody_failed(office)
    misfortunes.end()
    await _wind_up(office)
    return await _judged(office, began_at)


def _after_death(office: Office, host: Host) -> None:
    if host is office.premises:
        promises.acknowledged_is_kept(office)
    else:
        promises.spool_is_sound(host)
    promises.nothing_deleted_early(office)


async def _wind_up(office: Office) -> None:
    """Everyone stops what they do, and goes home when all of it has arrived."""
    ends_at, has_settled = office.simulation.loop.time() + promises.ARRIVED_S, False
    for workstation in office.workstations:
        if workstation.has_failed and workstation.up:
            await office.restart(workstation)  # what could not be removed is looked at when the program starts
    while True:
        # All of them, again and again: an order that was on its way for long may begin another recording.
        over = [await _is_over(office, workstation) for workstation in office.workstations]
        if office.is_open and all(over) and not promises.waiting(office):
            if not has_settled and office.size.ledger:
                has_settled = True
                await asyncio.sleep(SETTLED_S)
                continue
            return
        promises.in_time(office, ends_at)
        promises.memory_is_bounded(office)
        promises.nobody_failed(office)
        await asyncio.sleep(1)


async def _is_over(office: Office, workstation: Workstation) -> bool:
    service = workstation.service
    if not workstation.up or service is None or workstation.machine.answer is None:
        return False
    if service.status().recording:
        await office.ask(workstation, "stop")
        return False
    return True


async def _judged(office: Office, began_at: float) -> Outcome:
    catalogue = office.premises.catalogue
    if catalogue is None:
        raise AssertionError("no catalogue")
    for host in office.hosts:
        promises.nothing_forbidden(host)
    promises.acknowledged_is_kept(office)
    promises.nothing_deleted_early(office)
    promises.nothing_refused(office)
    await promises.index_agrees(office, catalogue)
    await promises.pictures_are_whole(office, catalogue)
    await promises.gaps_have_reasons(office, catalogue)
    await promises.ledger_has_reasons(office, catalogue)
    if office.size.ledger:
        await retention_is_kept(office, catalogue)
    promises.nobody_failed(office)
    virtual_s = office.simulation.loop.time() - began_at
    for host in office.hosts:
        office.network.crash(host.name, silent=True)
        host.disk.on_cut = lambda: None
        host.disk.cut()
        await office.simulation.kill(host.name)
    office.premises.forget(power=False)
    await office.simulation.kill("")
    sent = office.wires.sent
    return Outcome(
        office.simulation.seed,
        virtual_s,
        len(sent),
        sum(len(each.content) for each in sent.values()),
        sum(host.lives - 1 for host in office.hosts),
        office.history.text(),
    )


@contextlib.contextmanager
def _repeatable(seed: int) -> Generator[None]:
    """Ids are the seed's, too: files are sorted by them."""
    chance = random.Random(seed)  # noqa: S311 - a simulation wants to be repeated

    class _Seeded:
        randbits = staticmethod(chance.getrandbits)

    with patch.object(ids, "secrets", _Seeded):
        yield


@contextlib.contextmanager
def _logging_to(offices: list[Office]) -> Generator[None]:
    """What the programs log goes into the history. A mistake that a program noticed itself is one all the same."""

    def note(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        office, host = offices[-1], host_of_task()
        if host in office.simulation.loop.dead:
            raise structlog.DropEvent
        text = str(event.pop("event"))
        more = " ".join(f"{key}={value}" for key, value in event.items() if key != "exc_info")
        office.history.note(host, f"log: {text} {more}")
        if text == "quarantine.added" and "workstation" not in event:  # no upload, but something that was stored
            office.broken.append(f"Nothing acknowledged has to be put into quarantine: {more}")
        if event.get("exc_info") and text != EXPECTED:
            office.broken.append(f"No program makes a mistake: {host} logged {text}: {sys.exception()!r}")
        raise structlog.DropEvent

    before = structlog.get_config()
    warnings_and_worse = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(processors=[note], wrapper_class=warnings_and_worse, cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)
