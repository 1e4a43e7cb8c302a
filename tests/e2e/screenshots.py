"""Makes the README's pictures: the demo is started, a few interactions are recorded, and Chromium looks at them."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from e2e.site import Portal, Process, free_ports, until
from e2e.test_up_and_demo import write_ports

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
INTERACTIONS_S = (14, 26, 9, 31, 18, 22)
"""How long each of the recorded interactions is."""
NOTES = ("Asked for the order number twice", "Good: read the refund policy aloud")


async def record(portal: Portal) -> None:
    """Some interactions, and one that goes on; with tags and bookmarks as a supervisor leaves them."""
    workstation = (await portal.get("/api/workstations")).json()["items"][0]["id"]
    for number, seconds in enumerate(INTERACTIONS_S):
        (await portal.order(workstation, "start")).raise_for_status()
        await asyncio.sleep(seconds)
        (await portal.order(workstation, "stop")).raise_for_status()
        newest = (await portal.recordings())[0]["id"]
        if number % 2:
            await portal.post("/api/recordings/bulk", json={"recordings": [newest], "action": "tag", "tag": "refund"})
    (await portal.order(workstation, "start")).raise_for_status()
    await asyncio.sleep(40)


async def note(portal: Portal, recording: str) -> None:
    for number, text in enumerate(NOTES):
        mark = {"recording": recording, "atMs": 6_000 + 9_000 * number, "text": text, "shared": True}
        await portal.post("/api/bookmarks", json=mark)


async def look(page: Page, address: str, user: str, password: str, recording: str) -> None:
    """Library and player, as they are on a laptop."""
    await page.goto(address)
    await page.get_by_label("Name").fill(user)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(f'a[href*="{recording}"]')
    await settled(page)
    await page.screenshot(path=IMAGES / "library.png")
    await page.goto(f"{address}/recordings/{recording}?t=17")
    await page.wait_for_selector('[data-playhead-loading="false"]')
    await settled(page)
    await page.screenshot(path=IMAGES / "player.png")


async def settled(page: Page) -> None:
    """Until everything that can be seen is there. A page that follows the present never stops asking."""
    pictures = "[...document.images].every((one) => one.complete)"
    await page.wait_for_function(f"document.fonts.status == 'loaded' && {pictures}")


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="playhead-screenshots-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        write_ports(data, *free_ports(3))
        demo = Process(["demo", "--on-demand", "--data", str(data)], Path(folder) / "demo.log")
        try:
            said = await demo.until_said("Ctrl-C stops everything")
            address, user, password = (
                re.search(rf"{word}\s+(\S+)", said)[1]  # type: ignore[index] # the demo has said all three
                for word in ("Portal", "User", "Password")
            )
            async with Portal(base_url=address, headers={"origin": address}) as portal:
                await portal.sign_in(user, password)
                await until(lambda: is_ready(portal), demo.said)
                await record(portal)
                recording = next(one["id"] for one in await portal.recordings() if one["durationMs"] > 28_000)
                await note(portal, recording)
                async with async_playwright() as playwright:
                    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
                    page = await browser.new_page(viewport=SIZE, device_scale_factor=1.5)
                    await look(page, address, user, password, recording)
                    await browser.close()
        finally:
            await demo.stop()
            demo.kill()


async def is_ready(portal: Portal) -> bool:
    items = (await portal.get("/api/workstations")).json()["items"]
    return bool(items) and items[0]["state"] == "idle"


if __name__ == "__main__":
    asyncio.run(main())
