"""A real browser on the built pages, with a premises server that is made up."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from playhead.portal.pages import STATIC
from web.footage import READ_NUMBER, busy, film
from web.premises import PASSWORD, USER, Premises, Recording

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
S = 1_000_000

expect.set_options(timeout=15_000)  # how long something takes says how busy the machine is


@pytest.fixture(scope="session", autouse=True)
def built_page():
    assert (STATIC / "index.html").is_file(), "the web application is not built: run script/setup"


@pytest.fixture(scope="session")
def worked():
    """Busy, idle for most of a minute, busy again; a second segment after a gap of 42 s, with another size in it."""
    first = film("s0", 0, 65 * S, [*busy(0, 6), 16 * S, 26 * S, *busy(30, 40), 50 * S, 60 * S], per_piece=5)
    sizes = ((0, 640, 360), (10 * S, 480, 360))
    second = film("s1", 107 * S, 40 * S, [*busy(0, 20), 30 * S], per_piece=5, sizes=sizes)
    first.markers.append({"atUs": 12 * S, "code": "capture.rate_changed", "fps": 3, "from_fps": 5})
    second.markers.append({"atUs": 10 * S, "code": "capture.layout_changed", "monitors": "DP-1:480x360+0+0"})
    return first, second


@pytest.fixture(scope="session")
def desk():
    """What a workstation will show for the next minute: busy, idle for a few seconds, busy."""
    times = [*busy(0, 30, fps=1), *busy(30, 44), *busy(49, 54), *busy(60, 66), *busy(75, 90)]
    return film("l0", 0, 100 * S, times, key_every_us=60 * S, sizes=((0, 480, 270),))


@pytest.fixture
def done(worked):
    gaps = [{"fromUs": 65 * S, "toUs": 107 * S, "reason": "lost"}]
    return Recording("done", "Alice Martin", list(worked), gaps=gaps)


@pytest.fixture
def growing(desk):
    """A recording that is being made, and has come 40 s."""
    return Recording("growing", "Bruno Okafor", [desk], workstation="ws-02").begin(40)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def served(*things, **settings):
    """A premises server with these recordings and workstations."""
    recordings = [thing for thing in things if isinstance(thing, Recording)]
    premises = Premises(recordings, [thing for thing in things if not isinstance(thing, Recording)])
    for name, value in settings.items():
        setattr(premises, name, value)
    await premises.start()
    try:
        yield premises
    finally:
        await premises.stop()


@dataclass
class Seat:
    """Someone in front of a browser. Fails where the page broke its own security policy, or an error went unseen."""

    page: Page
    premises: Premises
    faults: list[str] = field(default_factory=list)

    def watch(self):
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._said)

    def _said(self, message):
        # Requests that fail are part of the stories; what the policy refuses is not.
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(message.text)

    async def sign_in(self, path="/recordings"):
        """Signed in, without the form."""
        self.premises.signed_in = True
        cookie = {"name": "playhead_session", "value": "yes", "url": self.premises.origin, "httpOnly": True}
        await self.page.context.add_cookies([cookie])
        await self.page.goto(self.premises.origin + path)

    async def fill_in(self, user=USER, password=PASSWORD):
        await self.page.get_by_label("Name").fill(user)
        await self.page.get_by_label("Password").fill(password)
        await self.page.keyboard.press("Enter")

    async def facts(self):
        """What the player says of itself."""
        values = await self.page.locator("[data-playhead-state]").evaluate("(stage) => ({...stage.dataset})")
        return {name.removeprefix("playhead").lower(): value for name, value in values.items()}

    async def until(self, condition, timeout_s=10.0):
        """Waits until the player's facts fulfil a condition, a JavaScript expression over `facts`."""
        script = f"""() => {{
          const stage = document.querySelector("[data-playhead-state]");
          if (stage === null) return false;
          const facts = {{}};
          for (const [name, value] of Object.entries(stage.dataset)) {{
            facts[name.slice(8).toLowerCase()] = value === "" || isNaN(value) ? value : Number(value);
          }}
          return ({condition});
        }}"""
        try:
            await self.page.wait_for_function(script, timeout=timeout_s * 1000, polling=30)
        except PlaywrightTimeoutError as error:
            raise AssertionError(f"not so: {condition}; but {await self.facts()}") from error

    async def visit(self, path):
        """Goes to an address within the application, as its own links do."""
        await self.page.evaluate(
            "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
        )

    async def remember(self):
        """From now on, `remembered` tells every state the player was in."""
        await self.page.locator("[data-playhead-state]").evaluate("""(stage) => {
          stage.remembered = [stage.dataset.playheadState];
          const look = () => stage.remembered.push(stage.dataset.playheadState);
          new MutationObserver(look).observe(stage, { attributeFilter: ["data-playhead-state"] });
        }""")

    async def remembered(self):
        return await self.page.locator("[data-playhead-state]").evaluate("(stage) => stage.remembered")

    async def number(self):
        """The media time that the shown picture says, from its pixels."""
        return await self.page.locator("video").evaluate(READ_NUMBER)

    async def is_right(self):
        """Whether the picture that is shown is the one of its time, in a segment that begins with its recording.

        Read at one moment, because on a busy machine the page's own words come later than the picture; and that may
        come late itself while it plays. Where it must be exact, the tests pause.
        """
        shown_us, video_us, position_us = await self.page.locator("video").evaluate(f"""(video) => {{
          const stage = document.querySelector("[data-playhead-state]");
          const shown = ({READ_NUMBER})(video);
          return [shown, video.currentTime * 1e6, Number(stage.dataset.playheadPosition)];
        }}""")
        assert video_us - 1_500_000 <= shown_us <= video_us + 100_000
        assert abs(position_us - video_us) < 2 * S

    async def shows(self, from_us, to_us=None):
        """Waits until the picture that is shown says this media time, or one between two."""
        script = f"""() => {{
          const shown = ({READ_NUMBER})(document.querySelector("video"));
          return shown !== null && shown >= {from_us} && shown <= {from_us if to_us is None else to_us};
        }}"""
        await self.page.wait_for_function(script, timeout=10_000, polling=30)

    async def shows_now(self, recording, within_us=1_000_000):
        """Waits until the picture that is shown is hardly older than the newest that is durable."""
        loop = asyncio.get_running_loop()
        until = loop.time() + 10
        while recording.known_us - (await self.number() or 0) > within_us:
            assert loop.time() < until, f"{recording.known_us - (await self.number() or 0)} µs old"


@asynccontextmanager
async def seated(browser, premises, **context):
    """A browser window at the premises."""
    window = await browser.new_context(viewport={"width": 1280, "height": 800}, **context)
    seat = Seat(await window.new_page(), premises)
    seat.watch()
    try:
        yield seat
        assert seat.faults == []
    finally:
        await window.close()
