"""What holds for the pages of coverage, quarantine and retention: accessible, steady, at every width, both themes."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from web.operation import TODAY, account, erased, full_disk, rule, station, waiting
from web.people_stage import staged
from web.premises import Recording, Workstation
from web.test_page import findings
from web.test_people_pages import SIZES, pale_in_the_dark, resized, shown, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")

YESTERDAY = str(TODAY - timedelta(days=1))
PAGES = (
    "/coverage",
    f"/coverage?day={YESTERDAY}",
    "/coverage?q=nobody",
    "/coverage/ws-09",
    "/quarantine",
    "/retention",
    "/live",
)
DIALOGS = (
    ("/quarantine", "Drop: Segment of ws-01"),
    ("/retention", "Look and confirm"),
    ("/retention", "Change: Payments"),
    ("/live", "Begin a blackout"),
)


def fill(premises):
    operation = premises.operation
    operation.stations = [station(f"ws-{at:02}", f"Agent {at:02}") for at in range(30)]
    operation.stations[9] = full_disk("ws-09", "Zoe")
    operation.days[YESTERDAY] = account((9, 10, "kept"), (10, 12, "killed"), (12, 13, "blackout"), (13, 17, "kept"))
    operation.quarantine = [waiting("1", recording="r-1")]
    operation.rules = [rule("a", "Payments", 30, tags=["sale"], groups=["sales"]), rule("b", "The rest", None)]
    operation.rules.append(rule("c", "Never", 3))
    operation.pending = {"recordings": 1234, "bytes": 9_000_000_000, "share": 0.123, "needsConfirmation": True}
    operation.erasures = [erased("1", "Alice Martin"), erased("2", "Kim", phase="begun", erasedAt=None)]
    asks = {"source": "agent", "by": "", "reason": "private call", "since": "2026-11-23T09:00:00Z", "until": None}
    for one in (Workstation("ws-01", "Alice"), Workstation("ws-09", "Zoe", "blackout", "r-1", requests=[asks])):
        premises.workstations[one.id] = one


def recording():
    return Recording("r-1", "alice", [], length_us=1_000_000)


async def test_every_page_is_accessible_and_whole_at_every_size_and_in_both_themes(chromium):
    context = {"color_scheme": "light", "reduced_motion": "reduce"}
    async with staged(chromium, "/account", recording(), context=context) as seat:
        fill(seat.premises)
        await seat.page.reload()
        for path in PAGES:
            await shown(seat, path)
            assert await findings(seat) == [], path
            assert await pale_in_the_dark(seat) == [], path
            for width, text in SIZES:
                await resized(seat, width, text)
                assert await too_wide(seat) == [], (path, width, text)
            await resized(seat, 1280, "100%")


async def test_dialogs_are_accessible(chromium):
    async with staged(chromium, "/account", recording(), context={"reduced_motion": "reduce"}) as seat:
        fill(seat.premises)
        await seat.page.reload()
        for path, button in DIALOGS:
            await shown(seat, path)
            await seat.page.get_by_role("button", name=button).click()
            await expect(seat.page.get_by_role("dialog")).to_be_visible()
            assert await findings(seat) == [], button
            await seat.page.keyboard.press("Escape")


async def test_nothing_jumps_while_it_loads(chromium):
    async with staged(chromium, "/account", recording()) as seat:
        fill(seat.premises)
        await seat.page.add_init_script("""
          new PerformanceObserver((list) => {
            const { dataset } = document.documentElement;
            for (const entry of list.getEntries()) dataset.shift = Number(dataset.shift ?? 0) + entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        """)
        for path in ("/coverage", "/coverage/ws-09", "/retention", "/quarantine"):
            await seat.page.goto(seat.premises.origin + path)
            await expect(seat.page.get_by_role("heading", level=1)).to_have_count(1)
            await expect(seat.page.get_by_role("grid").first).to_be_visible()
            await seat.page.evaluate("() => new Promise(requestAnimationFrame)")
            assert float(await seat.page.evaluate("document.documentElement.dataset.shift ?? 0")) < 0.05, path
