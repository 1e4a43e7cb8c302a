import asyncio
import io

import av
import numpy as np
import pytest

from playhead.base.clock import SystemClock
from playhead.cli.desktop import Desktop
from playhead.cli.desktop.clock import CELL, CODE_HEIGHT, CODE_WIDTH, COLUMNS, code_bits
from playhead.testing.burnt_clock import read_clock

MOMENT_US = 1_793_610_000_123_000


def drawn(wall_us, *, at=(140, 1400), size=(1080, 1920)):
    """The clock's code on a page of text-like noise."""
    dice = np.random.default_rng(5)
    picture = np.where(dice.random((*size, 1)) < 0.2, 40, 250).astype(np.uint8).repeat(3, axis=2)
    top, left = at
    picture[top : top + CODE_HEIGHT, left : left + CODE_WIDTH] = (255, 0, 255)
    for cell, bit in enumerate(code_bits(wall_us)):
        row, column = divmod(cell, COLUMNS)
        y, x = top + (1 + row) * CELL, left + (1 + column) * CELL
        picture[y : y + CELL, x : x + CELL] = 255 if bit else 0
    return picture


def through_video(picture, *, width, height, crf):
    """Scaled and coded as lossy video, then decoded."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=5, options={"crf": str(crf), "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(width, height, "yuv420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def test_it_is_read_from_clean_pixels():
    assert read_clock(drawn(MOMENT_US)) == MOMENT_US


@pytest.mark.parametrize(
    ("width", "height", "crf"), [(1920, 1080, 24), (1920, 1080, 38), (1280, 720, 28), (960, 540, 26), (720, 404, 23)]
)
def test_it_is_read_after_scaling_and_lossy_video(width, height, crf):
    for step in range(8):
        moment = MOMENT_US + step * 1_234_567_000
        assert read_clock(through_video(drawn(moment), width=width, height=height, crf=crf)) == moment


def test_it_is_found_wherever_it_is():
    for at in [(0, 0), (0, 1920 - CODE_WIDTH), (1080 - CODE_HEIGHT, 0), (1080 - CODE_HEIGHT, 1920 - CODE_WIDTH)]:
        assert read_clock(drawn(MOMENT_US, at=at)) == MOMENT_US


def test_a_stray_magenta_pixel_does_no_harm():
    picture = drawn(MOMENT_US)
    picture[900:905, 100:105] = (255, 0, 255)
    assert read_clock(picture) == MOMENT_US


def test_no_clock_a_black_picture_and_a_spoiled_clock_are_no_time():
    assert read_clock(np.full((1080, 1920, 3), 240, np.uint8)) is None
    assert read_clock(np.zeros((8, 8, 3), np.uint8)) is None
    magenta = np.zeros((100, 100, 3), np.uint8)
    magenta[:] = (255, 0, 255)
    assert read_clock(magenta) is None
    torn = drawn(MOMENT_US)
    other = drawn(MOMENT_US + 3_600_000_000)
    torn[140 + CODE_HEIGHT // 2 :] = other[140 + CODE_HEIGHT // 2 :]
    assert read_clock(torn) is None


async def test_a_real_desktop_shows_the_present(tmp_path):
    clock = SystemClock()
    async with Desktop(tmp_path, roles=(), size=(1280, 720), clock_hz=20, clock=clock) as desktop:
        shown = [read_clock(await grab(desktop, 1280, 720))]
        await desktop.resize(800, 600)
        before = clock.wall_us()
        async with asyncio.timeout(20):
            while shown[-1] is None or shown[-1] <= before:  # drawn again, at its place on the smaller screen
                shown.append(read_clock(await grab(desktop, 800, 600)))
    assert shown[0] is not None
    assert abs(clock.wall_us() - shown[-1]) < 5_000_000


async def grab(desktop, width, height):
    ffmpeg = await asyncio.create_subprocess_exec(
        *["ffmpeg", "-v", "error", "-f", "x11grab", "-video_size", f"{width}x{height}", "-i", desktop.display],
        *["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        stdout=asyncio.subprocess.PIPE,
        env=desktop.environment,
    )
    pixels, _ = await ffmpeg.communicate()
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
