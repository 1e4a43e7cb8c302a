"""Desktop analytics in a browser: bands on the player, figures that are true, rules that are tried and rolled out."""

from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from web.analytics_stage import AGENTS, CARD_FORM, RECORDING, staged
from web.conftest import S
from web.footage import busy, film

pytestmark = pytest.mark.asyncio(loop_scope="session")

COUNTED = 4
WEEK = urlencode({"from": "2026-11-18T00:00:00Z", "to": "2026-11-23T00:00:00Z"})
"""Before the recording, which begins on the 25th: four of the days that everybody worked."""


@pytest.fixture(scope="module")
def footage():
    return [film("s0", 0, 147 * S, [*busy(0, 6), 40 * S, *busy(68, 80), 119 * S], per_piece=5)]


def hours(agents):
    """What some agents were active in those days, in the words of the page."""
    seconds = COUNTED * sum(7_200 + 60 * len(one) + 1_800 + (3_600 if one == "gus" else 0) for one in agents)
    return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"


async def test_the_player_shows_what_was_worked_with_and_goes_there(chromium, tmp_path, footage):
    async with staged(chromium, tmp_path, footage, f"/recordings/{RECORDING}") as seat:
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused'")
        panel = seat.page.get_by_role("region", name="Applications")
        await expect(panel.get_by_role("button", pressed=False)).to_contain_text(
            ["Customer file1 min 38 s", "firefox20 s", "Mail12 s"]
        )
        await panel.get_by_role("button", name="Customer file").click()
        await expect(panel.get_by_role("listitem").get_by_text("contract")).to_have_count(3)
        await panel.get_by_role("button", name="Next moment in Customer file").click()
        await seat.until("facts.position === 68e6")
        await panel.get_by_role("button", name="Next moment in Customer file").click()
        await seat.until("facts.position === 119e6")
        # By keys on the timeline, as from one event to the next.
        slider = seat.page.get_by_role("slider", name="Position in the recording")
        await slider.focus()
        await seat.page.keyboard.press("Control+ArrowLeft")
        await seat.until("facts.position === 68e6")
        assert "Customer file: Meyer, contract 4711" in await slider.get_attribute("aria-valuetext")
        await seat.page.get_by_role("button", name="Applications", exact=True).click()
        assert (
            await seat.page.get_by_role("button", name="Applications", exact=True).get_attribute("aria-expanded")
            == "false"
        )
        assert seat.faults == []


async def test_reports_say_what_the_script_says_and_lead_to_the_moments(chromium, tmp_path, footage):
    async with staged(chromium, tmp_path, footage, f"/analytics?{WEEK}&agent=dana&agent=gus") as seat:
        await expect(seat.page.get_by_role("link", name="Analytics")).to_have_attribute("aria-current", "page")
        figures = seat.page.locator("dl").first
        await expect(figures).to_contain_text(hours(["dana", "gus"]))
        idle = "7 h 02 min"  # 15 min 40 s and an hour and a half, on four days
        said = f"{COUNTED} days: {hours(['dana', 'gus'])} active, {idle} idle"
        await expect(seat.page.get_by_role("img")).to_have_attribute("aria-label", said)
        table = seat.page.get_by_role("grid", name="Usage by application")
        await expect(table.get_by_role("row").filter(has_text="minefield")).to_contain_text("4 h 00 min")
        await seat.page.get_by_role("group", name="Added up by").get_by_text("Agent", exact=True).click()
        table = seat.page.get_by_role("grid", name="Usage by agent")
        await expect(table.get_by_role("row").filter(has_text="dana")).to_contain_text(hours(["dana"]))
        await seat.page.get_by_role("button", name="How active is counted").click()
        await expect(seat.page.get_by_role("dialog", name="How active is counted")).to_contain_text("Times are")
        await seat.page.keyboard.press("Escape")
        async with seat.page.expect_download() as download:
            await seat.page.get_by_role("button", name="Download").click()
            await seat.page.get_by_role("menuitem", name="CSV").click()
        text = (await (await download.value).path()).read_text()
        assert {line.split(",")[0] for line in text.splitlines()} == {"key", "dana", "gus"}

        await seat.page.goto(seat.premises.origin + f"/analytics/outliers?{WEEK}")
        await expect(seat.page.get_by_role("grid", name="Outliers")).to_contain_text("gus")
        await expect(seat.page.get_by_text(f"{len(AGENTS)} agents were compared")).to_be_visible()
        await seat.page.goto(seat.premises.origin + f"/analytics/unknown?{WEEK}")
        await seat.page.get_by_role("link", name="minefield").click()
        await expect(seat.page.get_by_role("grid", name="Moments").get_by_role("row")).to_have_count(1 + COUNTED)
        assert seat.faults == []


async def test_rules_are_mended_at_their_line_tried_and_rolled_out(chromium, tmp_path, footage):
    async with staged(chromium, tmp_path, footage, "/rules") as seat:
        page = seat.page
        await page.get_by_role("link", name="Write the first").click()
        await page.get_by_label("Name").fill("Card forms")
        text = page.get_by_label("Rules", exact=True)
        await text.fill(CARD_FORM.replace("blackout", "blakout"))
        await expect(page.get_by_text("Line 4:")).to_be_visible()
        await expect(page.get_by_role("button", name="Save as a draft")).to_be_disabled()
        await page.get_by_role("button", name="Go there").click()
        assert await text.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)") == (
            'then = [{ blakout = "start" }]'
        )
        await text.fill(CARD_FORM)
        await expect(page.get_by_text("card form: blackout")).to_be_visible()
        await page.get_by_label("Every workstation").check()
        await page.get_by_role("button", name="Save and roll out").click()
        await expect(page.get_by_role("heading", name="Card forms")).to_be_visible()
        await expect(page.get_by_role("grid", name="Who has them")).to_contain_text("Has older ones")
        await page.get_by_role("link", name="All rules").click()
        await expect(page.get_by_role("link", name="Card forms")).to_contain_text("0 of 1 have it")
        assert seat.faults == []


async def test_without_the_module_there_is_no_entry_and_a_word_about_how_to_turn_it_on(chromium, tmp_path, footage):
    async with staged(chromium, tmp_path, footage, "/account") as seat:
        seat.premises.capabilities = [one for one in seat.premises.capabilities if one != "analytics"]
        await seat.page.goto(seat.premises.origin + "/analytics")
        await expect(seat.page.get_by_text("Desktop analytics is off")).to_be_visible()
        await expect(seat.page.get_by_role("navigation").get_by_role("link", name="Analytics")).to_have_count(0)
        await expect(seat.page.get_by_role("navigation").get_by_role("link", name="Rules")).to_have_count(0)
