"""Tokens over HTTP: who gets one, what it says, and who hears nothing."""

import asyncio
from uuid import UUID

import httpx
import pytest
from http_answers import code_of
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.base.ids import RecordingId, UserId
from playhead.base.quantities import Duration
from playhead.domain.access import Action, Grant, Scope, Who
from playhead.domain.roles import AGENT, MANAGER, built_in_grants
from playhead.net.http.headers import SESSION_COOKIE as COOKIE
from playhead.net.http.hosts import AllowedHosts, HostHeader
from playhead.premises.tokens.application import Tokens
from playhead.premises.tokens.config import TokensConfig
from playhead.premises.tokens.rules import ACTIONS_MAX, Wish, origin_allowed, rotation_due
from playhead.store.token_keys import verifying_keys
from playhead.testing.site import SITE, opened_site
from playhead.wire.tokens import Audience, verify

PORTAL = "http://127.0.0.1:2020"
RECORDING = RecordingId(UUID(int=7))
WISH = {"recording": str(RECORDING), "actions": ["play"]}


class SignedIn:
    """Cookies are names."""

    async def who(self, secret):
        roles = {"sue": MANAGER, "jane": AGENT, "joe": AGENT}
        return Who(UserId(secret), grants=built_in_grants(roles[secret])) if secret in roles else None


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        await opened.add_recording(RECORDING, agent="jane", started_at_us=1)
        yield opened


@pytest.fixture
async def player(site):
    tokens = Tokens(
        config=TokensConfig(),
        clock=site.clock,
        catalogue=site.catalogue,
        keyring=site.keyring,
        signed_in=SignedIn(),
        audit=site.audit,
        secure=False,
        portal_port=2020,
    )
    transport = httpx.ASGITransport(tokens.application(AllowedHosts()), client=("192.0.2.10", 5))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:5650", headers={"origin": PORTAL}, cookies={COOKIE: "sue"}
    ) as client:
        yield client


def cookie(name):
    return {"cookie": f"{COOKIE}={name}"}


def claims_of(site, answer):
    now_s = site.clock.wall_us() // 1_000_000
    token = answer.json()["token"]
    return verify(token, verifying_keys(site.keyring), audience=Audience.MEDIA, issuer=SITE, now_s=now_s)


async def test_a_token_says_who_may_do_what_to_which_recording_for_a_minute(site, player):
    answer = await player.post("/token", json=WISH)
    assert answer.status_code == 200
    assert answer.json()["expiresAt"] == "2027-01-15T08:01:00Z"
    assert answer.headers["cache-control"] == "no-store"
    claims = claims_of(site, answer)
    assert (str(claims.user), claims.recording, claims.actions) == ("sue", RECORDING, {"play"})
    assert claims.expires_at_s - claims.issued_at_s == 60


async def test_renewal_is_asking_again_and_every_token_has_a_name_of_its_own(site, player):
    first = claims_of(site, await player.post("/token", json=WISH))
    site.clock.advance(30_000_000)
    second = claims_of(site, await player.post("/token", json=WISH))
    assert first.id != second.id
    assert second.expires_at_s == first.expires_at_s + 30


async def test_who_was_given_tokens_and_every_refusal_is_noted(site, player):
    claims = claims_of(site, await player.post("/token", json=WISH))
    site.clock.advance(60_000_000)
    await player.post("/token", json=WISH)  # a renewal is no news
    (given_,) = await site.audited("token.given")
    assert (given_.actor, given_.subject, given_.address) == ("sue", str(RECORDING), "192.0.2.10")
    assert given_.details == {"token_id": claims.id, "actions": "play"}
    await player.post("/token", json=WISH, headers=cookie("joe"))
    (refused,) = await site.audited("token.refused")
    assert (refused.actor, refused.subject) == ("joe", str(RECORDING))
    await player.post("/token", json=WISH, headers=cookie("jane"))
    site.clock.advance(600_000_000)
    await player.post("/token", json=WISH)
    assert [entry.actor for entry in await site.audited("token.given")] == ["sue", "jane", "sue"]


async def test_no_token_without_an_entry(site, player, monkeypatch):
    def away(**_arguments):
        raise UnavailableError("catalogue.unavailable", "Full.")

    with monkeypatch.context() as patched:
        patched.setattr(site.catalogue, "writing", away)
        assert code_of(await player.post("/token", json=WISH)) == (503, "catalogue.unavailable")
    assert (await player.post("/token", json=WISH)).status_code == 200
    assert len(await site.audited("token.given")) == 1


async def test_an_agent_plays_their_own(player):
    answer = await player.post("/token", json=WISH, headers=cookie("jane"))
    assert (answer.status_code, answer.json()["actions"]) == (200, ["play"])
    assert code_of(await player.post("/token", json=WISH, headers=cookie("joe"))) == (403, "access.refused")


@pytest.mark.parametrize(
    ("user", "wanted", "expected"),
    [
        ("sue", ["play", "live"], ["live", "play"]),
        ("sue", ["live"], ["live"]),
        ("jane", ["play", "live"], ["play"]),
        ("jane", ["live"], None),
        ("joe", ["play", "live"], None),
    ],
)
async def test_playing_and_watching_live_are_decided_each_by_itself(site, player, user, wanted, expected):
    answer = await player.post("/token", json={**WISH, "actions": wanted}, headers=cookie(user))
    if expected is None:
        assert code_of(answer) == (403, "access.refused")
        assert (await site.audited("token.refused"))[0].details["actions"] == " ".join(sorted(wanted))
    else:
        assert answer.json()["actions"] == expected
        assert claims_of(site, answer).actions == set(expected)


async def test_a_recording_from_before_ones_first_day(player, monkeypatch):
    late = Who(UserId("sue"), grants=(Grant(Action.PLAY, Scope.ALL, 2, "r"),))
    monkeypatch.setattr(SignedIn, "who", lambda *_: asyncio.sleep(0, late))
    answer = await player.post("/token", json=WISH)
    assert code_of(answer) == (403, "access.refused")
    assert "this one is older" in answer.json()["error"]["hint"]


async def test_nobody_gets_none(player):
    for name in ("nobody", ""):
        assert code_of(await player.post("/token", json=WISH, headers=cookie(name))) == (401, "session.none")


async def test_a_recording_that_is_not_there(player):
    answer = await player.post("/token", json={**WISH, "recording": str(RecordingId(UUID(int=8)))})
    assert code_of(answer) == (404, "recording.not_found")


async def test_the_portals_page_may_ask_and_read_the_answer(player):
    before = await player.options("/token", headers={"access-control-request-method": "POST"})
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == PORTAL
    assert before.headers["access-control-allow-credentials"] == "true"
    assert before.headers["access-control-allow-headers"] == "content-type, x-csrf-token, x-playhead-page"
    for answer in (await player.post("/token", json=WISH), await player.post("/token", content=b"{")):
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert answer.headers["vary"] == "origin"


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:5650", "https://127.0.0.1:2020", "http://localhost:2020", ""],
)
async def test_pages_of_other_origins_may_not(player, origin):
    before = await player.options("/token", headers={"origin": origin, "access-control-request-method": "POST"})
    assert "access-control-allow-origin" not in before.headers
    answer = await player.post("/token", json=WISH, headers={"origin": origin})
    assert code_of(answer) == (403, "csrf.origin")
    assert "access-control-allow-origin" not in answer.headers


async def test_what_a_form_could_send_without_asking_is_refused(player):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = await player.post("/token", content=b"{}", headers={"content-type": kind})
        assert code_of(answer) == (415, "http.body_type")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "request.malformed"),
        (b"{", "request.malformed"),
        (b"[" * 9000, "request.malformed"),
        (b'{"recording": "x"}', "request.malformed"),
        (b'{"recording": 1, "actions": ["play"]}', "request.malformed"),
        (b'{"recording": "x", "actions": ["play"]}', "id.malformed"),
        (b'{"recording": "x", "actions": ["play"], "user": "root"}', "request.malformed"),
        (b'{"recording": "x", "actions": []}', "request.actions"),
        (b'{"recording": "x", "actions": ["delete"]}', "request.actions"),
        (b'{"recording": "x", "actions": ["play", "delete"]}', "request.actions"),
        (b'{"recording": "\xff", "actions": ["play"]}', "request.malformed"),
    ],
)
async def test_malformed_wishes(player, body, code):
    answer = await player.post("/token", content=body, headers={"content-type": "application/json"})
    assert code_of(answer) == (400, code)


def test_actions_are_limited():
    wish = '{"recording": "%s", "actions": [%s]}'
    plays = ['"play"'] * ACTIONS_MAX
    assert Wish.parse((wish % (RECORDING, ", ".join(plays))).encode()).actions == {"play"}
    with pytest.raises(InvalidInputError):
        Wish.parse((wish % (RECORDING, ", ".join([*plays, '"play"']))).encode())


@given(st.binary(max_size=200))
def test_garbage_is_refused(body):
    with pytest.raises(InvalidInputError):
        Wish.parse(body)


async def test_the_public_keys_are_told_and_the_one_before_too(site, player):
    (before,) = (await player.get("/keys")).json()["keys"]
    token = await player.post("/token", json=WISH)
    site.keyring.rotate_tokens()
    after = (await player.get("/keys")).json()["keys"]
    assert [row["kid"] for row in after][1:] == [before["kid"]]
    assert all("d" not in row for row in after)
    assert claims_of(site, token).recording == RECORDING  # what the old key signed holds to its end
    assert claims_of(site, await player.post("/token", json=WISH)).recording == RECORDING


async def test_other_paths_and_methods(player):
    assert code_of(await player.get("/")) == (404, "http.path")
    assert code_of(await player.get("/token/../keys/x")) == (404, "http.path")
    answer = await player.get("/token")
    assert code_of(answer) == (405, "http.method")
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert code_of(await player.post("/keys")) == (405, "http.method")
    assert (await player.get("/healthz")).json() == {"status": "ok"}


def test_an_origin_is_the_portals_under_the_same_name():
    host = HostHeader("recorder.example", 5650)
    assert origin_allowed("https://Recorder.example:2020", host, portal_port=2020, secure=True)
    assert not origin_allowed("https://recorder.example:2021", host, portal_port=2020, secure=True)
    assert not origin_allowed("http://recorder.example:2020", host, portal_port=2020, secure=True)


@pytest.mark.parametrize(
    ("origin", "port", "secure", "allowed"),
    [
        ("https://recorder.example", 443, True, True),
        ("http://recorder.example", 80, False, True),
        ("https://recorder.example:443", 443, True, False),  # no browser says so
        ("https://recorder.example:80", 80, True, True),
        ("http://recorder.example:443", 443, False, True),
        ("https://recorder.example", 2020, True, False),
        ("https://recorder.example", 80, True, False),
    ],
)
def test_an_origin_leaves_the_port_of_its_scheme_out(origin, port, secure, allowed):
    host = HostHeader("recorder.example", 5650)
    assert origin_allowed(origin, host, portal_port=port, secure=secure) == allowed


def test_keys_are_rotated_when_they_are_old_and_not_when_a_clock_steps_back():
    assert not rotation_due(100, 199, 100)
    assert rotation_due(100, 200, 100)
    assert not rotation_due(100, 0, 100)


def test_settings_have_bounds():
    for lifetime in (10_000_000, 600_000_000):
        TokensConfig(lifetime=Duration(lifetime))
    for lifetime in (9_999_999, 600_000_001):
        with pytest.raises(ValueError, match="lifetime"):
            TokensConfig(lifetime=Duration(lifetime))
    with pytest.raises(ValueError, match="rotate_every"):
        TokensConfig(rotate_every=Duration(1_199_999_999))
