"""The logs over the API: pages in true order, following, and who may."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from portal.conftest import open_browser

from playhead.base.instants import rfc3339
from playhead.domain.logs import Level, LogLine, LogQuery
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.api.logs import follow_logs
from playhead.portal.application import create_application
from playhead.premises.logs import exporting
from playhead.premises.logs.exporting import Exporting
from playhead.premises.logs.following import Following
from playhead.store.disk import SystemDisk
from playhead.store.logs import LogSearch
from playhead.store.logs.journal import Journal

START_US = 1_795_392_000_000_000


def line(second, **more):
    values = {"level": "info", "workstation": "desk-1", "service": "shipper", "text": f"line {second}", **more}
    return LogLine(at=rfc3339(START_US + second * 1_000_000), **values)


LINES = [
    line(1, interaction="call-1"),
    line(2, workstation="", service="screen", level="error", interaction="call-1"),
    line(3, workstation="desk-2", fields={"code": "net.timeout"}),
    line(4, level="warning", proven=True),
]


class Kept:
    """A store, and those who follow it."""

    def __init__(self, folder, clock):
        self.search = LogSearch(SystemDisk(), folder, clock)
        self.following = Following()
        self.exporting = Exporting(self)
        journal = Journal(SystemDisk(), folder, clock, file_bytes=1 << 20, file_age_us=1 << 60, free_bytes_min=0)
        journal.open()
        journal.append(LINES)
        journal.close()

    async def find(self, query, *, before=None, limit=100):
        return self.search.find(query, before=before, limit=limit)

    async def span(self):
        return self.search.span()

    def export(self, query):
        return self.exporting.export(query)

    def follow(self, query):
        return self.following.follow(query)


@pytest.fixture
def parts(parts, site, tmp_path):
    return replace(parts, logs=Kept(tmp_path / "logs", site.clock))


@pytest.fixture
def application(parts):
    return create_application(parts, hosts=AllowedHosts())


async def texts(browser, query=""):
    answer = await browser.get(f"/api/logs?{query}")
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json()["items"]]


async def test_newest_first_and_filtered(browser):
    await browser.sign_in("root")
    assert await texts(browser) == ["line 4", "line 3", "line 2", "line 1"]
    assert await texts(browser, "workstation=desk-2") == ["line 3"]
    assert await texts(browser, "workstation=") == ["line 2"]
    assert await texts(browser, "service=screen") == ["line 2"]
    assert await texts(browser, "level=warning") == ["line 4", "line 2"]
    assert await texts(browser, "q=NET.time") == ["line 3"]
    assert await texts(browser, "interaction=call-1") == ["line 2", "line 1"]
    assert await texts(browser, f"from={rfc3339(START_US + 2_000_000)}&to={rfc3339(START_US + 4_000_000)}") == [
        "line 3",
        "line 2",
    ]


async def test_pages(browser):
    await browser.sign_in("root")
    first = (await browser.get("/api/logs?limit=3")).json()
    assert (len(first["items"]), first["searchedTo"]) == (3, None)
    assert first["items"][0]["at"] == "2026-11-23T00:00:04Z"
    second = (await browser.get("/api/logs", params={"before": first["next"]})).json()
    assert ([item["text"] for item in second["items"]], second["next"]) == (["line 1"], None)
    after = await texts(browser, f"before={first['items'][1]['id']}")
    assert after == ["line 2", "line 1"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("level=loud", 400), ("before=yesterday", 400), ("limit=1001", 400), ("from=1", 400), (f"q={'x' * 257}", 400)],
)
async def test_what_is_refused(browser, query, status):
    await browser.sign_in("root")
    answer = await browser.get(f"/api/logs?{query}")
    assert (answer.status_code, bool(answer.json()["error"]["code"])) == (status, True)


async def test_for_those_who_operate_alone(application):
    async with open_browser(application) as browser:
        assert (await browser.get("/api/logs")).status_code == 401
        await browser.sign_in("sue")
        for path in ("/api/logs", "/api/logs/tail", "/api/logs/export?format=text"):
            assert (await browser.get(path)).status_code == 403


async def test_where_none_are_kept(parts):
    async with open_browser(create_application(replace(parts, logs=None), hosts=AllowedHosts())) as browser:
        await browser.sign_in("root")
        answer = await browser.get("/api/logs")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "logs.not_kept")


async def test_following(parts):
    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(parts=parts)))
    answer = await follow_logs(request, SimpleNamespace(session=None), LogQuery(level=Level.ERROR))
    events = answer.body_iterator
    assert "retry" in await anext(events)
    coming = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    parts.logs.following.tell(LINES)
    event = await coming
    assert event.startswith("event: line\ndata: {")
    assert event.count("event:") == 1
    assert '"line 2"' in event
    await events.aclose()
    assert not parts.logs.following._followers


async def test_files_of_exactly_what_is_looked_for(browser, site):
    await browser.sign_in("root")
    answer = await browser.get("/api/logs/export?format=jsonl&workstation=desk-1&level=info")
    lines = [json.loads(each) for each in answer.text.splitlines()]
    assert [each["text"] for each in lines] == ["line 1", "line 4"]
    assert lines[0] == {"at": rfc3339(START_US + 1_000_000), "n": 1, "level": "info", "workstation": "desk-1",
                        "service": "shipper", "text": "line 1", "interaction": "call-1"}  # fmt: skip
    assert answer.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="logs.jsonl"'
    answer = await browser.get("/api/logs/export?format=text&q=net.timeout&workstation=desk-2")
    at = rfc3339(START_US + 3_000_000)
    assert answer.text == f"{at} info      desk-2           shipper      line 3  code=net.timeout\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="logs.txt"'
    noted = await site.audited("logs.exported")
    assert [(entry.actor, entry.details) for entry in noted] == [
        ("root", {"format": "text", "workstation": "desk-2", "q": "net.timeout"}),
        ("root", {"format": "jsonl", "workstation": "desk-1", "level": "info"}),
    ]


async def test_a_file_says_where_it_was_cut(browser, monkeypatch):
    await browser.sign_in("root")
    monkeypatch.setattr(exporting, "LINES_MAX", 3)
    answer = await browser.get("/api/logs/export?format=text&to=2026-11-23T00:00:04Z")
    assert len(answer.text.splitlines()) == 3
    *lines, last = (await browser.get("/api/logs/export?format=text")).text.splitlines()
    assert len(lines) == 3
    assert f"Ask for what follows from {rfc3339(START_US + 4_000_000)} on." in last


async def test_so_many_files_at_a_time(browser, parts):
    await browser.sign_in("root")
    under_way = [parts.logs.export(LogQuery()) for _ in range(exporting.EXPORTS_MAX)]
    for each in under_way:
        await anext(each)
    refused = await browser.get("/api/logs/export?format=jsonl")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "logs.exports")
    await under_way[0].aclose()
    assert (await browser.get("/api/logs/export?format=jsonl")).status_code == 200
    for each in under_way:
        await each.aclose()
