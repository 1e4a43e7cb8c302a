"""The server is restarted in good order while a workstation records and pages follow: not a second is missing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from e2e.site import Portal, Site, until, wall_us
from e2e.test_kill import NAME, Take, assert_kept, assert_nothing_is_missing

from playhead.cli.desktop import Desktop

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROTATING = "desk-2"
SEGMENT_US = 10_000_000
ROUNDED_MS = 1
"""Segments of a recording follow one another to the microsecond; what is told in milliseconds is rounded."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _enrolled(site: Site) -> None:
    await site.enrol(NAME, continuous=True, pre_buffer="1 s")
    await site.enrol(ROTATING, continuous=True, pre_buffer="1 s", segment_length="10 s")


class Follower:
    """A page that is open: it comes back by itself, as a browser's EventSource does."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.visits = 0
        self.heard: list[str] = []
        self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                async with self._portal.stream("GET", "/api/events", timeout=30) as answer:
                    assert answer.status_code == httpx.codes.OK
                    self.visits += 1
                    async for line in answer.aiter_lines():
                        if line.startswith("data: "):
                            self.heard.append(line)
            await asyncio.sleep(0.1)

    async def end(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@pytest_asyncio.fixture(loop_scope="module")
async def follower(portal: Portal) -> AsyncGenerator[Follower, None]:
    follower = Follower(portal)
    try:
        yield follower
    finally:
        await follower.end()


async def test_twice_in_a_row_and_while_one_segment_follows_another(
    site: Site, portal: Portal, desktop: Desktop, follower: Follower
) -> None:
    """One workstation goes on in the same segment through both; the other rotates during the second."""
    take = Take(site, portal, desktop)
    rotating = Take(site, portal, desktop)
    try:
        await take.begin()
        rotating.recording = await begin_rotating(site, portal, desktop)
        await until(lambda: follower.visits == 1, "a page that follows")
        await restart(site)
        await until_rotation(portal, rotating)
        await restart(site)
        back_us, heard = wall_us(), len(follower.heard)
        assert follower.visits <= 3, "each restart ended what the page was told, once"
        await take.until_covered(back_us)
        await rotating.until_covered(back_us)
        await until(lambda: len(follower.heard) > heard, "news after the restarts")

        index, found = await take.end()
        assert_nothing_is_missing(index, found)
        assert await missing(portal, take.recording) == []
        assert await site.workstations[ROTATING].stop() == 0
        await until_complete(portal, rotating)
        index = await rotating.index()
        assert len(index["segments"]) >= 2
        assert all(segment["sealed"] for segment in index["segments"])
        assert index["gaps"] == []
        assert await missing(portal, rotating.recording) == []
        assert json.loads(await site.ask("check", "--json")) == {"whole": True, "findings": []}
    finally:
        for workstation in site.workstations.values():
            workstation.kill()


async def restart(site: Site) -> None:
    """SIGTERM, and the same again. What was acknowledged is there."""
    assert site.premises is not None
    durable = site.durable()
    assert await site.premises.stop() == 0
    await site.start_premises()
    assert_kept(site, durable)


async def begin_rotating(site: Site, portal: Portal, desktop: Desktop) -> str:
    known = {item["id"] for item in await portal.recordings()}
    workstation = site.start_workstation(ROTATING, desktop.environment)

    async def begun() -> str:
        return next((item["id"] for item in await portal.recordings() if item["id"] not in known), "")

    return await until(begun, workstation.said)


async def until_rotation(portal: Portal, take: Take) -> None:
    """Half a second before one segment ends and another begins."""

    async def is_near() -> bool:
        return (await portal.index(take.recording))["durationUs"] > SEGMENT_US - SEGMENT_US // 20

    await until(is_near, take.said)


async def until_complete(portal: Portal, take: Take) -> None:
    async def is_complete() -> bool:
        return (await portal.recording(take.recording))["state"] == "complete"

    await until(is_complete, take.said)


async def missing(portal: Portal, recording: str) -> list[dict[str, object]]:
    """What the ledger misses of a recording, and why."""
    answer = await portal.get(f"/api/recordings/{recording}/coverage")
    assert answer.status_code == httpx.codes.OK, answer.text
    return [one for one in answer.json()["missing"] if one["toMs"] - one["fromMs"] > ROUNDED_MS]
