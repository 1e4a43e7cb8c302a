"""A real X server (Xvfb) that a test paints on and reshapes."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from playhead.cli.desktop.x11 import X11
from playhead.workstation.capture.source import Monitor
from playhead.workstation.capture.x11 import Extensions, X11Source

WIDTH, HEIGHT = 320, 240


class Xvfb:
    """One server on a display number that was free."""

    def __init__(self, *, display: str = "", depth: int = 24, cookies: Path | None = None) -> None:
        told, tell = os.pipe()
        # -noreset: else the server forgets all when its last client goes
        arguments = ["-screen", "0", f"{WIDTH}x{HEIGHT}x{depth}", "-nolisten", "tcp", "-noreset"]
        if cookies is not None:
            arguments += ["-auth", str(cookies)]
        try:
            self._process = subprocess.Popen(
                ["Xvfb", *([display] if display else []), "-displayfd", str(tell), *arguments],
                pass_fds=(tell,),
                stderr=subprocess.DEVNULL,
            )
        finally:
            os.close(tell)
        with os.fdopen(told, "rb") as pipe:
            number = pipe.readline().decode().strip()
        assert number, "Xvfb did not start"
        self.display = f":{number}"
        self._modes: set[tuple[int, int]] = {(WIDTH, HEIGHT)}

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:  # asked while it was resetting itself, it forgets
            self._process.kill()
            self._process.wait()

    def xrandr(self, *arguments: str) -> None:
        subprocess.run(["xrandr", "--display", self.display, *arguments], check=True, capture_output=True)

    def resize(self, width: int, height: int) -> None:
        mode = f"{width}x{height}"
        if (width, height) not in self._modes:
            self._modes.add((width, height))
            self.xrandr("--newmode", mode, "0", str(width), "0", "0", "0", str(height), "0", "0", "0")
            self.xrandr("--addmode", "screen", mode)
        self.xrandr("--output", "screen", "--mode", mode)

    def arrange(self, *monitors: Monitor) -> None:
        """One monitor is the screen itself in its size; several lie on it, and the first of them takes the output."""
        if len(monitors) == 1:
            self.resize(monitors[0].width, monitors[0].height)
            return
        for index, each in enumerate(monitors):
            geometry = f"{each.width}/100x{each.height}/100+{each.x}+{each.y}"
            self.xrandr("--setmonitor", each.name, geometry, "none" if index else "screen")


@dataclass
class X11Desk:
    """A desk of the contract on one server."""

    server: Xvfb
    extensions: Extensions = field(default_factory=Extensions)

    def __post_init__(self) -> None:
        self.source = X11Source(self.server.display, self.extensions)
        self.painter = X11(self.server.display)

    def paint(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        canvas = self.painter.canvas((x, y, width, height))
        canvas.fill((colour >> 16, colour >> 8 & 0xFF, colour & 0xFF), [(0, 0, width, height)])
        canvas.show()
        self.painter.size()  # answered after all of it is done

    def point(self, x: int, y: int) -> None:
        self.painter.point(x, y)
        self.painter.pointer()

    def arrange(self, *monitors: Monitor) -> None:
        self.server.arrange(*monitors)

    def vanish(self) -> None:
        self.server.stop()

    def come_back(self) -> None:
        self.server = Xvfb(display=self.server.display)
        self.painter = X11(self.server.display)

    def close(self) -> None:
        self.source.close()
        self.server.stop()
