"""The peer: ffmpeg's x11grab with libx264 as it is usually set up, and how its file is read back."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from playhead.testing.ssim import Plane, luma

FRAMES_PER_SECOND = 5
SETTINGS = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p")


FILE = "x11grab.mkv"
LOG = "x11grab.log"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a recording: from when it is shown (wall time), and its luma when asked for."""

    at_us: int
    luma: Callable[[], Plane]


async def start(environment: dict[str, str], folder: Path, size: tuple[int, int]) -> asyncio.subprocess.Process:
    """Let ffmpeg record a display into a Matroska file, until ``q`` comes on its standard input."""
    width, height = size
    source = ["-f", "x11grab", "-framerate", str(FRAMES_PER_SECOND), "-video_size", f"{width}x{height}"]
    source += ["-i", environment["DISPLAY"]]
    log = folder / LOG
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *["ffmpeg", "-hide_banner", "-nostats", "-y", *source, *SETTINGS, "-flush_packets", "1"],
            str(folder / FILE),
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
        )
    async with asyncio.timeout(20):
        while b"Output #0" not in log.read_bytes():  # noqa: ASYNC110 - its log is its only word
            await asyncio.sleep(0.05)
    return process


def pictures(folder: Path) -> Iterator[Shown]:
    """All pictures in order. Their times are whole fifths of a second after the first: ± 100 ms."""
    started = re.search(rb"start: ([0-9]+\.[0-9]+)", (folder / LOG).read_bytes())
    assert started is not None, "ffmpeg says when its capture began"
    started_us = round(float(started[1]) * 1_000_000)
    with av.open(folder / FILE) as container:
        for frame in container.decode(video=0):
            at_us = started_us + round((frame.time or 0.0) * 1_000_000)
            yield Shown(at_us, lambda frame=frame: luma_of(frame))


def luma_of(frame: av.VideoFrame) -> Plane:
    """A decoded frame's luma by way of RGB, so that every recording's own colour flags are followed."""
    return luma(np.asarray(frame.to_ndarray(format="rgb24")))
