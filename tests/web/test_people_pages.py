"""What holds for every page about people, the log and oneself: accessible, steady, at every width, in both themes."""

import pytest
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from playwright.async_api import expect

from web.people_stage import staged
from web.premises import USER, Recording
from web.test_mine import recorded, watched
from web.test_page import findings

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = (
    "/account",
    "/people/users",
    "/people/users/kim",
    "/people/users/nobody",
    "/people/groups",
    "/people/groups/sales",
    "/people/roles",
    "/people/roles/trainer",
    "/people/roles/supervisor",
    "/people/sessions",
    "/people/access?user=kim&recording=r-1",
    "/audit?actor=kim",
    "/mine",
)


def settings():
    mine = [recorded("r-2", state="recording", seconds_ago=60), recorded("r-1", watched("kim"), watched(USER))]
    return {"mine": mine}


async def shown(seat, path):
    """Whether the page came to rest: it has a heading, and nothing that waits."""
    await seat.visit(path)
    await expect(seat.page.get_by_role("heading", level=1)).to_have_count(1)
    await expect(seat.page.get_by_role("status", name="Loading")).to_have_count(0)


def note(premises):
    for at in range(3):
        premises.note("kim", "recording.viewed", "r-1", seconds_ago=90 - at, page="/recordings/r-1")


SIZES = ((390, "100%"), (768, "100%"), (2560, "100%"), (1280, "200%"))


async def resized(seat, width, text):
    await seat.page.set_viewport_size({"width": width, "height": 800})
    await seat.page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", text)


WHOLE = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
TOO_WIDE = """() => [...document.body.querySelectorAll("*")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((element) => `${element.tagName} ${element.className}: ${element.getBoundingClientRect().right}`)"""


async def too_wide(seat):
    """What reaches beyond the window after tables had the time to choose the columns for its width."""
    try:
        await seat.page.wait_for_function(WHOLE, timeout=15_000, polling=30)
    except PlaywrightTimeoutError:
        return ["the page", *await seat.page.evaluate(TOO_WIDE)]
    return []


async def pale_in_the_dark(seat):
    """What cannot be read in dark colours: the one rule of axe-core that colours decide."""
    await seat.page.emulate_media(color_scheme="dark")
    try:
        return await findings(seat, {"runOnly": ["color-contrast"]})
    finally:
        await seat.page.emulate_media(color_scheme="light")


async def test_every_page_is_accessible_and_whole_at_every_size_and_in_both_themes(chromium):
    context = {"color_scheme": "light", "reduced_motion": "reduce"}
    async with staged(chromium, "/account", Recording("r-1", "alice", []), context=context, **settings()) as seat:
        note(seat.premises)
        for path in PAGES:
            await shown(seat, path)
            assert await findings(seat) == [], path
            assert await pale_in_the_dark(seat) == [], path
            for width, text in SIZES:
                await resized(seat, width, text)
                assert await too_wide(seat) == [], (path, width, text)
            await resized(seat, 1280, "100%")


async def test_dialogs_are_accessible(chromium):
    context = {"reduced_motion": "reduce"}
    async with staged(chromium, "/account", context=context) as seat:
        for path, button in (("/account", "Set up"), ("/people/users", "Add a user"), ("/people/users/kim", "Disable")):
            await shown(seat, path)
            await seat.page.get_by_role("button", name=button).click()
            await expect(seat.page.get_by_role("dialog")).to_be_visible()
            assert await findings(seat) == [], button
            await seat.page.keyboard.press("Escape")


@pytest.mark.parametrize("path", ["/account", "/people/users/kim", "/audit", "/sign-in"])
async def test_nothing_jumps_while_it_loads(chromium, path):
    async with staged(chromium, "/people/groups", signed_in=path != "/sign-in", **settings()) as seat:
        note(seat.premises)
        await seat.page.add_init_script("""
          new PerformanceObserver((list) => {
            const { dataset } = document.documentElement;
            for (const entry of list.getEntries()) dataset.shift = Number(dataset.shift ?? 0) + entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        """)
        await seat.page.route("**/api/**", _late)
        await seat.page.goto(seat.premises.origin + path)
        await expect(seat.page.get_by_role("heading", level=1)).to_have_count(1)
        await expect(seat.page.get_by_role("status", name="Loading")).to_have_count(0)
        assert float(await seat.page.evaluate("document.documentElement.dataset.shift ?? 0")) < 0.02


async def _late(route):
    # So late that what waits for it is painted first.
    response = await route.fetch()
    await route.fulfill(response=response)


@pytest.mark.parametrize(("path", "words"), [("/people/users", "looking after users"), ("/audit", "the audit log")])
async def test_who_may_not_is_told_so_and_nothing_is_asked_of_the_server(chromium, path, words):
    async with staged(chromium, path, permissions=["view", "play"]) as seat:
        await expect(seat.page.get_by_role("heading", name="This page is not for you")).to_be_visible()
        await expect(seat.page.get_by_text(words)).to_be_visible()
        assert not [asked for asked in seat.premises.counts if asked.startswith(("/api/users", "/api/audit"))]
