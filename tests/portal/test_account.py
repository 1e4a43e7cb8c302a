"""One's own password and second factor over HTTP."""

import pyotp
import pytest
from http_answers import code_of

from playhead.base.ids import UserId
from playhead.domain.roles import AGENT
from playhead.portal.second_factor import CONFIRM_WITHIN_US
from playhead.portal.totp import STEP_S
from playhead.store.catalogue import second_factors, sign_ins
from playhead.testing.site import PASSWORD

FRESH = "quite another set of words"
STEP_US = STEP_S * 1_000_000


class Phone:
    """An authenticator that was set up with a secret."""

    def __init__(self, secret, clock):
        self._totp, self._clock = pyotp.TOTP(secret), clock

    def code(self, steps=0):
        return self._totp.at(self._clock.wall_us() // 1_000_000 + steps * STEP_S)


async def set_up(browser, site):
    """A second factor for who is signed in: their phone and the recovery codes."""
    offer = (await browser.post("/api/account/totp")).json()
    phone = Phone(offer["secret"], site.clock)
    answer = await browser.put("/api/account/totp", json={"code": phone.code()})
    assert answer.status_code == 200, answer.text
    site.clock.advance(STEP_US)
    return phone, answer.json()["recovery"]


@pytest.fixture
async def guarded(browser, site):
    """Sue has a second factor; the browser of somebody who knows her password."""
    await browser.sign_in("sue")
    phone, recovery = await set_up(browser, site)
    await browser.delete("/api/session")
    return phone, recovery


async def test_how_people_sign_in_here_is_told_to_everybody(browser):
    answer = await browser.get("/api/signin")
    assert answer.json() == {"oidc": None, "passwords": True, "minLength": 12}


async def test_one_s_own_account(browser, site):
    assert code_of(await browser.get("/api/account")) == (401, "session.none")
    await browser.sign_in("sue")
    expected = {"totp": False, "recoveryLeft": None, "oidc": False, "password": True}
    assert (await browser.get("/api/account")).json() == expected
    await set_up(browser, site)
    assert (await browser.get("/api/account")).json() == {**expected, "totp": True, "recoveryLeft": 10}


async def test_a_secret_is_offered_as_words_and_as_a_picture(browser):
    await browser.sign_in("sue")
    offer = (await browser.post("/api/account/totp")).json()
    assert offer["uri"].startswith("otpauth://totp/Playhead%20site:sue?")
    assert f"secret={offer['secret']}" in offer["uri"]
    assert offer["qr"].startswith("<svg ")
    again = (await browser.post("/api/account/totp")).json()
    assert again["secret"] != offer["secret"]


async def test_it_holds_only_once_it_is_confirmed(browser, site):
    await browser.sign_in("sue")
    assert code_of(await browser.put("/api/account/totp", json={"code": "123456"})) == (404, "totp.not_offered")
    offer = (await browser.post("/api/account/totp")).json()
    assert code_of(await browser.put("/api/account/totp", json={"code": "12345"})) == (403, "totp.code")
    assert (await browser.sign_in("sue")).status_code == 200
    site.clock.advance(CONFIRM_WITHIN_US + 1)
    late = Phone(offer["secret"], site.clock).code()
    assert code_of(await browser.put("/api/account/totp", json={"code": late})) == (404, "totp.not_offered")


async def test_afterwards_a_password_alone_opens_nothing(browser, guarded):
    phone, _ = guarded
    answer = await browser.sign_in("sue")
    assert code_of(answer) == (401, "signin.code_needed")
    assert "set-cookie" not in answer.headers
    assert code_of(await browser.sign_in("sue", "wrong password", code=phone.code())) == (401, "session.refused")
    assert (await browser.sign_in("sue", code=phone.code())).status_code == 200


async def test_no_code_is_taken_twice(browser, browse, guarded, site):
    phone, _ = guarded
    code = phone.code()
    assert (await browser.sign_in("sue", code=code)).status_code == 200
    async with browse("192.0.2.11") as other:
        assert code_of(await other.sign_in("sue", code=code)) == (401, "signin.code")
        # Nor an older one than the newest that was taken, though it is within the drift.
        assert code_of(await other.sign_in("sue", code=phone.code(-1))) == (401, "signin.code")
        site.clock.advance(STEP_US)
        assert (await other.sign_in("sue", code=phone.code())).status_code == 200


async def test_a_recovery_code_is_taken_once_in_place_of_a_code(browser, guarded, site):
    _, recovery = guarded
    assert len(set(recovery)) == 10
    assert (await browser.sign_in("sue", code=recovery[3].upper())).status_code == 200
    assert (await browser.get("/api/account")).json()["recoveryLeft"] == 9
    assert code_of(await browser.sign_in("sue", code=recovery[3])) == (401, "signin.code")
    (entry,) = await site.audited("sign_in.recovery")
    assert (entry.actor, entry.details) == ("sue", {"left": 9})


async def test_guessing_codes_locks_out_like_guessing_passwords(browser, guarded, site):
    phone, _ = guarded
    for _ in range(6):
        assert code_of(await browser.sign_in("sue", code="000000")) == (401, "signin.code")
    assert code_of(await browser.sign_in("sue", code=phone.code())) == (429, "session.locked")
    assert len(await site.audited("sign_in.code_refused")) == 6
    assert [entry.actor for entry in await site.audited("sign_in.locked")] == ["sue"]


@pytest.mark.usefixtures("guarded")
async def test_asking_for_the_code_forgives_no_failure(browser):
    """Or whoever knows the password could guess codes for ever."""
    for _ in range(6):
        await browser.sign_in("sue")
        await browser.sign_in("sue", code="000000")
    assert code_of(await browser.sign_in("sue")) == (429, "session.locked")


async def test_it_is_turned_off_by_the_password_alone(browser, guarded, site):
    phone, _ = guarded
    await browser.sign_in("sue", code=phone.code())
    refused = await browser.request("DELETE", "/api/account/totp", json={"password": "wrong password"})
    assert code_of(refused) == (403, "password.wrong")
    assert code_of(await browser.post("/api/account/totp")) == (409, "totp.on")
    done = await browser.request("DELETE", "/api/account/totp", json={"password": PASSWORD})
    assert done.status_code == 204
    assert (await browser.sign_in("sue")).status_code == 200
    gone = await browser.request("DELETE", "/api/account/totp", json={"password": PASSWORD})
    assert code_of(gone) == (404, "totp.off")
    assert [entry.action for entry in await site.audited("totp.off")] == ["totp.off"]


async def test_the_secret_and_the_recovery_codes_are_readable_nowhere(browser, site):
    await browser.sign_in("sue")
    offer = (await browser.post("/api/account/totp")).json()
    phone = Phone(offer["secret"], site.clock)
    recovery = (await browser.put("/api/account/totp", json={"code": phone.code()})).json()["recovery"]
    for path in site.folder.glob("catalogue.db*"):
        content = path.read_bytes()
        assert offer["secret"].encode() not in content
        assert not any(one.replace("-", "").encode() in content for one in recovery)


async def test_a_secret_moved_to_another_user_is_worth_nothing(browser, guarded, site):
    phone, _ = guarded
    async with site.catalogue.writing() as connection:
        found = await second_factors.find_totp(connection, UserId("sue"))
        await second_factors.offer_totp(connection, UserId("jane"), found.sealed_secret, site.clock.wall_us())
        await second_factors.confirm_totp(connection, UserId("jane"), site.clock.wall_us(), [bytes(32)])
    assert code_of(await browser.sign_in("jane", code=phone.code())) == (500, "totp.unreadable")


async def test_a_password_is_changed_by_who_knows_it(browser, browse, site):
    await browser.sign_in("sue")
    async with browse() as other:
        await other.sign_in("sue")
        wrong = {"old": "not the password", "new": FRESH}
        assert code_of(await browser.post("/api/account/password", json=wrong)) == (403, "password.wrong")
        right = {"old": PASSWORD, "new": FRESH}
        assert (await browser.post("/api/account/password", json=right)).status_code == 204
        assert code_of(await other.get("/api/session")) == (401, "session.none")
        assert (await browser.get("/api/session")).status_code == 200
        assert code_of(await other.sign_in("sue")) == (401, "session.refused")
        assert (await other.sign_in("sue", FRESH)).status_code == 200
    (entry,) = await site.audited("password.changed")
    assert (entry.actor, entry.subject) == ("sue", "sue")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (PASSWORD, "password.same"),
        ("short", "password.length"),
        ("password1234", "password.common"),
        ("sue knows three words", "password.common"),
    ],
)
async def test_a_new_one_has_to_be_good(browser, new, code):
    await browser.sign_in("sue")
    answer = await browser.post("/api/account/password", json={"old": PASSWORD, "new": new})
    assert code_of(answer) == (400, code)
    assert new not in answer.text


async def test_a_session_that_was_left_open_does_not_give_the_password_away(browser):
    await browser.sign_in("sue")
    wrong = {"old": "not the password", "new": FRESH}
    for _ in range(6):
        await browser.post("/api/account/password", json=wrong)
    assert code_of(await browser.post("/api/account/password", json=wrong)) == (429, "session.locked")


async def test_a_password_that_somebody_else_set_is_replaced_before_anything_else(browser, guarded, site):
    phone, _ = guarded
    async with site.catalogue.writing() as connection:
        hashed = await site.passwords.hash(PASSWORD)
        await sign_ins.set_password(connection, UserId("sue"), hashed, expires_at_us=site.clock.wall_us())
    assert code_of(await browser.sign_in("sue", code=phone.code())) == (403, "password.expired")
    assert code_of(await browser.renew("sue", PASSWORD, FRESH)) == (401, "signin.code_needed")
    assert code_of(await browser.renew("sue", PASSWORD, FRESH, code="000000")) == (401, "signin.code")
    assert code_of(await browser.renew("sue", "not the password", FRESH)) == (401, "session.refused")
    answer = await browser.renew("sue", PASSWORD, FRESH, code=phone.code())
    assert answer.json()["user"]["name"] == "sue"
    assert (await browser.get("/api/account")).status_code == 200


async def test_where_people_sign_in_elsewhere_passwords_are_not_taken(browser, parts):
    object.__setattr__(parts.sign_in, "takes_passwords", False)
    assert code_of(await browser.sign_in("sue")) == (403, "signin.passwords_off")
    assert (await browser.get("/api/signin")).json()["passwords"] is False


@pytest.mark.usefixtures("guarded")
async def test_an_administrator_helps_who_lost_the_phone_or_is_locked_out(browser, browse, site):
    for _ in range(6):
        await browser.sign_in("sue", "wrong password")
    async with browse("192.0.2.99") as root:
        await root.sign_in("root")
        item = (await root.get("/api/users/sue")).json()
        assert item["totp"] is True
        assert item["lockedUntil"] is not None
        assert (await root.post("/api/users/sue/unlock")).status_code == 204
        assert (await root.get("/api/users/sue")).json()["lockedUntil"] is None
        assert code_of(await browser.sign_in("sue")) == (401, "signin.code_needed")
        assert (await root.delete("/api/users/sue/totp")).status_code == 204
        assert code_of(await root.delete("/api/users/sue/totp")) == (404, "totp.off")
        assert (await browser.sign_in("sue")).status_code == 200
        assert (await root.get("/api/users/sue")).json()["lastSignInAt"] is not None
        for path in ("/api/users/nobody/unlock",):
            assert code_of(await root.post(path)) == (404, "user.not_found")
    assert [entry.actor for entry in await site.audited("user.unlocked")] == ["root"]


async def test_others_may_not(browser, site):
    await site.add_user("joe", AGENT)
    await browser.sign_in("sue")
    assert code_of(await browser.post("/api/users/joe/unlock")) == (403, "access.refused")
    assert code_of(await browser.delete("/api/users/joe/totp")) == (403, "access.refused")
