"""The audit log as its readers see it."""

import pytest
from playwright.async_api import expect

from web.people_stage import staged

pytestmark = pytest.mark.asyncio(loop_scope="session")

RECORDING = "0190f1d2-7a31-7c44-9b1e-2d1f0a7c9e11"


def rows(seat):
    return seat.page.get_by_role("grid", name="Entries").get_by_role("row")


async def note_some(seat, count=3):
    for at in range(count):
        seat.premises.note("kim", "recording.viewed", RECORDING, seconds_ago=600 - at, page="/recordings", n=at)
    seat.premises.note("unknown", "sign_in.refused", seconds_ago=30, address="203.0.113.7")
    seat.premises.note("sam", "role.changed", "trainer", seconds_ago=20, page="/people/roles/trainer")
    await seat.page.reload()


async def test_entries_are_listed_newest_first_and_the_rest_follows_by_scrolling(chromium):
    async with staged(chromium, "/audit", page_items=20) as seat:
        await note_some(seat, 45)
        await expect(rows(seat).nth(2)).to_contain_text("sam")
        await expect(rows(seat).nth(2)).to_contain_text("changed the role")
        await expect(rows(seat).nth(3)).to_contain_text("Somebody unknown")
        await seat.page.mouse.move(600, 500)
        await seat.page.mouse.wheel(0, 6_000)
        await expect(seat.page.get_by_text("This is where the log begins.")).to_be_visible()


async def test_the_log_is_narrowed_by_chips_in_the_address(chromium):
    async with staged(chromium, "/audit") as seat:
        await note_some(seat)
        await seat.page.get_by_role("button", name="Filter", exact=True).click()
        await seat.page.get_by_role("button", name="Who", exact=True).click()
        await expect(seat.page.get_by_label("Who")).to_be_focused()
        await seat.page.get_by_label("Who").fill("kim")
        await seat.page.keyboard.press("Enter")
        await expect(rows(seat).filter(has_text="kim")).to_have_count(3)
        await expect(rows(seat).filter(has_text="sam")).to_have_count(0)
        assert seat.page.url.endswith("/audit?actor=kim")
        csv = seat.page.get_by_role("link", name="Download CSV")
        assert "actor=kim" in await csv.get_attribute("href")
        await seat.page.get_by_label("Remove the filter: Who").click()
        await expect(rows(seat).filter(has_text="sam")).to_have_count(1)
        await seat.page.get_by_label("Find in the log").fill("203.0.113.7")
        await expect(rows(seat).filter(has_text="sam")).to_have_count(0)
        await seat.page.get_by_label("Find in the log").fill("no such thing")
        await expect(seat.page.get_by_text("No entry is like that")).to_be_visible()


async def test_an_entry_is_opened_by_keys_says_all_and_leads_on(chromium):
    async with staged(chromium, "/audit") as seat:
        await note_some(seat)
        await rows(seat).nth(4).focus()
        await seat.page.keyboard.press("Enter")
        entry = seat.page.get_by_role("dialog", name="Entry 3")
        await expect(entry.get_by_text("recording.viewed", exact=True)).to_be_visible()
        await expect(entry.get_by_role("link", name="Open what it is about")).to_have_attribute(
            "href", f"/recordings/{RECORDING}"
        )
        await entry.get_by_role("button", name="Older").click()
        await expect(seat.page.get_by_role("dialog", name="Entry 2")).to_be_visible()
        await seat.page.get_by_role("button", name="Only entries with this: What").click()
        await expect(rows(seat).filter(has_text="kim")).to_have_count(3)
        assert seat.page.url.endswith("/audit?action=recording.viewed")


async def test_a_log_that_was_changed_says_from_where_on(chromium):
    async with staged(chromium, "/audit") as seat:
        await note_some(seat)
        await expect(seat.page.get_by_text("The log is whole.")).to_be_visible()
        seat.premises.whole = False
        await seat.page.get_by_role("button", name="Check again").click()
        await expect(seat.page.get_by_role("alert")).to_contain_text("Nothing from entry 4 on can be trusted.")


async def test_the_page_that_something_was_done_on_is_told_to_the_server(chromium):
    async with staged(chromium, "/people/users/bruno") as seat:
        async with seat.page.expect_request("**/api/users/bruno/unlock") as request:
            await seat.page.get_by_role("button", name="Unlock").click()
        headers = await (await request.value).all_headers()
        assert headers["x-playhead-page"] == "/people/users/bruno"
