"""Programs that are started for a desktop, and none of which outlives it.

Each runs as a process group of its own, so that Ctrl-C reaches only Playhead, which then stops them in order. What a
program left behind in other groups is found by a mark in its environment.
"""

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from playhead.base.errors import UnavailableError

STOP_WITHIN_S = 3.0
"""How long a program may take to end by itself before it is killed."""

_MARK = "PLAYHEAD_DESKTOP"


class Programs:
    """The running programs of one desktop.

    Args:
        logs: folder for what they print, one file each; made where missing.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._mark = secrets.token_hex(8)
        self._running: list[asyncio.subprocess.Process] = []

    async def start(
        self,
        name: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path,
        pass_fds: Sequence[int] = (),
        follow: bool = False,
    ) -> asyncio.subprocess.Process:
        """Start a program with exactly this environment (and our mark) in ``folder``.

        With ``follow``, the kernel ends it when we end, however that happens: the desktop's other programs then lose
        their display and end too.

        Raises:
            UnavailableError: ``desktop.not_started``.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        prefix = ["setpriv", "--pdeathsig", "TERM", "--"] if follow and shutil.which("setpriv") else []
        with self.log(name).open("wb") as log:
            try:
                process = await asyncio.create_subprocess_exec(
                    *prefix,
                    *argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**environment, _MARK: self._mark},
                    cwd=folder,
                    pass_fds=pass_fds,
                    start_new_session=True,
                )
            except OSError as error:
                raise UnavailableError("desktop.not_started", f"{argv[0]} cannot be started: {error}.") from error
        self._running.append(process)
        return process

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self._logs / f"{name}.log"

    async def stop(self) -> None:
        """End all programs, the first one (the X server) last, and whatever they left behind.

        Returns when none is left; where the caller is cancelled meanwhile, kills them all at once.
        """
        try:
            await asyncio.gather(*(_end(process) for process in self._running[1:]))
            await asyncio.gather(*(_end(process) for process in self._running[:1]))
        finally:
            for process in self._running:
                _signal_group(process.pid, signal.SIGKILL)  # members that outlived their leader
            for pid in self.left_behind():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._running.clear()

    def left_behind(self) -> list[int]:
        """Processes of this desktop that are alive, found by their environment (``/proc/PID/environ``, proc(5))."""
        wanted = f"{_MARK}={self._mark}".encode()
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue  # ended meanwhile, or another user's
            if wanted in environment.split(b"\0"):
                found.append(int(entry.name))
        return found


async def _end(process: asyncio.subprocess.Process) -> None:
    _signal_group(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
