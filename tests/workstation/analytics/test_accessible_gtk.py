"""A real accessible program, a text editor of GTK's, asked over the bus that desktops have for that."""

import asyncio
import os
from contextlib import asynccontextmanager

from workstation.capture.x11_desk import Xvfb

from playhead.testing.clock import SimClock
from playhead.workstation.analytics.accessible import Accessibility
from playhead.workstation.analytics.x11 import X11Desktop

SECONDS = 30.0
WARNING = "root account" if os.geteuid() == 0 else ""
"""A label that it shows then."""


@asynccontextmanager
async def running(*command, environment, **streams):
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=asyncio.subprocess.DEVNULL, **streams
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def test_a_real_program_says_what_its_window_shows(tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("Customer 4711")
    server = Xvfb()
    environment = {"DISPLAY": server.display, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C"}
    bus = ("dbus-daemon", "--session", "--nofork", "--print-address")
    try:
        async with (
            asyncio.timeout(SECONDS),
            running("openbox", environment=environment),
            running(*bus, environment=environment, stdout=asyncio.subprocess.PIPE) as daemon,
        ):
            address = (await daemon.stdout.readline()).decode().strip()
            news = asyncio.Event()
            eyes = Accessibility(address, news.set, lambda: True)
            asking = asyncio.create_task(eyes.run())
            desktop = X11Desktop(server.display, SimClock())
            environment["DBUS_SESSION_BUS_ADDRESS"] = address
            try:
                async with (
                    desktop.watched(news.set),
                    running("mousepad", "--disable-server", str(note), environment=environment) as editor,
                ):
                    url = text = None
                    while text is None or WARNING not in text:
                        window = next((one for one in desktop.view().shown if one.process == editor.pid), None)
                        url, text = (None, None) if window is None else eyes.of(window)
                        if text is None or WARNING not in text:
                            await news.wait()
                        news.clear()
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                desktop.close()
    finally:
        server.stop()
    assert "note.txt" in window.title
    assert url == ""  # it shows no page
    assert "4711" not in text  # names of controls, not what is written in them
