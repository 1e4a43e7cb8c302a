"""What people come for, told with a real server and a real browser. Live views are in `test_live_browser`."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from e2e.past import add_interaction
from e2e.site import PASSWORD, Site, until
from playwright.async_api import Browser, Page, async_playwright, expect

from playhead.base.ids import RecordingId
from web.footage import READ_NUMBER

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = (("sam", "manager"), ("jo", "manager"), ("alex", "agent"), ("kim", "agent"), ("pat", "administrator"))
SECONDS = 40
TUESDAY = 1


def last_tuesday() -> datetime:
    """Ten in the morning of the Tuesday before today."""
    now = datetime.now().astimezone()
    ago = (now.weekday() - TUESDAY) % 7 or 7
    return (now - timedelta(days=ago)).replace(hour=10, minute=0, second=0, microsecond=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site, None]:
    """A server with people, and with what two agents did last Tuesday."""
    site = Site(tmp_path_factory.mktemp("stories"))
    try:
        for user, role in PEOPLE:
            await site.add_user(user, role)
        site.recordings = {}
        for agent, hours in (("alex", 0), ("kim", 3)):
            began = last_tuesday() + timedelta(hours=hours)
            site.recordings[agent] = await add_interaction(
                site.places, agent=agent, started_at_us=int(began.timestamp()) * 1_000_000, seconds=SECONDS
            )
        await site.start_premises()
        yield site
    finally:
        site.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def somebody(browser: Browser, site: Site, user: str, path: str = "/") -> AsyncGenerator[Page, None]:
    """A person at a browser of their own, who opens a link and signs in on the way."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    page = await context.new_page()
    await page.goto(site.address + path)
    await page.get_by_label("Name").fill(user)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Recordings", exact=True).first).to_be_visible()
    yield page
    await context.close()


async def shown_s(page: Page) -> float | None:
    """The time that the picture says, in seconds from its beginning."""
    shown_us = await page.locator("[data-playhead-state] video").first.evaluate(READ_NUMBER)
    return None if shown_us is None else shown_us / 1_000_000


async def shows_from(page: Page, at_s: float) -> bool:
    return (await shown_s(page) or 0) >= at_s


async def at_rest(page: Page, state: str = "paused") -> None:
    await page.wait_for_selector(f'[data-playhead-state="{state}"][data-playhead-loading="false"]')


def link_to(site: Site, agent: str) -> str:
    identifier: RecordingId = site.recordings[agent]
    return f"/recordings/{identifier}"


async def test_find_a_call_of_last_tuesday_and_send_a_colleague_the_moment(browser: Browser, site: Site) -> None:
    async with somebody(browser, site, "sam") as page:
        await page.get_by_role("button", name="Filter").click()
        await page.get_by_role("dialog", name="Filter").get_by_role("button", name="Time").click()
        await page.get_by_label("When").fill("last tuesday")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("last-tuesday"))
        await page.get_by_label("Search recordings").fill("alex")
        await expect(page.locator(f'a[href*="{site.recordings["kim"]}"]')).to_have_count(0)
        await page.locator(f'a[href*="{site.recordings["alex"]}"]').first.click()
        await page.wait_for_selector('[data-playhead-loading="false"]')
        await page.keyboard.press("k")
        await page.keyboard.press("5")
        await at_rest(page)
        assert await shown_s(page) == pytest.approx(SECONDS / 2, abs=0.6)
        await page.get_by_role("button", name="Copy a link to this moment").click()
        link = await page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(site.address + link_to(site, "alex"))
    async with somebody(browser, site, "jo", link.removeprefix(site.address)) as page:
        await page.wait_for_selector('[data-playhead-loading="false"]')
        position_s = int(await page.locator("[data-playhead-state]").get_attribute("data-playhead-position")) / 1e6
        assert SECONDS / 2 - 1 <= position_s <= SECONDS / 2 + 15
        shown = await shown_s(page)
        assert shown is not None
        assert shown >= SECONDS / 2 - 1


async def test_be_refused_with_words(browser: Browser, site: Site) -> None:
    async with somebody(browser, site, "kim", link_to(site, "alex")) as page:
        await expect(page.get_by_role("main")).to_contain_text(re.compile("may not|not allowed|no access"))
        assert await shown_s(page) is None
        await (
            page.get_by_role("main")
            .get_by_role("link")
            .or_(page.get_by_role("main").get_by_role("button"))
            .first.click()
        )
        await expect(page).to_have_url(re.compile("/(recordings|mine)$"))


async def test_be_an_agent_and_see_who_watched_me(browser: Browser, site: Site) -> None:
    async with somebody(browser, site, "sam", link_to(site, "alex")) as page:
        await page.wait_for_selector('[data-playhead-loading="false"]')
    async with somebody(browser, site, "alex", "/mine") as page:
        main = page.get_by_role("main")
        await expect(main).to_contain_text("sam")
        await expect(main.get_by_role("listitem")).not_to_have_count(0)
        await expect(main).not_to_contain_text("kim")
        await main.locator("summary").first.click()
        await expect(main).to_contain_text(re.compile("sam.*(watched|played|looked)", re.DOTALL))


async def test_the_server_restarts_while_somebody_plays(browser: Browser, site: Site) -> None:
    async with somebody(browser, site, "sam", link_to(site, "kim")) as page:
        await page.wait_for_selector('[data-playhead-state="media"][data-playhead-loading="false"]')
        assert site.premises is not None
        assert await site.premises.stop() == 0
        await site.start_premises()
        await page.keyboard.press("9")
        await page.wait_for_selector('[data-playhead-loading="false"]')
        await until(lambda: shows_from(page, SECONDS * 0.8), "the picture of later")


async def test_account_for_a_day_and_erase_what_should_not_have_been_kept(browser: Browser, site: Site) -> None:
    day = last_tuesday().date().isoformat()
    async with somebody(browser, site, "pat", f"/coverage?day={day}") as page:
        main = page.get_by_role("main")
        grid = page.get_by_role("grid", name="Workstations")
        await grid.get_by_role("row").filter(has_text="%").first.get_by_role("link").click()
        await expect(page.get_by_role("list", name="Days", exact=True).get_by_role("listitem")).to_have_count(14)
        await page.goto(f"{site.address}/retention")
        await page.get_by_role("button", name="Add a rule").click()
        await page.get_by_label("Name").fill("Everything")
        await page.get_by_label("Days").fill("1")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="See what it deletes, and save").click()
        asks = page.get_by_role("dialog", name="Save these rules?")
        await expect(asks).to_contain_text("2 recordings are due by these rules")
        await asks.get_by_role("button", name="Cancel").click()
        await page.goto(site.address + link_to(site, "alex"))
        account = page.get_by_role("region", name="Coverage")
        await expect(account).to_contain_text(re.compile(f"of what was due is there: {SECONDS} s"))
        await page.get_by_role("button", name="Delete this recording").click()
        await page.get_by_role("textbox", name="Reason").fill("the customer asked for it")
        await page.get_by_role("button", name="Delete it").click()
        await page.wait_for_url("**/recordings")
        await expect(page.locator(f'a[href*="{site.recordings["alex"]}"]')).to_have_count(0)
        await page.goto(f"{site.address}/retention")
        erased = page.get_by_role("grid", name="Erased").get_by_role("row").filter(has_text="the customer asked for it")
        async with page.expect_download() as download:
            await erased.get_by_role("link", name="Certificate").click()
        assert (await download.value).suggested_filename == f"erasure-{site.recordings['alex']}.json"
        await page.goto(f"{site.address}/quarantine")
        await expect(page.get_by_role("heading", name="Nothing is in quarantine")).to_be_visible()
        await expect(main.get_by_role("alert")).to_have_count(0)
