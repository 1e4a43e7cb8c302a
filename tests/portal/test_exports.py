"""Files to take away, over HTTP: for those who may, noted, in ranges."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from http_answers import code_of

from playhead.domain.roles import SUPERVISOR
from playhead.premises.export.config import ExportConfig
from playhead.premises.export.service import ExportService
from playhead.testing.vid import make_vid


@pytest.fixture
async def exports(site):
    service = ExportService(
        ExportConfig(),
        site.folder / "exports",
        catalogue=site.catalogue,
        store=site.store,
        keyring=site.keyring,
        clock=site.clock,
    )
    running = asyncio.create_task(service.run())
    yield service
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@pytest.fixture
def parts(parts, exports):
    return replace(parts, exports=exports)


@pytest.fixture
async def fixture(site):
    made = make_vid(seconds=4, agent="jane", site_private_key=site.keyring.recording_key)
    await site.add_fixture(made)
    return made


async def ready(browser, exports, fixture, **order):
    answer = await browser.post("/api/exports", json={"recording": str(fixture.header.recording), **order})
    assert answer.status_code == 202, answer.text
    identifier = answer.json()["id"]
    await asyncio.wait({exports._jobs[identifier].future})
    return (await browser.get(f"/api/exports/{identifier}")).json() | {"id": identifier}


async def test_a_file_is_made_downloaded_and_noted(site, browser, exports, fixture):
    await browser.sign_in("sue")
    item = await ready(browser, exports, fixture, fromMs=1000, toMs=3000)
    identifier = item.pop("id")
    url = f"/api/exports/{identifier}/file"
    assert item == {
        "recording": str(fixture.header.recording),
        "state": "ready",
        "done": 1,
        "bytes": item["bytes"],
        "code": None,
        "url": url,
        "faults": 0,
    }
    answer = await browser.get(url)
    assert (answer.status_code, answer.headers["content-type"], len(answer.content)) == (
        200,
        "video/mp4",
        item["bytes"],
    )
    assert answer.headers["content-disposition"] == 'attachment; filename="pc-1-jane-2026-01-01-000001.mp4"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content[4:8] == b"ftyp"
    (made,) = await site.audited("export.made")
    assert (made.actor, made.subject) == ("sue", str(fixture.header.recording))
    assert made.details == {"from_ms": 1000, "to_ms": 3000}
    (downloaded,) = await site.audited("export.downloaded")
    assert downloaded.subject == str(fixture.header.recording)


async def test_ranges(browser, exports, fixture):
    await browser.sign_in("sue")
    item = await ready(browser, exports, fixture)
    whole = (await browser.get(item["url"])).content
    part = await browser.get(item["url"], headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    rest = await browser.get(item["url"], headers={"range": f"bytes={len(whole) - 5}-"})
    assert rest.content == whole[-5:]
    beyond = await browser.get(item["url"], headers={"range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


async def test_it_is_given_up(browser, exports, fixture):
    await browser.sign_in("sue")
    item = await ready(browser, exports, fixture)
    assert (await browser.delete(f"/api/exports/{item['id']}")).status_code == 204
    assert code_of(await browser.get(item["url"])) == (404, "export.not_found")
    assert code_of(await browser.delete(f"/api/exports/{item['id']}")) == (404, "export.not_found")


async def test_who_may_not_is_refused_and_noted(site, browser, fixture):
    await browser.sign_in("jane")
    answer = await browser.post("/api/exports", json={"recording": str(fixture.header.recording)})
    assert code_of(answer) == (403, "access.refused")
    (entry,) = await site.audited("access.refused")
    assert (entry.actor, entry.details) == ("jane", {"action": "export"})
    assert await site.audited("export.made") == []


async def test_it_belongs_to_whoever_asked_for_it(browse, exports, fixture):
    async with browse() as sue, browse() as root:
        await sue.sign_in("sue")
        await root.sign_in("root")
        item = await ready(sue, exports, fixture)
        for path in (f"/api/exports/{item['id']}", item["url"]):
            assert code_of(await root.get(path)) == (404, "export.not_found")


async def test_whoever_may_no_longer_cannot_download_either(site, browser, exports, fixture):
    await browser.sign_in("sue")
    item = await ready(browser, exports, fixture)
    async with site.catalogue.writing() as connection:
        await connection.exec_driver_sql("UPDATE user_roles SET role_id = ? WHERE user_id = 'sue'", (str(SUPERVISOR),))
    assert code_of(await browser.get(item["url"])) == (403, "access.refused")


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        ({"fromMs": 3000, "toMs": 1000}, (400, "export.range")),
        ({"fromMs": 4000}, (400, "export.range")),
        ({"fromMs": -1}, (400, "http.request")),
        ({"toMs": 0}, (400, "http.request")),
        ({"toMs": (1 << 40) + 1}, (400, "http.request")),
        ({"recording": "x"}, (400, "id.malformed")),
        ({"recording": "00000000-0000-4000-8000-000000000009"}, (404, "recording.not_found")),
        ({"more": 1}, (400, "http.request")),
    ],
)
async def test_what_is_malformed_is_refused(browser, fixture, order, refusal):
    await browser.sign_in("sue")
    answer = await browser.post("/api/exports", json={"recording": str(fixture.header.recording), **order})
    assert code_of(answer) == refusal
