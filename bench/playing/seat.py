"""Someone in front of a real browser: opens recordings and seeks, and is told when the picture was there."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page

VIEW: Final = (1280, 800)
PATIENCE_MS: Final = 20_000

FIRST_PICTURE: Final = """() => {
  window.shown = new Promise((resolve) => {
    addEventListener("click", (event) => {
      const began = event.timeStamp;
      const look = () => {
        const video = document.querySelector("[data-playhead-state] video");
        if (video === null) return requestAnimationFrame(look);
        video.requestVideoFrameCallback((now, facts) => resolve(Math.max(now, facts.expectedDisplayTime) - began));
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""
"""From now on, `shown` tells how long after the next click the browser put the first picture on the screen, in ms."""

SOUGHT: Final = """() => {
  window.shown = new Promise((resolve) => {
    addEventListener("pointerdown", (event) => {
      const began = event.timeStamp;
      const stage = document.querySelector("[data-playhead-state]");
      const video = stage.querySelector("video");
      let seen = 0;
      const picture = (now, facts) => {
        seen = Math.max(now, facts.expectedDisplayTime);
        video.requestVideoFrameCallback(picture);
      };
      video.requestVideoFrameCallback(picture);
      const look = () => {
        const { playheadLoading: loading, playheadPosition: position } = stage.dataset;
        // The picture counts once it was presented after the seek that the page says is done.
        const there = Math.abs(video.currentTime * 1e6 - Number(position)) < 400_000;
        if (seen > 0 && loading === "false" && !video.seeking && there) return resolve(seen - began);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""
"""From now on, `shown` tells how long after the next press the picture of its place was on the screen, in ms."""

POINTED: Final = """() => {
  window.shown = new Promise((resolve) => {
    addEventListener("pointermove", (event) => {
      const began = event.timeStamp;
      const look = (now) => {
        const picture = document.querySelector("[data-playhead-tip] img");
        const there = picture?.complete && picture.naturalWidth > 0;
        if (there) return requestAnimationFrame((drawn) => resolve(drawn - began));
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""
"""From now on, `shown` tells how long after the pointer came to the timeline a small picture was there, in ms."""


class Seat:
    """A page of the portal, signed in, on the list of recordings."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def _shown(self) -> float:
        return await self.page.evaluate(f"""Promise.race([
          window.shown,
          new Promise((_, fail) => setTimeout(() => fail(new Error("no picture")), {PATIENCE_MS})),
        ])""")

    async def open(self, recording: str) -> float:
        """Click a recording in the list; milliseconds to its first picture."""
        link = self.page.locator(f'a[href^="/recordings/{recording}"]').first
        await link.wait_for()
        await self.page.evaluate(FIRST_PICTURE)
        await link.click()
        return await self._shown()

    async def back(self) -> None:
        """To the list again."""
        await self.page.go_back()
        await self.page.locator('a[href^="/recordings/"]').first.wait_for()

    async def forget(self) -> None:
        """Take nothing from the browser's cache from now on: a short recording would soon be in it as a whole."""
        tools = await self.page.context.new_cdp_session(self.page)
        await tools.send("Network.enable")
        await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    async def seek(self, share: float) -> float:
        """Click the timeline; milliseconds to the picture of that place."""
        place = await self._place(share)
        await self.page.evaluate(SOUGHT)
        await self.page.mouse.click(*place)
        return await self._shown()

    async def point(self, share: float) -> float:
        """Come to the timeline with the pointer; milliseconds to the small picture of that place."""
        place = await self._place(share)
        await self.page.mouse.move(place[0], 10)
        await self.page.locator("[data-playhead-tip]").wait_for(state="detached")
        await self.page.evaluate(POINTED)
        await self.page.mouse.move(*place)
        return await self._shown()

    async def _place(self, share: float) -> tuple[float, float]:
        box = await self.page.get_by_role("slider", name="Position in the recording").bounding_box()
        assert box is not None
        return box["x"] + box["width"] * share, box["y"] + box["height"] * 0.6


def pss_mb(pid: int) -> float:
    """Memory of a process: its own pages and its share of others."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended meanwhile
        return 0.0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024 / 1e6


@asynccontextmanager
async def seated(browser: Browser, address: str, user: str, password: str) -> AsyncGenerator[Seat]:
    """A window in which somebody has signed in through the form."""
    window = await browser.new_context(viewport={"width": VIEW[0], "height": VIEW[1]})
    page = await window.new_page()
    await page.goto(f"{address}/recordings")
    await page.get_by_label("Name").fill(user)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.keyboard.press("Enter")
    await page.locator('a[href^="/recordings/"]').first.wait_for()
    try:
        yield Seat(page)
    finally:
        await window.close()
