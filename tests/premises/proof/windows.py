"""Real windows on a real display: what programs draw, as the workstation sees it."""

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playhead.workstation.capture.x11 import X11Source

WIDTH, HEIGHT = 1920, 1080
PATIENCE_S = 40.0

DRAWN = (255, 0, 255)
"""Colour of a mark that the page draws last."""


@contextmanager
def display() -> Generator[str]:
    told, tell = os.pipe()
    arguments = ["-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset", "-dpi", "96"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), *arguments], pass_fds=(tell,), stderr=subprocess.DEVNULL
    )
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        number = pipe.readline().decode().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def program(display: str, *arguments: str) -> Generator[None]:
    running = subprocess.Popen(
        arguments, env={**os.environ, "DISPLAY": display}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def screen(page: Path, folder: Path, *, terminal: str = "") -> NDArray[np.uint8]:
    """What the display shows of a page in a browser's window, and of text in a terminal's below it: BGRX pixels."""
    with ExitStack() as stack:
        name = stack.enter_context(display())
        if terminal:
            face = ["-fa", "DejaVu Sans Mono", "-fs", "11", "-bg", "#202020", "-fg", "#d0d0d0", "-b", "8"]
            size = ["-geometry", "120x14+0+760"]
            stack.enter_context(program(name, "xterm", *face, *size, "-e", "sh", "-c", f"cat {terminal}; sleep 100"))
        options = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        place = [f"--window-size={WIDTH},740", "--window-position=0,0", f"--user-data-dir={folder / 'profile'}"]
        stack.enter_context(program(name, "/usr/bin/chromium", *options, *place, f"--app=file://{page}"))
        source = X11Source(name)
        stack.callback(source.close)
        deadline = time.monotonic() + PATIENCE_S
        before = None
        while True:
            (monitor,) = source.layout().monitors
            frame = source.grab(monitor, force=True)
            assert frame is not None
            pixels = np.frombuffer(frame.pixels, np.uint8).reshape(HEIGHT, frame.stride // 4, 4)[:, :WIDTH].copy()
            if is_drawn(pixels, with_terminal=bool(terminal)) and before is not None and (before == pixels).all():
                return pixels
            before = pixels
            assert time.monotonic() < deadline, "the windows were not drawn"
            time.sleep(0.2)


def is_drawn(pixels: NDArray[np.uint8], *, with_terminal: bool) -> bool:
    red, green, blue = DRAWN
    marked = (pixels[:740, :, :3] == (blue, green, red)).all(axis=2).sum()
    below = pixels[780:1000, 20:600, :3]
    return bool(marked >= 64 and (not with_terminal or (below > 150).any()))
