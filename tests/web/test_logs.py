"""The logs as an operator sees them: followed, narrowed, opened, as one timeline, and from what is missing."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import expect

from web.log_lines import said
from web.operation import full_disk
from web.people_stage import staged
from web.test_page import findings
from web.test_people_pages import SIZES, pale_in_the_dark, resized, shown, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALL = "0190f1d2-7a31-7c44-9b1e-2d1f0a7c9e11"


def some(count, **more):
    return [said(at, f"line {at}", **more) for at in range(count)]


def story():
    """What desk-7 and the server said about a call, among what others said."""
    about = {"interaction": CALL, "fields": {"recording": CALL}}
    return [
        *some(30, workstation="desk-1", level="debug"),
        said(40, "recording started", service="recording", **about),
        said(41.5, "segment opened", workstation="", service="screen", **about),
        said(42, "premises not reached", level="warning", fields={"code": "net.timeout"}),
        said(43, "capture failed\nBadDrawable", level="error", service="capture", **about),
    ]


def rows(seat):
    return seat.page.get_by_role("grid", name="Lines").locator("[role=row][data-key]")


def asked(seat):
    return dict(parse_qsl(urlsplit(seat.page.url).query, keep_blank_values=True))


async def opened(seat, *lines, path="/logs"):
    seat.premises.logs.say(*lines)
    await seat.visit(path)
    await expect(rows(seat).first).to_be_visible()


async def followed(seat):
    """Once the page hears of new lines."""
    await expect(seat.page.get_by_text("Live", exact=True).last).to_be_visible()
    while not seat.premises.logs.followed:
        await seat.page.evaluate("() => new Promise(requestAnimationFrame)")


async def test_lines_are_followed_and_nothing_moves_while_somebody_reads(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *some(300))
        await followed(seat)
        seat.premises.logs.say(said(400, "the newest"))
        await expect(rows(seat).first).to_contain_text("the newest")
        seat.premises.logs.say(said(399, "that was late"))
        await expect(rows(seat).nth(1)).to_contain_text("that was late")
        await seat.page.mouse.move(600, 500)
        await seat.page.mouse.wheel(0, 2_000)
        await expect(rows(seat).filter(has_text="line 240")).to_be_in_viewport()
        before = await rows(seat).filter(has_text="line 240").bounding_box()
        seat.premises.logs.say(*(said(500 + at, f"meanwhile {at}") for at in range(12)))
        news = seat.page.get_by_role("button", name="12 new")
        await expect(news).to_be_visible()
        assert await rows(seat).filter(has_text="line 240").bounding_box() == before
        assert await rows(seat).count() < 80
        await seat.page.keyboard.press("n")
        await expect(rows(seat).first).to_contain_text("meanwhile 11")
        await expect(news).to_have_count(0)
        await seat.page.get_by_role("button", name="Pause").click()
        seat.premises.logs.say(said(600, "while paused"))
        await expect(seat.page.get_by_role("button", name="1 new")).to_be_visible()
        await expect(rows(seat).first).to_contain_text("meanwhile 11")
        await seat.page.get_by_role("button", name="Go on").click()
        await expect(rows(seat).first).to_contain_text("while paused")


async def test_what_was_missed_is_told_or_fetched(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *some(10))
        await followed(seat)
        seat.premises.logs.lose(37)
        await expect(seat.page.get_by_text("37 lines came faster than they could be shown.")).to_be_visible()
        await seat.page.get_by_role("button", name="Load them").click()
        await expect(seat.page.get_by_text("37 lines")).to_have_count(0)
        await seat.premises.web.stop()
        await expect(seat.page.get_by_text("The connection to the server is interrupted.")).to_be_visible()
        seat.premises.logs.say(said(60, "said while nobody heard it"))
        await seat.premises.web.start()
        await expect(rows(seat).first).to_contain_text("said while nobody heard it")
        await expect(seat.page.get_by_text("The connection to the server is interrupted.")).to_have_count(0)


async def test_a_click_on_a_value_narrows_and_another_takes_it_off(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *story())
        await rows(seat).filter(has_text="premises not reached").get_by_text("Warning").click()
        await expect(rows(seat)).to_have_count(2)
        assert asked(seat) == {"level": "warning"}
        await rows(seat).first.get_by_text("desk-7").click()
        assert asked(seat) == {"level": "warning", "workstation": "desk-7"}
        await expect(rows(seat)).to_have_count(2)
        await rows(seat).last.get_by_text("Warning").click()
        await expect(rows(seat)).to_have_count(3)
        await seat.page.get_by_label("Remove the filter: Workstation").click()
        assert asked(seat) == {}
        await rows(seat).filter(has_text="segment opened").get_by_text("This server").click()
        await expect(rows(seat)).to_have_count(1)
        assert asked(seat) == {"workstation": ""}
        await seat.page.go_back()
        await expect(rows(seat).filter(has_text="desk-1")).not_to_have_count(0)
        await seat.page.get_by_label("Find in the logs").fill("NET.time")
        await expect(rows(seat)).to_have_count(1)
        await seat.page.get_by_role("button", name="Download").click()
        text = seat.page.get_by_role("menuitem", name="For people")
        assert await text.get_attribute("href") == "/api/logs/export?q=NET.time&format=text"
        assert await text.get_attribute("download") == "logs.txt"
        await seat.page.keyboard.press("Escape")
        await seat.page.get_by_label("Find in the logs").fill("no such thing")
        await expect(seat.page.get_by_role("heading", name="No line is like that")).to_be_visible()
        await seat.page.get_by_role("button", name="Show all lines").click()
        await expect(rows(seat).filter(has_text="capture failed")).to_be_visible()


async def test_filters_by_keyboard_alone(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *story())
        press = seat.page.keyboard.press
        await press("f")
        await seat.page.get_by_role("button", name="Workstation", exact=True).press("Enter")
        await expect(seat.page.get_by_label("Find in workstations")).to_be_focused()
        await seat.page.keyboard.type("desk-99")
        await seat.page.get_by_role("button", name="Add “desk-99”").press("Enter")
        await expect(seat.page.get_by_role("heading", name="No line is like that")).to_be_visible()
        assert asked(seat) == {"workstation": "desk-99"}
        await seat.page.get_by_label("Remove the filter: Workstation").press("Enter")
        await expect(rows(seat).first).to_be_visible()
        await press("f")
        await seat.page.get_by_role("button", name="Time", exact=True).press("Enter")
        await expect(seat.page.get_by_label("When")).to_be_focused()
        await seat.page.keyboard.type("23 nov 2026 14:00 to 15:30")
        await press("Enter")
        await expect(seat.page.get_by_role("button", name="Remove the filter: Time")).to_be_visible()
        assert set(asked(seat)) == {"from", "to"}
        await expect(rows(seat).first).to_be_visible()
        await press("/")
        await expect(seat.page.get_by_label("Find in the logs")).to_be_focused()
        await seat.page.keyboard.type("code=net.timeout")
        await expect(rows(seat)).to_have_count(1)
        await press("Escape")
        await press("j")
        await expect(rows(seat).first).to_be_focused()
        await press("Enter")
        await expect(seat.page.get_by_role("dialog", name="Line")).to_be_visible()


async def test_a_line_is_opened_by_keys_says_all_and_leads_on(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *story())
        await rows(seat).first.focus()
        await seat.page.keyboard.press("Enter")
        line = seat.page.get_by_role("dialog", name="Line")
        await expect(line.get_by_text("BadDrawable")).to_be_visible()
        await expect(line.get_by_text("2026-11-23T14:00:43.000000Z")).to_be_visible()
        await expect(line.get_by_role("link", name="Recording")).to_have_attribute("href", f"/recordings/{CALL}")
        station = line.get_by_role("link", name="Coverage")
        await expect(station).to_have_attribute("href", "/coverage/desk-7?day=2026-11-23")
        await line.get_by_role("button", name="Older").click()
        await expect(line.get_by_text("net.timeout")).to_be_visible()
        await expect(line.get_by_role("button", name="Only lines with this: Level")).to_be_visible()
        await line.get_by_role("button", name="Only lines with this: code").click()
        await expect(rows(seat)).to_have_count(1)
        assert asked(seat) == {"q": "code=net.timeout"}


async def test_a_log_says_more_for_a_while(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *story())
        await rows(seat).first.locator("[data-open]").click()
        await seat.page.get_by_role("button", name="Have it say more").click()
        dialog = seat.page.get_by_role("dialog", name="Have it say more: desk-7")
        await dialog.get_by_role("button", name="1 h").click()
        await dialog.get_by_label("Reason").fill("captures fail")
        assert await findings(seat) == []
        await dialog.get_by_role("button", name="Begin").click()
        await expect(dialog).to_have_count(0)
        await seat.page.keyboard.press("Escape")
        await expect(seat.page.get_by_text("desk-7 says everything until")).to_be_visible()
        await expect(seat.page.get_by_text("By sam: captures fail")).to_be_visible()
        assert [(one["kind"], one["level"], one["until"][11:16]) for one in seat.premises.logs.raised] == [
            ("workstation", "debug", "15:00")
        ]
        await seat.page.get_by_role("button", name="End", exact=True).click()
        await expect(seat.page.get_by_text("desk-7 says everything until")).to_have_count(0)
        assert seat.premises.logs.raised == []


async def test_a_link_to_a_line_leads_to_it_however_long_ago(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *some(900))
        key = "2026-11-23T14:01:40.000000Z.101"
        await seat.page.goto(f"{seat.premises.origin}/logs?line={key}")
        line = seat.page.get_by_role("dialog", name="Line")
        await expect(line.get_by_text("line 100", exact=True)).to_be_visible()
        await seat.page.keyboard.press("Escape")
        await expect(rows(seat).first).to_have_attribute("aria-current", "true")
        await expect(seat.page.get_by_text("The list begins at the line of the link.")).to_be_visible()
        await seat.page.get_by_role("button", name="Show the newest").click()
        await expect(rows(seat).first).to_contain_text("line 899")


async def test_an_interaction_is_one_timeline_from_its_beginning(chromium):
    async with staged(chromium, "/account") as seat:
        await opened(seat, *story(), *some(250, interaction=CALL))
        await rows(seat).first.get_by_title(f"Only: all about {CALL}").click()
        await expect(seat.page.get_by_role("heading", name="Logs of an interaction")).to_be_visible()
        await expect(rows(seat).first).to_contain_text("line 0")
        await expect(rows(seat).first).to_contain_text("+0.000 s")
        assert asked(seat) == {"interaction": CALL}
        await followed(seat)
        seat.premises.logs.say(said(300, "recording stopped", interaction=CALL), said(301, "of another"))
        await seat.page.keyboard.press("j")
        await seat.page.keyboard.press("End")
        await expect(rows(seat).last).to_contain_text("recording stopped")
        await expect(rows(seat).last).to_contain_text("+5:00.000")
        await expect(seat.page.get_by_role("grid", name="Lines")).to_have_attribute("aria-rowcount", str(254 + 2))


async def test_what_is_missing_leads_to_the_lines_of_that_time(chromium, done):
    async with staged(chromium, "/recordings/done", done) as seat:
        seat.premises.operation.stations = [full_disk("ws-09", "Zoe")]
        seat.premises.logs.say(said(-3_600, "the disk is full", workstation="ws-09", level="error"))
        lines = seat.page.get_by_role("link", name="Log lines of that time")
        # The gap begins 65 s after the recording, and lasts 42 s.
        await expect(lines).to_have_attribute(
            "href", "/logs?workstation=ws-01&from=2026-11-25T10%3A00%3A05.000Z&to=2026-11-25T10%3A02%3A47.000Z"
        )
        about = seat.page.get_by_role("link", name="What was said about it")
        await expect(about).to_have_attribute("href", "/logs?interaction=done")
        await seat.visit("/coverage/ws-09")
        await seat.page.get_by_role("link", name="Log lines").first.click()
        await expect(rows(seat)).to_have_count(1)
        assert asked(seat) == {
            "workstation": "ws-09", "from": "2026-11-23T12:59:00.000Z", "to": "2026-11-23T13:11:00.000Z",
        }  # fmt: skip


async def test_failures_and_waiting_are_said(chromium):
    async with staged(chromium, "/account") as seat:
        seat.premises.logs.refuse = (503, "logs.unreadable", "The logs cannot be read: Input/output error.")
        await seat.visit("/logs")
        await expect(seat.page.get_by_role("alert")).to_contain_text("The logs cannot be read")
        seat.premises.logs.refuse = None
        seat.premises.logs.say(*some(3))
        seat.premises.logs.slow_to = "2026-11-23T14:00:02.000000Z"
        await seat.page.get_by_role("button", name="Try again").click()
        await expect(rows(seat)).to_have_count(2)
        seat.premises.logs.refuse = (404, "logs.not_kept", "No logs are kept here.")
        await seat.visit("/logs?level=error")
        await expect(seat.page.get_by_role("heading", name="No logs are kept here")).to_be_visible()
    async with staged(chromium, "/logs", permissions=["view", "play"]) as seat:
        await expect(seat.page.get_by_role("heading", name="This page is not for you")).to_be_visible()
        assert seat.premises.logs.asked == []


async def test_it_is_accessible_and_whole_at_every_size_and_in_both_themes(chromium):
    context = {"color_scheme": "light", "reduced_motion": "reduce"}
    async with staged(chromium, "/account", context=context) as seat:
        seat.premises.logs.say(*story())
        for path in ("/logs?level=warning&workstation=desk-7&q=e", "/logs?q=nothing", f"/logs?interaction={CALL}"):
            await shown(seat, path)
            assert await findings(seat) == [], path
            assert await pale_in_the_dark(seat) == [], path
        for width, text in (*SIZES, (800, "100%")):
            await resized(seat, width, text)
            assert await too_wide(seat) == [], (width, text)
        await resized(seat, 1280, "100%")
        await seat.page.keyboard.press("j")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("dialog", name="Line")).to_be_visible()
        assert await findings(seat) == []
        assert await pale_in_the_dark(seat) == []
