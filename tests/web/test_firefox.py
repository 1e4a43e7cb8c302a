"""The same pages in Firefox, whose media source behaves differently just where recordings are special."""

import json

import pytest
import pytest_asyncio

from web.conftest import S, served
from web.firefox import started
from web.footage import READ_NUMBER
from web.premises import PASSWORD, USER

pytestmark = pytest.mark.asyncio(loop_scope="session")

FACTS = "document.querySelector('[data-playhead-state]').dataset"
NUMBER = f"({READ_NUMBER})(document.querySelector('video'))"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def firefox(tmp_path_factory):
    async with started(tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


PLAYER = "document.querySelector('[data-playhead-state]') !== null"
ROWS = "document.querySelectorAll('main [role=row][data-key]').length"


async def sign_in(firefox, premises, path, ready=PLAYER):
    body = json.dumps({"user": USER, "password": PASSWORD})
    await firefox.goto(f"{premises.origin}/sign-in")
    await firefox.run(f"fetch('/api/session', {{ method: 'POST', body: {json.dumps(body)} }}).then((r) => r.status)")
    await firefox.goto(premises.origin + path)
    await firefox.until(ready)


async def press(firefox, key):
    await firefox.run(f"window.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true }})) || true")


async def test_it_plays_seeks_and_crosses_a_gap_and_a_new_size(firefox, done):
    async with served(done) as premises:
        await sign_in(firefox, premises, "/recordings/done?t=5")
        await firefox.until(f"{FACTS}.playheadState === 'media' && {NUMBER} === 5800000")
        await firefox.until(f"{FACTS}.playheadPosition > 7e6")
        assert await firefox.run(NUMBER) == 5_800_000
        await press(firefox, "k")
        await press(firefox, "8")
        await firefox.until(f"{FACTS}.playheadLoading === 'false' && {FACTS}.playheadPosition > 117e6")
        await firefox.until(f"{NUMBER} >= 10 * {S} && {NUMBER} <= 11 * {S}")
        assert await firefox.run("document.querySelector('video').videoWidth") == 480
        await press(firefox, "4")
        await press(firefox, "ArrowRight")
        await press(firefox, "k")
        await firefox.until(f"{FACTS}.playheadState === 'gap'")
        await firefox.until(f"{FACTS}.playheadState === 'media' && {FACTS}.playheadPosition > 107e6")
        assert await firefox.run(NUMBER) < 3 * S


async def test_live_shows_the_present_also_after_an_idle_stretch(firefox, growing):
    growing.begin(42)
    async with served(growing) as premises:
        await sign_in(firefox, premises, "/recordings/growing")
        await firefox.until(f"{FACTS}.playheadLive === 'true' && {FACTS}.playheadLoading === 'false'")
        await firefox.until(f"{NUMBER} === 43800000")
        await firefox.until(f"{FACTS}.playheadPosition > 47.5e6")
        assert await firefox.run(NUMBER) == 43_800_000
        await firefox.until(f"{NUMBER} >= 49e6")
        assert growing.known_us < 51 * S
        await firefox.until(f"{NUMBER} >= 50e6")
        assert growing.known_us < 52 * S


async def test_pausing_live_and_going_back_shows_exact_pictures(firefox, growing):
    growing.begin(47)
    async with served(growing) as premises:
        await sign_in(firefox, premises, "/recordings/growing")
        await firefox.until(f"{FACTS}.playheadLive === 'true' && {NUMBER} >= 50e6")
        await press(firefox, "k")
        await press(firefox, "j")
        await firefox.until(f"{FACTS}.playheadState === 'paused' && {FACTS}.playheadLoading === 'false'")
        position_us = int(await firefox.run(f"{FACTS}.playheadPosition"))
        expected_us = max(at_us for at_us in range(30 * S, 44 * S, 200_000) if at_us <= position_us)
        await firefox.until(f"{NUMBER} === {expected_us}")
        await press(firefox, "n")
        await firefox.until(f"{FACTS}.playheadLive === 'true' && {NUMBER} >= 50e6")


async def test_the_library_is_narrowed_and_rows_are_chosen(firefox, done, growing):
    def click(words, within="body"):
        find = f"[...document.querySelectorAll('{within} button')].find((one) => one.textContent.includes('{words}'))"
        return firefox.run(f"{find}.click() ?? true")

    async with served(done, growing, permissions=["view", "annotate"]) as premises:
        await sign_in(firefox, premises, "/recordings", f"{ROWS} === 2")
        await press(firefox, "j")
        await press(firefox, "x")
        await firefox.until("document.body.textContent.includes('1 selected')")
        await click("Filter")
        await firefox.until("document.querySelector(':popover-open') !== null")
        await click("Gaps", ":popover-open")
        await firefox.until("document.querySelector(':popover-open').textContent.includes('Has gaps')")
        await click("Has gaps", ":popover-open")
        await firefox.until(f"{ROWS} === 1 && location.search === '?gap=true'")
        await firefox.until("document.querySelector(':popover-open') === null")
