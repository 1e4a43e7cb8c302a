"""Watching a complete recording: every picture says its own time."""

import pytest
from playwright.async_api import expect

from web.conftest import S, seated, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_plays_and_every_picture_is_the_one_of_its_time(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        seen = 0
        while int((await seat.facts())["position"]) < 3 * S:
            await seat.is_right()
            seen += 1
        assert seen > 3


async def test_a_link_to_a_moment_shows_that_picture(chromium, done):
    moments = [
        (5_900_000, 5_800_000),
        (9_000_000, 5_800_000),
        (29_000_000, 26_000_000),
        (33_300_000, 33_200_000),
        (64_000_000, 60_000_000),
        (110_050_000, 3_000_000),
        (120_500_000, 13_400_000),
        (146_000_000, 30_000_000),
        (0, 0),
        (147_000_000, 30_000_000),
    ]
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=31")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused'")
        for position_us, picture_us in moments:
            await seat.visit(f"/recordings/done?t={position_us / S}")
            await seat.until(f"facts.position === {position_us} && facts.loading === 'false'")
            await seat.shows(picture_us)


async def test_a_pause_stays_and_going_on_needs_no_seek(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=1")
        await seat.until("facts.position > 1.5e6 && facts.state === 'media'")
        await seat.page.keyboard.press("Space")
        await seat.until("facts.state === 'paused'")
        at_us = int((await seat.facts())["position"])
        await seat.page.locator("video").evaluate("(video) => video.addEventListener('seeking', () => video.remove())")
        await seat.page.keyboard.press("Space")
        await seat.until(f"facts.position > {at_us + 300_000}")
        await expect(seat.page.locator("video")).to_be_visible()


async def test_an_idle_stretch_is_a_still_picture_and_never_a_stall(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=8")
        await seat.until("facts.state === 'media' || facts.state === 'hold'")
        await seat.remember()
        await seat.until("facts.position > 10e6")
        assert await seat.number() == 5_800_000
        await expect(seat.page.get_by_text("Loading")).to_have_count(0)
        assert set(await seat.remembered()) <= {"media", "hold"}


async def test_a_gap_is_shown_as_a_gap_with_its_reason_and_then_crossed(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=40")
        await seat.until("facts.loading === 'false'")
        await seat.page.keyboard.press("k")
        await seat.page.get_by_role("button", name="Nothing recorded for 42 s").click()
        await seat.until("facts.position === 65e6 && facts.place === 'gap' && facts.state === 'paused'")
        card = seat.page.get_by_role("status").filter(has_text="Nothing was recorded here")
        await expect(card).to_contain_text("The workstation was off or could not be reached.")
        await expect(card).to_contain_text("0:42 missing")
        await seat.page.keyboard.press("j")
        await seat.page.keyboard.press("l")
        await seat.page.keyboard.press("Shift+ArrowLeft")
        await expect(card).to_have_count(0)
        await seat.remember()
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'media' && facts.position > 107e6")
        assert "gap" in await seat.remembered()
        assert await seat.number() < 3 * S


async def test_a_new_display_size_plays_through(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=116")
        await seat.until("facts.state === 'media'")
        assert await seat.page.locator("video").evaluate("(video) => video.videoWidth") == 640
        await seat.page.wait_for_function("() => document.querySelector('video').videoWidth === 480")
        await seat.until("facts.state === 'media' && facts.position > 117.5e6")
        assert await seat.number() >= 10 * S


async def test_pictures_are_stepped_one_by_one_also_over_an_idle_stretch(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=5.1")
        await seat.until("facts.loading === 'false'")
        await seat.page.keyboard.press(",")
        await seat.until("facts.state === 'paused' && facts.loading === 'false'")
        for key, picture_us in (("Home", 0), (".", 200_000), (".", 400_000), (",", 200_000)):
            await seat.page.keyboard.press(key)
            await seat.shows(picture_us)
        await seat.visit("/recordings/done?t=5.7")
        await seat.shows(5_600_000)
        for picture_us in (5_800_000, 16 * S, 26 * S, 30 * S):
            await seat.page.keyboard.press(".")
            await seat.shows(picture_us)


async def test_speeds_hold(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=0")
        await seat.until("facts.state === 'media'")
        await seat.page.get_by_role("combobox", name="Speed").select_option("4")
        await seat.until("facts.speed === 4 && facts.state === 'media'")
        timed = """async (stage) => {
          const read = () => [performance.now(), Number(stage.dataset.playheadPosition)];
          const [began, from] = read();
          while (read()[1] < from + 8e6) await new Promise(requestAnimationFrame);
          const [ended, to] = read();
          return (to - from) / (ended - began) / 1000;
        }"""
        speed = await seat.page.locator("[data-playhead-state]").evaluate(timed)
        assert speed == pytest.approx(4, rel=0.15)


async def test_the_end_is_the_end_and_it_can_be_played_again(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=146")
        await seat.until("facts.state === 'ended' && facts.position === 147e6")
        await seat.page.locator("[data-playhead-state]").get_by_role("button", name="Play again").click()
        await seat.until("facts.state === 'media' && facts.position < 5e6")


async def test_the_timeline_is_a_slider_for_pointer_and_keys(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        slider = seat.page.get_by_role("slider", name="Position in the recording")
        await expect(slider).to_have_attribute("aria-valuemax", "147")
        box = await slider.bounding_box()
        await seat.page.mouse.click(box["x"] + box["width"] * 35 / 147, box["y"] + box["height"] / 2)
        await seat.until("facts.position > 34e6 && facts.position < 37e6 && facts.state === 'media'")
        await slider.focus()
        await seat.page.keyboard.press("k")
        await seat.page.keyboard.press("ArrowRight")
        await seat.until("facts.position > 39e6 && facts.position < 43e6")
        await expect(slider).to_have_attribute("aria-valuetext", "40 seconds of 2 minutes 27 seconds")
        await seat.page.mouse.move(box["x"] + box["width"] * 80 / 147, box["y"] + 20)
        await expect(seat.page.get_by_text("Nothing recorded: the workstation was off")).to_be_visible()


async def test_idle_stretches_are_skipped_when_asked(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=5")
        await seat.until("facts.state === 'media'")
        await expect(seat.page.get_by_role("button", name="Skip idle: saves")).to_be_visible()
        await seat.page.keyboard.press("i")
        await seat.until("facts.position > 29e6", timeout_s=6)


async def test_help_lists_the_keys_and_closes(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("?")
        dialog = seat.page.get_by_role("dialog", name="Keyboard")
        await expect(dialog).to_contain_text("Play or pause")
        await seat.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()


async def test_a_link_to_the_moment_is_copied(chromium, done):
    async with (
        served(done) as premises,
        seated(chromium, premises, permissions=["clipboard-read", "clipboard-write"]) as seat,
    ):
        await seat.sign_in("/recordings/done?t=33")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused'")
        await seat.page.get_by_role("button", name="Copy a link to this moment").click()
        position_s = int((await seat.facts())["position"]) / S
        link = await seat.page.evaluate("navigator.clipboard.readText()")
        path, _, moment = link.partition("?t=")
        assert path == f"{premises.origin}/recordings/done"
        assert float(moment) == pytest.approx(position_s, abs=0.001)
