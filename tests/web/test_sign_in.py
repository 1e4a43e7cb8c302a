"""Signing in and out."""

import pytest
from playwright.async_api import expect

from web.conftest import seated, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_is_not_signed_in_comes_to_the_form_and_then_where_they_wanted(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.page.goto(f"{premises.origin}/recordings/done?t=31")
        await seat.page.wait_for_url("**/sign-in?next=*")
        await seat.fill_in()
        await seat.until("facts.position >= 31e6 && facts.state === 'media'")
        assert seat.page.url.endswith("/recordings/done?t=31")


async def test_a_wrong_password_is_said_in_words_and_can_be_corrected(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.page.goto(f"{premises.origin}/")
        await seat.fill_in(password="not this one")
        await expect(seat.page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
        await expect(seat.page.get_by_label("Name")).to_have_value("sam")
        await expect(seat.page.get_by_label("Password")).to_have_value("")
        await seat.fill_in()
        await expect(seat.page.get_by_role("heading", name="Recordings")).to_be_visible()


async def test_an_empty_form_says_what_is_missing(chromium):
    async with served() as premises, seated(chromium, premises) as seat:
        await seat.page.goto(f"{premises.origin}/sign-in")
        await expect(seat.page.get_by_label("Name")).to_be_focused()
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("Enter your name.")).to_be_visible()
        await seat.page.get_by_label("Name").fill("sam")
        await seat.page.get_by_role("button", name="Sign in").click()
        await expect(seat.page.get_by_text("Enter your password.")).to_be_visible()
        assert premises.counts["/api/session"] == 1


async def test_signing_out_ends_at_the_form(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await seat.page.get_by_role("button", name="Sign out").click()
        await seat.page.wait_for_url("**/sign-in")
        assert not premises.signed_in


async def test_a_server_that_is_away_is_said_and_found_again(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await seat.page.route("**/api/session", lambda route: route.abort())
        await seat.page.reload()
        await expect(seat.page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
        await seat.page.unroute("**/api/session")
        await seat.page.get_by_role("button", name="Try again").click()
        await expect(seat.page.get_by_role("heading", name="Recordings")).to_be_visible()


async def test_a_link_cannot_send_people_elsewhere_after_signing_in(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.page.goto(f"{premises.origin}/sign-in?next=//example.org/")
        await seat.fill_in()
        await seat.page.wait_for_url(f"{premises.origin}/recordings")
