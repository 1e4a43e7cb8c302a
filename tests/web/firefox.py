"""Firefox as it is installed, driven by its own Marionette protocol: length, colon, JSON."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

FIREFOX = "/usr/bin/firefox-esr"

_PREFERENCES = {
    "marionette.port": 0,
    "media.autoplay.default": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox:
    """One window. Everything is asked of it as a script."""

    def __init__(self, reader, writer):
        self._reader, self._writer, self._number = reader, writer, 0

    async def _receive(self):
        size = (await self._reader.readuntil(b":")).rstrip(b":")
        return json.loads(await self._reader.readexactly(int(size)))

    async def command(self, name, **parameters):
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._writer.write(b"%d:%b" % (len(message), message))
        _, _, error, result = await self._receive()
        assert error is None, error["message"]
        return result

    async def begin(self):
        await self._receive()
        await self.command("WebDriver:NewSession")

    async def goto(self, url):
        await self.command("WebDriver:Navigate", url=url)

    async def run(self, script):
        """The value of a JavaScript expression, awaited where it is a promise."""
        body = f"return ({script});"
        return (await self.command("WebDriver:ExecuteScript", script=body, args=[], sandbox=None))["value"]

    async def until(self, condition, timeout_s=20.0):
        """Waits until an expression is true."""
        async with asyncio.timeout(timeout_s):
            while not await self.run(condition):
                await asyncio.sleep(0.05)


@asynccontextmanager
async def started(folder: Path):
    """A Firefox with a fresh profile in a folder; gone afterwards."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
    (folder / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        FIREFOX,
        "--headless",
        "--marionette",
        "--no-remote",
        "--profile",
        str(folder),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"},
    )
    try:
        port = folder / "MarionetteActivePort"
        async with asyncio.timeout(60):
            while not (port.is_file() and port.read_text().strip()):
                await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port.read_text()), limit=1 << 24)
        firefox = Firefox(reader, writer)
        await firefox.begin()
        yield firefox
        writer.close()
    finally:
        process.terminate()
        await process.wait()
