"""A real browser takes initialisations and pieces as they arrive, through the Media Source Extensions."""

import base64
import json
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from wire.fmp4.media import END_US, TIMES, ended, init, pieces

from playhead.testing.pictures import NUMBER_OF_JS
from playhead.wire import fmp4

CHROMIUM = Path("/usr/bin/chromium")

FEED = """
async ([mime, appends, times, last]) => {
  %s
  const source = new MediaSource();
  const video = document.createElement("video");
  video.muted = true;
  const begun = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  video.src = URL.createObjectURL(source);
  document.body.append(video);
  await new Promise((resolve) => (source.onsourceopen = resolve));
  const buffer = source.addSourceBuffer(mime);
  const ranges = [];
  for (const text of appends) {
    const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const done = new Promise((resolve, reject) => {
      buffer.onupdateend = resolve;
      video.onerror = () => reject(new Error(video.error.message));
    });
    buffer.appendBuffer(data);
    await done;
    const found = [];
    for (let i = 0; i < buffer.buffered.length; i++) found.push([buffer.buffered.start(i), buffer.buffered.end(i)]);
    ranges.push(found);
  }
  source.endOfStream();
  await begun;
  const seen = [];
  for (const time of times) seen.push(await showAt(video, time));
  const played = [];
  if (last !== null) {
    const reached = new Promise((resolve) => {
      const note = (_, { mediaTime }) => {
        played.push([numberOf(video), mediaTime]);
        if (numberOf(video) === last) resolve();
        else video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    });
    video.playbackRate = 4;
    await video.play();
    await reached;
  }
  return { seen, ranges, played, duration: video.duration };
}
"""


@pytest.fixture
async def feed():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = await browser.new_page()

            async def run(first, appends, times, last=None):
                mime = f"video/mp4; codecs={json.dumps(fmp4.codec_string(first))}"
                encoded = [base64.b64encode(data).decode() for data in appends]
                return await page.evaluate(FEED % NUMBER_OF_JS, [mime, encoded, [time / 1e6 for time in times], last])

            yield run
        finally:
            await browser.close()


async def test_pieces_that_are_held_until_the_next_leave_no_hole_and_play_at_their_times(feed):
    """The live edge: every piece's last picture is held, and the next piece takes over where it begins."""
    made = pieces(1)
    result = await feed(init(), [init(), *made], [], last=len(TIMES) - 1)
    assert result["ranges"][0] == []
    assert [len(ranges) for ranges in result["ranges"][1:]] == [1] * len(made)
    ends = [ranges[0][1] for ranges in result["ranges"][1:]]
    assert ends == pytest.approx([(at + fmp4.HOLD_US) / 1e6 for at in TIMES])
    numbers = [number for number, _ in result["played"]]
    assert numbers == sorted(numbers)
    assert [at for _, at in result["played"]] == pytest.approx([TIMES[number] / 1e6 for number in numbers])


async def test_pieces_with_their_true_ends_make_one_range_and_a_new_size_plays_through(feed):
    first, second = (160, 96), (320, 180)
    later = ended(pieces(3, second, base=END_US), 2 * END_US)
    appends = [init(first), *ended(pieces(3, first)), init(second), *later]
    times = [*(at + 50_000 for at in TIMES[1:]), *(END_US + at + 50_000 for at in TIMES)]
    result = await feed(init(first), appends, times)
    assert result["ranges"][-1] == [pytest.approx([0, 2 * END_US / 1e6])]
    assert result["duration"] == pytest.approx(2 * END_US / 1e6)
    sizes = [[number, *first] for number in range(1, len(TIMES))] + [[number, *second] for number in range(len(TIMES))]
    assert result["seen"] == sizes
