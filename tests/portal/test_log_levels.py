"""Logs that say more for a while, over the API: who may, what is noted, and what is refused."""

import asyncio
from dataclasses import replace

import pytest

from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.premises.logs.levels import LogLevels
from playhead.store.disk import SystemDisk

PATH = "/api/logs/levels"


@pytest.fixture
def said():
    return []


@pytest.fixture
async def application(parts, site, tmp_path, said):
    levels = LogLevels(SystemDisk(), tmp_path / "logs", site.control, site.clock, say=said.append)
    running = asyncio.create_task(levels.run())
    yield create_application(replace(parts, log_levels=levels), hosts=AllowedHosts())
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_raised_listed_and_ended(browser, site, said):
    site.control.connect("desk-1")
    await browser.sign_in("root")
    order = {"kind": "workstation", "name": "desk-1", "level": "debug", "lengthMs": 600_000, "reason": "it stutters"}
    answer = await browser.post(PATH, json=order)
    assert answer.status_code == 200, answer.text
    one = answer.json()
    assert (one["state"], one["by"], one["reason"]) == ("in_force", "root", "it stutters")
    assert (await browser.post(PATH, json={"kind": "service", "name": "screen", "level": "debug"})).status_code == 200
    assert said[-1] == {"screen": "debug"}
    listed = (await browser.get(PATH)).json()
    assert [item["name"] for item in listed["items"]] == ["screen", "desk-1"]
    assert {"premises", "portal"} <= set(listed["services"])
    assert listed["lengthMsMax"] == 86_400_000
    assert (await browser.delete(f"{PATH}/workstation/desk-1")).json()["name"] == "desk-1"
    assert (await browser.delete(f"{PATH}/workstation/desk-1")).status_code == 404
    raised, ended = await site.audited("logs.level_raised"), await site.audited("logs.level_ended")
    assert [(each.subject, each.details["level"]) for each in raised] == [("screen", "debug"), ("desk-1", "debug")]
    assert [each.subject for each in ended] == ["desk-1"]


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"kind": "workstation", "name": "desk-9", "level": "debug"}, 404, "workstation.not_found"),
        ({"kind": "service", "name": "kitchen", "level": "debug"}, 404, "logs.service"),
        ({"kind": "desk", "name": "screen", "level": "debug"}, 400, "http.request"),
        ({"kind": "service", "name": "", "level": "debug"}, 400, "http.request"),
        ({"kind": "service", "name": "screen", "level": "trace"}, 400, "http.request"),
        ({"kind": "service", "name": "screen", "level": "debug", "lengthMs": 86_400_001}, 400, "http.request"),
        ({"kind": "service", "name": "screen", "level": "debug", "lengthMs": 59_999}, 400, "http.request"),
    ],
)
async def test_what_is_refused(browser, order, status, code):
    await browser.sign_in("root")
    answer = await browser.post(PATH, json=order)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_for_those_who_operate_alone(browser):
    await browser.sign_in("sue")
    answers = [
        await browser.get(PATH),
        await browser.post(PATH, json={"kind": "service", "name": "screen", "level": "debug"}),
        await browser.delete(f"{PATH}/service/screen"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
