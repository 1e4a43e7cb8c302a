"""Signing in elsewhere: with a real provider, and with tokens that no real one would give."""

import time
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
from http_answers import code_of
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from portal.provider import CLIENT, SECRET, running_provider, sign_in_there

from playhead.base.clock import SystemClock
from playhead.base.errors import RefusedError, UnavailableError
from playhead.base.ids import UserId
from playhead.domain.roles import MANAGER
from playhead.net.http.hosts import AllowedHosts
from playhead.portal import oidc as oidc_module
from playhead.portal.application import create_application
from playhead.portal.oidc import Oidc, _Provider
from playhead.portal.oidc_config import OidcConfig
from playhead.portal.oidc_http import ANSWER_BYTES_MAX
from playhead.store.catalogue import users
from playhead.store.catalogue.access import assignments_of

ORIGIN = "http://127.0.0.1:2020"
CALLBACK = f"{ORIGIN}/oidc/callback"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with running_provider(tmp_path_factory.mktemp("provider"), CALLBACK) as running:
        yield running


@pytest.fixture
def config(issuer):
    return OidcConfig(issuer=issuer, client_id=CLIENT, name="Example", user_claim="preferred_username")


@pytest.fixture
def browse_with(parts):
    """A browser on a portal with a provider."""

    def browser(config):
        oidc = Oidc(config, SECRET, SystemClock())
        application = create_application(replace(parts, oidc=oidc), hosts=AllowedHosts())
        transport = httpx.ASGITransport(application, client=("192.0.2.10", 50000))
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    return browser


async def there_and_back(browser, user, next_path="/recordings?agent=jo"):
    """A person signs in at the provider; what we answer when they are back."""
    leaving = await browser.get("/oidc/start", params={"next": next_path})
    assert leaving.status_code == 303
    back = await sign_in_there(leaving.headers["location"], user)
    assert back.headers["location"].startswith(f"{CALLBACK}?")
    return await browser.get(back.headers["location"])


async def test_a_user_signs_in_where_they_do_for_everything_else(browse_with, config, site):
    async with browse_with(config) as browser:
        ways = (await browser.get("/api/signin")).json()
        assert ways["oidc"] == {"name": "Example", "url": "/oidc/start"}
        back = await there_and_back(browser, "sue")
        assert (back.status_code, back.headers["location"]) == (303, "/recordings?agent=jo")
        session = (await browser.get("/api/session")).json()
        assert (session["user"]["name"], session["user"]["displayName"]) == ("sue", "Sue")
        assert (await browser.get("/api/account")).json()["oidc"] is True
        cookies = back.headers.get_list("set-cookie")
        assert any(one.startswith("playhead_session=") and "samesite=strict" in one.lower() for one in cookies)
        assert any(one.startswith("playhead_oidc=") and "max-age=0" in one.lower() for one in cookies)
    (entry,) = await site.audited("sign_in.ok")
    assert (entry.actor, entry.address, entry.details) == ("sue", "192.0.2.10", {"how": "oidc"})


async def test_the_request_has_state_nonce_and_a_challenge_and_no_secret(browse_with, config):
    async with browse_with(config) as browser:
        leaving = await browser.get("/oidc/start")
        other = await browser.get("/oidc/start")
        asked, again = (dict(parse_qsl(urlsplit(one.headers["location"]).query)) for one in (leaving, other))
        assert asked["redirect_uri"] == CALLBACK
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43
        assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))
        assert SECRET not in leaving.headers["location"]
        cookie = leaving.headers["set-cookie"].lower()
        assert "samesite=lax" in cookie
        assert "httponly" in cookie


async def test_a_link_that_somebody_else_began_signs_nobody_in(browse_with, config):
    async with browse_with(config) as mallory, browse_with(config) as victim:
        leaving = await mallory.get("/oidc/start")
        back = await sign_in_there(leaving.headers["location"], "sue")
        answer = await victim.get(back.headers["location"])
        assert answer.headers["location"].startswith("/sign-in?refused=oidc.state")
        assert (await victim.get("/api/session")).status_code == 401


async def test_an_answer_is_taken_once_and_only_from_the_browser_that_asked(browse_with, config):
    async with browse_with(config) as browser:
        leaving = await browser.get("/oidc/start")
        back = await sign_in_there(leaving.headers["location"], "sue")
        kept = dict(browser.cookies)
        browser.cookies.clear()
        answer = await browser.get(back.headers["location"])
        assert "oidc.state" in answer.headers["location"]
        browser.cookies.update(kept)
        answer = await browser.get(back.headers["location"])
        assert "oidc.state" in answer.headers["location"]


async def test_it_has_to_be_done_within_a_while(browse_with, config, monkeypatch):
    monkeypatch.setattr(oidc_module, "WITHIN_US", 0)
    async with browse_with(config) as browser:
        assert "oidc.state" in (await there_and_back(browser, "sue")).headers["location"]


async def test_what_the_provider_refuses_is_refused_in_words(browse_with, config, site):
    async with browse_with(config) as browser:
        leaving = await browser.get("/oidc/start")
        state = dict(parse_qsl(urlsplit(leaving.headers["location"]).query))["state"]
        answer = await browser.get("/oidc/callback", params={"state": state, "error": "access_denied"})
        assert answer.headers["location"] == "/sign-in?refused=oidc.refused&next=%2F"
        leaving = await browser.get("/oidc/start")
        state = dict(parse_qsl(urlsplit(leaving.headers["location"]).query))["state"]
        answer = await browser.get("/oidc/callback", params={"state": state, "code": "made up"})
        assert "refused=oidc.refused" in answer.headers["location"]
        answer = await browser.get("/oidc/callback")
        assert "refused=oidc.state" in answer.headers["location"]
    noted = [entry.details["code"] for entry in await site.audited("sign_in.refused")]
    assert noted == ["oidc.state", "oidc.refused", "oidc.refused"]


async def test_who_is_no_user_is_refused_unless_the_operator_wants_otherwise(browse_with, config, site):
    async with browse_with(config) as browser:
        answer = await there_and_back(browser, "newcomer")
        assert answer.headers["location"] == "/sign-in?refused=oidc.unknown&next=%2F"
        assert (await browser.get("/api/session")).status_code == 401
    (entry,) = await site.audited("sign_in.refused")
    assert (entry.actor, entry.details) == ("newcomer", {"how": "oidc", "code": "oidc.unknown"})
    wider = msgspec.structs.replace(config, create_users=True, roles=("Leads = supervisor", "Leads = auditor"))
    async with browse_with(wider) as browser:
        await there_and_back(browser, "newcomer")
        permissions = (await browser.get("/api/session")).json()["user"]["permissions"]
        assert {"audit", "live"} <= set(permissions)
        # There is no password to guess, to change or to guard by a second factor.
        password = {"user": "newcomer", "password": "nobody has this password"}
        assert code_of(await browser.post("/api/session", json=password)) == (401, "session.refused")
        token = (await browser.get("/api/session")).json()["csrfToken"]
        offered = await browser.post("/api/account/totp", headers={"x-csrf-token": token})
        assert code_of(offered) == (409, "totp.no_password")
    async with browse_with(wider) as browser:
        answer = await there_and_back(browser, "stranger")
        assert "refused=oidc.no_role" in answer.headers["location"]
    async with site.catalogue.reading() as connection:
        assert await users.find_user(connection, UserId("stranger")) is None


async def test_roles_follow_the_groups_at_every_sign_in(browse_with, config, site):
    async def roles_of(user):
        async with site.catalogue.reading() as connection:
            return {str(one.role) for one in (await assignments_of(connection, [UserId(user)]))[UserId(user)]}

    async with browse_with(msgspec.structs.replace(config, roles=("Leads = supervisor",))) as browser:
        assert await roles_of("sue") == {str(MANAGER)}
        await there_and_back(browser, "sue")
        assert await roles_of("sue") == {"supervisor"}
        (entry,) = await site.audited("user.roles_set")
        assert entry.details == {"roles": "supervisor", "how": "oidc"}
        # The last administrator stays one: nobody could undo it.
        assert "oidc.no_role" in (await there_and_back(browser, "root")).headers["location"]
        assert await roles_of("root") == {"administrator"}
        assert len(await site.audited("oidc.roles_kept")) == 1
    async with browse_with(msgspec.structs.replace(config, roles=("Nobody = supervisor",))) as browser:
        assert "oidc.no_role" in (await there_and_back(browser, "sue")).headers["location"]
        assert await roles_of("sue") == set()


async def test_who_is_disabled_here_stays_out(browse_with, config, site):
    async with site.catalogue.writing() as connection:
        await users.set_disabled(connection, UserId("sue"), site.clock.wall_us())
    async with browse_with(config) as browser:
        assert "session.refused" in (await there_and_back(browser, "sue")).headers["location"]


async def test_nobody_is_sent_elsewhere_afterwards(browse_with, config):
    async with browse_with(config) as browser:
        assert (await there_and_back(browser, "sue", "//evil.example")).headers["location"] == "/"


async def test_a_provider_that_is_away_is_said(browse_with, config):
    away = msgspec.structs.replace(config, issuer="http://127.0.0.1:9")
    async with browse_with(away) as browser:
        answer = await browser.get("/oidc/start?next=/live")
        assert answer.headers["location"] == "/sign-in?refused=oidc.unavailable&next=%2Flive"


async def test_a_provider_that_is_away_is_not_asked_by_everybody(config, monkeypatch):
    oidc = Oidc(msgspec.structs.replace(config, issuer="http://127.0.0.1:9"), SECRET, SystemClock())
    asked = []
    monkeypatch.setattr(oidc, "_fetched", lambda now_us: asked.append(now_us) or _away())

    async def _away():
        raise UnavailableError("oidc.unavailable", "It is away.")

    for _ in range(3):
        with pytest.raises(UnavailableError):
            await oidc.leave(CALLBACK, "/")
    assert len(asked) == 1
    monkeypatch.setattr(oidc_module, "AGAIN_US", 0)
    with pytest.raises(UnavailableError):
        await oidc.leave(CALLBACK, "/")
    assert len(asked) == 2


async def test_a_provider_that_calls_itself_otherwise_is_not_believed(browse_with, config):
    other = msgspec.structs.replace(config, issuer=config.issuer.replace("127.0.0.1", "localhost"))
    async with browse_with(other) as browser:
        assert "oidc.unavailable" in (await browser.get("/oidc/start")).headers["location"]


async def test_without_a_provider_there_is_no_such_path(browser):
    for path in ("/oidc/start", "/oidc/callback"):
        assert code_of(await browser.get(path)) == (404, "http.path")


async def test_sign_ins_under_way_are_bounded(config, monkeypatch):
    monkeypatch.setattr(oidc_module, "UNDER_WAY_MAX", 3)
    oidc = Oidc(config, SECRET, SystemClock())
    for _ in range(5):
        await oidc.leave(CALLBACK, "/")
    assert len(oidc._under_way) == 3


async def test_answers_of_a_provider_have_an_end(config, monkeypatch):
    assert ANSWER_BYTES_MAX == 256 * 1024
    monkeypatch.setattr("playhead.portal.oidc_http.ANSWER_BYTES_MAX", 100)
    with pytest.raises(UnavailableError) as caught:
        await Oidc(config, SECRET, SystemClock()).leave(CALLBACK, "/")
    assert caught.value.code == "oidc.unavailable"


KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
ISSUER = "https://login.example"


def claims(**other):
    now_s = int(time.time())
    own = {"iss": ISSUER, "aud": CLIENT, "sub": "42", "iat": now_s, "exp": now_s + 60, "nonce": "n"}
    return {name: value for name, value in {**own, **other}.items() if value is not None}


def signed(key=KEY, algorithm="ES256", header=None, **other):
    return jwt.encode({"alg": algorithm, **({"kid": "one"} if header is None else header)}, claims(**other), key)


@pytest.fixture
def oidc():
    return Oidc(OidcConfig(issuer=ISSUER, client_id=CLIENT), SECRET, SystemClock())


@pytest.fixture
def provider():
    return _Provider({"jwks_uri": f"{ISSUER}/keys"}, KeySet([KEY]), SystemClock().monotonic_us())


async def test_a_good_token_is_believed(oidc, provider):
    assert (await oidc._verified(provider, {"id_token": signed()}, "n"))["sub"] == "42"
    several = signed(aud=[CLIENT, "other"], azp=CLIENT)
    assert (await oidc._verified(provider, {"id_token": several}, "n"))["sub"] == "42"


OTHER_KEY = ECKey.generate_key("P-256", {"kid": "one"})
SHARED = OctKey.import_key(SECRET * 2)


@pytest.mark.parametrize(
    "token",
    [
        signed(nonce="m"),
        signed(nonce=None),
        signed(iss="https://evil.example"),
        signed(iss=None),
        signed(aud="other"),
        signed(aud=["other", CLIENT]),
        signed(aud=[CLIENT, "other"], azp="other"),
        signed(sub=None),
        signed(exp=int(time.time()) - 60),
        signed(exp=None),
        signed(iat=int(time.time()) + 3600),
        signed(OTHER_KEY),
        signed(header={"kid": "unknown"}),
        signed()[:-8] + "AAAAAAAA",
        "not.a.token",
        "",
        None,
        jwt.encode({"alg": "HS256", "kid": "one"}, claims(), SHARED),
        "eyJhbGciOiJub25lIn0." + signed().split(".")[1] + ".",
    ],
)
async def test_no_other_token_is(oidc, provider, token):
    with pytest.raises(RefusedError) as caught:
        await oidc._verified(provider, {"id_token": token}, "n")
    assert caught.value.code == "oidc.token"


async def test_the_access_token_has_to_be_the_one_it_came_with(oidc, provider):
    token = signed(at_hash="bm90IHRoZSBoYXNo")
    with pytest.raises(RefusedError):
        await oidc._verified(provider, {"id_token": token, "access_token": "another"}, "n")


def test_a_secret_that_cannot_be_read_is_said_at_the_start(tmp_path):
    config = OidcConfig(issuer=ISSUER, client_id=CLIENT, client_secret_file=tmp_path / "secret")
    with pytest.raises(UnavailableError) as caught:
        Oidc.of(config, SystemClock())
    assert caught.value.code == "oidc.secret"
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    assert Oidc.of(config, SystemClock())._secret == SECRET
    assert Oidc.of(OidcConfig(), SystemClock()) is None
