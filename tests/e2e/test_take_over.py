"""The workstation is restarted in good order while it records: two seconds are missing at the most."""

from typing import Any

import pytest
import pytest_asyncio
from e2e.site import Portal, Process, Site, until, wall_us

from playhead.cli.desktop import Desktop

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERED, CONTINUOUS, MANAGED = "desk-ordered", "desk-continuous", "desk-managed"
MAY_MISS_US = 2_000_000
"""Of a machine whose processors are free; while they are not, starting a program takes longer."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _enrolled(site: Site) -> None:
    await site.enrol(ORDERED, pre_buffer="1 s")
    await site.enrol(MANAGED, pre_buffer="1 s")
    await site.enrol(CONTINUOUS, pre_buffer="1 s", continuous=True)


async def begin(site: Site, portal: Portal, desktop: Desktop, name: str) -> tuple[Process, str]:
    known = {item["id"] for item in await portal.recordings()}
    process = site.start_workstation(name, desktop.environment)
    if name != CONTINUOUS:
        await process.until_said("premises welcomed us")
        assert (await portal.order(name, "start")).status_code == 200

    async def has_begun() -> str:
        return next((item["id"] for item in await portal.recordings() if item["id"] not in known), "")

    recording = await until(has_begun, process.said)
    await until_covered(portal, recording, wall_us(), process)
    return process, recording


async def until_covered(portal: Portal, recording: str, at_us: int, process: Process) -> dict[str, Any]:
    async def is_covered() -> dict[str, Any] | None:
        index = await portal.index(recording)
        return index if index["startedAtUs"] + index["durationUs"] >= at_us else None

    return await until(is_covered, process.said)


def missing_us(index: dict[str, Any]) -> int:
    """Between the one segment and the other. A gap of less than a second is none to a player."""
    first, second = index["segments"]
    return second["offsetUs"] - first["offsetUs"] - first["coveredUs"]


@pytest.mark.parametrize("name", [ORDERED, CONTINUOUS])
async def test_another_program_takes_over_and_the_recording_goes_on(
    site: Site, portal: Portal, desktop: Desktop, name: str
) -> None:
    before, recording = await begin(site, portal, desktop, name)
    after = site.start_workstation(name, desktop.environment, "--take-over")
    try:
        assert await before.ended() == 0
        index = await until_covered(portal, recording, wall_us(), after)
        assert missing_us(index) <= MAY_MISS_US + after.waited_us
    finally:
        for process in (before, after):
            process.kill()


async def test_a_restart_as_a_service_manager_does_it(site: Site, portal: Portal, desktop: Desktop) -> None:
    before, recording = await begin(site, portal, desktop, MANAGED)
    assert await before.stop() == 0
    after = site.start_workstation(MANAGED, desktop.environment)
    try:
        index = await until_covered(portal, recording, wall_us(), after)
        assert missing_us(index) <= MAY_MISS_US + after.waited_us
    finally:
        after.kill()
