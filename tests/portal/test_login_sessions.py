"""Where somebody is signed in, over HTTP, and ending it."""

import pytest
from http_answers import code_of

from playhead.portal.api import login_sessions as api

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def sessions(browser, query=""):
    answer = await browser.get(f"/api/sessions{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_ones_own_are_listed_without_a_secret(browser, browse, site):
    await browser.sign_in("jane")
    site.clock.advance(1_000_000)
    async with browse("192.0.2.77") as other, browse() as sue:
        other.headers["user-agent"] = FIREFOX
        answer = await other.sign_in("jane")
        await sue.sign_in("sue")
        newest, oldest = await sessions(other)
    assert newest == {
        "id": newest["id"],
        "user": "jane",
        "createdAt": "2027-01-15T08:00:01Z",
        "seenAt": "2027-01-15T08:00:01Z",
        "expiresAt": "2027-01-15T09:00:01Z",
        "address": "192.0.2.77",
        "agent": "Firefox 128 on Linux",
        "current": True,
    }
    assert (oldest["current"], oldest["address"]) == (False, "192.0.2.10")
    secret = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    assert newest["id"] not in secret
    assert len(newest["id"]) == 12


async def test_when_it_was_last_used_is_known_to_the_very_end(browser, site):
    await browser.sign_in("jane")
    for _ in range(12):
        site.clock.advance(3_590_000_000)
        (found,) = await sessions(browser)
    site.clock.advance(119_000_000)
    (found,) = await sessions(browser)
    assert found["seenAt"] == "2027-01-15T19:58:00Z"
    assert found["expiresAt"] == "2027-01-15T20:00:00Z"


async def test_who_may_not_administer_has_only_their_own(browser, browse, site):
    await browser.sign_in("jane")
    async with browse() as sue:
        await sue.sign_in("sue")
        (of_sue,) = await sessions(sue)
    assert {one["user"] for one in await sessions(browser)} == {"jane"}
    assert len(await sessions(browser, "?user=jane")) == len(await sessions(browser, "?user=me")) == 1
    for path, method in (
        ("?user=sue", "GET"),
        ("?user=sue", "DELETE"),
        (f"/{of_sue['id']}", "DELETE"),
        ("/0123456789ab", "DELETE"),
    ):
        answer = await browser.request(method, f"/api/sessions{path}")
        assert code_of(answer) == (403, "access.refused")
    assert len(await site.audited("access.refused")) == 4


async def test_an_administrator_has_everybodys(browser, browse, site):
    await browser.sign_in("root")
    async with browse() as sue, browse() as jane:
        await sue.sign_in("sue")
        await jane.sign_in("jane")
        assert {one["user"] for one in await sessions(browser)} == {"root", "sue", "jane"}
        assert {one["user"] for one in await sessions(browser, "?user=me")} == {"root"}
        (of_sue,) = await sessions(browser, "?user=sue")
        assert (await browser.delete(f"/api/sessions/{of_sue['id']}")).status_code == 204
        assert code_of(await sue.get("/api/session")) == (401, "session.none")
        assert (await browser.delete("/api/sessions?user=jane")).status_code == 204
        assert code_of(await jane.get("/api/session")) == (401, "session.none")
    last, first = await site.audited("session.ended")
    assert (first.actor, first.subject, first.details["session"]) == ("root", "sue", of_sue["id"])
    assert (last.subject, last.details) == ("jane", {"sessions": 1})


async def test_one_is_ended_and_all_but_this_one(browser, browse, site):
    await browser.sign_in("jane")
    async with browse() as second, browse() as third:
        await second.sign_in("jane")
        await third.sign_in("jane")
        (of_second,) = [one for one in await sessions(second) if one["current"]]
        assert (await browser.delete(f"/api/sessions/{of_second['id']}")).status_code == 204
        assert code_of(await second.get("/api/session")) == (401, "session.none")
        assert (await browser.delete("/api/sessions")).status_code == 204
        assert code_of(await third.get("/api/session")) == (401, "session.none")
    assert [one["current"] for one in await sessions(browser)] == [True]
    assert len(await site.audited("session.ended")) == 2


async def test_are_listed_in_pages(browser, browse, site):
    await browser.sign_in("root")
    site.clock.advance(1)
    async with browse() as sue:
        await sue.sign_in("sue")
    page = (await browser.get("/api/sessions?limit=1")).json()
    assert [one["user"] for one in page["items"]] == ["sue"]
    page = (await browser.get("/api/sessions", params={"limit": 1, "before": page["next"]})).json()
    assert [one["user"] for one in page["items"]] == ["root"]
    page = (await browser.get("/api/sessions", params={"limit": 1, "before": page["next"]})).json()
    assert page == {"items": [], "next": None}


@pytest.mark.parametrize("before", ["x", "-", "1", "²-a", "1e5-a", "-1-a"])
async def test_a_cursor_that_is_none(browser, before):
    await browser.sign_in("jane")
    answer = await browser.get("/api/sessions", params={"before": before})
    assert code_of(answer) == (400, "list.cursor")


def test_a_cursor_from_the_far_future_is_one():
    assert api._place("9" * 50 + "-a") == ((1 << 63) - 1, "a")


async def test_one_that_there_is_not(browser):
    await browser.sign_in("root")
    assert code_of(await browser.delete("/api/sessions/0123456789ab")) == (404, "session.not_found")
