"""Watching a recording while it is being made."""

import pytest
from playwright.async_api import expect

from web.conftest import S, seated, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_opens_at_the_live_edge_and_stays_there_while_busy(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        await seat.until("facts.latency < 600")
        await seat.shows_now(growing)
        from_us = growing.known_us
        while growing.known_us < from_us + 2 * S:
            assert growing.known_us - await seat.number() < 2 * S
        await seat.shows_now(growing)
        await expect(seat.page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")


async def test_a_change_after_an_idle_stretch_is_seen_at_once(chromium, growing):
    growing.begin(44.5)
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.shows(43_800_000)
        await seat.until("facts.live === 'true' && facts.position > 48e6", timeout_s=8)
        # Nothing has changed for four seconds: the clock went on, the picture stood, nothing was said to be loading.
        assert await seat.number() == 43_800_000
        await expect(seat.page.get_by_text("Loading")).to_have_count(0)
        await seat.shows(49 * S, 50 * S)
        assert growing.known_us < 50_500_000


async def test_pause_ten_seconds_back_and_live_again(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.position > 41e6")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused' && facts.live === 'false'")
        await seat.page.keyboard.press("j")
        await seat.until("facts.loading === 'false'")
        # Also while it is paused: a seek may stop at an earlier picture that was said to last until here.
        paused_us = int((await seat.facts())["position"])
        await seat.shows(paused_us - 200_000, paused_us)
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'media'")
        position_us = int((await seat.facts())["position"])
        assert position_us < growing.known_us - 9 * S
        await seat.is_right()
        await seat.page.get_by_role("button", name="Go live").click()
        await seat.until("facts.live === 'true' && facts.loading === 'false' && facts.latency < 600")
        await seat.shows_now(growing)


async def test_who_stands_still_and_looks_back_sees_what_was_there(chromium, growing):
    """What live lays has ends that are not its own; wherever one goes back to, the picture is that place's."""
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.position > 41.5e6")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused' && facts.live === 'false'")
        # (where, the picture there): behind the live edge, before it came, in the rest between, and to and fro.
        for position_us, picture_us in (
            (41_100_000, 41_000_000),
            (35_300_000, 35_200_000),
            (12_500_000, 12_000_000),
            (40_700_000, 40_600_000),
            (41_100_000, 41_000_000),
        ):
            await seat.visit(f"/recordings/growing?t={position_us / S}")
            await seat.until(f"facts.position === {position_us} && facts.loading === 'false'")
            await seat.shows(picture_us)
        for key, picture_us in ((",", 40_800_000), (",", 40_600_000), (".", 40_800_000)):
            await seat.page.keyboard.press(key)
            await seat.until("facts.state === 'paused' && facts.loading === 'false'")
            await seat.shows(picture_us)
        await seat.page.keyboard.press("n")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        await seat.shows_now(growing)


async def test_when_it_is_stopped_it_becomes_a_recording_like_any_other(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        growing.finish()
        await seat.until(f"facts.state === 'ended' && facts.duration === {growing.known_us}")
        await expect(seat.page.get_by_role("button", name="Live")).to_have_count(0)


async def test_it_goes_on_when_the_stream_is_to_be_renewed(chromium, growing):
    async with served(growing, live_length_s=1.0) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        await seat.until("facts.live === 'true' && facts.position > 43e6", timeout_s=8)
        assert premises.counts["/media/growing/live"] > 1
        await seat.shows_now(growing)


async def test_progress_that_stops_is_not_called_recording(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        growing.freeze()
        await seat.until("facts.live === 'false'", timeout_s=8)
        await expect(seat.page.get_by_text("Nothing new from the workstation")).to_be_visible()
        await expect(seat.page.get_by_text("Recording now")).to_have_count(0)


async def test_an_interrupted_recording_goes_on_live_when_the_workstation_is_back(chromium, growing):
    async with served(growing) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/growing")
        await seat.until("facts.live === 'true' && facts.loading === 'false'")
        growing.freeze()
        growing.state = "interrupted"
        premises.publish(growing)
        await seat.until("facts.state === 'ended'")
        await expect(seat.page.get_by_text("The recording was interrupted here.")).to_be_visible()
        stood_us = growing.known_us
        growing.begin(stood_us / S + 3).frozen_us = None
        premises.publish(growing)
        await seat.until("facts.live === 'true' && facts.state === 'live' && facts.loading === 'false'")
        await seat.shows_now(growing)
