"""Signing in and out over HTTP."""

from dataclasses import replace

import httpx
import pytest
from http_answers import code_of

from playhead.base.ids import UserId
from playhead.domain.roles import AGENT, Assignment
from playhead.net.http.headers import SECURE_SESSION_COOKIE
from playhead.net.http.headers import SESSION_COOKIE as COOKIE
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.portal.passwords import Passwords
from playhead.portal.rules import FREE_FAILURES, key_hash
from playhead.store.catalogue import login_sessions, users
from playhead.store.catalogue.access import set_assignments
from playhead.testing.site import PASSWORD

IDLE_US = 3_600_000_000
LENGTH_US = 43_200_000_000


async def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(browser):
    answer = await browser.sign_in("sue")
    assert answer.status_code == 200
    item = answer.json()
    assert item["user"] == {
        "name": "sue",
        "displayName": "Sue",
        "permissions": [
            "analyse",
            "annotate",
            "blackout_off",
            "blackout_on",
            "export",
            "hold",
            "live",
            "play",
            "record",
            "view",
        ],
    }
    assert (item["tokenUrl"], item["site"]) == ("http://127.0.0.1:5650/token", "site")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert (await browser.get("/api/session")).json() == item


@pytest.mark.parametrize(
    ("tokens_secure", "token_url"),
    [(True, "https://127.0.0.1:5650/token"), (False, "https://127.0.0.1:8443/token")],
)
async def test_over_tls_the_cookie_is_of_this_host_and_of_tls_alone(parts, tokens_secure, token_url):
    application = create_application(replace(parts, tokens_secure=tokens_secure), hosts=AllowedHosts(), strict_s=60)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="https://127.0.0.1:8443") as client:
        answer = await client.post("/api/session", json={"user": "sue", "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("__host-playhead_session=")
        assert {"secure", "path=/", "httponly"} <= set(cookie.split("; "))
        assert "domain" not in cookie
        assert answer.json()["tokenUrl"] == token_url
        assert answer.headers["strict-transport-security"] == "max-age=60"
        assert (await client.get("/api/session")).status_code == 200
    secret = answer.cookies[SECURE_SESSION_COOKIE]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:2020") as client:
        for name in (COOKIE, SECURE_SESSION_COOKIE):
            answer = await client.get("/api/session", headers={"cookie": f"{name}={secret}"})
            assert (answer.status_code == 200) == (name == COOKIE)


async def test_the_secret_is_stored_nowhere(browser, site):
    await browser.sign_in("sue")
    secret = browser.cookies[COOKIE]
    for path in site.folder.glob("catalogue.db*"):
        assert secret.encode() not in path.read_bytes()
    async with site.catalogue.reading() as connection:
        row = await login_sessions.find_login_session(connection, key_hash(secret), site.clock.wall_us())
    assert row is not None
    assert (str(row.user), row.address) == ("sue", "192.0.2.10")


@pytest.mark.parametrize("user", ["sue", "nobody", "", "Not A Name", "x" * 128, "sue\0", "root'--"])
async def test_wrong_passwords_and_unknown_users_look_alike(browser, user):
    answer = await browser.sign_in(user, "wrong password")
    assert code_of(answer) == (401, "session.refused")
    assert answer.json()["error"]["message"] == "The name or the password is wrong."
    assert "set-cookie" not in answer.headers


async def test_a_name_is_taken_whatever_its_case(browser):
    assert (await browser.sign_in(" SUE ")).status_code == 200


async def test_without_a_session_nothing_is_told(browser):
    for path in ("/api/session", "/api/recordings", "/api/workstations", "/api/events"):
        assert code_of(await browser.get(path)) == (401, "session.none")


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "x" * 5000, "ü" * 43])
async def test_cookies_that_were_not_given_here_are_no_session(browser, cookie):
    answer = await browser.get("/api/session", headers={"cookie": f"{COOKIE}={cookie}".encode()})
    assert code_of(answer) == (401, "session.none")


async def test_signing_out_ends_it_here_and_in_the_catalogue(browser):
    await browser.sign_in("sue")
    secret = browser.cookies[COOKIE]
    answer = await browser.delete("/api/session")
    assert answer.status_code == 204
    assert COOKIE not in browser.cookies
    again = await browser.get("/api/session", headers={"cookie": f"{COOKIE}={secret}"})
    assert code_of(again) == (401, "session.none")


async def test_an_idle_session_ends(browser, site):
    await browser.sign_in("sue")
    site.clock.advance(IDLE_US)
    assert code_of(await browser.get("/api/session")) == (401, "session.none")


async def test_a_used_session_goes_on_but_not_for_ever(browser, site):
    await browser.sign_in("sue")
    for _ in range(LENGTH_US // IDLE_US * 2 - 1):
        site.clock.advance(IDLE_US // 2)
        assert (await browser.get("/api/session")).status_code == 200
    site.clock.advance(IDLE_US // 2)
    assert code_of(await browser.get("/api/session")) == (401, "session.none")


async def test_disabling_a_user_ends_their_sessions_at_once(browser, site):
    await browser.sign_in("sue")
    async with site.catalogue.writing() as connection:
        await users.set_disabled(connection, UserId("sue"), site.clock.wall_us())
    assert code_of(await browser.get("/api/session")) == (401, "session.none")
    assert code_of(await browser.sign_in("sue")) == (401, "session.refused")


async def test_a_new_role_holds_at_once(browser, site):
    await browser.sign_in("sue")
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("sue"), [Assignment(AGENT)])
    assert (await browser.get("/api/session")).json()["user"]["permissions"] == [
        "analyse",
        "blackout_on",
        "play",
        "view",
    ]


async def test_guessing_is_slowed_down_and_says_until_when(browser, site):
    for _ in range(FREE_FAILURES["pair"] + 1):
        assert code_of(await browser.sign_in("sue", "wrong password")) == (401, "session.refused")
    answer = await browser.sign_in("sue")
    assert code_of(answer) == (429, "session.locked")
    assert answer.headers["retry-after"] == "1"
    site.clock.advance(1_000_000)
    assert (await browser.sign_in("sue")).status_code == 200


async def test_another_address_may_still_sign_in(browser, browse):
    for _ in range(FREE_FAILURES["pair"] + 1):
        await browser.sign_in("sue", "wrong password")
    async with browse("192.0.2.11") as elsewhere:
        assert (await elsewhere.sign_in("sue")).status_code == 200


async def test_a_weak_old_hash_is_replaced_at_the_next_sign_in(browser, site):
    weak = Passwords(memory_kib=32)
    async with site.catalogue.writing() as connection:
        await users.set_password_hash(connection, UserId("sue"), await weak.hash(PASSWORD))
    weak.close()
    assert (await browser.sign_in("sue")).status_code == 200
    async with site.catalogue.reading() as connection:
        user = await users.find_user(connection, UserId("sue"))
    assert user is not None
    assert "m=64," in user.password_hash
    assert (await browser.sign_in("sue")).status_code == 200


async def test_everything_is_noted(browser, site):
    await browser.sign_in("sue", "wrong password")
    await browser.sign_in("hunter2 is my password", "x")
    await browser.sign_in("sue")
    await browser.delete("/api/session")
    refused = await site.audited("sign_in.refused")
    assert [(entry.actor, entry.address) for entry in refused] == [("unknown", "192.0.2.10"), ("sue", "192.0.2.10")]
    assert [entry.actor for entry in await site.audited("sign_in.ok")] == ["sue"]
    assert [entry.actor for entry in await site.audited("sign_out.ok")] == ["sue"]


async def test_changes_need_the_token_of_the_page(browser):
    await browser.sign_in("sue")
    token = browser.headers.pop("x-csrf-token")
    assert code_of(await browser.delete("/api/session")) == (403, "csrf.refused")
    answer = await browser.delete("/api/session", headers={"x-csrf-token": token[::-1]})
    assert code_of(answer) == (403, "csrf.refused")
    assert (await browser.delete("/api/session", headers={"x-csrf-token": token})).status_code == 204


async def test_behind_a_proxy_that_adds_tls_it_is_said_what_to_do(browser):
    origin = {"origin": "https://127.0.0.1:2020"}
    answer = await browser.post("/api/session", json={"user": "sue", "password": PASSWORD}, headers=origin)
    assert "certificate" in answer.json()["error"]["hint"]
    answer = await browser.post("/api/session", json={}, headers={"origin": "https://evil.example"})
    assert answer.json()["error"]["hint"] == ""


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:2021", "https://127.0.0.1:2020"])
async def test_pages_of_other_origins_can_change_nothing_and_sign_nobody_in(browser, origin):
    answer = await browser.post("/api/session", json={"user": "sue", "password": PASSWORD}, headers={"origin": origin})
    assert code_of(answer) == (403, "csrf.origin")
    await browser.sign_in("sue")
    assert code_of(await browser.delete("/api/session", headers={"origin": origin})) == (403, "csrf.origin")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"user": "sue"}', "application/json"),
        (b'{"user": "sue", "password": 1}', "application/json"),
        (b'{"user": "sue", "password": "x", "more": 1}', "application/json"),
        (b'{"user": "' + b"x" * 129 + b'", "password": "x"}', "application/json"),
        (b'{"user": "sue", "password": "\xff"}', "application/json"),
        (b"[" * 8000, "application/json"),
        (b'{"user": "sue", "password": "x"}', "text/plain"),
        (b"user=sue&password=x", "application/x-www-form-urlencoded"),
    ],
)
async def test_malformed_bodies_are_refused_without_saying_what_was_sent(browser, body, kind):
    answer = await browser.post("/api/session", content=body, headers={"content-type": kind})
    assert code_of(answer) == (400, "http.request")
    assert "sue" not in answer.text
