"""The environment of a real site: a workstation looks over itself when asked, and a page shows what it found."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from e2e.site import PASSWORD, USER, Site
from playwright.async_api import Page, async_playwright, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = "desk-1"
NO_DISPLAY = ":987"
LOOK_MS = 30_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(place: Path) -> AsyncGenerator[Site, None]:
    """A server, and a workstation in front of no desktop."""
    made = Site(place / "site")
    try:
        await made.add_user(role="administrator")
        await made.start_premises()
        await made.enrol(DESK, display=NO_DISPLAY)
        await made.start_workstation(DESK, {}).until_said("premises welcomed us")
        yield made
    finally:
        made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(site: Site) -> AsyncGenerator[Page, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 1600})
        await page.goto(f"{site.address}/environment/workstations/{DESK}")
        await page.get_by_label("Name").fill(USER)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1, name=DESK)).to_be_visible()
        yield page
        await browser.close()


async def test_from_the_server_and_on_its_page(site: Site, page: Page) -> None:
    said = await site.command("doctor", "--from", DESK, "--json", "--data", str(site.data))
    told = json.loads(said.out)
    assert said.code == 2, said
    assert (told["machine"], told["role"]) == (DESK, "workstation")
    by_code = {one["code"]: one for one in told["findings"]}
    assert by_code["display.denied"]["severity"] == "error"
    reached = {one["evidence"].get("service") for one in told["findings"] if one["severity"] == "ok"}
    assert {"screen", "tokens"} <= reached

    await page.get_by_role("button", name="Run the doctor now").click()
    wrong = page.get_by_role("list", name="What is wrong").get_by_role("listitem")
    await expect(wrong.filter(has_text="display.denied")).to_contain_text(NO_DISPLAY, timeout=LOOK_MS)
    await expect(page.get_by_text(by_code["display.denied"]["mend"])).to_be_visible()

    await page.get_by_role("link", name="Overview").click()
    await page.get_by_role("button", name="Run the doctor now").click()
    await expect(page.get_by_text("This server looked over itself")).to_be_visible(timeout=LOOK_MS)
    row = page.get_by_role("grid", name="Ports").get_by_role("row").filter(has_text=str(site.screen_port))
    await expect(row).to_contain_text("Listening")
    await expect(row).to_contain_text("The one that tried")
    await expect(wrong.filter(has_text="display.denied").get_by_role("link", name=DESK)).to_be_visible()


async def test_one_that_is_gone_is_told_of_by_what_it_said_last(site: Site, page: Page) -> None:
    await site.workstations[DESK].stop()
    said = await site.command("doctor", "--from", DESK, "--data", str(site.data))
    assert said.code == 2, said
    assert "is not connected. This is what it told on" in said.err
    assert "display.denied" in said.out
    await page.reload()
    await expect(page.get_by_text("It is not connected.")).to_be_visible()
    await expect(page.get_by_role("button", name="Run the doctor now")).to_be_disabled()
