"""The picture: looked at closely, and several monitors in step."""

import pytest
from playwright.async_api import expect

from web.conftest import S, seated, served
from web.footage import READ_NUMBER, busy, film
from web.premises import Recording

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="session")
def beside():
    """What the second monitor shows while the first one works: busy when that rests, and of another shape."""
    first = film("s0", 0, 65 * S, [0, *busy(7, 16), *busy(41, 52)], per_piece=3, sizes=((0, 480, 640),))
    second = film("s1", 107 * S, 40 * S, [*busy(0, 5), 20 * S], per_piece=3, sizes=((0, 480, 640),))
    return first, second


@pytest.fixture
def two(worked, beside):
    gaps = [{"fromUs": 65 * S, "toUs": 107 * S, "reason": "lost"}]
    return Recording("two", "Alice Martin", list(worked), gaps=gaps, second=list(beside))


async def scale(seat):
    """How much larger than it fits the picture is shown."""
    return await seat.page.locator("video").first.evaluate(
        "(video) => new DOMMatrix(getComputedStyle(video).transform).a"
    )


async def numbers(seat):
    """The media times that both monitors' pictures say."""
    return [await one.evaluate(READ_NUMBER) for one in await seat.page.locator("video").all()]


async def test_wheel_keys_and_double_click_look_closer_and_back(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=33")
        await seat.until("facts.state === 'media'")
        box = await seat.page.locator("video").bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await seat.page.mouse.move(*middle)
        await seat.page.mouse.wheel(0, -420)
        await seat.page.wait_for_function("() => document.querySelector('video').style.transform.includes('scale(2')")
        assert (
            await seat.page.locator("video").evaluate("(video) => getComputedStyle(video).imageRendering")
            == "pixelated"
        )
        # It goes on playing, and what it shows is still the picture of its time.
        await seat.until("facts.state === 'media' && facts.position > 34e6")
        await seat.is_right()
        before = await seat.page.locator("video").evaluate("(video) => video.style.transform")
        await seat.page.mouse.down()
        await seat.page.mouse.move(middle[0] + 60, middle[1] + 20, steps=4)
        await seat.page.mouse.up()
        assert await seat.page.locator("video").evaluate("(video) => video.style.transform") != before
        await expect(seat.page.get_by_role("button", name="200 %")).to_be_visible()
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("0")
        assert await scale(seat) == 1
        await seat.until("facts.position > 30e6")
        await seat.page.mouse.dblclick(*middle)
        await seat.page.wait_for_function("() => document.querySelector('video').style.transform.includes('scale')")
        assert await scale(seat) > 1.1
        await seat.until("facts.state !== 'paused'")
        await seat.page.mouse.dblclick(*middle)
        assert await scale(seat) == 1
        await seat.page.keyboard.press("+")
        assert await scale(seat) == pytest.approx(1.25)
        await seat.page.keyboard.press("-")
        assert await scale(seat) == 1
        # Only one click stops it.
        await seat.page.mouse.click(*middle)
        await seat.until("facts.state === 'paused'")


async def test_all_monitors_are_shown_in_step(chromium, two):
    async with served(two) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/two?t=8")
        await seat.until("facts.state === 'media' || facts.state === 'hold'")
        await expect(seat.page.locator("video")).to_have_count(1)
        await seat.page.keyboard.press("g")
        await expect(seat.page.locator("video")).to_have_count(2)
        await seat.page.wait_for_function("() => document.querySelectorAll('video')[1].readyState >= 2")
        await seat.until("facts.position > 10.5e6")
        # The first rests since 5.8 s; the second is busy, and follows the playhead.
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused' && facts.loading === 'false'")
        position_us = int((await seat.facts())["position"])
        await second_shows(seat, position_us - 400_000, position_us + 200_000)
        assert (await numbers(seat))[0] == 5_800_000
        # A seek, a step and a gap take both along.
        for at_us, first_us, second_us in ((33_300_000, 33_200_000, 15_800_000), (44_500_000, 39_800_000, 44_400_000)):
            await seat.visit(f"/recordings/two?t={at_us / S}")
            await seat.until(f"facts.position === {at_us} && facts.loading === 'false'")
            await seat.shows(first_us)
            await second_shows(seat, second_us, second_us)
        await seat.visit("/recordings/two?t=64")
        await seat.page.keyboard.press("k")
        await seat.until("facts.position > 108.5e6 && facts.state === 'media'")
        await second_shows(seat, 800_000, 20 * S)
        await seat.page.get_by_role("button", name="Show HDMI-1 alone").click()
        await expect(seat.page.locator("video")).to_have_count(1)
        await seat.until("facts.track === 2 && facts.loading === 'false'")


async def second_shows(seat, from_us, to_us):
    script = f"""() => {{
      const shown = ({READ_NUMBER})(document.querySelectorAll("video")[1] ?? null);
      return shown !== null && shown >= {from_us} && shown <= {to_us};
    }}"""
    await seat.page.wait_for_function(script, timeout=60_000, polling=50)


async def test_one_monitor_after_the_other(chromium, two):
    async with served(two) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/two?t=12")
        await seat.until("facts.track === 1 && facts.loading === 'false'")
        await seat.page.keyboard.press("v")
        await seat.until("facts.track === 2 && facts.loading === 'false'")
        await seat.page.wait_for_function("() => document.querySelector('video').videoWidth === 480")
        await seat.page.get_by_role("combobox", name="Monitor").select_option("DP-1")
        await seat.until("facts.track === 1 && facts.loading === 'false'")
        assert await seat.number() == 5_800_000


async def test_theatre_hides_the_side_and_is_remembered(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        stage = seat.page.locator("[data-playhead-state]")
        narrow = (await stage.bounding_box())["width"]
        await seat.page.keyboard.press("t")
        await expect(seat.page.get_by_role("button", name="Leave theatre")).to_be_visible()
        assert (await stage.bounding_box())["width"] > narrow + 200
        await seat.page.reload()
        await seat.until("facts.state === 'media'")
        assert (await stage.bounding_box())["width"] > narrow + 200


async def test_the_system_knows_what_plays_and_its_keys_work(chromium, done):
    remember = """
      window.handlers = {};
      const set = MediaSession.prototype.setActionHandler;
      MediaSession.prototype.setActionHandler = function (action, act) {
        window.handlers[action] = act;
        return set.call(this, action, act);
      };
    """
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.page.add_init_script(remember)
        await seat.sign_in("/recordings/done?t=31")
        await seat.until("facts.state === 'media'")
        await seat.page.wait_for_function("() => navigator.mediaSession.metadata?.title === 'Alice Martin'")
        assert await seat.page.evaluate("navigator.mediaSession.playbackState") == "playing"
        await seat.page.evaluate("handlers.pause({action: 'pause'})")
        await seat.until("facts.state === 'paused'")
        await seat.page.evaluate("handlers.seekto({action: 'seekto', seekTime: 112})")
        await seat.until("facts.position === 112e6 && facts.loading === 'false'")
        await seat.page.evaluate("handlers.seekbackward({action: 'seekbackward', seekOffset: 3})")
        await seat.until("facts.position === 109e6")
