"""One's own account: password, second factor, sessions."""

import pytest
from playwright.async_api import expect

from web.people_premises import CODE
from web.people_stage import staged
from web.premises import PASSWORD, USER

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRESH = "paper clouds over rivers"


async def test_the_password_is_changed_after_the_old_one_was_wrong(chromium):
    async with staged(chromium, "/account") as seat:
        await seat.page.get_by_label("The password you have").fill("not this one")
        await seat.page.get_by_label("New password").fill(FRESH)
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("alert")).to_contain_text("The password you have is not that one.")
        await seat.page.get_by_label("The password you have").fill(PASSWORD)
        await seat.page.get_by_role("button", name="Change the password").click()
        await expect(seat.page.get_by_text("Your password was changed.")).to_be_visible()
        await expect(seat.page.get_by_label("New password")).to_have_value("")
        assert seat.premises.password == FRESH


async def test_a_password_that_will_not_do_is_said_before_it_is_sent(chromium):
    async with staged(chromium, "/account") as seat:
        await seat.page.get_by_label("The password you have").fill(PASSWORD)
        await seat.page.get_by_label("New password").fill("short")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("7 more characters, please.")).to_be_visible()
        assert seat.premises.heard == []


async def test_a_second_factor_is_set_up_and_its_codes_are_kept_before_going_on(chromium):
    async with staged(chromium, "/account") as seat:
        await seat.page.get_by_role("button", name="Set up").click()
        await expect(seat.page.get_by_alt_text("QR code of the key")).to_be_visible()
        code = seat.page.get_by_label("Code", exact=True)
        await expect(code).to_be_focused()
        await code.fill("000 000")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("alert")).to_contain_text("The code is wrong.")
        await code.fill(f"{CODE[:3]} {CODE[3:]}")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
        await expect(seat.page.get_by_role("button", name="Done")).to_be_disabled()
        async with seat.page.expect_download() as download:
            await seat.page.get_by_role("link", name="Save as a file").click()
        saved = (await (await download.value).path()).read_text()
        assert "abcd-efgh-9" in saved
        await seat.page.get_by_role("button", name="Done").click()
        await expect(seat.page.get_by_text("9 recovery codes are left.")).to_be_visible()
        assert seat.premises.users[USER]["totp"]


async def test_codes_that_were_not_kept_are_not_passed_over(chromium):
    async with staged(chromium, "/account") as seat:
        await seat.page.get_by_role("button", name="Set up").click()
        await expect(seat.page.get_by_role("img", name="QR code of the key")).to_be_visible()
        await seat.page.get_by_label("Code", exact=True).fill(CODE)
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("list", name="Recovery codes")).to_be_visible()
        await seat.page.keyboard.press("Escape")
        await expect(seat.page.get_by_text("The recovery codes were not kept.")).to_be_visible()
        await expect(seat.page.get_by_role("button", name="Turn off")).to_be_visible()


async def test_a_second_factor_is_turned_off_with_the_password(chromium):
    async with staged(chromium, "/account") as seat:
        seat.premises.users[USER]["totp"] = True
        await seat.page.reload()
        await seat.page.get_by_role("button", name="Turn off").click()
        await seat.page.get_by_label("Your password").fill(PASSWORD)
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("button", name="Set up")).to_be_visible()
        assert not seat.premises.users[USER]["totp"]


async def test_sessions_elsewhere_are_ended_but_not_this_one(chromium):
    async with staged(chromium, "/account") as seat:
        seat.premises.logins += [
            seat.premises.login("s-phone", USER, agent="Safari on iPhone"),
            seat.premises.login("s-home", USER, agent="Chrome on Windows"),
            seat.premises.login("s-kim", "kim", agent="Edge on Windows"),
        ]
        await seat.page.reload()
        await expect(seat.page.get_by_text("This one")).to_be_visible()
        await expect(seat.page.get_by_text("Edge on Windows")).to_have_count(0)
        await seat.page.get_by_role("button", name=f"End the session of {USER}, Safari on iPhone").click()
        await expect(seat.page.get_by_text("Safari on iPhone", exact=True)).to_have_count(0)
        seat.premises.logins.append(seat.premises.login("s-tab", USER, agent="Firefox on Windows"))
        await seat.page.reload()
        await seat.page.get_by_role("button", name="Sign out everywhere else").click()
        await expect(seat.page.get_by_text("Chrome on Windows", exact=True)).to_have_count(0)
        assert [one["id"] for one in seat.premises.logins] == ["s-here", "s-kim"]
