"""The library over HTTP: lists, pages of lists, and who sees what."""

from uuid import UUID

import pytest
from http_answers import code_of

from playhead.base.ids import RecordingId
from playhead.domain.recordings import RecordingState
from playhead.portal.api.models import PROGRESS_FRESH_US
from playhead.testing.vid import make_vid

START_US = 1_750_000_000_000_000


def recording_id(number):
    return RecordingId(UUID(int=number))


async def add(site, number, *, agent="jane", workstation="pc-1"):
    await site.add_recording(
        recording_id(number), workstation=workstation, agent=agent, started_at_us=START_US + number * 1_000_000
    )


async def test_a_recording_is_told_with_all_its_facts(browser, site):
    fixture = make_vid(seconds=2, agent="jane")
    await site.add_fixture(fixture)
    await site.set_state(fixture.header.recording, RecordingState.COMPLETE, fixture.header.started_at_us + 2_000_000)
    await browser.sign_in("sue")
    (item,) = (await browser.get("/api/recordings")).json()["items"]
    assert item == {
        "id": str(fixture.header.recording),
        "workstation": {"id": "pc-1", "name": "pc-1"},
        "agent": "jane",
        "state": "complete",
        "startedAt": "2026-01-01T00:00:00Z",
        "endedAt": "2026-01-01T00:00:02Z",
        "durationMs": fixture.covered_us // 1000,
        "bytes": len(fixture.data),
        "live": False,
        "gaps": 0,
        "progressAgeMs": None,
    }
    assert (await browser.get(f"/api/recordings/{item['id']}")).json() == item


async def test_live_means_recording_and_growing(browser, site):
    await add(site, 1)
    await browser.sign_in("sue")
    path = f"/api/recordings/{recording_id(1)}"
    for age_us, age_ms, live in (
        (None, None, False),
        (0, 0, True),
        (PROGRESS_FRESH_US - 1, 4999, True),
        (PROGRESS_FRESH_US, 5000, False),
    ):
        if age_us is not None:
            site.control.ages_us[recording_id(1)] = age_us
        item = (await browser.get(path)).json()
        assert (item["progressAgeMs"], item["live"]) == (age_ms, live)
    site.control.ages_us[recording_id(1)] = 0
    await site.set_state(recording_id(1), RecordingState.INTERRUPTED, START_US + 5_000_000)
    assert (await browser.get(path)).json()["live"] is False


async def test_pages_hold_every_recording_once_newest_first(browser, site):
    for number in range(7):
        await add(site, number)
    await browser.sign_in("sue")
    found, before = [], None
    while True:
        query = {"limit": 3} | ({"before": before} if before else {})
        page = (await browser.get("/api/recordings", params=query)).json()
        found += [item["id"] for item in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert found == [str(recording_id(number)) for number in reversed(range(7))]


async def test_lists_are_filtered(browser, site):
    await add(site, 1, workstation="pc-1")
    await add(site, 2, workstation="pc-2")
    await site.set_state(recording_id(2), RecordingState.COMPLETE, START_US)
    await browser.sign_in("sue")
    for query, expected in (
        ({"workstation": "pc-1"}, [1]),
        ({"state": "complete"}, [2]),
        ({"workstation": "pc-1", "state": "complete"}, []),
    ):
        items = (await browser.get("/api/recordings", params=query)).json()["items"]
        assert [item["id"] for item in items] == [str(recording_id(number)) for number in expected]


async def test_an_agent_sees_their_own_over_all_pages(browser, site):
    for number in range(12):
        await add(site, number, agent="jane" if number % 4 == 0 else "joe")
    await browser.sign_in("jane")
    found, before = [], None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        page = (await browser.get("/api/recordings", params=query)).json()
        assert len(page["items"]) <= 2
        found += [item["id"] for item in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert found == [str(recording_id(number)) for number in (8, 4, 0)]


async def test_an_agent_is_refused_what_is_not_theirs_and_that_is_noted(browser, site):
    await add(site, 1, agent="joe")
    await browser.sign_in("jane")
    assert code_of(await browser.get(f"/api/recordings/{recording_id(1)}")) == (403, "access.refused")
    (entry,) = await site.audited("access.refused")
    assert (entry.actor, entry.subject) == ("jane", str(recording_id(1)))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/api/recordings/{recording_id(9)}", (404, "recording.not_found")),
        ("/api/recordings/x", (400, "id.malformed")),
        ("/api/recordings/" + "a" * 500, (400, "id.malformed")),
        ("/api/recordings?limit=0", (400, "http.request")),
        ("/api/recordings?limit=201", (400, "http.request")),
        ("/api/recordings?limit=x", (400, "http.request")),
        ("/api/recordings?state=x", (400, "http.request")),
        ("/api/recordings?before=x", (400, "list.cursor")),
        ("/api/recordings?before=" + "A" * 65, (400, "http.request")),
        ("/api/recordings?workstation=A%20B", (400, "id.malformed")),
        ("/api/nothing", (404, "http.path")),
        ("/api/", (404, "http.path")),
        ("/media/x", (404, "http.path")),
        ("/api/recordings/", (404, "http.path")),
        ("/api/recordings/%2e%2e", (400, "http.path")),
        ("/api/recordings/a%00b", (400, "http.path")),
    ],
)
async def test_malformed_questions(browser, path, expected):
    await browser.sign_in("sue")
    assert code_of(await browser.get(path)) == expected


@pytest.mark.parametrize("path", ["/api/recordings", "/api/session", "/api/workstations/pc-1/record", "/healthz", "/"])
async def test_wrong_methods_say_which_are_right(browser, path):
    await browser.sign_in("sue")
    right = "POST" if path.endswith("record") else "GET"
    wrong = "GET" if right == "POST" else "POST" if path != "/api/session" else "OPTIONS"
    answer = await browser.request(wrong, path)
    assert code_of(answer) == (405, "http.method")
    assert right in answer.headers["allow"]
