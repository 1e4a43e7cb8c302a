"""An agent's own view: what was recorded, why, and who saw it; nothing of others."""

from uuid import UUID

import pytest
from http_answers import code_of

from playhead.base.ids import RecordingId
from playhead.domain.roles import AUDITOR
from playhead.store.catalogue import watched
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry

AT_US = 1_767_225_600_000_000
MINUTE_US = 60_000_000


def recording(number):
    return RecordingId(UUID(int=number, version=4))


@pytest.fixture
async def recordings(site):
    for number, agent in enumerate(("jane", "CORP\\Jane", "joe", "jane", "")):
        await site.add_recording(recording(number), agent=agent, started_at_us=AT_US + number * MINUTE_US)


async def note(site, action, subject, actor="sue", at_us=AT_US, **details):
    async with site.catalogue.writing() as connection:
        await add_audit_entry(connection, AuditEntry(at_us, actor, action, str(subject), "a", details))


async def mine(browser, **query):
    answer = await browser.get("/api/mine", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("recordings")
async def test_it_holds_ones_own_recordings_newest_first(browser):
    await browser.sign_in("jane")
    page = await mine(browser)
    assert [item["id"] for item in page["items"]] == [str(recording(number)) for number in (3, 1, 0)]
    assert page["next"] is None
    assert {item["why"] for item in page["items"]} == {"continuous"}
    assert page["items"][0]["watched"] == []


@pytest.mark.usefixtures("recordings")
async def test_pages_meet(browser):
    await browser.sign_in("jane")
    first = await mine(browser, limit=2)
    second = await mine(browser, limit=2, before=first["next"])
    assert [item["id"] for item in first["items"] + second["items"]] == [str(recording(n)) for n in (3, 1, 0)]
    assert second["next"] is None


@pytest.mark.usefixtures("recordings")
async def test_it_says_who_ordered_it(site, browser):
    await note(site, "recording.start", "pc-1", at_us=AT_US + 3 * MINUTE_US, detail=str(recording(3)))
    await note(site, "recording.start", "pc-1", at_us=AT_US, detail=str(recording(0)), outcome="workstation.no_answer")
    await note(site, "recording.start", "pc-9", at_us=AT_US, detail=str(recording(0)))
    await note(site, "recording.stop", "pc-1", at_us=AT_US, detail=str(recording(1)))
    await browser.sign_in("jane")
    assert [item["why"] for item in (await mine(browser))["items"]] == ["ordered by sue", "continuous", "continuous"]


@pytest.mark.usefixtures("recordings")
async def test_it_says_who_saw_it_and_when_and_how(site, browser):
    subject = recording(0)
    await note(site, "recording.watched", subject, actor="ann", at_us=AT_US + 1)
    await note(site, "wall.watched", subject, actor="ann", at_us=AT_US + 2)
    await note(site, "recording.viewed", subject, actor="sue", at_us=AT_US + 3)
    await note(site, "recording.played", subject, actor="sue", at_us=AT_US + 4, from_ms=1500, to_ms=9000)
    await note(site, "recording.viewed", subject, actor="root", at_us=AT_US + 5)
    await note(site, "export.made", subject, actor="root", at_us=AT_US + 6)
    await note(site, "access.refused", subject, actor="joe")
    await note(site, "recording.viewed", recording(2), actor="joe")
    await browser.sign_in("jane")
    seen = (await mine(browser))["items"][-1]["watched"]
    assert [(one["by"], one["how"], one["fromMs"], one["toMs"]) for one in seen] == [
        ("root", "exported", None, None),
        ("root", "played", None, None),
        ("sue", "played", 1500, 9000),
        ("ann", "live", None, None),
        ("ann", "live", None, None),
    ]
    assert seen[-1]["at"] == "2026-01-01T00:00:00.000001Z"


@pytest.mark.usefixtures("recordings")
async def test_what_is_told_of_one_recording_is_bounded(site, browser, monkeypatch):
    monkeypatch.setattr(watched, "WATCHED_MAX", 3)
    for number in range(4):
        await note(site, "recording.watched", recording(0), at_us=AT_US + number)
    await note(site, "recording.watched", recording(1))
    await browser.sign_in("jane")
    assert [len(item["watched"]) for item in (await mine(browser))["items"]] == [0, 1, 3]


@pytest.mark.usefixtures("recordings")
async def test_who_may_see_nothing_of_their_own_is_refused_with_words(site, browser):
    await site.add_user("bob")
    await browser.sign_in("bob")
    answer = await browser.get("/api/mine")
    assert code_of(answer) == (403, "access.refused")
    assert answer.json()["error"]["hint"]


@pytest.mark.usefixtures("recordings")
async def test_whoever_has_none_gets_an_empty_list(site, browser):
    await site.add_user("ada", AUDITOR)
    await browser.sign_in("ada")
    assert await mine(browser) == {"items": [], "next": None}


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"before": "x" * 65}, {"before": "nonsense"}])
async def test_what_is_malformed_is_refused(browser, query):
    await browser.sign_in("jane")
    assert (await browser.get("/api/mine", params=query)).status_code == 400


async def test_an_index_serves_it(site):
    async with site.catalogue.reading() as connection:
        query = "EXPLAIN QUERY PLAN SELECT * FROM recordings WHERE agent_key = 'x' ORDER BY started_at_us DESC, id DESC"
        plan = " ".join(row.detail for row in await connection.exec_driver_sql(query))
    assert "ix_recordings_agent_key_started_at_us_id" in plan
    assert "TEMP B-TREE" not in plan
