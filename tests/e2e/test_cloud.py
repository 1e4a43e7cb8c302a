"""The main job through the cloud: recorded at a site, watched and replayed by somebody who reaches only the cloud."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.browsers import Browser, chromium
from e2e.buckets import Bucket, serving
from e2e.cloud import TENANT, Cloud
from e2e.site import PASSWORD, USER, Portal, Site, until, wall_us

from playhead.cli import cloud_desk
from playhead.cli.desktop import Desktop
from playhead.portal.pages import STATIC
from playhead.testing.burnt_clock import read_clock

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "desk-1"
SITE = "site"
OK = 200
ACCEPTED = 202
FACTS = "({...document.querySelector('[data-playhead-state]')?.dataset})"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bucket(place: Path) -> AsyncGenerator[Bucket, None]:
    async with serving(place / "s3") as bucket:
        yield bucket


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud(place: Path, bucket: Bucket) -> AsyncGenerator[Cloud, None]:
    """A cloud that runs, with a supervisor."""
    cloud = Cloud(place, settings=f'[[objects]]\ntenant = "{TENANT}"\n{bucket.settings}')
    try:
        await cloud.begin()
        await cloud.start()
        yield cloud
    finally:
        cloud.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def joined(place: Path, cloud: Cloud, bucket: Bucket) -> AsyncGenerator[Site, None]:
    """A site that uploads to a store of its tenant, connected."""
    key = await cloud_desk.tenant_key(cloud.places, TENANT)
    upload = f'[upload]\n{bucket.settings}cloud_key = "{key}"\n'
    site = Site(place / "site", settings=f'{upload}[replication]\ninterval = "500 ms"\n')
    try:
        await site.add_user()
        await site.start_premises()
        await cloud.join(site, SITE)
        await cloud.until_linked()
        yield site
    finally:
        site.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def remote(cloud: Cloud, joined: Site) -> AsyncGenerator[Portal, None]:
    """The supervisor, signed in to the cloud alone."""
    assert joined.premises is not None
    async with cloud.portal() as portal:
        yield portal


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(place: Path) -> AsyncGenerator[Browser, None]:
    profile = place / "chromium"
    profile.mkdir()
    async with chromium(profile) as window:
        yield window


async def _is(browser: Browser, expression: str, what: str) -> None:
    async def is_true() -> bool:
        return bool(await browser.run(expression))

    await until(is_true, what)


async def _shown_us(browser: Browser, from_us: int) -> int:
    """The clock in the picture, once it shows this time or later."""
    seen: list[int | None] = []

    async def shown() -> int | None:
        seen.append(read_clock(await browser.picture()))
        found = seen[-1]
        return found if found is not None and found >= from_us else None

    return await until(shown, lambda: f"a clock from {from_us} in {seen[-5:]}")


async def test_the_main_job(cloud: Cloud, joined: Site, remote: Portal, browser: Browser, desktop: Desktop) -> None:
    assert (STATIC / "index.html").is_file(), "the web application is not built: run script/setup"
    await joined.enrol(NAME)
    workstation = joined.start_workstation(NAME, desktop.environment)

    # Begun from the cloud, and known there.
    async def is_begun() -> bool:
        return (await remote.order(f"{SITE}.{NAME}", "start")).status_code == OK

    async def has_begun() -> str | None:
        return next((item["id"] for item in await remote.recordings()), None)

    await until(is_begun, workstation.said)
    recording = await until(has_begun, workstation.said)
    [item] = await remote.recordings()
    assert (item["site"], item["workstation"]["id"]) == (SITE, f"{SITE}.{NAME}")

    # Live, in a browser that knows no other address than the cloud's.
    await browser.goto(cloud.address)
    await _is(browser, "document.querySelector('input[type=password]') !== null", "the form")
    await browser.fill("Name", USER)
    await browser.fill("Password", PASSWORD)
    await browser.press("Enter")
    link = f"document.querySelector('a[href*=\"{recording}\"]')"
    await _is(browser, f"{link} !== null", "the recording in the list")
    await browser.run(f"{link}.click()")
    await _is(browser, "document.querySelector('[data-playhead-state]') !== null", "the player")
    if (await browser.run(FACTS)).get("playheadLive") != "true":
        await browser.press("n")
    await _is(browser, f"{FACTS}.playheadLive === 'true'", "the live view")
    began_us = wall_us()
    await _shown_us(browser, began_us)

    # Ended from the cloud, and complete there.
    answer = await remote.order(f"{SITE}.{NAME}", "stop")
    assert answer.status_code == OK, answer.text

    async def is_complete() -> bool:
        return (await remote.recording(recording))["state"] == "complete"

    await until(is_complete, "the end of it in the cloud")
    ended_us = wall_us()
    started_us = (await remote.index(recording))["startedAtUs"]
    await until(cloud.has_all_objects, lambda: str(cloud.locations()))

    # The site is gone; what it has sent plays on.
    assert joined.premises is not None
    workstation.kill()
    joined.premises.kill()
    await browser.goto(f"{cloud.address}/")
    await _is(browser, f"{link} !== null", "the list again")
    await browser.run(f"{link}.click()")
    await _is(browser, "document.querySelector('[data-playhead-state]') !== null", "the player again")
    assert started_us - 1_000_000 <= await _shown_us(browser, 1) <= ended_us
    index = await remote.index(recording)
    assert index["segments"][0]["pieces"]

    # So does a file to take away: the cloud makes it of the objects.
    begun = await remote.post("/api/exports", json={"recording": recording, "fromMs": 0, "toMs": 2_000})
    assert begun.status_code == ACCEPTED, begun.text

    async def made() -> str | None:
        state = (await remote.get(f"/api/exports/{begun.json()['id']}")).json()
        assert state["state"] != "failed", state
        return state["url"]

    file = await remote.get(await until(made, "the file"))
    assert (file.status_code, file.content[4:8]) == (OK, b"ftyp")
    # What only the site can do says so, and is not done.
    tagged = await remote.post("/api/recordings/bulk", json={"recordings": [recording], "action": "tag", "tag": "x"})
    assert tagged.json() == {"done": 0, "refused": [{"id": recording, "code": "site.away"}]}
