"""The wall: who is being recorded now; and the orders to begin and to stop."""

import pytest
from playwright.async_api import expect

from web.conftest import seated, served
from web.premises import Workstation
from web.small import thumbnail

pytestmark = pytest.mark.asyncio(loop_scope="session")

S = 1_000_000


@pytest.fixture
def recorded():
    return Workstation("ws-02", "Bruno Okafor", "recording", "growing")


def tile(seat, name):
    return seat.page.get_by_role("listitem").filter(has_text=name)


async def shown_picture(seat, name):
    return await tile(seat, name).locator("[data-picture]").get_attribute("data-picture")


async def test_who_is_recorded_is_shown_with_a_picture_and_since_when(chromium, growing, recorded):
    async with (
        served(growing, recorded, Workstation("ws-03", "Chiara")) as premises,
        seated(chromium, premises) as seat,
    ):
        premises.shelf.pictures["ws-02"] = ("one", thumbnail(10 * S))
        await seat.sign_in("/live")
        await expect(tile(seat, "Bruno Okafor")).to_contain_text("Recording now")
        await expect(tile(seat, "Bruno Okafor")).to_contain_text("0:4")
        await expect(seat.page.get_by_role("img", name="The screen of Bruno Okafor")).to_be_visible()
        await expect(seat.page.get_by_text("1 is being recorded")).to_be_visible()
        await tile(seat, "Bruno Okafor").get_by_role("link").click()
        await seat.page.wait_for_url("**/recordings/growing")
        await seat.until("facts.state === 'live'")


async def test_only_pictures_that_changed_are_fetched_and_only_in_sight(chromium, growing, recorded):
    others = [Workstation(f"ws-{at}", f"Agent {at}", "recording", "growing") for at in range(10, 40)]
    async with served(growing, recorded, *others) as premises, seated(chromium, premises) as seat:
        for one in premises.workstations:
            premises.shelf.pictures[one] = ("one", thumbnail(10 * S))
        await seat.sign_in("/live")
        first = seat.page.get_by_role("img", name="The screen of Bruno Okafor")
        await expect(first).to_be_visible()
        address = await first.get_attribute("src")
        premises.publish(recorded)
        asked = "() => performance.getEntriesByName(location.origin + '/api/wall').length > 2"
        await seat.page.wait_for_function(asked)
        assert "ws-02 one" in premises.shelf.fetched
        assert premises.shelf.fetched.count("ws-02 one") == 1
        assert not any("ws-39" in one for one in premises.shelf.fetched)
        assert await first.get_attribute("src") == address
        premises.shelf.pictures["ws-02"] = ("two", thumbnail(20 * S))
        premises.publish(recorded)
        await expect(first).not_to_have_attribute("src", address)
        assert "ws-02 same" in premises.shelf.fetched


async def test_a_blackout_is_shown_as_such_and_nothing_of_the_screen(chromium, growing):
    station = Workstation("ws-02", "Bruno Okafor", "blackout", "growing", "private call")
    async with served(growing, station) as premises, seated(chromium, premises) as seat:
        premises.shelf.pictures["ws-02"] = ("one", thumbnail(10 * S))
        await seat.sign_in("/live")
        await expect(tile(seat, "Bruno Okafor")).to_contain_text("Blackout: private call")
        assert await shown_picture(seat, "Bruno Okafor") == "blackout"
        assert premises.shelf.fetched == []


async def test_silence_is_said(chromium, growing, recorded):
    growing.freeze()
    growing.frozen -= 6.0
    async with served(growing, recorded) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/live")
        await expect(tile(seat, "Bruno Okafor")).to_contain_text("Nothing arrives")
        await expect(tile(seat, "Bruno Okafor")).to_contain_text("No picture yet")


async def test_tiles_are_found_and_their_size_is_remembered(chromium, growing, recorded):
    other = Workstation("ws-07", "Farah Haddad", "recording", "growing")
    async with served(growing, recorded, other) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/live")
        await seat.page.get_by_role("searchbox").fill("farah")
        await expect(tile(seat, "Farah Haddad")).to_be_visible()
        await expect(tile(seat, "Bruno Okafor")).to_have_count(0)
        assert seat.page.url.endswith("/live?q=farah")
        await seat.page.get_by_role("slider", name="Size of the pictures").fill("32")
        wide = (await tile(seat, "Farah Haddad").bounding_box())["width"]
        await seat.page.reload()
        await expect(tile(seat, "Farah Haddad")).to_be_visible()
        assert (await tile(seat, "Farah Haddad").bounding_box())["width"] == wide > 500


async def test_recording_is_started_and_stopped_from_the_wall(chromium, done):
    async with served(done, Workstation("ws-01", "Alice Martin")) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/live")
        await tile(seat, "ws-01").get_by_role("button", name="Record").click()
        await expect(tile(seat, "ws-01").get_by_role("button", name="Stop")).to_be_visible()
        assert premises.workstations["ws-01"].state == "recording"
        await tile(seat, "ws-01").get_by_role("button", name="Stop").click()
        await expect(tile(seat, "ws-01").get_by_role("button", name="Record")).to_be_visible()
        assert premises.workstations["ws-01"].state == "idle"


async def test_a_refusal_to_record_is_said_at_the_workstation(chromium):
    station = Workstation("ws-01")
    async with served(station) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/live")
        await expect(seat.page.get_by_text("Ready")).to_be_visible()
        station.state = "offline"
        await seat.page.get_by_role("button", name="Record").click()
        await expect(seat.page.get_by_role("alert")).to_have_text(
            "The workstation is not connected. It may be switched off."
        )


async def test_who_may_not_record_is_not_offered_it(chromium, growing, recorded):
    stations = (recorded, Workstation("ws-01"))
    async with (
        served(growing, *stations, permissions=["view", "play", "live"]) as premises,
        seated(chromium, premises) as seat,
    ):
        await seat.sign_in("/live")
        await expect(seat.page.get_by_text("Ready")).to_be_visible()
        await expect(seat.page.get_by_role("button", name="Record")).to_have_count(0)
        await expect(seat.page.get_by_role("button", name="Stop")).to_have_count(0)
