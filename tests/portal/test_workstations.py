"""Workstations over HTTP: what they do, and having them do something."""

import secrets
from dataclasses import replace
from uuid import UUID

import pytest
from http_answers import code_of

from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.domain.blackouts import Source
from playhead.domain.live import LiveBlackout
from playhead.store.catalogue import workstations
from playhead.store.token_keys import signing_key
from playhead.wire.screen.blackouts import BlackoutOrder
from playhead.wire.screen.messages import Result
from playhead.wire.tokens import Audience, Claims, sign


@pytest.fixture(autouse=True)
async def _desks(site):
    await site.add_workstation("pc-1")
    await site.add_workstation("pc-2")
    site.control.connect("pc-1", agent="jane")


def operator_token(site, *, audience=Audience.API, life_s=60):
    now_s = site.clock.wall_us() // 1_000_000
    claims = Claims(audience, UserId("operator"), secrets.token_urlsafe(12), now_s, now_s + life_s)
    return {"authorization": f"Bearer {sign(claims, signing_key(site.keyring), issuer=site.keyring.site)}"}


async def test_the_list_holds_those_connected_and_those_that_are_not(browser):
    await browser.sign_in("sue")
    first, second = (await browser.get("/api/workstations")).json()["items"]
    assert first == {
        "id": "pc-1",
        "name": "pc-1",
        "connected": True,
        "since": "1970-01-01T00:00:00Z",
        "state": "idle",
        "recording": None,
        "agent": "jane",
        "blackout": False,
        "blackoutReason": "",
        "blackoutRequests": [],
        "reason": "",
        "fps": 0.0,
        "progressAgeMs": None,
        "spoolBytes": 0,
        "asideSegments": 0,
        "monitors": [],
        "version": "",
        "lastSeenAt": "1970-01-01T00:00:00Z",
    }
    assert (second["id"], second["connected"], second["state"], second["lastSeenAt"]) == (
        "pc-2",
        False,
        "offline",
        None,
    )


async def test_a_blackout_and_the_progress_of_its_recording_are_told(browser, site):
    recording = RecordingId(UUID(int=7))
    known = site.control.connect("pc-1", agent="jane", state="blackout")
    site.control.live[known.id] = replace(known, recording=recording, reason="card")
    site.control.ages_us[recording] = 1_234_567
    await browser.sign_in("sue")
    item = (await browser.get("/api/workstations")).json()["items"][0]
    assert (item["blackout"], item["blackoutReason"], item["progressAgeMs"]) == (True, "card", 1234)


async def test_one_that_is_revoked_is_not_listed(browser, site):
    async with site.catalogue.writing() as connection:
        await workstations.revoke_workstation(connection, WorkstationId("pc-2"), 1)
    await browser.sign_in("sue")
    items = (await browser.get("/api/workstations")).json()["items"]
    assert [item["id"] for item in items] == ["pc-1"]


async def test_start_and_stop(browser, site):
    await browser.sign_in("sue")
    started = await browser.post("/api/workstations/pc-1/record", json={"action": "start"})
    assert started.status_code == 200
    assert len(started.json()["recording"]) == 36
    stopped = await browser.post("/api/workstations/pc-1/record", json={"action": "stop"})
    assert stopped.json() == {"recording": None}
    assert site.control.asked == [("pc-1", "start", ""), ("pc-1", "stop", "")]
    (entry,) = await site.audited("recording.start")
    assert (entry.actor, entry.subject, entry.details) == ("sue", "pc-1", {"detail": started.json()["recording"]})


async def test_blackout_with_its_reason(browser, site):
    await browser.sign_in("sue")
    for on in (True, False):
        answer = await browser.post("/api/workstations/pc-1/blackout", json={"on": on, "reason": "card"})
        assert (answer.status_code, answer.json()) == (200, {})
    assert site.control.asked == [("pc-1", "blackout_on", "card"), ("pc-1", "blackout_off", "card")]
    assert [entry.actor for entry in await site.audited("blackout.on")] == ["sue"]
    assert site.control.blackouts == [BlackoutOrder("api", by="sue"), BlackoutOrder("api", by="sue", any=True)]


async def test_a_blackout_for_some_minutes(browser, site):
    await browser.sign_in("sue")
    await browser.post("/api/workstations/pc-1/blackout", json={"on": True, "reason": "card", "minutes": 5})
    assert site.control.blackouts == [BlackoutOrder("api", by="sue", length_ms=300_000)]
    (entry,) = await site.audited("blackout.on")
    assert entry.details == {"detail": "card", "minutes": "5"}


async def test_who_asks_for_blackouts_is_told(browser, site):
    await browser.sign_in("sue")
    known = site.control.connect("pc-1", agent="jane", state="blackout")
    asked = LiveBlackout(Source.AGENT, "jane", "", "card", since_us=1_000_000, until_us=None)
    limited = replace(asked, source=Source.ANALYTICS, by="watcher", until_us=61_000_000)
    site.control.live[known.id] = replace(known, blackouts=(asked, limited))
    (item,) = [one for one in (await browser.get("/api/workstations")).json()["items"] if one["id"] == "pc-1"]
    assert item["blackoutRequests"] == [
        {"source": "agent", "by": "jane", "reason": "card", "since": "1970-01-01T00:00:01Z", "until": None},
        {
            "source": "analytics",
            "by": "watcher",
            "reason": "card",
            "since": "1970-01-01T00:00:01Z",
            "until": "1970-01-01T00:01:01Z",
        },
    ]


async def test_orders_that_fail_are_noted_too(browser, site):
    """Who stops a recording must be known even where the answer was lost on its way."""
    await browser.sign_in("sue")
    site.control.refusal = Result(1, ok=False, code="workstation.no_display")
    answer = await browser.post("/api/workstations/pc-1/record", json={"action": "stop"})
    assert code_of(answer) == (409, "workstation.no_display")
    (entry,) = await site.audited("recording.stop")
    assert (entry.actor, entry.subject, entry.details) == ("sue", "pc-1", {"outcome": "workstation.no_display"})
    await site.add_workstation("pc-3")
    await browser.post("/api/workstations/pc-3/blackout", json={"on": True, "reason": "card"})
    (entry,) = await site.audited("blackout.on")
    assert entry.details == {"detail": "card", "outcome": "workstation.offline"}
    await browser.post("/api/workstations/pc-9/record", json={"action": "start"})
    assert await site.audited("recording.start") == []


async def test_one_that_is_not_connected_cannot_be_told_anything(browser):
    await browser.sign_in("sue")
    answer = await browser.post("/api/workstations/pc-2/record", json={"action": "start"})
    assert code_of(answer) == (503, "workstation.offline")
    assert answer.headers["retry-after"] == "3"


async def test_one_that_does_not_exist(browser):
    await browser.sign_in("sue")
    answer = await browser.post("/api/workstations/pc-3/record", json={"action": "start"})
    assert code_of(answer) == (404, "workstation.not_found")


async def test_what_the_workstation_refuses_is_told(browser, site):
    site.control.refusal = Result(id=1, ok=False, code="recorder.already", message="It is recording already.")
    await browser.sign_in("sue")
    answer = await browser.post("/api/workstations/pc-1/record", json={"action": "start"})
    assert code_of(answer) == (409, "recorder.already")


async def test_an_agent_may_black_out_their_own_desk_and_end_that_and_nothing_else(browser, site):
    site.control.connect("pc-2", agent="joe")
    await browser.sign_in("jane")
    items = (await browser.get("/api/workstations")).json()["items"]
    assert [item["id"] for item in items] == ["pc-1"]
    assert (await browser.post("/api/workstations/pc-1/blackout", json={"on": True})).status_code == 200
    assert (await browser.post("/api/workstations/pc-1/blackout", json={"on": False})).status_code == 200
    assert not site.control.blackouts[-1].any
    for path, body in (
        ("pc-1/record", {"action": "stop"}),
        ("pc-2/blackout", {"on": True}),
        ("pc-9/blackout", {"on": True}),
    ):
        assert code_of(await browser.post(f"/api/workstations/{path}", json=body)) == (403, "access.refused")
    assert len(await site.audited("access.refused")) == 3


async def test_the_operator_of_the_machine_needs_no_session(browser, site):
    answer = await browser.post("/api/workstations/pc-1/record", json={"action": "start"}, headers=operator_token(site))
    assert answer.status_code == 200
    (entry,) = await site.audited("recording.start")
    assert entry.actor == "operator"


async def test_operator_tokens_of_another_kind_or_time_are_refused(browser, site):
    for headers, code in (
        (operator_token(site, audience=Audience.MEDIA), "token.audience"),
        (operator_token(site, life_s=-10), "token.expired"),
        ({"authorization": "Bearer x"}, "token.malformed"),
        ({"authorization": "Basic x"}, "session.none"),
        ({"authorization": "Bearer "}, "session.none"),
    ):
        assert code_of(await browser.get("/api/workstations", headers=headers)) == (401, code)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pc-1/record", {"action": "pause"}),
        ("pc-1/record", {}),
        ("pc-1/record", {"action": "start", "more": 1}),
        ("pc-1/blackout", {"on": True, "reason": "x" * 201}),
        ("pc-1/blackout", {"on": "maybe"}),
        ("pc-1/blackout", {"on": True, "minutes": 0}),
        ("pc-1/blackout", {"on": True, "minutes": 1441}),
    ],
)
async def test_malformed_orders(browser, site, path, body):
    await browser.sign_in("sue")
    assert code_of(await browser.post(f"/api/workstations/{path}", json=body)) == (400, "http.request")
    assert site.control.asked == []
