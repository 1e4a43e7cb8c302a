"""The library over HTTP: lists, pages of lists, and who sees what."""

from uuid import UUID

import pytest
from http_answers import code_of

from playhead.base.ids import GroupId, RecordingId, UserId
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import SUPERVISOR, Assignment
from playhead.portal.api.models import PROGRESS_FRESH_US
from playhead.store.catalogue.access import set_assignments
from playhead.store.catalogue.bookmarks import Bookmark, add_bookmark
from playhead.store.catalogue.groups import Group, add_group
from playhead.store.catalogue.holds import Hold, add_hold
from playhead.store.catalogue.recordings import set_recording_state
from playhead.store.catalogue.schema import recordings
from playhead.store.catalogue.tags import add_tag
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
        "site": "site",
        "blackout": False,
        "tags": [],
        "held": False,
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


FACTS = (
    # agent, workstation, state, seconds, gap, blackout, tag, reason of a hold, shared bookmark
    ("jane", "pc-1", "complete", 10, False, False, "vip", "", ""),
    ("CORP\\joe", "pc-2", "interrupted", 600, True, False, "refund", "Case 4711", ""),
    ("jane", "pc-2", "complete", 60, False, True, "", "", "Customer is angry"),
    ("ana", "pc-1", "recording", 0, False, False, "vip", "", ""),
)


async def fill(site):
    """Recordings 0 to 3, a second after another, as `FACTS` has them; ana and joe are in a group."""
    for number, (agent, desk, state, seconds, gap, blackout, tag, reason, text) in enumerate(FACTS):
        await add(site, number, agent=agent, workstation=desk)
        one = recording_id(number)
        values = {"length_us": seconds * 1_000_000, "has_gap": gap, "has_blackout": blackout}
        async with site.catalogue.writing() as connection:
            await connection.execute(recordings.update().where(recordings.c.id == one).values(values))
            await set_recording_state(connection, one, RecordingState(state), None)
            if tag:
                await add_tag(connection, one, tag, by_user=UserId("sue"), now_us=1)
            if reason:
                await add_hold(connection, Hold(one, reason, UserId("sue"), 1))
            if text:
                await add_bookmark(
                    connection, Bookmark(one, UserId("sue"), 5, None, text, shared=True, created_at_us=1)
                )
    async with site.catalogue.writing() as connection:
        await add_group(connection, Group(GroupId("north"), "North", ("ana", "joe"), (UserId("max"),)))


async def listed(browser, query):
    answer = await browser.get("/api/recordings", params=query)
    assert answer.status_code == 200, answer.text
    return [int(item["id"].replace("-", ""), 16) for item in answer.json()["items"]]


async def test_every_filter_by_itself_and_together(browser, site):
    await site.add_user("max", SUPERVISOR)
    await fill(site)
    await browser.sign_in("sue")
    for query, expected in (
        ({}, [3, 2, 1, 0]),
        ({"order": "started"}, [0, 1, 2, 3]),
        ({"order": "-length"}, [1, 2, 0, 3]),
        ({"order": "length"}, [3, 0, 2, 1]),
        ({"agent": "JANE"}, [2, 0]),
        ({"agent": ["joe", "OTHER\\ana"]}, [3, 1]),
        ({"group": "north"}, [3, 1]),
        ({"group": "south"}, []),
        ({"workstation": ["pc-1", "pc-9"]}, [3, 0]),
        ({"site": "site"}, [3, 2, 1, 0]),
        ({"site": "other"}, []),
        ({"state": ["recording", "interrupted"]}, [3, 1]),
        ({"tag": " VIP "}, [3, 0]),
        ({"tag": ["vip", "refund"], "workstation": "pc-2"}, [1]),
        ({"from": "2025-06-15T15:06:42Z"}, [3, 2]),
        ({"to": "2025-06-15T17:06:42+02:00"}, [1, 0]),
        ({"minLength": 60}, [2, 1]),
        ({"minLength": 10, "maxLength": 60}, [2, 0]),
        ({"gap": "true"}, [1]),
        ({"blackout": "false"}, [3, 1, 0]),
        ({"held": "true"}, [1]),
        ({"q": "ang cust"}, [2]),
        ({"q": "4711"}, [1]),
        ({"q": "pc-2 J"}, [2, 1]),
        ({"agent": "jane", "blackout": "true", "order": "length", "q": "pc"}, [2]),
        ({"agent": "jane", "gap": "true"}, []),
    ):
        assert await listed(browser, query) == expected, query


async def test_a_team_is_seen_from_the_day_that_was_set(browser, site):
    since_us = START_US + 2_000_000
    await site.add_user("max", SUPERVISOR)
    await fill(site)
    await browser.sign_in("max")
    assert await listed(browser, {}) == [3, 1]
    assert await listed(browser, {"limit": 1, "order": "started"}) == [1]
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("max"), [Assignment(SUPERVISOR, since_us)])
    assert await listed(browser, {}) == [3]
    assert (await browser.get("/api/recordings/facets")).json() == {
        "agents": ["ana"],
        "workstations": ["pc-1"],
        "tags": ["vip"],
        "sites": ["site"],
        "groups": [{"id": "north", "name": "North"}],
    }


async def test_what_there_is_to_choose_from(browser, site):
    await site.add_user("max", SUPERVISOR)
    await fill(site)
    await browser.sign_in("sue")
    facets = (await browser.get("/api/recordings/facets")).json()
    assert (facets["agents"], facets["tags"]) == (["ana", "jane", "joe"], ["refund", "vip"])
    assert [group["id"] for group in facets["groups"]] == ["north"]
    facets = (await browser.get("/api/recordings/facets", params={"q": "PC"})).json()
    assert (facets["agents"], facets["workstations"], facets["groups"]) == ([], ["pc-1", "pc-2"], [])
    await browser.sign_in("jane")
    facets = (await browser.get("/api/recordings/facets")).json()
    assert (facets["agents"], facets["workstations"], facets["groups"]) == (["jane"], ["pc-1", "pc-2"], [])


async def test_pages_follow_in_every_order(browser, site):
    await site.add_user("max", SUPERVISOR)
    await fill(site)
    await browser.sign_in("sue")
    for order in ("-started", "started", "-length", "length"):
        page = (await browser.get("/api/recordings", params={"order": order, "limit": 3})).json()
        rest = await listed(browser, {"order": order, "before": page["next"]})
        assert len(page["items"]) == 3
        assert rest == (await listed(browser, {"order": order}))[3:]
    answer = await browser.get("/api/recordings", params={"order": "started", "before": page["next"]})
    assert code_of(answer) == (400, "list.cursor")


async def test_why_one_is_held(browser, site):
    await site.add_user("max", SUPERVISOR)
    await fill(site)
    await browser.sign_in("sue")
    hold = (await browser.get(f"/api/recordings/{recording_id(1)}/hold")).json()
    assert hold == {"reason": "Case 4711", "by": "sue", "at": "1970-01-01T00:00:00.000001Z"}
    assert code_of(await browser.get(f"/api/recordings/{recording_id(0)}/hold")) == (404, "hold.none")
    await browser.sign_in("jane")
    assert code_of(await browser.get(f"/api/recordings/{recording_id(1)}/hold")) == (403, "access.refused")


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
        ("/api/recordings?order=name", (400, "http.request")),
        ("/api/recordings?from=2026-01-01T00:00:00", (400, "http.request")),
        ("/api/recordings?minLength=-1", (400, "http.request")),
        ("/api/recordings?gap=perhaps", (400, "http.request")),
        ("/api/recordings?colour=red", (400, "http.request")),
        ("/api/recordings?tag=a,b", (400, "tag.malformed")),
        ("/api/recordings?group=A%20B", (400, "id.malformed")),
        ("/api/recordings?q=a+b+c+d+e+f+g+h+i", (413, "search.length")),
        ("/api/recordings?" + "&".join(["agent=a"] * 101), (400, "http.request")),
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
