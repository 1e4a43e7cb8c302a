"""A recording is made, lies in a real S3 store seconds later, goes from the server's disk, plays, and is erased."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.buckets import Bucket, serving
from e2e.footage import assert_tells_the_time, shots
from e2e.site import Portal, Site, until, wall_us

from playhead.cli.desktop import Desktop
from playhead.testing import s3

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = "desk-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bucket(place: Path) -> AsyncGenerator[Bucket, None]:
    async with serving(place / "s3") as bucket:
        yield bucket


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(place: Path, bucket: Bucket) -> AsyncGenerator[Site, None]:
    site = Site(place / "site", settings=f'[upload]\n{bucket.settings}keep_local = "0 s"\n')
    try:
        await site.add_user(role="administrator")
        await site.start_premises()
        yield site
    finally:
        site.close()


async def test_recorded_uploaded_played_and_erased(site: Site, bucket: Bucket, desktop: Desktop) -> None:
    async with site.portal() as portal:
        await site.enrol(DESK, pre_buffer="0 s")
        site.start_workstation(DESK, desktop.environment)

        async def is_idle() -> bool:
            return (await portal.get("/api/workstations")).json()["items"][0]["state"] == "idle"

        await until(is_idle, site.premises_said)
        recording = (await portal.order(DESK, "start")).json()["recording"]
        began_us = wall_us()

        async def is_long() -> bool:
            if "error" in await portal.recording(recording):
                return False
            index = await portal.index(recording)
            return index["startedAtUs"] + index["durationUs"] > began_us + 3_000_000

        await until(is_long, "recorded")
        await portal.order(DESK, "stop")

        def files() -> list[Path]:
            return list(site.places.recordings.rglob("*.vid"))

        async def is_uploaded() -> bool:
            return any(key.endswith(".vid") for key in await bucket.keys()) and not files()

        await until(is_uploaded, lambda: f"{files()} {site.premises_said()}")
        assert sorted(key.rpartition(".")[2] for key in await bucket.keys()) == ["outline", "vid"]

        # Everything goes on as if it lay here: the index, the media, exports, and the proofs.
        index = await portal.index(recording)
        assert index["gaps"] == []
        assert_tells_the_time(index, shots(await site.exported(recording)))
        assert await site.is_whole(recording)
        checked = json.loads(await site.ask("check", "--json"))
        assert checked["findings"] == [], checked
        stored = json.loads(await site.ask("storage", "status", "--json"))
        assert (stored["uploads"]["verified"]["segments"], stored["behindS"]) == (1, 0)
        for secret in (s3.SECRET, s3.KEY_ID):
            assert secret not in site.premises.said()

        await _erase(portal, site, recording)
        await until(lambda: _is_empty(bucket), site.premises_said)

        async def is_certified() -> bool:
            (erased,) = json.loads(await site.ask("erasure", "list", "--json"))
            return "s3://recordings/site/" in await site.ask("erasure", "certificate", str(erased["id"]))

        await until(is_certified, site.premises_said)


async def _erase(portal: Portal, site: Site, recording: str) -> None:
    answer = await portal.request("DELETE", f"/api/recordings/{recording}", json={"reason": "a test"})
    assert answer.status_code < 400, (answer.text, site.premises_said())


async def _is_empty(bucket: Bucket) -> bool:
    return await bucket.keys() == []
