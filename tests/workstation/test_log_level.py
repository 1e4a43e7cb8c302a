"""The workstation's log says more for as long as it was told, over restarts, and falls back by itself."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from playhead.base.errors import UnavailableError
from playhead.testing.clock import SimClock
from playhead.testing.disk import SimulatedDisk
from playhead.wire.screen import Command, LogOrder
from playhead.workstation import log_level
from playhead.workstation.log_level import RaisedLevel

PATH = Path("/data/log_level.json")
MINUTE_MS = 60_000


class Place:
    """A workstation's disk and clock, and what its log says."""

    def __init__(self) -> None:
        self.disk = SimulatedDisk()
        self.disk.make_folder(PATH.parent)
        self.disk.sync_folder(PATH.parent.parent)
        self.clock = SimClock()
        self.said: list[str] = []

    @contextlib.asynccontextmanager
    async def running(self):
        raised = RaisedLevel(self.disk, PATH, self.clock, say=lambda levels: self.said.append(levels.get("", "")))
        task = asyncio.create_task(raised.run())
        try:
            yield raised
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, level: str) -> None:
        async with asyncio.timeout(30):
            while not self.said or self.said[-1] != level:  # noqa: ASYNC110 - it is told to nobody
                await asyncio.sleep(0)


def order(level: str = "debug", length_ms: int = MINUTE_MS) -> Command:
    return Command(1, "log_level", log=LogOrder(level, length_ms))  # type: ignore[arg-type]


async def test_it_falls_back_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    monkeypatch.setattr(log_level, "LOOK_S", 0.0)
    async with place.running() as raised:
        await raised.carry_out(order())
        assert place.said[-1] == "debug"
        place.clock.advance(MINUTE_MS * 1000 - 1)
        for _ in range(10):
            await asyncio.sleep(0)
        assert place.said[-1] == "debug"
        place.clock.advance(1)
        await place.until("")


async def test_a_restart_goes_on_with_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    monkeypatch.setattr(log_level, "LOOK_S", 0.0)
    async with place.running() as raised:
        await raised.carry_out(order())
    assert place.said[-1] == ""
    place.disk.cut()
    place.disk.restart()
    place.clock.advance(MINUTE_MS * 500)
    async with place.running():
        await place.until("debug")
        place.clock.advance(MINUTE_MS * 500)
        await place.until("")
    async with place.running():
        for _ in range(50):
            await asyncio.sleep(0)
    assert place.said[-1] == ""


async def test_it_ends_when_told_and_other_commands_are_not_its_own() -> None:
    place = Place()
    async with place.running() as raised:
        await raised.carry_out(order())
        await raised.carry_out(Command(2, "status"))
        assert place.said[-1] == "debug"
        await raised.carry_out(order("", 0))
        assert place.said[-1] == ""
    async with place.running():
        for _ in range(50):
            await asyncio.sleep(0)
    assert place.said[-2:] == ["", ""]


async def test_a_clock_that_is_set_back_makes_it_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    monkeypatch.setattr(log_level, "LOOK_S", 0.0)
    async with place.running() as raised:
        await raised.carry_out(order())
    place.clock.jump(-86_400_000_000)
    async with place.running():
        await place.until("debug")
        place.clock.advance(MINUTE_MS * 1000)
        await place.until("")


async def test_what_cannot_be_kept_is_not_done_and_what_is_damaged_is_nothing() -> None:
    place = Place()
    place.disk.make_folder(PATH.parent)
    async with place.running() as raised:
        raised._path = Path("/nowhere/log_level.json")
        with pytest.raises(UnavailableError) as caught:
            await raised.carry_out(order())
        assert caught.value.code == "file.unwritable"
        assert "debug" not in place.said
    file = place.disk.open(PATH, create=True)
    file.write_at(b"{", 0)
    file.close()
    async with place.running():
        await place.until("")
