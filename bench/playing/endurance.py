"""The memory of the page's process while an hour is played fast, and after many seeks."""

import asyncio
import json
import random
import time
from typing import Final

from playing.devtools import Window

SPEED: Final = 8
SEEKS: Final = 200

SEEK: Final = """(share) => new Promise((resolve, reject) => {
  const slider = document.querySelector('[role="slider"]');
  const stage = document.querySelector("[data-playhead-state]");
  const box = slider.getBoundingClientRect();
  const at = { bubbles: true, button: 0, buttons: 1, clientX: box.left + box.width * share, clientY: box.top + 30 };
  slider.setPointerCapture = () => {};
  slider.dispatchEvent(new PointerEvent("pointerdown", at));
  slider.dispatchEvent(new PointerEvent("pointerup", { ...at, buttons: 0 }));
  const began = performance.now();
  const look = () => {
    const waited = performance.now() - began;
    if (waited > 100 && stage.dataset.playheadLoading === "false") resolve(true);
    else if (waited > 20_000) reject(new Error("no picture"));
    else setTimeout(look, 30);
  };
  look();
})"""

PLAYING: Final = """new Promise((resolve) => {
  const look = () => {
    const stage = document.querySelector("[data-playhead-state]");
    const plays = document.querySelector('[role="slider"]') !== null && Number(stage?.dataset.playheadPosition) > 5e5;
    if (plays) resolve(true);
    else setTimeout(look, 100);
  };
  look();
})"""

HURRY: Final = """(speed) => {
  const select = document.querySelector('select[aria-label^="Speed"]');
  select.value = String(speed);
  select.dispatchEvent(new Event("change", { bubbles: true }));
}"""

POSITION: Final = 'Number(document.querySelector("[data-playhead-state]")?.dataset.playheadPosition ?? 0) / 1e6'


async def endure(page: Window, link: str, login: dict[str, str], playing_s: float) -> dict[str, float]:
    """Megabytes at each stage, and how much was played, in seconds of the recording."""
    dice = random.Random(12)
    asked = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": json.dumps(login)}
    await page.value(f"fetch('/api/session', {json.dumps(asked)}).then((answer) => answer.status)")
    await page.ask("Page.navigate", url=link)
    await page.loaded()
    await page.value(PLAYING)
    # What a browser keeps for itself (decoders and their pictures) is there after some seeks.
    for _ in range(SEEKS // 4):
        await page.value(f"({SEEK})({dice.uniform(0.01, 0.9)})")
    await page.value(f"({SEEK})(0.05)")
    await page.value(f"({HURRY})({SPEED})")
    await asyncio.sleep(min(20.0, playing_s / 4))
    begun = most = await page.memory_mb()
    began, from_s = time.monotonic(), await page.value(POSITION)
    while time.monotonic() - began < playing_s:
        await asyncio.sleep(min(10.0, playing_s / 4))
        most = max(most, await page.memory_mb())
    played_s, played = await page.value(POSITION) - from_s, await page.memory_mb()
    for _ in range(SEEKS):
        await page.value(f"({SEEK})({dice.uniform(0.01, 0.9)})")
    await asyncio.sleep(5)
    sought = await page.memory_mb()
    return {"begun": begun, "most": most, "played": played, "sought": sought, "length_s": played_s}
