"""Real processes, killed at any moment: what was acknowledged is there, and next to nothing else is missing.

``PLAYHEAD_KILL_SEEDS=20 pytest tests/e2e/test_kill.py`` tries more moments than the suite does.
"""

import os
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from e2e.footage import Shot, assert_tells_the_time, longest_pause_us, shots
from e2e.site import Portal, Site, dice_of, until, until_wall, wall_us

from playhead.base.errors import NotFoundError
from playhead.cli.desktop import Desktop

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "desk-1"
SEEDS = range(int(os.environ.get("PLAYHEAD_KILL_SEEDS", "2")))
MAY_MISS_US = 2_000_000
"""Of the capture before a workstation is killed."""
AWAY_US_MIN = 3_000_000
"""How long a server is away. Pictures of a clock that goes on come every second: a hole of this length is seen."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _enrolled(site: Site) -> None:
    await site.enrol(NAME, continuous=True, pre_buffer="1 s")


@dataclass
class Take:
    """A recording that is being made of the desktop, by a workstation that records all the time."""

    site: Site
    portal: Portal
    desktop: Desktop
    recording: str = ""

    def start_workstation(self) -> None:
        self.site.start_workstation(NAME, self.desktop.environment)

    async def begin(self) -> None:
        known = {item["id"] for item in await self.portal.recordings()}
        self.start_workstation()

        async def has_begun() -> str:
            return next((item["id"] for item in await self.portal.recordings() if item["id"] not in known), "")

        self.recording = await until(has_begun, self.said)
        await self.until_covered(wall_us())

    async def index(self) -> dict[str, Any]:
        return await self.portal.index(self.recording)

    async def until_covered(self, at_us: int) -> dict[str, Any]:
        """The index, once the server has the recording durably up to a wall time."""

        async def is_covered() -> dict[str, Any] | None:
            index = await self.index()
            return index if index["startedAtUs"] + index["durationUs"] >= at_us else None

        return await until(is_covered, self.said)

    async def end(self) -> tuple[dict[str, Any], list[Shot]]:
        """Stop the workstation in good order; what the server has then, and what its export shows."""
        assert await self.site.workstations[NAME].stop() == 0

        async def is_complete() -> bool:
            return (await self.portal.recording(self.recording))["state"] == "complete"

        await until(is_complete, self.said)
        assert await self.site.is_whole(self.recording)
        index = await self.index()
        return index, shots(await self.site.exported(self.recording))

    def said(self) -> str:
        return f"{self.site.workstations[NAME].said()[-3000:]}\n{self.site.premises_said()}"


@pytest_asyncio.fixture(loop_scope="module")
async def take(site: Site, portal: Portal, desktop: Desktop) -> AsyncGenerator[Take, None]:
    take = Take(site, portal, desktop)
    try:
        await take.begin()
        yield take
    finally:
        site.workstations[NAME].kill()


def moment_us(dice: random.Random) -> int:
    """A moment within the next two seconds: before, within and after a piece, a sync and a commit."""
    return wall_us() + dice.randrange(2_000_000)


def ended_us(index: dict[str, Any], segment: int) -> int:
    found = index["segments"][segment]
    return index["startedAtUs"] + found["offsetUs"] + found["coveredUs"]


def began_us(index: dict[str, Any], segment: int) -> int:
    return index["startedAtUs"] + index["segments"][segment]["offsetUs"]


async def is_recording(take: Take) -> bool:
    """The workstation answers, and records."""
    try:
        return (await take.site.status(NAME))["state"] == "recording"
    except NotFoundError:
        return False


async def until_alone(take: Take) -> None:
    """The workstation has noticed that the server is away, and records on."""

    async def is_alone() -> bool:
        status = await take.site.status(NAME)
        return not status["connected"] and status["state"] == "recording"

    await until(is_alone, take.said)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_workstation_that_is_killed_misses_two_seconds_at_most(take: Take, site: Site, seed: int) -> None:
    await until_wall(moment_us(dice_of(seed)))
    durable = site.durable()
    killed_us, waited_us = site.workstations[NAME].kill(), site.workstations[NAME].waited_us
    take.start_workstation()
    await take.until_covered(wall_us() + MAY_MISS_US)
    index, found = await take.end()

    assert_kept(site, durable)
    assert_goes_on(index, found, killed_us, waited_us)
    assert [gap["reason"] for gap in index["gaps"]] == ["killed"], "and it says so"


@pytest.mark.parametrize("how", [*(f"killed-{seed}" for seed in SEEDS[: max(1, len(SEEDS) // 2)]), "stopped"])
async def test_nothing_is_missing_when_the_server_goes(take: Take, site: Site, how: str) -> None:
    assert site.premises is not None
    if how == "stopped":
        gone_us = wall_us()
        assert await site.premises.stop() == 0
        durable = site.durable()
    else:
        await until_wall(moment_us(dice_of(int(how.removeprefix("killed-")))))
        durable = site.durable()
        gone_us = site.premises.kill()
    await until_alone(take)
    await until_wall(gone_us + AWAY_US_MIN)
    await site.start_premises()
    back_us = wall_us()
    await take.until_covered(back_us)
    index, found = await take.end()

    assert_kept(site, durable)
    assert_nothing_is_missing(index, found)
    assert longest_pause_us(found) < AWAY_US_MIN
    assert any(gone_us < (shot.clock_us or 0) < back_us for shot in found)


@pytest.mark.parametrize("seed", SEEDS)
async def test_both_are_killed(take: Take, site: Site, seed: int) -> None:
    dice = dice_of(seed)
    order = dice.sample(["server", "workstation"], 2)
    back = dice.sample(["server", "workstation"], 2)
    workstation = site.workstations[NAME]
    durable: dict[str, bytes] = {}
    killed_us: dict[str, int] = {}
    for victim in order:
        await until_wall(moment_us(dice))
        durable = site.durable()
        process = site.premises if victim == "server" else workstation
        assert process is not None
        killed_us[victim] = process.kill()
    for victim in back:
        if victim == "server":
            await site.start_premises()
        else:
            take.start_workstation()
            await until(lambda: is_recording(take), take.said)
    await take.until_covered(wall_us())
    index, found = await take.end()

    assert_kept(site, durable)
    assert_goes_on(index, found, killed_us["workstation"], workstation.waited_us)


async def test_a_workstation_that_is_stopped_seals_what_it_has(take: Take) -> None:
    await take.until_covered(wall_us() + MAY_MISS_US)
    stopped_us = wall_us()
    index, found = await take.end()
    recording = await take.portal.recording(take.recording)
    assert (recording["state"], recording["gaps"]) == ("complete", 0)
    assert_nothing_is_missing(index, found)
    assert ended_us(index, 0) >= stopped_us - MAY_MISS_US


def assert_kept(site: Site, durable: dict[str, bytes]) -> None:
    """What was durable before is there, byte for byte."""
    now = site.durable()
    for location, data in durable.items():
        assert now[location][: len(data)] == data


def assert_goes_on(index: dict[str, Any], found: list[Shot], killed_us: int, waited_us: int) -> None:
    """The same recording goes on in a new segment, and next to nothing is missing before the kill.

    Args:
        index: of the recording.
        found: its pictures.
        killed_us: when the workstation was killed.
        waited_us: how long a busy machine had let it wait just before: what it could not do then it did not.
    """
    assert [segment["sealed"] for segment in index["segments"]] == [False, True]
    assert_tells_the_time(index, found)
    assert killed_us - ended_us(index, 0) <= MAY_MISS_US + waited_us
    assert began_us(index, 1) > killed_us
    assert longest_pause_us(found, but_at_us=index["segments"][1]["offsetUs"]) < AWAY_US_MIN


def assert_nothing_is_missing(index: dict[str, Any], found: list[Shot]) -> None:
    assert [segment["sealed"] for segment in index["segments"]] == [True], "one segment, which its chain proves whole"
    assert index["gaps"] == []
    assert_tells_the_time(index, found)
