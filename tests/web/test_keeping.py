"""What people keep and share of a recording: ranges, links, bookmarks, downloads; and why they may."""

import asyncio

import pytest
from playwright.async_api import expect

from web.conftest import S, seated, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = ["view", "play", "live", "export", "annotate"]


async def test_a_link_to_a_range_plays_it_over_and_over(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?from=31&to=32.5")
        await seat.until("facts.state === 'media' && facts.position > 31.8e6")
        await seat.until("facts.position < 31.5e6 && facts.position >= 31e6")
        await seat.until("facts.state === 'media' && facts.position > 32e6")
        await seat.is_right()
        await expect(seat.page.get_by_text("0:31 – 0:32")).to_be_visible()
        await seat.page.get_by_role("button", name="No range").click()
        await seat.until("facts.position > 33e6")


async def test_a_range_is_marked_by_two_keys_and_its_link_copied(chromium, done):
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    async with served(done) as premises, seated(chromium, premises, **allowed) as seat:
        await seat.sign_in("/recordings/done?t=33")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused'")
        for key, at in (("[", "31.5"), ("]", "35")):
            await seat.visit(f"/recordings/done?t={at}")
            await seat.until(f"facts.position === {float(at) * S}")
            await seat.page.keyboard.press(key)
        await expect(seat.page.get_by_text("0:31 – 0:35")).to_be_visible()
        await seat.page.keyboard.press("Shift+C")
        await expect(seat.page.get_by_text("Link copied")).to_be_visible()
        link = await seat.page.evaluate("navigator.clipboard.readText()")
        assert link == f"{premises.origin}/recordings/done?from=31.5&to=35"
        await seat.page.keyboard.press("\\")
        await expect(seat.page.get_by_text("0:31 – 0:35")).to_have_count(0)


async def test_a_dialog_opens_again_right_after_escape(chromium, done):
    async with served(done, permissions=ALL) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?t=31")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused'")
        words = seat.page.get_by_role("dialog", name="Bookmark at 0:31").get_by_label("What is here?")
        await seat.page.keyboard.press("b")
        for _ in range(3):
            await expect(words).to_be_focused()
            await asyncio.gather(seat.page.keyboard.press("Escape"), seat.page.keyboard.press("b"))
        await expect(words).to_be_focused()


async def test_a_moment_is_bookmarked_found_changed_and_deleted(chromium, done):
    async with served(done, permissions=ALL) as premises, seated(chromium, premises) as seat:
        premises.kept.add("done", 112_000, "Wrong form", shared=True, by="Jo Blake")
        await seat.sign_in("/recordings/done?t=31")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("k")
        await seat.until("facts.state === 'paused'")
        at_ms = (int((await seat.facts())["position"]) + 500) // 1000  # as browsers round
        await seat.page.keyboard.press("b")
        dialog = seat.page.get_by_role("dialog", name="Bookmark at 0:31")
        words = dialog.get_by_label("What is here?")
        await expect(words).to_be_focused()
        await words.fill("x" * 201)
        await expect(dialog.get_by_text("1 characters too many")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Keep")).to_be_disabled()
        await words.fill("Asks for the card number")
        await dialog.get_by_label("Share it").check()
        await seat.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await seat.page.keyboard.press("b")
        await words.fill("Asks for the card number")
        await dialog.get_by_label("Share it").check()
        await dialog.get_by_role("button", name="Keep").click()
        await expect(dialog).to_be_hidden()
        made = premises.kept.bookmarks[-1]
        assert (made["atMs"], made["endMs"], made["shared"]) == (at_ms, None, True)
        panel = seat.page.get_by_role("region", name="Bookmarks")
        await panel.get_by_role("button", name="Wrong form").click()
        await seat.until("facts.position === 112e6")
        await panel.get_by_role("button", name="Change this bookmark").click()
        await seat.page.get_by_label("What is here?").fill("Reads the card number aloud")
        await seat.page.keyboard.press("Enter")
        await expect(panel.get_by_text("Reads the card number aloud")).to_be_visible()
        await panel.get_by_role("button", name="Delete this bookmark").click()
        await expect(panel.get_by_text("Reads the card number aloud")).to_have_count(0)
        await seat.page.get_by_role("button", name="Undo").click()
        await expect(panel.get_by_text("Reads the card number aloud")).to_be_visible()


async def test_many_bookmarks_are_searched_and_a_range_of_one_plays(chromium, done):
    async with served(done, permissions=["view", "play"]) as premises, seated(chromium, premises) as seat:
        for number in range(6):
            premises.kept.add("done", 1000 * number, f"Step {number}")
        premises.kept.add("done", 31_000, "The good part", end_ms=33_000)
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        panel = seat.page.get_by_role("region", name="Bookmarks")
        await panel.get_by_label("Search these bookmarks").fill("part good")
        await expect(panel.get_by_role("listitem")).to_have_count(1)
        await panel.get_by_role("button", name="The good part").click()
        await seat.until("facts.position >= 31e6 && facts.position < 33e6 && facts.state === 'media'")
        await expect(seat.page.get_by_text("0:31 – 0:33")).to_be_visible()
        await seat.page.get_by_role("button", name="Add").click()
        await expect(seat.page.get_by_role("dialog")).to_contain_text("0:31 – 0:33")
        # Sharing is not offered to who may not.
        await expect(seat.page.get_by_label("Share it")).to_have_count(0)


async def test_a_range_is_downloaded(chromium, done):
    async with served(done, permissions=ALL) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done?from=31&to=35")
        await seat.until("facts.state === 'media'")
        await seat.page.keyboard.press("d")
        dialog = seat.page.get_by_role("dialog", name="Download as MP4")
        async with seat.page.expect_download() as download:
            await dialog.get_by_role("button", name="The range 0:31 – 0:35").click()
            await expect(dialog.get_by_role("progressbar")).to_be_visible()
        assert (await download.value).suggested_filename == "recording.mp4"
        assert premises.kept.ordered == [{"recording": "done", "fromMs": 31_000, "toMs": 35_000}]
        await expect(dialog.get_by_text("The file is ready")).to_be_visible()


async def test_a_download_is_stopped_or_fails_with_words(chromium, done):
    async with served(done, permissions=ALL) as premises, seated(chromium, premises) as seat:
        premises.kept.export_steps = [0.1] * 1000
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        await seat.page.get_by_role("button", name="Download as MP4").click()
        dialog = seat.page.get_by_role("dialog", name="Download as MP4")
        await dialog.get_by_role("button", name="The whole recording").click()
        await expect(dialog.get_by_text("10 %")).to_be_visible()
        await dialog.get_by_role("button", name="Stop").click()
        await expect(dialog.get_by_role("button", name="The whole recording")).to_be_visible()
        async with asyncio.timeout(5):
            await premises.kept.given_up.wait()
        assert premises.kept.exports == {}
        premises.kept.export_steps, premises.kept.export_failure = [], "vid.chain"
        await dialog.get_by_role("button", name="The whole recording").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("A part of the recording is damaged.")
        await dialog.get_by_role("button", name="Choose again").click()
        await expect(dialog.get_by_role("button", name="The whole recording")).to_be_visible()


async def test_who_may_not_download_is_not_offered_it(chromium, done):
    async with served(done, permissions=["view", "play"]) as premises, seated(chromium, premises) as seat:
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        await expect(seat.page.get_by_role("button", name="Download as MP4")).to_have_count(0)
        await seat.page.keyboard.press("d")
        await expect(seat.page.get_by_role("dialog", name="Download as MP4")).to_have_count(0)


async def test_why_one_may_see_this_is_told(chromium, done):
    async with served(done) as premises, seated(chromium, premises) as seat:
        premises.kept.why = {
            "view": {"allowed": True, "why": ["Supervisor of Billing, of which Alice Martin is a member"]},
            "export": {"allowed": False, "why": []},
        }
        await seat.sign_in("/recordings/done")
        await seat.until("facts.state === 'media'")
        await seat.page.get_by_role("button", name="Why can I see this?").click()
        card = seat.page.get_by_role("region", name="Why can I see this?")
        await expect(card).to_contain_text("Supervisor of Billing, of which Alice Martin is a member")
        await expect(card).to_contain_text("Download: not allowed")
        await seat.page.keyboard.press("Escape")
        await expect(card).to_have_count(0)
