"""The list of recordings and the strip of workstations."""

import pytest
from playwright.async_api import expect

from web.conftest import seated, served
from web.premises import EPOCH_US, Recording, Workstation

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR_US = 3_600_000_000


@pytest.fixture
def many(worked):
    first = worked[0]
    return [Recording(f"r{at}", f"Agent {at:02}", [first], started_at_us=EPOCH_US - at * HOUR_US) for at in range(30)]


def rows(seat):
    return seat.page.locator("main ol a")


async def test_recordings_are_listed_newest_first_and_the_rest_follows_by_scrolling(chromium, many):
    async with served(*many, page_items=12) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(rows(seat).first).to_contain_text("Agent 00")
        await rows(seat).nth(11).scroll_into_view_if_needed()
        await rows(seat).nth(23).scroll_into_view_if_needed()
        await expect(rows(seat)).to_have_count(30)
        await expect(rows(seat).last).to_contain_text("Agent 29")


async def test_a_new_recording_appears_by_itself_and_says_when_it_stops_growing(chromium, done, growing):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(rows(seat)).to_have_count(1)
        premises.publish(growing)
        await expect(rows(seat)).to_have_count(2)
        row = seat.page.get_by_role("link", name="Bruno Okafor")
        await expect(row).to_contain_text("Recording now")
        growing.freeze()
        growing.frozen -= 5.0
        premises.publish(growing)
        await expect(row).to_contain_text("No progress")
        growing.finish()
        premises.publish(growing)
        await expect(row).not_to_contain_text("No progress")


async def test_filters_are_in_the_address(chromium, many):
    many[3].state = "interrupted"
    many[4].workstation = "ws-09"
    stations = [Workstation("ws-01"), Workstation("ws-09")]
    async with served(*many, *stations) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await seat.page.get_by_role("button", name="Interrupted").click()
        await expect(rows(seat)).to_have_count(1)
        assert seat.page.url.endswith("/recordings?state=interrupted")
        await seat.page.get_by_role("combobox", name="Workstation").select_option("ws-09")
        await expect(seat.page.get_by_text("Nothing matches")).to_be_visible()
        await seat.page.goto(f"{premises.origin}/recordings?workstation=ws-09")
        await expect(rows(seat)).to_have_count(1)
        await expect(rows(seat)).to_contain_text("Agent 04")


async def test_recording_is_started_and_stopped_from_the_strip(chromium, done):
    async with served(done, Workstation("ws-01", "Alice Martin")) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        card = seat.page.get_by_role("listitem").filter(has_text="ws-01").first
        await card.get_by_role("button", name="Record", exact=True).click()
        await expect(card.get_by_role("button", name="Stop")).to_be_visible()
        assert premises.workstations["ws-01"].state == "recording"
        await card.get_by_role("button", name="Stop").click()
        await expect(card.get_by_role("button", name="Record", exact=True)).to_be_visible()
        assert premises.workstations["ws-01"].state == "idle"


async def test_a_refusal_to_record_is_said_at_the_workstation(chromium):
    station = Workstation("ws-01")
    async with served(station) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(seat.page.get_by_text("Ready")).to_be_visible()
        station.state = "offline"
        await seat.page.get_by_role("button", name="Record", exact=True).click()
        await expect(seat.page.get_by_role("alert")).to_have_text(
            "The workstation is not connected. It may be switched off."
        )


async def test_who_may_not_record_is_not_offered_it(chromium, done):
    async with (
        served(done, Workstation("ws-01"), permissions=["view", "play"]) as premises,
        seated(chromium, premises) as seat,
    ):
        await seat.sign_in()
        await expect(seat.page.get_by_text("Ready")).to_be_visible()
        await expect(seat.page.get_by_role("button", name="Record", exact=True)).to_have_count(0)


async def test_an_empty_library_says_what_to_expect(chromium):
    async with served() as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(seat.page.get_by_text("No recordings yet")).to_be_visible()


async def test_what_happened_while_the_server_was_away_is_there_afterwards(chromium, done, growing):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(rows(seat)).to_have_count(1)
        await premises.web.stop()
        await expect(seat.page.get_by_text("The connection to the server is interrupted.")).to_be_visible()
        premises.recordings["growing"] = growing
        await premises.web.start()
        await expect(rows(seat)).to_have_count(2)
        await expect(seat.page.get_by_text("The connection to the server is interrupted.")).to_have_count(0)


async def test_a_login_session_that_ended_leads_to_the_form_and_back(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(rows(seat)).to_have_count(1)
        premises.signed_in = False
        await seat.page.get_by_role("button", name="Complete").click()
        await seat.page.wait_for_url("**/sign-in?next=*")
        await seat.fill_in()
        await seat.page.wait_for_url("**/recordings?state=complete")


async def test_rows_are_walked_by_arrows_and_opened_by_enter(chromium, many):
    async with served(*many) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await rows(seat).first.focus()
        await seat.page.keyboard.press("ArrowDown")
        await seat.page.keyboard.press("j")
        await expect(rows(seat).nth(2)).to_be_focused()
        await seat.page.keyboard.press("ArrowUp")
        await seat.page.keyboard.press("Enter")
        await seat.page.wait_for_url("**/recordings/r1")
        await seat.until("facts.state === 'media'")
        await seat.page.go_back()
        await expect(rows(seat)).to_have_count(30)
