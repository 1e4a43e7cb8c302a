"""The environment in a browser: what is wrong, the port matrix, a workstation's report, running the doctor, files."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from playhead.environment.ports import Service
from web.people_stage import staged
from web.surroundings import DROPPED, SHORT, WELL, Surroundings, linked, report
from web.test_page import findings
from web.test_people_pages import SIZES, pale_in_the_dark, resized, shown, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPERATOR = ["view", "play", "live", "operate", "administer", "audit"]
PATHS = tuple(f"/environment{path}" for path in ("", "/workstations", "/workstations/ws-01", "/link", "/files"))


@asynccontextmanager
async def visited(chromium, path, surroundings, **more):
    async with staged(chromium, "/account", permissions=OPERATOR, surroundings=surroundings, **more) as seat:
        await seat.visit(path)
        yield seat


def part(seat, title):
    """A part of the page, by its heading."""
    return seat.page.locator("section").filter(has=seat.page.get_by_role("heading", level=2, name=title))


def troubled():
    """Three workstations of which one reaches no tokens and one has told nothing; a server that is short of room."""
    station = report(DROPPED, WELL, machine="ws-01")
    return Surroundings(
        premises=report(SHORT, WELL, WELL),
        stations={"ws-01": station, "ws-02": report(WELL, machine="ws-02"), "ws-03": None},
        absent={"ws-02"},
        unreached={Service.TOKENS: ["ws-01"]},
        deaf={Service.SCREEN},
        link=linked(0, 1),
    )


async def test_what_is_wrong_comes_first_with_what_mends_it(chromium):
    context = {"permissions": ["clipboard-read", "clipboard-write"]}
    async with visited(chromium, "/environment", troubled(), context=context) as seat:
        wrong = seat.page.get_by_role("list", name="What is wrong").get_by_role("listitem")
        await expect(wrong).to_have_count(2)
        await expect(wrong.nth(0)).to_contain_text("A firewall swallows the connection")
        await expect(wrong.nth(0).get_by_role("link", name="ws-01")).to_be_visible()
        await expect(wrong.nth(1)).to_contain_text("At this server.")
        await wrong.nth(0).get_by_role("button", name="Copy: nft -f FILE").click()
        await expect(seat.page.get_by_text("It can be pasted now.")).to_be_visible()
        assert await seat.page.evaluate("navigator.clipboard.readText()") == "nft -f FILE"
        await seat.page.get_by_text("2 things are well here").click()
        await expect(seat.page.get_by_text("It answers as ours.").first).to_be_visible()


async def test_the_port_matrix_says_what_listens_and_who_reaches_it(chromium):
    async with visited(chromium, "/environment", troubled()) as seat:
        grid = seat.page.get_by_role("grid", name="Ports")
        screen = grid.get_by_role("row").filter(has_text="screen recording").filter(has_text="5633")
        await expect(screen).to_contain_text("Not listening")
        await expect(screen).to_contain_text("All 3 that tried")
        await expect(grid.get_by_role("row").filter(has_text="943")).to_contain_text("Opens none here")
        await grid.get_by_role("button", name="token requests").click()
        facts = seat.page.get_by_role("dialog")
        await expect(facts).to_contain_text("2 of 3")
        await expect(facts).to_contain_text("TLS with the portal")
        await facts.get_by_role("link", name="ws-01").click()
        await expect(seat.page.get_by_role("heading", level=1, name="ws-01")).to_be_visible()


async def test_the_doctor_is_run_and_shows_how_far_it_is(chromium):
    surroundings = troubled()
    surroundings.found_next, surroundings.hold = report(WELL), asyncio.Event()
    async with visited(chromium, "/environment", surroundings) as seat:
        button = seat.page.get_by_role("button", name="Run the doctor now")
        await button.click()
        await expect(button).to_be_disabled()
        await expect(seat.page.get_by_role("progressbar", name="Looking")).to_be_visible()
        surroundings.hold.set()
        await expect(seat.page.get_by_text("1 thing looked at, all well.")).to_be_visible()
        await expect(button).to_be_enabled()
        await expect(seat.page.get_by_text("At this server.")).to_have_count(0)
        assert surroundings.asked == [("doctor", "premises")]


async def test_a_workstation_is_asked_over_its_connection(chromium):
    surroundings = troubled()
    surroundings.found_next = report(WELL, machine="ws-01")
    async with visited(chromium, "/environment/workstations", surroundings) as seat:
        rows = seat.page.get_by_role("grid", name="Workstations").get_by_role("row")
        await expect(rows.nth(1)).to_contain_text("ws-01")
        await expect(rows.nth(1)).to_contain_text("1 error")
        await expect(rows.nth(2)).to_contain_text("It has not told yet")
        await seat.page.get_by_role("link", name="ws-01").click()
        await expect(seat.page.get_by_text("A firewall swallows the connection")).to_be_visible()
        await seat.page.get_by_role("button", name="Run the doctor now").click()
        await expect(seat.page.get_by_text("Nothing is wrong")).to_be_visible()
        assert surroundings.asked == [("doctor", "ws-01")]
        await seat.visit("/environment/workstations/ws-02")
        await expect(seat.page.get_by_text("It is not connected.")).to_be_visible()
        await expect(seat.page.get_by_role("button", name="Run the doctor now")).to_be_disabled()
        await seat.visit("/environment/workstations/ws-03")
        await expect(seat.page.get_by_text("It has not told yet")).to_be_visible()


async def test_a_report_is_downloaded_as_a_page(chromium):
    surroundings = troubled()
    async with visited(chromium, "/environment", surroundings) as seat:
        for where, name in ((None, "here"), ("ws-01", "ws-01")):
            if where is not None:
                await seat.page.get_by_role("link", name=where).first.click()
                await expect(seat.page.get_by_role("heading", level=1, name=where)).to_be_visible()
            async with seat.page.expect_download() as saved:
                await seat.page.get_by_role("link", name="Download the report").click()
            assert (await saved.value).suggested_filename == f"playhead-doctor-{name}.html"
            assert surroundings.asked[-1] == ("page", where)
    async with visited(chromium, "/environment", Surroundings(premises=None)) as seat:
        await expect(seat.page.get_by_text("Nothing was looked at yet")).to_be_visible()
        await expect(seat.page.get_by_role("link", name="Download the report")).to_have_count(0)


async def test_one_that_went_away_meanwhile_is_said_in_words(chromium):
    surroundings = troubled()
    async with visited(chromium, "/environment/workstations/ws-01", surroundings) as seat:
        await expect(seat.page.get_by_text("It took 2.3 s.")).to_be_visible()
        surroundings.absent.add("ws-01")
        await seat.page.get_by_role("button", name="Run the doctor now").click()
        await expect(seat.page.get_by_role("alert")).to_contain_text("Workstation ws-01 is not connected.")


async def test_rules_are_shown_and_downloaded_and_a_wrong_range_is_said_at_its_field(chromium):
    surroundings = troubled()
    async with visited(chromium, "/environment/files", surroundings) as seat:
        rules = part(seat, "Firewall rules")
        await expect(rules.get_by_text("These rules let any address in.")).to_be_visible()
        await rules.get_by_label("Form of the rules").select_option("nftables")
        await rules.get_by_label("Where client PCs are").fill("10.1.0.0")
        await rules.get_by_role("button", name="Show").click()
        await expect(rules.get_by_text("is no address range")).to_be_visible()
        await rules.get_by_label("Where client PCs are").fill("10.1.0.0/16, 10.2.0.0/16")
        await rules.get_by_role("button", name="Show").click()
        await expect(rules.get_by_text("table inet playhead")).to_be_visible()
        async with seat.page.expect_download() as saved:
            await rules.get_by_role("button", name="Download").click()
        download = await saved.value
        assert download.suggested_filename == "playhead-rules.nft"
        wish = [("form", "nftables"), ("role", "premises"), ("from", "10.1.0.0/16"), ("from", "10.2.0.0/16")]
        assert list(surroundings.asked[-1][1]) == wish
        await rules.get_by_label("Whose firewall").select_option("client")
        await expect(rules.get_by_label("Where client PCs are")).to_have_count(0)
        await expect(rules.get_by_label("The premises server")).to_be_visible()


async def test_the_cloud_is_asked_for_where_it_is_dialled_and_has_rules_of_its_own(chromium):
    surroundings = troubled()
    async with visited(chromium, "/environment/files", surroundings) as seat:
        rules = part(seat, "Firewall rules")
        await rules.get_by_label("The cloud").fill("203.0.113.0/24")
        await rules.get_by_role("button", name="Show").click()
        await expect(rules.get_by_text("table inet playhead")).to_be_visible()
        assert ("cloud", "203.0.113.0/24") in surroundings.asked[-1][1]
        await rules.get_by_label("Whose firewall").select_option("cloud")
        await expect(rules.get_by_label("The cloud", exact=True)).to_have_count(0)
        await rules.get_by_label("Public addresses of the sites").fill("198.51.100.0/28")
        await rules.get_by_role("button", name="Show").click()
        await expect(rules.get_by_text("table inet playhead")).to_be_visible()
        wish = [("form", "request"), ("role", "cloud"), ("from", "198.51.100.0/28")]
        assert list(surroundings.asked[-1][1]) == wish


async def test_exclusions_of_other_machines_need_their_folder(chromium):
    surroundings = troubled()
    async with visited(chromium, "/environment/files", surroundings) as seat:
        scanners = part(seat, "What virus scanners leave alone")
        await scanners.get_by_label("Which machine").select_option("workstation")
        await scanners.get_by_role("button", name="Show").click()
        await expect(scanners.get_by_text("Write it from the root on.")).to_be_visible()
        await scanners.get_by_label("Data folder on the PCs").fill(r"C:\ProgramData\Playhead")
        await scanners.get_by_role("button", name="Show").click()
        await expect(scanners.get_by_text("table inet playhead")).to_be_visible()


async def test_nothing_yet_and_nothing_wrong_have_words_of_their_own(chromium):
    surroundings = Surroundings(premises=None)
    async with visited(chromium, "/environment", surroundings) as seat:
        await expect(seat.page.get_by_text("Nothing was looked at yet")).to_be_visible()
        surroundings.premises = report(WELL)
        await seat.page.reload()
        await expect(seat.page.get_by_text("Nothing is wrong")).to_be_visible()
        await seat.visit("/environment/workstations")
        await expect(seat.page.get_by_text("No workstations yet")).to_be_visible()


async def test_who_does_not_operate_the_server_is_told_so(chromium):
    async with staged(chromium, "/account", permissions=["view"]) as seat:
        await seat.visit("/environment")
        await expect(seat.page.get_by_text("None of your roles allows operating the server.")).to_be_visible()
        assert seat.premises.surroundings.asked == []


async def test_every_page_is_accessible_and_whole_at_every_size_and_in_both_themes(chromium):
    context = {"color_scheme": "light", "reduced_motion": "reduce"}
    async with visited(chromium, "/environment", troubled(), context=context) as seat:
        for path in PATHS:
            await shown(seat, path)
            assert await findings(seat) == [], path
            assert await pale_in_the_dark(seat) == [], path
            for width, text in SIZES:
                await resized(seat, width, text)
                assert await too_wide(seat) == [], (path, width, text)
            await resized(seat, 1280, "100%")
        await shown(seat, "/environment")
        await seat.page.get_by_role("grid", name="Ports").get_by_role("button", name="token requests").click()
        await expect(seat.page.get_by_role("dialog")).to_be_visible()
        assert await findings(seat) == []


async def test_nothing_jumps_while_it_loads(chromium):
    async with visited(chromium, "/environment", troubled()) as seat:
        await seat.page.add_init_script("""
          new PerformanceObserver((list) => {
            const { dataset } = document.documentElement;
            for (const entry of list.getEntries()) dataset.shift = Number(dataset.shift ?? 0) + entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        """)
        for path in PATHS:
            await seat.page.goto(seat.premises.origin + path)
            await expect(seat.page.get_by_role("heading", level=1)).to_have_count(1)
            await expect(seat.page.get_by_role("status", name="Loading")).to_have_count(0)
            await seat.page.evaluate("() => new Promise(requestAnimationFrame)")
            assert float(await seat.page.evaluate("document.documentElement.dataset.shift ?? 0")) < 0.05, path


async def test_the_link_to_the_cloud_says_what_it_carries_and_why_it_is_not_there(chromium):
    surroundings = Surroundings(link=linked(0, 1))
    async with visited(chromium, "/environment/link", surroundings) as seat:
        bulk = seat.page.get_by_role("grid", name="Traffic by urgency").get_by_role("row").filter(has_text="Bulk")
        await expect(bulk).to_contain_text("2 Mbit/s")
        await expect(seat.page.get_by_text("At most 2 Mbit/s, by the settings.")).to_be_visible()
        await expect(seat.page.get_by_text("The link is not encrypted")).to_be_hidden()
        lines = seat.page.get_by_role("grid", name="Connections").get_by_role("row")
        await expect(lines.filter(has_text="1, for people")).to_contain_text("41.2")
        hint = "Have the proxy pass port 2010 by CONNECT."
        surroundings.link = linked(code="pool.refused", message="The proxy strips the Upgrade.", hint=hint)
        trouble = seat.page.get_by_role("status").filter(has_text="The proxy strips the Upgrade.")
        await expect(trouble).to_contain_text(hint)
        await expect(seat.page.get_by_text("0 of 2")).to_be_visible()
        surroundings.link = linked(0, 1, plain=True)
        await expect(seat.page.get_by_text("The link is not encrypted")).to_be_visible()
        surroundings.link = Surroundings().link
        await expect(seat.page.get_by_text("This site has joined no cloud")).to_be_visible()
