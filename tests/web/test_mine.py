"""What an agent reads about themselves."""

import pytest
from playwright.async_api import expect

from web.people_premises import ago
from web.people_stage import staged

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT = ["view", "play", "blackout_on"]


def recorded(key, *watched, state="complete", why="continuous", seconds_ago=7200):
    live = state == "recording"
    return {
        "id": key,
        "workstation": {"id": "ws-01", "name": "ws-01"},
        "agent": "SITE\\sam",
        "state": state,
        "startedAt": ago(seconds_ago),
        "endedAt": None if live else ago(seconds_ago - 600),
        "durationMs": 600_000,
        "bytes": 1,
        "live": live,
        "gaps": 0,
        "progressAgeMs": 0 if live else None,
        "tags": [],
        "held": False,
        "blackout": False,
        "site": "site-1",
        "why": why,
        "watched": list(watched),
    }


def watched(by, how="played", from_ms=None, seconds_ago=3600):
    return {"by": by, "at": ago(seconds_ago), "how": how, "fromMs": from_ms, "toMs": None}


async def test_an_agent_sees_what_was_recorded_why_and_who_watched(chromium):
    mine = [
        recorded("r-2", why="ordered by kim"),
        recorded("r-1", watched("kim", from_ms=750_000), watched("sam", seconds_ago=60), seconds_ago=9000),
    ]
    async with staged(chromium, "/mine", mine=mine, permissions=AGENT) as seat:
        items = seat.page.get_by_role("main").get_by_role("listitem")
        await expect(items.nth(0)).to_contain_text("kim started it.")
        await expect(items.nth(0)).to_contain_text("Nobody has watched it.")
        await expect(items.nth(1)).to_contain_text("kim watched it, and so did you.")
        await items.nth(1).locator("summary").focus()
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("kim played it from 12:30 on")).to_be_visible()
        await expect(seat.page.get_by_text("You played it")).to_be_visible()
        play = seat.page.get_by_role("main").get_by_role("link", name="Play").first
        await expect(play).to_have_attribute("href", "/recordings/r-2")


async def test_being_recorded_now_is_said_first(chromium):
    mine = [recorded("r-1", watched("kim", "live"), state="recording", seconds_ago=300)]
    async with staged(chromium, "/mine", mine=mine, permissions=AGENT) as seat:
        await expect(seat.page.get_by_text("Your screen is being recorded now, at ws-01.")).to_be_visible()
        await seat.page.locator("summary").click()
        await expect(seat.page.get_by_text("kim watched while it was recorded")).to_be_visible()


async def test_more_follows_by_scrolling_and_the_end_is_said(chromium):
    mine = [recorded(f"r-{at}", seconds_ago=7200 + at * 3600) for at in range(25)]
    async with staged(chromium, "/mine", mine=mine, page_items=10, permissions=AGENT) as seat:
        await seat.page.mouse.move(600, 500)
        await expect(seat.page.get_by_role("main").get_by_role("link", name="Play")).not_to_have_count(0)
        await seat.page.keyboard.press("End")
        await expect(seat.page.get_by_role("main").get_by_role("link", name="Play")).not_to_have_count(10)
        await seat.page.keyboard.press("End")
        await expect(seat.page.get_by_text("That is all there is about you.")).to_be_visible()
        await expect(seat.page.get_by_role("main").get_by_role("link", name="Play")).to_have_count(25)


async def test_who_was_never_recorded_is_told_so(chromium):
    async with staged(chromium, "/mine", permissions=AGENT) as seat:
        await expect(seat.page.get_by_text("Nothing was recorded about you")).to_be_visible()


async def test_a_failure_has_words_and_a_way_on(chromium):
    async with staged(chromium, "/mine", permissions=AGENT) as seat:
        await seat.page.route("**/api/mine*", lambda route: route.abort())
        await seat.page.reload()
        await expect(seat.page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
        await seat.page.unroute("**/api/mine*")
        await seat.page.get_by_role("button", name="Try again").click()
        await expect(seat.page.get_by_text("Nothing was recorded about you")).to_be_visible()
