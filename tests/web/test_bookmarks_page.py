"""Every bookmark one may see, on one page."""

import pytest
from playwright.async_api import expect

from web.conftest import seated, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


def rows(seat):
    return seat.page.locator("main [role=row][data-key]")


async def test_bookmarks_are_listed_searched_and_lead_to_their_moment(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        premises.kept.add("done", 31_000, "Card number on screen")
        premises.kept.add("done", 5_000, "Good close", end_ms=9_000, shared=True, by="Hana Novak")
        premises.kept.add("gone", 5_000, "Of a recording that was deleted")
        await seat.sign_in("/bookmarks")
        await expect(rows(seat)).to_have_count(3)
        await expect(rows(seat).first).to_contain_text("Alice Martin")
        await expect(rows(seat).nth(1)).to_contain_text("Hana Novak")
        await expect(rows(seat).nth(2)).to_contain_text("No longer to be seen")
        await seat.page.get_by_role("searchbox").fill("card")
        await expect(rows(seat)).to_have_count(1)
        assert seat.page.url.endswith("/bookmarks?q=card")
        await seat.page.get_by_role("link", name="Card number on screen").click()
        await seat.page.wait_for_url("**/recordings/done?t=31")


async def test_ones_own_is_changed_and_deleted_and_brought_back(chromium, done):
    async with served(done, permissions=["view", "play", "annotate"]) as premises, seated(chromium, premises) as seat:
        premises.kept.add("done", 31_000, "Card nmber")
        await seat.sign_in("/bookmarks")
        await seat.page.get_by_role("button", name="Actions for Card nmber").click()
        await seat.page.get_by_role("menuitem", name="Change").click()
        await seat.page.get_by_label("Words").fill("Card number")
        await seat.page.get_by_role("checkbox", name="Shared").check()
        await seat.page.get_by_role("button", name="Save").click()
        await expect(rows(seat).first).to_contain_text("Shared")
        assert premises.kept.bookmarks[0]["text"] == "Card number"
        await seat.page.get_by_role("button", name="Actions for Card number").click()
        await seat.page.get_by_role("menuitem", name="Delete").click()
        await expect(seat.page.get_by_text("No bookmarks yet")).to_be_visible()
        assert premises.kept.bookmarks == []
        await seat.page.get_by_role("button", name="Undo").click()
        await expect(rows(seat)).to_have_count(1)


async def test_others_bookmarks_cannot_be_changed(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        premises.kept.add("done", 31_000, "Theirs", shared=True, by="Hana Novak")
        await seat.sign_in("/bookmarks")
        await seat.page.get_by_role("button", name="Actions for Theirs").click()
        await expect(seat.page.get_by_role("menuitem")).to_have_text(["Copy link"])
