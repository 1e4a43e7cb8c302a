"""The witness: sees the display without loss at moments of its own, apart from every recorder that is measured.

As a program (``python reference.py FOLDER SECONDS``, display and cookie from the environment) it takes a sample about
every ``SECONDS``: in the last `LOOKBACK_S` before the moment it grabs the screen at each change, so that a frame which
some recorder captured in that time has its exact counterpart. Each sample becomes one file. SIGTERM ends it.
"""

import os
import random
import select
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xcffib
import xcffib.damage
from numpy.typing import NDArray

from playhead.testing.ssim import Plane, luma
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.capture.x11.display import Display
from playhead.workstation.capture.x11.images import SharedImages

LOOKBACK_S = 0.8
"""Longest time by which the picture a recording shows may lag behind the screen and still be the right one: frames
of motion are captured at most every 0.5 s."""

SETTLED_S = 1.0
"""The screen is settled when nothing changed for this long."""

CARET_PIXELS = 256
"""A change of no more pixels than this (a blinking caret) leaves the screen settled."""

SCREENS_MAX = 64
"""Screens kept of one sample: 0.8 s of a display that draws 80 times a second; 530 MB while it is taken."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The screen at ``at_us`` (wall time), and what it looked like before, newest last."""

    at_us: int
    still_s: float
    """Seconds since its last change."""
    screens: tuple[Plane, ...]

    @property
    def is_settled(self) -> bool:
        return self.still_s >= SETTLED_S

    @property
    def is_moving(self) -> bool:
        return len(self.screens) > 1


def load(folder: Path) -> Iterator[Sample]:
    """The samples that a witness left in a folder, oldest first; one at a time, as they are large."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as file:
            yield Sample(int(path.stem), float(file["still"]), tuple(file["screens"]))


class Witness:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection: Any = xcffib.connect()
        self.root = self.connection.get_setup().roots[0].root
        damage = self.connection(xcffib.damage.key)
        damage.QueryVersion(1, 1).reply()
        level = xcffib.damage.ReportLevel.RawRectangles
        damage.Create(self.connection.generate_id(), self.root, level)
        self.connection.flush()
        geometry = self.connection.core.GetGeometry(self.root).reply()
        self.size = geometry.width, geometry.height
        self.images = SharedImages(Display(os.environ["DISPLAY"]), geometry.width * geometry.height)
        self.changed_at = time.monotonic()

    def grab(self) -> NDArray[np.uint32]:
        """The whole screen: shape (height, width), BGRX a pixel. Fast, so that it is not missed while it moves."""
        return self.images.grab(Rectangle(0, 0, *self.size)).copy()

    def wait(self, until: float) -> bool:
        """Wait for a change, at most until a monotonic time. Whether one came that is larger than a caret."""
        ready = self.connection.get_file_descriptor()
        while True:
            seen = False
            while (event := self.connection.poll_for_event()) is not None:
                if isinstance(event, xcffib.damage.NotifyEvent):
                    seen |= event.area.width * event.area.height > CARET_PIXELS
            if seen:
                self.changed_at = time.monotonic()
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            select.select([ready], [], [], left)

    def sample(self, at: float) -> None:
        """Wait until ``LOOKBACK_S`` before ``at``, watch, and write the sample's file."""
        while time.monotonic() < at - LOOKBACK_S:
            self.wait(at - LOOKBACK_S)
        screens = [self.grab()]
        while time.monotonic() < at:
            if self.wait(at) and len(screens) < SCREENS_MAX:
                screens.append(self.grab())
        still = time.monotonic() - self.changed_at
        path = self.folder / f"{time.time_ns() // 1000}.npz"
        colours = [screen.view(np.uint8).reshape(*screen.shape, 4)[:, :, 2::-1] for screen in screens]
        planes = np.stack([luma(colour) for colour in colours])
        np.savez_compressed(path.with_suffix(".part.npz"), screens=planes, still=still)
        path.with_suffix(".part.npz").rename(path)


def main() -> None:
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    dice = random.Random(11)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    witness = Witness(folder)
    print("ready", flush=True)
    while True:
        witness.sample(time.monotonic() + LOOKBACK_S + seconds * dice.uniform(0.3, 1.3))


if __name__ == "__main__":
    main()
