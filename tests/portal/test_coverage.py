"""``/api/coverage``: days, the present and recordings, as far as the caller may see them."""

import asyncio
import json
from dataclasses import replace
from uuid import UUID

import pytest

from playhead.base.ids import GroupId, RecordingId, UserId, WorkstationId
from playhead.domain.access import Who
from playhead.domain.accounts import Present
from playhead.domain.coverage import Reason
from playhead.domain.history import Entry
from playhead.domain.live import CoverageChanged
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import ADMINISTRATOR, built_in_grants
from playhead.portal.api.coverage import ALARMS_MAX
from playhead.store.catalogue.coverage import add_entries, set_link
from playhead.store.catalogue.groups import Group, add_group

HOUR_US = 3_600_000_000
TODAY = "2027-01-15"


@pytest.fixture
async def day(site):
    """Three workstations at 8 in the morning: one that says it was off since 6, one that says nothing, one idle."""
    midnight_us = site.clock.wall_us() - 8 * HOUR_US
    for name, agent in (("pc-1", "jane"), ("pc-2", "joe"), ("pc-3", "ann")):
        await site.add_workstation(name)
        site.control.connect(name, agent=agent)
    pasts = {
        "pc-1": [(0, "recording", "continuous"), (6, "off", "continuous")],
        "pc-2": [(0, "recording", "continuous")],
        "pc-3": [(0, "idle", "")],
    }
    async with site.catalogue.writing() as connection:
        for name, changes in pasts.items():
            entries = [
                Entry(number + 1, midnight_us + hours * HOUR_US, state, wanted=wanted)
                for number, (hours, state, wanted) in enumerate(changes)
            ]
            await add_entries(connection, WorkstationId(name), entries)
            await set_link(connection, WorkstationId(name), at_us=midnight_us, connected=True)
            site.control.newest[WorkstationId(name)] = entries[-1]
    await site.add_recording(RecordingId(UUID(int=1)), workstation="pc-1", agent="jane", started_at_us=midnight_us)
    site.clock.advance(5_000_000)
    return midnight_us


async def names(browser, query=""):
    answer = (await browser.get(f"/api/coverage{query}")).json()
    return [item["workstation"] for item in answer["items"]], answer["next"]


@pytest.mark.usefixtures("day")
async def test_a_day_of_the_site(browser):
    await browser.sign_in("root")
    answer = (await browser.get("/api/coverage")).json()
    assert {key: answer[key] for key in ("day", "from", "to", "now", "timeZone", "next")} == {
        "day": TODAY,
        "from": "2027-01-15T00:00:00Z",
        "to": "2027-01-16T00:00:00Z",
        "now": "2027-01-15T08:00:05Z",
        "timeZone": "UTC",
        "next": None,
    }
    one, two, three = answer["items"]
    hour = HOUR_US // 1000
    assert (one["workstation"], one["agent"], one["dueMs"], one["keptMs"]) == ("pc-1", "jane", 8 * hour, 0)
    assert one["missing"] == [{"code": "off", "ms": 2 * hour}, {"code": "unknown", "ms": 6 * hour}]
    assert one["strip"] == [
        {"fromMs": 0, "toMs": 6 * hour, "kind": "unknown"},
        {"fromMs": 6 * hour, "toMs": 8 * hour, "kind": "off"},
    ]
    assert two["missing"] == [{"code": "unknown", "ms": 8 * hour}]
    assert (three["dueMs"], three["missing"], three["strip"]) == (0, [], [])


@pytest.mark.usefixtures("day")
async def test_pages_words_and_problems(browser):
    await browser.sign_in("root")
    assert await names(browser, "?limit=2") == (["pc-1", "pc-2"], "pc-2")
    assert await names(browser, "?limit=2&after=pc-2") == (["pc-3"], None)
    assert await names(browser, "?q=JO") == (["pc-2"], None)
    assert await names(browser, "?problem=true") == (["pc-1", "pc-2"], None)
    assert await names(browser, "?problem=true&limit=1") == (["pc-1"], "pc-1")
    assert await names(browser, "?problem=true&day=2027-01-14") == ([], None)
    for query in ("?day=2027-02-30", "?day=1960-01-01", "?day=soon", "?limit=501", "?limit=0"):
        assert (await browser.get(f"/api/coverage{query}")).status_code == 400, query


async def test_whom_one_may_see(site, day, browser):
    async with site.catalogue.writing() as connection:
        await add_group(connection, Group(GroupId("team"), "Team", ("jane",), (UserId("sue"),)))
    await browser.sign_in("jane")
    assert (await names(browser))[0] == ["pc-1"]
    refused = await browser.get(f"/api/coverage/workstations/pc-2?from={TODAY}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "access.refused")
    assert day


async def test_some_days_of_a_workstation(browser, day):
    await browser.sign_in("root")
    path = "/api/coverage/workstations/pc-1"
    items = (await browser.get(f"{path}?from=2027-01-14&to={TODAY}")).json()["items"]
    assert [(item["day"], item["dueMs"]) for item in items] == [("2027-01-14", 0), (TODAY, 8 * HOUR_US // 1000)]
    assert len((await browser.get(f"{path}?from=2026-12-16")).json()["items"]) == 31
    for query, code in (
        ("from=2026-12-15", "coverage.days"),
        (f"from={TODAY}&to=2027-01-14", "coverage.day"),
        ("from=never", "http.request"),
    ):
        assert (await browser.get(f"{path}?{query}")).json()["error"]["code"] == code
    missing = await browser.get(f"/api/coverage/workstations/pc-9?from={TODAY}")
    assert missing.json()["error"]["code"] == "workstation.not_found"
    assert day


async def test_a_recording(site, browser, day):
    await site.set_state(RecordingId(UUID(int=1)), RecordingState.COMPLETE, day + 7 * HOUR_US)
    await browser.sign_in("root")
    answer = (await browser.get(f"/api/recordings/{UUID(int=1)}/coverage")).json()
    hour = HOUR_US // 1000
    assert answer == {
        "dueMs": 7 * hour,
        "keptMs": 0,
        "missing": [
            {"fromMs": 0, "toMs": 6 * hour, "code": "unknown"},
            {"fromMs": 6 * hour, "toMs": 7 * hour, "code": "off"},
        ],
        "byReason": [{"code": "off", "ms": hour}, {"code": "unknown", "ms": 6 * hour}],
    }


async def test_the_present(site, parts, browser, day):
    site.control.newest[WorkstationId("pc-1")] = Entry(9, day, "off", wanted="continuous", last=True)
    off = site.control.live[WorkstationId("pc-1")]
    site.control.live[off.id] = replace(off, connected=False)
    parts.coverage.look()
    site.clock.advance(10_000_000)
    parts.coverage.look()
    await browser.sign_in("root")
    answer = (await browser.get("/api/coverage/now")).json()
    (alarm,) = answer.pop("alarms")
    assert answer == {"covered": 0, "excused": 1, "uncovered": 1}
    assert (alarm["workstation"], alarm["agent"], alarm["code"]) == ("pc-2", "joe", "unknown")
    assert alarm["since"] == "2027-01-15T08:00:05Z"
    listed = {item["workstation"]: item for item in (await browser.get("/api/coverage")).json()["items"]}
    states = {name: (item["covered"], item["code"], item["alarm"]) for name, item in listed.items()}
    assert states == {"pc-1": (False, "off", False), "pc-2": (False, "unknown", True), "pc-3": (None, None, False)}
    past = (await browser.get("/api/coverage?day=2027-01-14")).json()["items"]
    assert {(item["covered"], item["code"], item["since"], item["alarm"]) for item in past} == {
        (None, None, None, False)
    }


async def test_it_is_followed(site, parts):
    await site.add_workstation("pc-1")
    following = asyncio.create_task(parts.feed.run())
    try:
        await asyncio.sleep(0)
        with parts.feed.watch(Who(UserId("root"), grants=built_in_grants(ADMINISTRATOR))) as watcher:
            present = _failed()
            site.control.publish(CoverageChanged(present))
            news = await watcher.next(5)
    finally:
        following.cancel()
    assert news.event == "coverage"
    told = json.loads(news.data)
    assert (told["workstation"], told["code"], told["alarm"], told["covered"]) == ("pc-1", "failed", True, False)


def _failed():
    return Present(
        WorkstationId("pc-1"),
        "jane",
        "failed",
        covered=False,
        code=Reason.FAILED,
        since_us=5,
        alarm=True,
        message="It failed.",
    )


async def test_more_alarms_than_anybody_acts_on_are_counted_and_not_all_listed(site, parts, browser):
    entry = Entry(1, 1, "recording", wanted="continuous")
    for number in range(ALARMS_MAX + 1):
        live = site.control.connect(f"pc-{number:03}", agent="jane", state="failed")
        site.control.newest[live.id] = entry
    parts.coverage.look()
    site.clock.advance(10_000_000)
    parts.coverage.look()
    await browser.sign_in("root")
    answer = (await browser.get("/api/coverage/now")).json()
    assert (answer["uncovered"], len(answer["alarms"])) == (ALARMS_MAX + 1, ALARMS_MAX)
