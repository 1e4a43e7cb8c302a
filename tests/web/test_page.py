"""What holds for every page: accessible, steady, at every width, in both themes."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from web.conftest import seated, served
from web.premises import Workstation
from web.small import thumbnail

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/recordings",
    "/recordings?agent=Alice+Martin&gap=true",
    "/recordings?q=nothing+like+that",
    "/live",
    "/bookmarks",
    "/recordings/done?t=31",
    "/components",
    "/nowhere",
)
OPENED = ("Filter", "Views", "Columns", "Keyboard")
"""What opens over the library."""


async def findings(seat, options=None):
    """What axe-core has against the page; ``options`` as it takes them."""
    await seat.page.evaluate(AXE.read_text())
    script = "(options) => axe.run(document, { resultTypes: ['violations'], ...options })"
    result = await seat.page.evaluate(script, options or {})
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in result["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(chromium, done, growing, scheme):
    stations = [
        Workstation("ws-01"),
        Workstation("ws-02", "Bruno", "recording", "growing"),
        Workstation("ws-03", state="offline"),
    ]
    async with (
        served(done, growing, *stations) as premises,
        seated(chromium, premises, color_scheme=scheme, reduced_motion="reduce") as seat,
    ):
        await seat.page.goto(f"{premises.origin}/sign-in")
        await seat.fill_in(password="wrong")
        await expect(seat.page.get_by_role("alert")).to_be_visible()
        assert await findings(seat) == []
        premises.kept.add("done", 31_000, "Card number on screen")
        premises.shelf.pictures["ws-02"] = ("one", thumbnail(10_000_000))
        await seat.sign_in()
        for path in PAGES:
            await seat.visit(path)
            if "done" in path:
                await seat.until("facts.state === 'media'")
                await seat.page.keyboard.press("?")
            await expect(seat.page.get_by_role("heading").first).to_be_visible()
            assert await findings(seat) == [], path
            await seat.page.keyboard.press("Escape")


async def test_axe_finds_nothing_in_what_opens_over_the_library(chromium, done):
    async with (
        served(done, permissions=["view", "annotate", "hold", "export"]) as premises,
        seated(chromium, premises, reduced_motion="reduce") as seat,
    ):
        await seat.sign_in()
        await seat.page.get_by_role("checkbox", name="Select", exact=True).check()
        for name in OPENED:
            await seat.page.get_by_role("button", name=name, exact=True).click()
            assert await findings(seat) == [], name
            await seat.page.keyboard.press("Escape")
        await seat.page.get_by_role("button", name="Filter", exact=True).click()
        await seat.page.get_by_role("dialog", name="Filter").get_by_role("button", name="Time").click()
        await expect(seat.page.get_by_label("When")).to_be_focused()
        assert await findings(seat) == []


async def test_every_page_is_whole_with_text_twice_as_large(chromium, done, growing):
    async with served(done, growing, Workstation("ws-01")) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await seat.page.evaluate("document.documentElement.style.fontSize = '200%'")
        for path in ("/recordings", "/live", "/bookmarks", "/components"):
            await seat.visit(path)
            await expect(seat.page.get_by_role("heading").first).to_be_visible()
            wide = await seat.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, path


@pytest.mark.parametrize("width", [390, 768, 2560])
async def test_nothing_is_cut_off_at_any_width(chromium, done, growing, width):
    async with served(done, growing, Workstation("ws-01")) as premises, seated(chromium, premises) as seat:
        await seat.page.set_viewport_size({"width": width, "height": 800})
        await seat.sign_in()
        for path in PAGES:
            await seat.visit(path)
            if "done" in path:
                await seat.until("facts.state === 'media'")
            await expect(seat.page.get_by_role("heading").first).to_be_visible()
            wide = await seat.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, path


async def test_nothing_jumps_while_it_loads(chromium, done, growing):
    async with (
        served(done, growing, Workstation("ws-01"), answer_delay_s=0.1) as premises,
        seated(chromium, premises) as seat,
    ):
        await seat.page.add_init_script("""
          new PerformanceObserver((list) => {
            const { dataset } = document.documentElement;
            for (const entry of list.getEntries()) dataset.shift = Number(dataset.shift ?? 0) + entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        """)
        await seat.sign_in()
        await expect(seat.page.locator("main [role=row][data-key]")).to_have_count(2)
        await seat.visit("/live")
        await expect(seat.page.get_by_text("Ready")).to_be_visible()
        await seat.visit("/bookmarks")
        await expect(seat.page.get_by_text("No bookmarks yet")).to_be_visible()
        await seat.visit("/recordings/done")
        await seat.until("facts.state === 'media' && facts.position > 1e6")
        assert float(await seat.page.evaluate("document.documentElement.dataset.shift ?? 0")) < 0.02


async def test_the_theme_is_chosen_and_remembered(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        background = "getComputedStyle(document.body.parentElement).backgroundColor"
        light = await seat.page.evaluate(background)
        await seat.page.get_by_role("button", name="Dark").click()
        dark = await seat.page.evaluate(background)
        assert dark != light
        await seat.page.reload()
        assert await seat.page.evaluate(background) == dark
        await seat.page.get_by_role("button", name="As the system").click()
        assert await seat.page.evaluate(background) == light


async def test_the_first_tab_leads_to_the_content(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in()
        await expect(seat.page.locator("main [role=row][data-key]")).to_have_count(1)
        await seat.page.keyboard.press("Tab")
        await expect(seat.page.get_by_role("link", name="To the content")).to_be_focused()
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.locator("main")).to_be_focused()
