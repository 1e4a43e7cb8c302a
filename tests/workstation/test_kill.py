"""The workstation's process is killed without warning: everything but its last moments arrives, and it goes on."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from premises.screen.rig import Premises
from workstation.readback import recorded

from playhead.base.clock import SystemClock
from playhead.base.ids import WorkstationId
from playhead.domain.recordings import Recording, RecordingState
from playhead.store.catalogue.recordings import recordings_beginning_with
from playhead.workstation.enrolment import enrol

TESTS = Path(__file__).parents[1]
NAME = WorkstationId("desk-1")
MAY_MISS_US = 2_000_000


@contextlib.asynccontextmanager
async def process(data: Path, address: object, log: Path) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("process.py")),
        str(data),
        str(NAME),
        str(address),
        str(log),
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            while (line := await child.stdout.readline()) != b"ready\n":
                assert line, "the workstation did not start"
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGKILL)
        await child.wait()


def captured(log: Path) -> list[tuple[int, str]]:
    """Wall time and name of every picture that was captured."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(int(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in lines]


async def until_captured(log: Path, count: int) -> None:
    async with asyncio.timeout(30):
        while len(captured(log)) < count:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("pictures", "connected"), [(3, True), (27, False), (61, True)])
async def test_at_most_two_seconds_are_missing_after_kill_9(tmp_path: Path, pictures: int, *, connected: bool) -> None:
    (tmp_path / "premises").mkdir()
    data, log = tmp_path / "data", tmp_path / "log"
    lives: list[list[tuple[int, str]]] = []
    async with Premises(tmp_path / "premises", commit_s=0.02).running() as premises:
        await enrol(premises.address, (await premises.code()).text, NAME, data, clock=SystemClock())
        for address, count in ((premises.address if connected else "127.0.0.1:9", pictures), (premises.address, 50)):
            before = len(captured(log))
            async with process(data, address, log) as child:
                await until_captured(log, before + count)
                child.send_signal(signal.SIGKILL)
                await child.wait()
            lives.append(captured(log)[before:])
        async with process(data, premises.address, log):

            async def both_have_ended() -> bool:
                found = await the_recording(premises)
                return found is not None and sum(bool(each.ended) for each in found.segments) == len(lives)

            await premises.until(both_have_ended)
            recording = await the_recording(premises)
            found = await recorded(premises, recording.id)
        assert recording.state is RecordingState.RECORDING
        assert [each.ended for each in recording.segments][: len(lives)] == ["killed"] * len(lives)
    assert [at_us for at_us, _ in found] == sorted(at_us for at_us, _ in found)
    names = [name for _, name in found]
    for life in lives:
        of_life = [name for _, name in life]
        there = [name for name in names if name in of_life]
        begin = of_life.index(there[0]) if there else 0
        assert there == of_life[begin : begin + len(there)], "each once, in order, no hole"
        assert begin <= 1, "from the begin"
        missing = life[begin + len(there) :]
        assert not missing or life[-1][0] - missing[0][0] < MAY_MISS_US, "and but for the last moments to the end"


async def the_recording(premises: Premises) -> Recording | None:
    """The one that there is."""
    async with premises.catalogue.reading() as connection:
        found = await recordings_beginning_with(connection, "", limit=2)
    assert len(found) <= 1, "the same recording goes on"
    return found[0] if found else None
