"""A supervisor watches a real desktop in a real browser, while it is being recorded: the clock in the picture tells."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.browsers import Browser, chromium, firefox_esr
from e2e.footage import AHEAD_US_MAX, BEHIND_US_MAX
from e2e.site import PASSWORD, USER, Portal, Site, until, until_wall, wall_us

from playhead.cli.desktop import Desktop
from playhead.portal.pages import STATIC
from playhead.testing.burnt_clock import read_clock

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "desk-1"
SOON_US = 4_000_000
"""What is shown live is hardly older."""
BACK_US = 10_000_000
"""One step back."""
FACTS = "({...document.querySelector('[data-playhead-state]')?.dataset})"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recording(site: Site, portal: Portal, desktop: Desktop) -> AsyncGenerator[str, None]:
    """A desktop that is recorded all the time."""
    assert (STATIC / "index.html").is_file(), "the web application is not built: run script/setup"
    await site.enrol(NAME, continuous=True)
    process = site.start_workstation(NAME, desktop.environment)

    async def has_begun() -> str | None:
        return next((item["id"] for item in await portal.recordings()), None)

    try:
        yield await until(has_begun, process.said)
    finally:
        process.kill()


class Supervisor:
    """Somebody in front of a browser."""

    def __init__(self, browser: Browser, site: Site, recording: str, started_us: int) -> None:
        self.browser = browser
        self.site = site
        self.recording = recording
        self.started_us = started_us

    async def sign_in(self) -> None:
        """At the portal's form; then the list, and from it the newest recording."""
        await self.browser.goto(self.site.address)
        await self.until("document.querySelector('input[type=password]') !== null", "the form")
        await self.browser.fill("Name", USER)
        await self.browser.fill("Password", PASSWORD)
        await self.browser.press("Enter")
        link = f"document.querySelector('a[href*=\"{self.recording}\"]')"
        await self.until(f"{link} !== null", "the recording in the list")
        await self.browser.run(f"{link}.click()")
        await self.until("document.querySelector('[data-playhead-state]') !== null", "the player")

    async def until(self, expression: str, what: str) -> None:
        async def is_true() -> bool:
            return bool(await self.browser.run(expression))

        await until(is_true, what, 30)

    async def facts(self) -> dict[str, str]:
        """What the player says of itself."""
        return await self.browser.run(FACTS)

    async def until_facts(self, **wanted: str) -> dict[str, str]:
        seen: dict[str, str] = {}

        async def are_so() -> bool:
            seen.update(await self.facts())
            return all(seen.get(f"playhead{name.title()}") == value for name, value in wanted.items())

        await until(are_so, lambda: f"{wanted} in {seen}", 30)
        return seen

    async def clock_us(self) -> int | None:
        """The time that the shown picture says."""
        return read_clock(await self.browser.picture())

    async def go_live(self) -> None:
        """However the test before has left the player."""
        if (await self.facts()).get("playheadLive") != "true":
            await self.browser.press("n")
        await self.until_facts(live="true", loading="false")

    async def until_shown(self, from_us: int, within_us: int = SOON_US) -> int:
        """The clock that is shown, once it shows ``from_us`` or later and is as fresh as a live view is."""
        seen: list[int | None] = []

        async def is_shown() -> int | None:
            asked_us = wall_us()
            seen.append(await self.clock_us())
            shown_us = seen[-1]
            return shown_us if shown_us is not None and shown_us >= max(from_us, asked_us - within_us) else None

        return await until(is_shown, lambda: f"a clock from {from_us} in {seen[-5:]}", 30)


@pytest_asyncio.fixture(
    params=[chromium, firefox_esr], ids=["chromium", "firefox"], scope="module", loop_scope="module"
)
async def supervisor(
    request: pytest.FixtureRequest, site: Site, portal: Portal, recording: str, place: Path
) -> AsyncGenerator[Supervisor, None]:
    profile = place / request.param.__name__
    profile.mkdir()
    async with request.param(profile) as browser:
        index = await portal.index(recording)
        supervisor = Supervisor(browser, site, recording, index["startedAtUs"])
        await supervisor.sign_in()
        yield supervisor


async def test_live_shows_the_present_and_goes_on(supervisor: Supervisor) -> None:
    await supervisor.go_live()
    first_us = await supervisor.until_shown(0)
    await supervisor.until_shown(first_us + 3_000_000)


async def test_pause_ten_seconds_back_and_live_again(supervisor: Supervisor) -> None:
    await until_wall(supervisor.started_us + BACK_US + SOON_US)
    await supervisor.go_live()
    shown_us = await supervisor.until_shown(0)
    await supervisor.browser.press("k")
    await supervisor.until_facts(state="paused")
    await supervisor.browser.press("j")
    await supervisor.until_facts(state="paused", loading="false", live="false")

    seen: list[tuple[int, int | None]] = []

    async def shows_the_moment() -> int | None:
        position_us = supervisor.started_us + int((await supervisor.facts())["playheadPosition"])
        clock_us = await supervisor.clock_us()
        seen.append((position_us, clock_us))
        return clock_us if clock_us is not None and -AHEAD_US_MAX < position_us - clock_us < BEHIND_US_MAX else None

    earlier_us = await until(shows_the_moment, lambda: f"the picture of that moment: {seen[-5:]}", 30)
    assert earlier_us < shown_us - BACK_US // 2
    for _ in range(5):
        assert await supervisor.clock_us() == earlier_us, "a pause is a pause"
    await supervisor.browser.press("k")
    await until(lambda: later_than(supervisor, earlier_us + 1_000_000), "it goes on from there", 30)
    await supervisor.go_live()
    await supervisor.until_shown(shown_us)


async def later_than(supervisor: Supervisor, at_us: int) -> bool:
    return (await supervisor.clock_us() or 0) > at_us


@pytest.mark.parametrize("supervisor", [chromium], ids=["chromium"], indirect=True)
async def test_it_goes_on_by_itself_when_the_server_was_away(supervisor: Supervisor, site: Site) -> None:
    await supervisor.go_live()
    assert site.premises is not None
    assert await site.premises.stop() == 0
    await supervisor.until_facts(live="false")
    await site.start_premises()
    back_us = wall_us()
    await supervisor.until_facts(live="true", loading="false")
    await supervisor.until_shown(back_us)
