"""Two real browsers behind the same few words: go, ask the page, press a key, look at the picture."""

import base64
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol

import av
import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page, async_playwright

from web import firefox

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
SIZE = (1280, 800)


class Browser(Protocol):
    """A window."""

    async def goto(self, url: str) -> None: ...

    async def fill(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        ...

    async def press(self, key: str) -> None: ...

    async def run(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        ...

    async def picture(self) -> NDArray[np.uint8]:
        """A screenshot of the video as it is shown: RGB, shape (height, width, 3)."""
        ...


class Chromium:
    """Driven by Playwright."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def goto(self, url: str) -> None:
        await self._page.goto(url)

    async def fill(self, label: str, text: str) -> None:
        await self._page.get_by_label(label).fill(text)

    async def press(self, key: str) -> None:
        await self._page.keyboard.press(key)

    async def run(self, expression: str) -> Any:
        return await self._page.evaluate(f"() => ({expression})")

    async def picture(self) -> NDArray[np.uint8]:
        return pixels(await self._page.locator("video").screenshot())


class Firefox:
    """Driven by its own Marionette."""

    KEYS: ClassVar = {"Enter": "\ue007"}
    ELEMENT: ClassVar = "element-6066-11e4-a52e-4f735466cecf"
    """The key of an element's reference (WebDriver §12.1)."""

    def __init__(self, window: firefox.Firefox) -> None:
        self._window = window

    async def goto(self, url: str) -> None:
        await self._window.goto(url)

    async def _find(self, using: str, value: str) -> str:
        found = await self._window.command("WebDriver:FindElement", using=using, value=value)
        return found["value"][self.ELEMENT]

    async def fill(self, label: str, text: str) -> None:
        field = await self._find("xpath", f"//input[@id=//label[contains(., '{label}')]/@for]")
        await self._window.command("WebDriver:ElementSendKeys", id=field, text=text)

    async def press(self, key: str) -> None:
        pressed = {"type": "keyDown", "value": self.KEYS.get(key, key)}
        keys = {"type": "key", "id": "keyboard", "actions": [pressed, {**pressed, "type": "keyUp"}]}
        await self._window.command("WebDriver:PerformActions", actions=[keys])

    async def run(self, expression: str) -> Any:
        return await self._window.run(expression)

    async def picture(self) -> NDArray[np.uint8]:
        video = await self._find("css selector", "video")
        shot = await self._window.command("WebDriver:TakeScreenshot", id=video, full=False, hash=False)
        return pixels(base64.b64decode(shot["value"]))


def pixels(png: bytes) -> NDArray[np.uint8]:
    with av.open(io.BytesIO(png), format="png_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


@asynccontextmanager
async def chromium(_folder: Path) -> AsyncGenerator[Browser, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        try:
            width, height = SIZE
            yield Chromium(await browser.new_page(viewport={"width": width, "height": height}))
        finally:
            await browser.close()


@asynccontextmanager
async def firefox_esr(folder: Path) -> AsyncGenerator[Browser, None]:
    async with firefox.started(folder) as window:
        width, height = SIZE
        await window.command("WebDriver:SetWindowRect", x=0, y=0, width=width, height=height)
        yield Firefox(window)
