"""A Chromium that is asked no more than it must be: over its debugging pipe, with nothing recorded of what it fetches.

Playwright has the browser keep the body of every answer in the page's process; that would be measured as the page's.
"""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from playing.seat import pss_mb

PATIENCE_S = 30


class Window:
    """One page."""

    def __init__(self, reader: asyncio.StreamReader, pipe: int) -> None:
        self._reader = reader
        self._pipe = pipe
        self._count = 0
        self._session = ""

    async def ask(self, method: str, *, page: bool = True, **parameters: object) -> dict[str, Any]:
        """Send a command, and wait for its answer."""
        self._count += 1
        message: dict[str, object] = {"id": self._count, "method": method, "params": parameters}
        if page:
            message["sessionId"] = self._session
        os.write(self._pipe, json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if answer.get("id") == self._count:
                    if "error" in answer:
                        raise RuntimeError(f"{method}: {answer['error']['message']}")
                    return answer["result"]

    async def attach(self) -> None:
        targets = (await self.ask("Target.getTargets", page=False))["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        attached = await self.ask("Target.attachToTarget", page=False, targetId=target, flatten=True)
        self._session = attached["sessionId"]

    async def loaded(self) -> None:
        """Wait for the first page; what is asked while a browser goes there is not answered."""
        for _ in range(PATIENCE_S * 5):
            try:
                # A new window shows an empty page of its own at first.
                if await self.value("location.protocol.startsWith('http') && document.readyState === 'complete'"):
                    return
            except RuntimeError:
                pass
            await asyncio.sleep(0.2)
        raise RuntimeError("the first page does not load")

    async def value(self, expression: str) -> Any:  # noqa: ANN401 - as JSON has it
        """What an expression, or the promise that it is, comes to."""
        answer = await self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def memory_mb(self) -> float:
        """Of the page's process, after collecting and giving back what the browser holds in reserve.

        A browser keeps freed memory for itself until it is told that memory is scarce; what stays then is the page's.
        """
        await self.ask("HeapProfiler.collectGarbage")
        await self.ask("Memory.simulatePressureNotification", level="critical")
        await asyncio.sleep(2)
        processes = (await self.ask("SystemInfo.getProcessInfo", page=False))["processInfo"]
        return max(pss_mb(one["id"]) for one in processes if one["type"] == "renderer")


@asynccontextmanager
async def window(profile: Path, address: str) -> AsyncGenerator[Window]:
    """A browser of its own with one page."""
    (asked, asking), (answered, answering) = os.pipe(), os.pipe()
    options = [
        *CHROMIUM_ARGS,
        "--remote-debugging-pipe",
        f"--user-data-dir={profile}",
        "--window-size=1280,800",
        address,
    ]
    # Chromium reads commands from descriptor 3 and writes answers to 4.
    command = ["bash", "-c", f'exec "$@" 3<&{asked} 4>&{answering}', "bash", CHROMIUM, *options]
    process = await asyncio.create_subprocess_exec(
        *command, pass_fds=(asked, answering), stderr=asyncio.subprocess.DEVNULL
    )
    os.close(asked)
    os.close(answering)
    reader = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answered, "rb", 0)
    )
    try:
        opened = Window(reader, asking)
        await opened.attach()
        await opened.loaded()
        yield opened
    finally:
        process.terminate()
        await process.wait()
        os.close(asking)
