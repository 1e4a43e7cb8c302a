"""Signing in where more than a name and a password is needed, or where it has to wait."""

import pytest
from playwright.async_api import expect

from web.people_premises import CODE, RECOVERY
from web.people_stage import staged

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRESH = "paper clouds over rivers"


def library(seat):
    return seat.page.get_by_role("heading", name="Recordings", exact=True)


async def test_a_second_factor_is_asked_for_and_may_be_corrected(chromium):
    async with staged(chromium, "/sign-in", signed_in=False, totp=True) as seat:
        await seat.fill_in()
        code = seat.page.get_by_label("Code", exact=True)
        await expect(code).to_be_focused()
        await expect(seat.page.get_by_role("alert")).to_have_count(0)
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("Enter the code.", exact=True)).to_be_visible()
        await code.fill("000000")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("alert")).to_contain_text("The code is wrong.")
        await expect(code).to_have_value("")
        await code.fill(CODE)
        await seat.page.keyboard.press("Enter")
        await expect(library(seat)).to_be_visible()


async def test_a_recovery_code_serves_who_has_no_phone(chromium):
    async with staged(chromium, "/sign-in", signed_in=False, totp=True) as seat:
        await seat.fill_in()
        await seat.page.get_by_role("button", name="I cannot get at my phone").click()
        await expect(seat.page.get_by_label("Recovery code")).to_be_focused()
        await seat.page.get_by_label("Recovery code").fill(f" {RECOVERY.upper()} ")
        await seat.page.keyboard.press("Enter")
        await expect(library(seat)).to_be_visible()


async def test_a_password_set_by_somebody_else_is_replaced_on_the_way_in(chromium):
    async with staged(chromium, "/sign-in", signed_in=False, totp=True, expired=True) as seat:
        await seat.fill_in()
        fresh = seat.page.get_by_role("textbox", name="New password")
        await expect(fresh).to_be_focused()
        await fresh.fill("short")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("7 more characters, please.")).to_be_visible()
        await fresh.fill(FRESH)
        await seat.page.keyboard.press("Enter")
        await seat.page.get_by_label("Code", exact=True).fill(CODE)
        await seat.page.keyboard.press("Enter")
        await expect(library(seat)).to_be_visible()
        assert seat.premises.password == FRESH


async def test_who_is_locked_out_is_told_for_how_long_and_may_then_try_again(chromium):
    async with staged(chromium, "/sign-in", signed_in=False, locked_s=3) as seat:
        await seat.fill_in()
        await expect(seat.page.get_by_role("alert")).to_contain_text("There were too many failed attempts.")
        wait = seat.page.get_by_role("button", name="Wait")
        await expect(wait).to_be_disabled()
        await expect(wait).to_contain_text("second")
        seat.premises.locked_s = 0
        await expect(seat.page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
        await seat.fill_in()
        await expect(library(seat)).to_be_visible()


async def test_the_organisations_sign_in_is_left_for_and_its_refusal_has_words(chromium):
    oidc = {"name": "Contoso", "url": "/oidc/start"}
    async with staged(chromium, "/sign-in?next=%2Fmine", signed_in=False, oidc=oidc) as seat:
        link = seat.page.get_by_role("link", name="Sign in with Contoso")
        await expect(link).to_have_attribute("href", "/oidc/start?next=%2Fmine")
        await seat.page.goto(f"{seat.premises.origin}/sign-in?refused=oidc.no_role&next=%2Fmine")
        await expect(seat.page.get_by_role("alert")).to_contain_text("You are signed in there, and have no role here.")


async def test_what_is_typed_can_be_looked_at(chromium):
    async with staged(chromium, "/sign-in", signed_in=False) as seat:
        await seat.page.get_by_label("Password").fill("secret")
        await seat.page.get_by_role("button", name="Show what is typed").click()
        await expect(seat.page.get_by_label("Password")).to_have_attribute("type", "text")
        await seat.page.get_by_role("button", name="Hide what is typed").click()
        await expect(seat.page.get_by_label("Password")).to_have_attribute("type", "password")
