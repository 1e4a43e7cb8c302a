"""The timeline: looking closer, what is under the pointer, what is missing, and all of it by keys."""

import pytest
from playwright.async_api import expect

from web.conftest import S, seated, served
from web.footage import CELLS, UNIT_US

pytestmark = pytest.mark.asyncio(loop_scope="session")

READ_TILE = """(image) => {
  if (!image.complete || image.naturalWidth === 0) return null;
  const canvas = document.createElement("canvas");
  const place = image.style.objectPosition;
  const [left, top] = place === "" ? [0, 0] : place.split(" ").map(parseFloat);
  const width = image.style.width === "" ? image.naturalWidth : parseFloat(image.style.width);
  const height = image.style.height === "" ? image.naturalHeight : parseFloat(image.style.height);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.drawImage(image, left, top);
  const row = context.getImageData(0, Math.floor(height / 12), width, 1).data;
  const cell = Math.floor(320 / CELLS) * width / 320;
  let number = 0;
  for (let bit = 0; bit < CELLS; bit += 1) if (row[Math.floor((bit + 0.5) * cell) * 4] > 128) number += 2 ** bit;
  return number * UNIT_US;
}""".replace("CELLS", str(CELLS)).replace("UNIT_US", str(UNIT_US))
"""The time that the small picture says, in microseconds of its segment: of a whole thumbnail, or of a sprite's tile."""


def slider(seat):
    return seat.page.get_by_role("slider", name="Position in the recording")


def timeline(seat):
    return seat.page.get_by_role("group", name="Timeline")


async def opened(seat, path="/recordings/done?t=20"):
    await seat.sign_in(path)
    await seat.until("facts.state === 'media'")
    await seat.page.keyboard.press("k")
    await seat.until("facts.state === 'paused'")


async def point(seat, share, down=35):
    box = await slider(seat).bounding_box()
    await seat.page.mouse.move(box["x"] + box["width"] * share, box["y"] + down)


def asked(premises, kind):
    return sum(count for path, count in premises.counts.items() if f"/{kind}/" in path)


async def test_the_picture_of_a_place_is_under_the_pointer(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await opened(seat)
        tip = timeline(seat).locator("img")
        for second, offset_s in ((3, 0), (44, 0), (58, 0), (130, 107)):
            await point(seat, second / 147)
            await expect(tip).to_have_count(1)
            wanted = (second - offset_s) // 10 * 10 * S
            await seat.page.wait_for_function(
                f"() => ({READ_TILE})(document.querySelector('[role=group][aria-label=Timeline] img')) === {wanted}"
            )
        # Both segments have one sprite each; walking over them again asks for none.
        assert asked(premises, "sprites") == 2
        for share in (0.1, 0.2, 0.3, 0.9):
            await point(seat, share)
            assert await tip.count() == 1
        assert asked(premises, "sprites") == 2


async def test_where_there_is_nothing_to_see_it_says_why(chromium, done):
    first = done.segments[0]
    kept = list(first.markers)
    first.markers += [
        {"atUs": 30 * S, "code": "blackout.on", "reason": "Card number"},
        {"atUs": 40 * S, "code": "blackout.off"},
    ]
    try:
        async with served(done) as premises, seated(chromium, premises) as seat:
            await opened(seat)
            await point(seat, 80 / 147)
            await expect(timeline(seat).get_by_text("Nothing recorded: the workstation was off")).to_be_visible()
            await point(seat, 35 / 147)
            await expect(timeline(seat).get_by_text("Blackout: Card number")).to_be_visible()
            await expect(timeline(seat).locator("img")).to_have_count(0)
            said = timeline(seat).get_by_role("list", name="Gaps and blackouts").get_by_role("listitem")
            gap = "Nothing recorded from 1 minute 5 seconds to 1 minute 47 seconds"
            await expect(said).to_have_text(
                [
                    "Blackout from 30 seconds to 40 seconds: Card number",
                    f"{gap}: the workstation was off or could not be reached",
                ]
            )
    finally:
        first.markers[:] = kept


async def test_it_can_be_looked_at_down_to_a_second_and_as_a_whole_again(chromium, done):
    async with served(done) as premises, seated(chromium, premises, reduced_motion="reduce") as seat:
        await opened(seat)
        closer = timeline(seat).get_by_role("button", name="Look closer at the timeline")
        await slider(seat).focus()
        for _ in range(20):
            await seat.page.keyboard.press("+")
        await expect(closer).to_be_disabled()
        await expect(timeline(seat).get_by_role("status")).to_contain_text("Shown: ")
        position = int((await seat.facts())["position"])
        # A click at its middle goes no farther than half a second.
        box = await slider(seat).bounding_box()
        await seat.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 35)
        await seat.until(f"Math.abs(facts.position - {position}) < 0.6e6 && facts.loading === 'false'")
        await seat.page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + 35)
        await expect(timeline(seat).get_by_role("status")).to_be_empty()
        await point(seat, 0.5)
        await seat.page.keyboard.down("Control")
        await seat.page.mouse.wheel(0, -120)
        await seat.page.keyboard.up("Control")
        await expect(timeline(seat).get_by_role("status")).to_contain_text("Shown: ")
        await timeline(seat).get_by_role("button", name="Show the whole timeline").click()
        await expect(timeline(seat).get_by_role("status")).to_be_empty()


async def test_the_wheel_moves_the_playhead(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await opened(seat)
        before = int((await seat.facts())["position"])
        await point(seat, 0.3)
        for _ in range(3):
            await seat.page.mouse.wheel(0, 100)
        await seat.until(f"facts.position > {before} + 4e6 && facts.position < {before} + 5e6")


async def test_moments_are_reached_and_heard_by_keys(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        premises.kept.add("done", 40_000, "Explains it well")
        await opened(seat, "/recordings/done?t=3")
        await slider(seat).focus()
        for words in ("Fewer pictures: the PC was busy", "Explains it well, Bookmark", "Nothing recorded"):
            await seat.page.keyboard.press("Control+ArrowRight")
            await seat.page.wait_for_function(
                "(words) => document.querySelector('[aria-label=\"Position in the recording\"]')"
                ".getAttribute('aria-valuetext').includes(words)",
                arg=words,
            )
        await seat.page.keyboard.press("Home")
        await seat.until("facts.position === 0")
        await seat.page.keyboard.press("End")
        await seat.until("facts.position === 147e6")


async def test_a_range_is_moved_by_its_handles(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await opened(seat, "/recordings/done?t=20&from=18&to=30")
        end = seat.page.get_by_role("slider", name="End of the range")
        await expect(end).to_have_attribute("aria-valuetext", "30 seconds")
        await end.focus()
        await seat.page.keyboard.press("ArrowRight")
        await expect(end).to_have_attribute("aria-valuetext", "31 seconds")
        box = await end.bounding_box()
        track = await slider(seat).bounding_box()
        await seat.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
        await seat.page.mouse.down()
        await seat.page.mouse.move(track["x"] + track["width"] * 50 / 147, box["y"] + 20, steps=4)
        await seat.page.mouse.up()
        await expect(end).to_have_attribute("aria-valuetext", "50 seconds")
        await end.press("Escape")
        await expect(end).to_have_count(0)
        # Shift and a drag draw another one.
        await seat.page.keyboard.down("Shift")
        await point(seat, 0.2)
        await seat.page.mouse.down()
        await point(seat, 0.4)
        await seat.page.mouse.up()
        await seat.page.keyboard.up("Shift")
        await expect(end).to_have_attribute("aria-valuetext", "58 seconds")


async def test_the_time_of_day_is_told_when_asked_and_stays(chromium, done):
    async with served(done) as premises, seated(chromium, premises, timezone_id="Asia/Kolkata", locale="en-GB") as seat:
        await opened(seat)
        await timeline(seat).get_by_role("button", name="show the time of day, GMT+5:30").click()
        await expect(timeline(seat).get_by_text("15:31:00", exact=True)).to_be_visible()
        await seat.page.reload()
        await expect(timeline(seat).get_by_role("button", name="show the time elapsed")).to_be_visible()


async def test_what_grows_is_seen_to_grow(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' || facts.live === true")
        label = timeline(seat).get_by_text("0:30", exact=True)
        first = (await label.bounding_box())["x"]
        await seat.page.wait_for_function(
            "([first]) => [...document.querySelectorAll('[aria-label=Timeline] span')]"
            ".find((one) => one.textContent === '0:30').getBoundingClientRect().x < first - 20",
            arg=[first],
        )


async def test_a_part_is_chosen_in_the_overview_and_moved(chromium, done):
    async with served(done) as premises, seated(chromium, premises, reduced_motion="reduce") as seat:
        await opened(seat)
        shown = timeline(seat).get_by_role("status")
        strip = await timeline(seat).get_by_title("Drag to look closer").bounding_box()

        async def drag(from_s, to_s):
            for step, second in enumerate((from_s, to_s)):
                await seat.page.mouse.move(strip["x"] + strip["width"] * second / 147, strip["y"] + 8, steps=3)
                await (seat.page.mouse.up() if step else seat.page.mouse.down())

        await drag(30, 60)
        await expect(shown).to_have_text("Shown: 30 seconds to 1 minute")
        await drag(40, 60)
        await expect(shown).to_have_text("Shown: 50 seconds to 1 minute 20 seconds")
        await drag(80, 110)
        await expect(shown).to_have_text("Shown: 50 seconds to 1 minute 50 seconds")
        # The playhead is before it; where it is sent by a key, the view goes along.
        await slider(seat).press("ArrowRight")
        await expect(shown).to_have_text("Shown: 0 seconds to 1 minute")
        await seat.page.mouse.dblclick(strip["x"] + 5, strip["y"] + 8)
        await expect(shown).to_be_empty()


async def test_two_fingers_look_closer_and_one_seeks(chromium, done):
    async with served(done) as premises, seated(chromium, premises, has_touch=True, reduced_motion="reduce") as seat:
        await opened(seat)
        box = await slider(seat).bounding_box()
        session = await seat.page.context.new_cdp_session(seat.page)

        async def touch(kind, *seconds):
            points = [
                {"x": box["x"] + box["width"] * s / 147, "y": box["y"] + 35, "id": n} for n, s in enumerate(seconds)
            ]
            await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        await touch("touchStart", 60)
        await touch("touchStart", 60, 80)
        for spread in (2, 5, 10):
            await touch("touchMove", 60 - spread, 80 + spread)
        await touch("touchEnd")
        await expect(timeline(seat).get_by_role("status")).to_contain_text("Shown: ")
        assert 18 * S < int((await seat.facts())["position"]) < 24 * S
        await timeline(seat).get_by_role("button", name="Show the whole timeline").click()
        await expect(timeline(seat).get_by_role("status")).to_be_empty()
        await touch("touchStart", 120)
        await touch("touchEnd")
        await seat.until("facts.position > 118e6 && facts.position < 122e6")


async def test_a_drag_past_the_end_pulls_what_is_seen_along(chromium, done):
    async with served(done) as premises, seated(chromium, premises, reduced_motion="reduce") as seat:
        await opened(seat)
        await slider(seat).focus()
        for _ in range(5):
            await seat.page.keyboard.press("+")
        await expect(timeline(seat).get_by_role("status")).to_contain_text("Shown: ")
        box = await slider(seat).bounding_box()
        await seat.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 35)
        await seat.page.mouse.down()
        await seat.page.mouse.move(box["x"] + box["width"] + 120, box["y"] + 35, steps=4)
        await seat.until("facts.position > 60e6")
        await seat.page.mouse.up()
