"""Retention and erasing over HTTP."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from http_answers import code_of
from portal.conftest import open_browser

from playhead.base.ids import RecordingId, UserId
from playhead.domain.recordings import RecordingState
from playhead.domain.retention import DAY_US, DAYS_MAX, RULES_MAX
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.premises.keeping.config import KeepingConfig
from playhead.store.catalogue.holds import Hold, add_hold
from playhead.store.erasure import read_certificate

POLICY = {
    "rules": [
        {"name": "Sold", "days": 365, "tags": ["Outcome:Sale"]},
        {"name": "Board", "days": None, "agents": ["CORP\\Chief"]},
    ],
    "defaultDays": 30,
}


def recording(number):
    return str(UUID(int=number))


@pytest.fixture
def keeping(site):
    return site.keeping(KeepingConfig(recordings_min=2, share_max=0.1, rate=1_000))


@pytest.fixture
def parts(parts, keeping):
    return replace(parts, keeping=keeping, erasing=keeping)


@pytest.fixture(autouse=True)
async def recordings(site):
    """Three that ended 40 days ago, and one that goes on."""
    ended_us = site.clock.wall_us() - 40 * DAY_US
    for number in (1, 2, 3, 4):
        identifier = RecordingId(UUID(int=number))
        await site.add_recording(identifier, agent="jane", started_at_us=ended_us - 1_000_000)
        if number < 4:
            await site.set_state(identifier, RecordingState.COMPLETE, ended_us)


async def delete(browser, number, reason="asked for by the customer"):
    return await browser.request("DELETE", f"/api/recordings/{recording(number)}", json={"reason": reason})


class TestRetention:
    async def test_at_first_everything_is_kept_for_ever(self, browser):
        await browser.sign_in("root")
        assert (await browser.get("/api/retention")).json() == {
            "rules": [],
            "defaultDays": None,
            "last": None,
            "pending": {"recordings": 0, "bytes": 0, "share": 0.0, "needsConfirmation": False},
        }

    async def test_a_policy_is_set_shown_and_noted(self, browser, site):
        await browser.sign_in("root")
        answer = await browser.put("/api/retention", json=POLICY)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert [(one["name"], one["days"], one["position"]) for one in told["rules"]] == [
            ("Sold", 365, 0),
            ("Board", None, 1),
        ]
        assert told["rules"][0]["tags"] == ["outcome:sale"]
        assert told["rules"][1]["agents"] == ["chief"]
        assert told["pending"] == {"recordings": 3, "bytes": 0, "share": 0.75, "needsConfirmation": True}
        assert (await browser.get("/api/retention")).json() == told
        (entry,) = await site.audited("retention.changed")
        assert entry.actor == "root"
        assert entry.details == {
            "before": "otherwise: for ever",
            "after": "Sold: 365; Board: for ever; otherwise: 30",
        }
        again = {"rules": [{name: one[name] for name in one} for one in told["rules"]], "defaultDays": 30}
        assert (await browser.put("/api/retention", json=again)).json()["rules"] == told["rules"]

    @pytest.mark.parametrize(
        ("policy", "code"),
        [
            ({"rules": [], "defaultDays": 0}, "http.request"),
            ({"rules": [], "defaultDays": DAYS_MAX + 1}, "http.request"),
            ({"rules": [{"name": "  ", "days": 1}], "defaultDays": 1}, "retention.name"),
            ({"rules": [{"name": "x", "days": 1, "states": ["recording"]}], "defaultDays": 1}, "http.request"),
            ({"rules": [{"name": "x", "days": 1, "tags": ["a,b"]}], "defaultDays": 1}, "tag.malformed"),
            ({"rules": [{"name": "x", "days": 1}] * (RULES_MAX + 1), "defaultDays": 1}, "http.request"),
            ({"rules": [{"id": "a", "name": "x", "days": 1}] * 2, "defaultDays": 1}, "retention.id"),
        ],
    )
    async def test_a_policy_that_cannot_be_is_refused(self, browser, policy, code):
        await browser.sign_in("root")
        answer = await browser.put("/api/retention", json=policy)
        assert code_of(answer) == (400, code)
        assert (await browser.get("/api/retention")).json()["defaultDays"] is None

    async def test_a_preview_changes_nothing(self, browser, site):
        async with site.catalogue.writing() as connection:
            await add_hold(connection, Hold(RecordingId(UUID(int=1)), "case", UserId("sue"), 1))
        await browser.sign_in("root")
        answer = await browser.post("/api/retention/preview", json=POLICY)
        assert answer.json() == {"recordings": 2, "bytes": 0, "share": 0.5, "held": 1}
        assert (await browser.get("/api/retention")).json()["defaultDays"] is None

    async def test_the_very_number_confirms(self, browser, keeping):
        await browser.sign_in("root")
        await browser.put("/api/retention", json=POLICY)
        answer = await browser.post("/api/retention/confirm", json={"recordings": 2})
        assert code_of(answer) == (409, "retention.number")
        assert (await browser.post("/api/retention/confirm", json={"recordings": 3})).status_code == 200
        await keeping.purge()
        told = (await browser.get("/api/retention")).json()
        assert (told["last"]["deleted"], told["pending"]["recordings"]) == (3, 0)
        assert [one["id"] for one in (await browser.get("/api/recordings")).json()["items"]] == [recording(4)]

    async def test_a_run_that_must_stop_says_what_waits(self, browser, keeping):
        await browser.sign_in("root")
        await browser.put("/api/retention", json=POLICY)
        assert (await browser.post("/api/retention/run")).status_code == 200
        await keeping.purge()
        told = (await browser.get("/api/retention")).json()
        assert (told["last"]["deleted"], told["last"]["waiting"]) == (0, 3)
        assert told["pending"]["needsConfirmation"]


class TestErasing:
    async def test_is_told_noted_and_final(self, browser, site):
        await browser.sign_in("root")
        answer = await delete(browser, 1)
        assert answer.status_code == 200, answer.text
        item = answer.json()
        assert (item["recording"], item["by"], item["phase"]) == (recording(1), "root", "shredded")
        for path in (f"/api/recordings/{recording(1)}", f"/api/recordings/{recording(1)}/hold"):
            gone = await browser.get(path)
            assert code_of(gone) == (404, "recording.erased")
        assert recording(1) not in (await browser.get("/api/recordings")).text
        assert code_of(await delete(browser, 1)) == (404, "recording.erased")
        (entry,) = await site.audited("erasure.began")
        assert (entry.actor, entry.subject, entry.address) == ("root", recording(1), "192.0.2.10")
        assert entry.details["reason"] == "asked for by the customer"

    async def test_what_is_held_is_refused_with_words(self, browser, site):
        async with site.catalogue.writing() as connection:
            await add_hold(connection, Hold(RecordingId(UUID(int=1)), "case 4711", UserId("sue"), 1))
        await browser.sign_in("root")
        answer = await delete(browser, 1)
        assert code_of(answer) == (409, "recording.held")
        assert "case 4711" in answer.text
        assert (await browser.get(f"/api/recordings/{recording(1)}")).status_code == 200

    async def test_what_is_being_recorded_is_refused_with_words(self, browser):
        await browser.sign_in("root")
        answer = await delete(browser, 4)
        assert code_of(answer) == (409, "recording.recording")

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
    async def test_needs_a_reason(self, browser, reason):
        await browser.sign_in("root")
        assert (await delete(browser, 1, reason)).status_code == 400
        assert (await browser.get(f"/api/recordings/{recording(1)}")).status_code == 200

    async def test_a_manager_may_not(self, browser):
        await browser.sign_in("sue")
        answer = await delete(browser, 1)
        assert code_of(answer) == (403, "access.refused")

    async def test_erasures_are_listed_in_pages_with_their_certificates(self, browser):
        await browser.sign_in("root")
        for number in (1, 2, 3):
            await delete(browser, number)
        first = (await browser.get("/api/erasures?limit=2")).json()
        rest = (await browser.get(f"/api/erasures?limit=2&before={first['next']}")).json()
        assert [one["recording"] for one in first["items"] + rest["items"]] == [recording(n) for n in (3, 2, 1)]
        assert rest["next"] is None
        answer = await browser.get(f"/api/erasures/{first['items'][0]['id']}/certificate")
        assert answer.headers["content-type"] == "application/json"
        assert recording(3) in answer.headers["content-disposition"]
        certificate = read_certificate(answer.text).certificate
        assert (str(certificate.erasure.recording), certificate.erasure.by) == (recording(3), "root")
        assert json.loads(answer.text)["certificate"]["form"] == "playhead erasure certificate 1"
        assert code_of(await browser.get("/api/erasures/99/certificate")) == (404, "erasure.not_found")

    async def test_a_portal_without_it_says_so(self, parts):
        bare = create_application(replace(parts, keeping=None, erasing=None), hosts=AllowedHosts())
        async with open_browser(bare) as browser:
            await browser.sign_in("root")
            assert code_of(await delete(browser, 1)) == (503, "erasure.none")
