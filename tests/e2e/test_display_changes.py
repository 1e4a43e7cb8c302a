"""A display that changes while it is recorded: another size, another monitor. Nobody restarts anything."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from e2e.footage import assert_tells_the_time, longest_pause_us, shots
from e2e.site import Portal, Process, Site, until, wall_us

from playhead.cli.desktop import Desktop

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "desk-1"
SEEN_US = 1_000_000
"""How long a size is to be seen before the next one."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _enrolled(site: Site) -> None:
    await site.enrol(NAME, continuous=True, pre_buffer="0 s")


@pytest_asyncio.fixture(loop_scope="module")
async def workstation(site: Site, portal: Portal, desktop: Desktop) -> AsyncGenerator[Process, None]:
    known = {item["id"] for item in await portal.recordings()}
    process = site.start_workstation(NAME, desktop.environment)

    async def has_begun() -> bool:
        return any(item["id"] not in known for item in await portal.recordings())

    try:
        await until(has_begun, process.said)
        yield process
    finally:
        process.kill()


async def recording(portal: Portal) -> str:
    return (await portal.recordings())[0]["id"]


async def until_seen(portal: Portal, sizes: list[tuple[int, int]]) -> dict[str, Any]:
    """The index, once the last of these sizes has been recorded for a while, on as many tracks as it is named."""
    identifier = await recording(portal)

    async def are_seen() -> dict[str, Any] | None:
        index = await portal.index(identifier)
        (segment,) = index["segments"]
        epochs = segment["epochs"]
        found = [(epoch["width"], epoch["height"]) for epoch in epochs]
        assert found == sizes[: len(found)]
        is_all = len(found) == len(sizes) and segment["coveredUs"] >= epochs[-1]["atUs"] + SEEN_US
        return index if is_all else None

    return await until(are_seen, f"sizes {sizes}")


async def test_another_size_is_another_epoch_and_nothing_is_missing(
    site: Site, portal: Portal, desktop: Desktop, workstation: Process
) -> None:
    sizes = [(800, 600)]
    await until_seen(portal, sizes)
    for size in ((1280, 720), (640, 480), (800, 600)):
        changed_us = wall_us()
        await desktop.resize(*size)
        sizes.append(size)
        index = await until_seen(portal, sizes)
        epoch = index["segments"][0]["epochs"][-1]
        assert index["startedAtUs"] + epoch["atUs"] > changed_us
    assert await workstation.stop() == 0

    identifier = await recording(portal)
    index = await portal.index(identifier)
    (segment,) = index["segments"]
    assert index["gaps"] == []
    assert [track["id"] for track in index["tracks"]] == [1]
    assert [epoch["epoch"] for epoch in segment["epochs"]] == sorted({epoch["epoch"] for epoch in segment["epochs"]})
    assert await site.is_whole(identifier)

    found = shots(await site.exported(identifier))
    assert_tells_the_time(index, found)
    shown = [shot.size for shot in found]
    assert [size for place, size in enumerate(shown) if shown[place - 1 : place] != [size]] == sizes
    assert longest_pause_us(found) < 3_000_000


async def test_another_monitor_is_another_track(
    site: Site, portal: Portal, desktop: Desktop, workstation: Process
) -> None:
    (before,) = (await until_seen(portal, [(800, 600)]))["segments"]
    await xrandr(desktop, "--setmonitor", "LEFT", "320/80x600/160+0+0", "screen")
    await xrandr(desktop, "--setmonitor", "RIGHT", "480/120x600/160+320+0", "none")
    identifier = await recording(portal)

    async def has_both() -> dict[str, Any] | None:
        index = await portal.index(identifier)
        epochs = [epoch for segment in index["segments"] for epoch in segment["epochs"]]
        sizes = {(epoch["width"], epoch["height"]) for epoch in epochs}
        return index if {(320, 600), (480, 600)} <= sizes else None

    await until(has_both, workstation.said)
    await until_shown(portal, identifier, wall_us() + SEEN_US)
    await xrandr(desktop, "--delmonitor", "LEFT")
    await xrandr(desktop, "--delmonitor", "RIGHT")
    await until_shown(portal, identifier, wall_us() + SEEN_US)
    assert await workstation.stop() == 0

    index = await portal.index(identifier)
    assert [before["id"]] == [segment["id"] for segment in index["segments"]], "without a restart, in one segment"
    names = {track["id"]: track["name"] for track in index["tracks"]}
    assert {"LEFT", "RIGHT"} <= set(names.values())
    assert await site.is_whole(identifier)
    out = await site.exported(identifier)
    place = sorted(names).index(next(track for track, name in names.items() if name == "RIGHT"))
    found = shots(out, place)
    assert {shot.size for shot in found} == {(480, 600)}
    assert_tells_the_time(index, found)


async def until_shown(portal: Portal, identifier: str, at_us: int) -> None:
    async def is_shown() -> bool:
        index = await portal.index(identifier)
        return index["startedAtUs"] + index["durationUs"] >= at_us

    await until(is_shown, f"{identifier} up to {at_us}")


async def xrandr(desktop: Desktop, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec("xrandr", *arguments, env=desktop.environment)
    assert await process.wait() == 0
