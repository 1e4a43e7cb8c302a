"""A real browser plays the file: through size changes, a gap and a cut, every picture at its time."""

import base64
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from playhead.premises.export.mp4 import export_mp4
from playhead.premises.export.plan import OpenSegment
from playhead.testing.pictures import NUMBER_OF_JS
from playhead.testing.vid import STARTED_AT_US, make_vid

CHROMIUM = Path("/usr/bin/chromium")

PLAY = """
async ([source, times]) => {
  %s
  const video = document.createElement("video");
  video.muted = true;
  const begun = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  video.src = source;
  document.body.append(video);
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(video.error.message));
  });
  await begun;
  const seen = [];
  for (const time of times) seen.push(await showAt(video, time));
  video.currentTime = 0;
  video.playbackRate = 8;
  const ended = new Promise((resolve) => (video.onended = resolve));
  await video.play();
  await ended;
  return { seen, duration: video.duration };
}
"""


def opened(fixture):
    return OpenSegment(fixture.read_at, len(fixture.data), fixture.data_key)


@pytest.fixture
async def page():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield await browser.new_page()
        finally:
            await browser.close()


async def test_chromium_shows_every_picture_of_an_export(page, tmp_path):
    first = make_vid("first", seconds=4, sizes=((160, 96), (320, 180)))
    second = make_vid(
        "second", seconds=2, sizes=((96, 160),), started_at_us=STARTED_AT_US + 6_000_000, first_number=500
    )
    out = tmp_path / "out.mp4"
    start_us = 900_000
    export_mp4([opened(first), opened(second)], out, start_us=start_us)
    source = "data:video/mp4;base64," + base64.b64encode(out.read_bytes()).decode()
    sizes = {(1, 0): (160, 96), (1, 1): (320, 180), (2, 0): (96, 160)}
    pictures = [(p.at_us, p.number, *sizes[1, p.epoch]) for p in first.pictures]
    pictures += [(p.at_us + 6_000_000, p.number, *sizes[2, p.epoch]) for p in second.pictures]
    later = [picture for picture in pictures if picture[0] > start_us]
    result = await page.evaluate(PLAY % NUMBER_OF_JS, [source, [(at - start_us + 50_000) / 1e6 for at, *_ in later]])
    assert result["seen"] == [list(picture) for _, *picture in later]
    assert result["duration"] == pytest.approx(8 - start_us / 1e6)
