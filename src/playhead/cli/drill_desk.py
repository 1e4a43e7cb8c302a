"""A workstation in a process of its own that can be hurt: killed, frozen, restarted, cut off."""

import asyncio
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.net.relay import Relay
from playhead.workstation.control import Question, ask

ANSWERS_S: Final = 5.0
"""A workstation that does not answer at its control socket within so long is down, or frozen."""
ENDS_S: Final = 30.0
"""A clean stop seals and sends; one that takes longer has failed."""
LOOKS_S: Final = 0.1
FRESH_BYTES: Final = 512 * 1024
"""A workstation that records always has something that is not acknowledged yet; more than this is behind."""


class DrillDesk:
    """See the module.

    Args:
        name: of the workstation.
        data: its data folder, enrolled.
        relay: its way to the server.
        environment: of its process; None for our own.
    """

    def __init__(self, name: str, data: Path, relay: Relay, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.relay = relay
        self._data = data
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> Path:
        """What it says."""
        return self._data.with_suffix(".log")

    @property
    def waiting(self) -> list[Path]:
        """Segments that the server has not taken whole."""
        found = (self._data / "workstation" / "spool").rglob("*.vid")
        return [path for path in found if path.parent.name != "set-aside"]

    async def start(self) -> None:
        """Start it, unless it runs."""
        if self._process is not None and self._process.returncode is None:
            return
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "playhead", "workstation", "run", "--data", str(self._data)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    def send(self, number: signal.Signals) -> None:
        """A signal, where there is a process to get it."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def kill(self) -> None:
        """As a power cut does it to the process."""
        if self._process is not None:
            self.send(signal.SIGKILL)
            await self._process.wait()

    async def stop(self) -> None:
        """A stop in good order.

        Raises:
            UnavailableError: ``drill.stuck``.
        """
        self.send(signal.SIGTERM)
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), ENDS_S)
            except TimeoutError:
                raise UnavailableError("drill.stuck", f"{self.name} did not stop within {ENDS_S:.0f} s.") from None

    async def die(self, for_s: float) -> None:
        """Be killed, and start again after so long."""
        await self.kill()
        await asyncio.sleep(for_s)
        await self.start()

    async def restart(self) -> None:
        """Stop in good order, and start."""
        await self.stop()
        await self.start()

    async def freeze(self, for_s: float) -> None:
        """Stand still."""
        self.send(signal.SIGSTOP)
        await asyncio.sleep(for_s)
        self.send(signal.SIGCONT)

    async def be_cut_off(self, for_s: float) -> None:
        """Lose the link, and have none."""
        self.relay.cut()
        await asyncio.sleep(for_s)
        self.relay.mend()

    async def stall(self, for_s: float) -> None:
        """Keep the link, with nothing getting through."""
        self.relay.stall()
        await asyncio.sleep(for_s)
        self.relay.mend()

    async def ask(self, command: str, reason: str = "") -> dict[str, Any] | None:
        """At its control socket; None where it does not answer."""
        try:
            async with asyncio.timeout(ANSWERS_S):
                return await ask(self._data / "workstation", Question(command, reason=reason))
        except (PlayheadError, OSError, TimeoutError):
            return None

    async def is_current(self) -> bool:
        """The server has what was captured, up to what is on its way."""
        answer = await self.ask("status")
        status: dict[str, Any] | None = None if answer is None else answer["status"]
        return status is not None and bool(status["connected"]) and int(status["spool_bytes"]) < FRESH_BYTES

    async def finish(self, within_s: float) -> None:
        """Stop recording, and have everything sent; stopped in the end.

        Raises:
            UnavailableError: ``drill.stuck``.
        """
        await self.stop()
        if self.waiting:  # what did not go in the moment of stopping goes after the next start
            self._record_no_more()
            await self.start()
            await until(lambda: not self.waiting, f"{self.name} has sent everything", within_s)
            await self.stop()

    def _record_no_more(self) -> None:
        file = self._data / "workstation.toml"
        file.write_text(re.sub(r"(?m)^continuous = .*$", "continuous = false", file.read_text()))


async def until(ask_it: Callable[[], Any], what: str, within_s: float) -> None:
    """Ask again and again until it is so.

    Raises:
        UnavailableError: ``drill.stuck``: it was not within ``within_s`` seconds.
    """
    deadline = time.monotonic() + within_s
    while True:
        answer = ask_it()
        if await answer if isinstance(answer, Awaitable) else answer:
            return
        if time.monotonic() > deadline:
            raise UnavailableError("drill.stuck", f"Not within {within_s:.0f} s: {what}.")
        await asyncio.sleep(LOOKS_S)
