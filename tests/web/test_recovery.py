"""Trouble: the player recovers by itself and says what it does; what it cannot mend has words and an action."""

import pytest
from playwright.async_api import expect

from web.conftest import S, seated, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_restart_of_the_server_is_survived_live(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        await premises.web.stop()
        await expect(seat.page.get_by_text("The server cannot be reached. Trying again")).to_be_visible()
        now = seat.page.get_by_role("button", name="Now")
        await expect(now).to_be_visible()
        await premises.web.start()
        await now.evaluate_all("found => found.forEach(one => one.click())")  # it may have tried by itself by now
        await expect(seat.page.get_by_text("Trying again")).to_have_count(0)
        await seat.until("facts.live === 'true' && facts.latency < 600 && facts.loading === 'false'")
        await seat.shows_now(growing)


async def test_a_stream_that_falls_silent_is_opened_again(chromium, growing):
    """As with a cable that was pulled: nothing says that the connection is dead."""
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        premises.silent = True
        await expect(seat.page.get_by_text("The server cannot be reached. Trying again")).to_be_visible(timeout=12_000)
        premises.silent = False
        await expect(seat.page.get_by_text("Trying again")).to_have_count(0, timeout=8_000)
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        await seat.shows_now(growing)


async def test_a_seek_while_the_server_is_away_is_finished_when_it_is_back(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        await premises.web.stop()
        await seat.page.keyboard.press("8")
        await expect(seat.page.get_by_text("Trying again")).to_be_visible()
        await premises.web.start()
        await seat.until("facts.state === 'media' && facts.position > 117e6")
        assert await seat.number() >= 10 * S


async def test_a_token_that_the_server_no_longer_knows_is_replaced(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        premises.forget_tokens()
        await seat.page.keyboard.press("8")
        await seat.until("facts.state === 'media' && facts.position > 117e6")
        assert premises.counts["refused"] > 0


async def test_a_login_session_that_ended_leads_to_the_form_and_back_to_the_player(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=2")
        await seat.until("facts.state === 'media'")
        premises.signed_in = False
        premises.forget_tokens()
        await seat.page.keyboard.press("8")
        await seat.page.wait_for_url("**/sign-in?next=*")
        await seat.fill_in()
        await seat.until("facts.state === 'media'")


async def test_a_refusal_has_the_servers_words_and_a_way_back(chromium, done):
    refusal = (403, "access.refused", "You may not play this recording.", "Ask an administrator.")
    async with served(done, refuse_tokens=refusal) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        alert = seat.page.get_by_role("alert")
        await expect(alert).to_contain_text("You may not play this recording.")
        await expect(alert).to_contain_text("Ask an administrator.")
        await alert.get_by_role("button", name="All recordings").click()
        await seat.page.wait_for_url("**/recordings")


async def test_a_recording_that_does_not_exist_is_said_to(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/none")
        await expect(seat.page.get_by_role("alert")).to_contain_text("There is no such recording.")


async def test_an_address_that_leads_nowhere_says_so(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/nowhere")
        await expect(seat.page.get_by_text("There is no such page")).to_be_visible()


async def test_a_recording_that_just_began_is_waited_for(chromium, growing):
    growing.begin(0)
    growing.frozen_us = -1
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await expect(seat.page.get_by_text("Nothing has been recorded yet. Trying again")).to_be_visible()
        growing.begin(0).frozen_us = None
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
