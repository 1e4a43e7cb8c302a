"""The pages of coverage: who is recorded now and who is not, days as strips, and links into what is there."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from playwright.async_api import expect

from web.conftest import seated, served
from web.operation import TODAY, account, at_hour, full_disk, midnight, station
from web.premises import Recording, Workstation

pytestmark = pytest.mark.asyncio(loop_scope="session")

YESTERDAY = str(TODAY - timedelta(days=1))


def locked(name, agent):
    spans = ((8, 14.5, "kept"), (14.5, 15, "locked"))
    return station(name, agent, *spans, state="locked", covered=False, code="locked", since=at_hour(14.5))


@asynccontextmanager
async def staged(chromium, path, *stations, context=None, recordings=(), **settings):
    things = [Workstation(one["workstation"], one["agent"]) for one in stations]
    async with served(*things, *recordings, **settings) as premises:
        premises.operation.stations = list(stations)
        premises.operation.days[YESTERDAY] = account((9, 10, "kept"), (10, 12, "killed"), (12, 17, "kept"))
        async with seated(chromium, premises, **(context or {})) as seat:
            await seat.sign_in(path)
            yield seat


def rows(seat):
    return seat.page.get_by_role("grid", name="Workstations").get_by_role("row")


async def names(seat):
    return await seat.page.locator("[role=row][data-key]").evaluate_all("(all) => all.map((one) => one.dataset.key)")


async def test_alarms_stand_first_and_why_each_other_is_not_recorded(chromium):
    office = (station("ws-02", "Bruno"), locked("ws-03", "Chiara"), full_disk("ws-09", "Zoe"))
    async with staged(chromium, "/coverage", *office) as seat:
        await expect(rows(seat).filter(has_text="Zoe")).to_contain_text("Disk full")
        assert await names(seat) == ["ws-09", "ws-03", "ws-02"]
        await expect(rows(seat).filter(has_text="Chiara")).to_contain_text("Locked")
        await expect(rows(seat).filter(has_text="Bruno")).to_contain_text("Recorded")
        strip = rows(seat).filter(has_text="Zoe").get_by_role("img")
        await expect(strip).to_have_attribute(
            "aria-label", "6 h 00 min of 7 h 00 min recorded. Missing: disk full 1 h 00 min."
        )
        legend = seat.page.get_by_role("list", name="What became of the time that was due")
        await expect(legend.get_by_role("listitem").first).to_contain_text("Recorded")
        await expect(legend).to_contain_text("Disk full")
        await strip.hover(position={"x": 1, "y": 5})
        box = await strip.bounding_box()
        await strip.hover(position={"x": box["width"] - 8, "y": 5})
        await expect(seat.page.locator("[popover=manual]")).to_contain_text("Disk full")


async def test_what_is_shown_is_in_the_address_and_kept_by_it(chromium):
    office = (station("ws-02", "Bruno"), station("ws-03", "Chiara"), full_disk("ws-09", "Zoe"))
    async with staged(chromium, "/coverage", *office) as seat:
        await expect(rows(seat).filter(has_text="Zoe")).to_be_visible()
        await seat.page.get_by_label("Problems only").check()
        await expect(rows(seat).filter(has_text="Bruno")).to_have_count(0)
        assert seat.page.url.endswith("/coverage?problem=true")
        await seat.page.get_by_label("Problems only").uncheck()
        await expect(rows(seat).filter(has_text="Bruno")).to_be_visible()
        await seat.page.get_by_role("searchbox").fill("chiara")
        await expect(rows(seat).filter(has_text="Zoe")).to_have_count(0)
        assert seat.page.url.endswith("/coverage?q=chiara")
        await seat.page.get_by_role("searchbox").fill("nobody like that")
        await expect(seat.page.get_by_role("heading", name="No workstation is like that")).to_be_visible()
        await seat.page.get_by_role("button", name="Show all workstations").click()
        await seat.page.get_by_role("button", name="The day before").click()
        await expect(rows(seat).filter(has_text="Chiara")).to_contain_text("2 h 00 min")
        assert seat.page.url.endswith(f"/coverage?day={YESTERDAY}")
        await expect(seat.page.get_by_text("Something is missing", exact=True)).to_be_visible()
        await expect(seat.page.get_by_role("button", name="The day after")).to_be_enabled()


async def test_a_new_alarm_is_told_at_once_and_moves_nothing_that_is_read(chromium):
    office = [station(f"ws-{at:02}", f"Agent {at:02}") for at in range(30)]
    async with staged(chromium, "/coverage", *office) as seat:
        await rows(seat).filter(has_text="Agent 03").get_by_role("link").focus()
        before = await names(seat)
        figure = seat.page.locator("dl div").filter(has_text="should be recorded, and are not").locator("dd").first
        await expect(figure).to_have_text("0")
        seat.premises.operation.stations[5] = failed = full_disk("ws-05", "Agent 05")
        keys = ("workstation", "agent", "state", "covered", "code", "since", "alarm")
        seat.premises.tell("coverage", {key: failed[key] for key in keys} | {"message": "Its disk is full."})
        await expect(rows(seat).filter(has_text="Agent 05")).to_contain_text("Disk full", timeout=2_000)
        await expect(figure).to_have_text("1")
        assert await names(seat) == before
        await seat.page.get_by_role("button", name="1 changed: sort anew").click()
        assert (await names(seat))[0] == "ws-05"


async def test_what_is_wrong_with_the_server_is_said_while_it_lasts(chromium):
    full = {"code": "disk.full", "message": "The disk is full.", "hint": "Make room.", "since": at_hour(14)}
    async with staged(chromium, "/coverage", station("ws-02", "Bruno")) as seat:
        await expect(rows(seat).filter(has_text="Bruno")).to_be_visible()
        seat.premises.tell("health", {"status": "degraded", "version": "1", "problems": [full]})
        await expect(seat.page.get_by_role("alert")).to_contain_text("The disk is full.")
        seat.premises.tell("health", {"status": "ok", "version": "1", "problems": []})
        await expect(seat.page.get_by_role("alert")).to_have_count(0)


async def test_five_hundred_workstations_are_walked_by_keys(chromium):
    office = [station(f"ws-{at:03}", f"Agent {at:03}") for at in range(500)]
    async with staged(chromium, "/coverage", *office) as seat:
        grid = seat.page.get_by_role("grid", name="Workstations")
        await expect(grid).to_have_attribute("aria-rowcount", "502")
        assert await rows(seat).count() < 80
        await rows(seat).nth(2).focus()
        await seat.page.keyboard.press("End")
        await expect(rows(seat).filter(has_text="Agent 499")).to_be_focused()
        await seat.page.keyboard.press("Enter")
        await seat.page.wait_for_url("**/coverage/ws-499")


async def test_a_workstations_days_lead_to_what_is_missing_and_into_recordings(chromium):
    begun_us = round(midnight(TODAY).timestamp() * 1_000_000)
    morning = Recording("r-1", "Zoe", [], workstation="ws-09", started_at_us=begun_us + 8 * 3_600_000_000)
    morning.length_us = 7 * 3_600_000_000
    async with staged(chromium, "/coverage/ws-09", full_disk("ws-09", "Zoe"), recordings=(morning,)) as seat:
        await expect(seat.page.get_by_role("heading", name="Zoe")).to_be_visible()
        stretches = seat.page.get_by_role("grid", name="Missing stretches")
        await expect(stretches.get_by_role("row").nth(1)).to_contain_text("The workstation's disk was full.")
        link = stretches.get_by_role("link", name="What was before it")
        await expect(link).to_have_attribute("href", "/recordings/r-1?t=21597")
        days = seat.page.get_by_role("list", name="Days", exact=True)
        await expect(days.get_by_role("listitem")).to_have_count(14)
        await days.get_by_role("link", name="Yesterday").focus()
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("heading", name="Missing: Yesterday")).to_be_visible()
        await expect(stretches.get_by_role("row").nth(1)).to_contain_text("The recorder was ended by force.")
        assert seat.page.url.endswith(f"/coverage/ws-09?day={YESTERDAY}")
        await seat.visit("/coverage/ws-77")
        await expect(seat.page.get_by_role("heading", name="There is no such workstation")).to_be_visible()


async def test_a_site_without_workstations_and_one_without_problems_say_so(chromium):
    async with staged(chromium, "/coverage") as seat:
        await expect(seat.page.get_by_role("heading", name="No workstations yet")).to_be_visible()
        await seat.visit("/coverage?problem=true")
        await expect(seat.page.get_by_role("heading", name="No problems")).to_be_visible()


async def test_a_recording_says_what_of_it_is_missing_and_why(chromium, done):
    async with staged(chromium, "/recordings/done", recordings=(done,)) as seat:
        account_of = seat.page.get_by_role("region", name="Coverage")
        await expect(account_of).to_contain_text("1 min 45 s of 2 min 27 s")
        await expect(account_of.get_by_role("list", name="Missing, by reason")).to_contain_text("Off")
