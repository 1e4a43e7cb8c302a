"""A whole site as its users have it: real processes of the real command, started, asked and killed from a test."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any

import httpx

PLAYHEAD = [sys.executable, "-m", "playhead"]
PASSWORD = "a password only tests know"
POLL_S = 0.05
PATIENCE_S = 60.0


async def until(ask, what: str, within_s: float = PATIENCE_S):
    """Ask again until there is an answer; the condition decides, not the clock."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within_s:.0f} s")
        await asyncio.sleep(POLL_S)


class Process:
    """A process of ours with its own log; ends with the test."""

    def __init__(self, arguments: list[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [*PLAYHEAD, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        """SIGKILL, as a power cut does it to the process."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    async def stop(self) -> int:
        """SIGTERM, and wait for a clean end."""
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, PATIENCE_S)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


class Site:
    """One data folder, one premises server, any number of workstations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "server"
        self.premises: Process | None = None
        self.workstations: dict[str, Process] = {}
        self.data.mkdir(parents=True)
        (self.data / "premises.toml").write_text(
            '[screen]\nlisten = "127.0.0.1:0"\n[tokens]\nlisten = "127.0.0.1:0"\n[portal]\nlisten = "127.0.0.1:0"\n'
        )

    @property
    def running(self) -> dict[str, Any]:
        return json.loads((self.data / "premises" / "running.json").read_text())

    async def command(self, *arguments: str, stdin: str = "") -> str:
        """Run one command to its end and give what it printed."""
        process = await asyncio.create_subprocess_exec(
            *PLAYHEAD,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PLAYHEAD_DATA": str(self.data)},
        )
        out, err = await process.communicate(stdin.encode())
        assert process.returncode == 0, (arguments, out.decode(), err.decode())
        return out.decode().strip()

    async def start_premises(self) -> None:
        (self.data / "premises" / "running.json").unlink(missing_ok=True)
        self.premises = Process(["premises", "run", "--data", str(self.data)], self.folder / "premises.log")
        await until(self._premises_answers, f"premises\n{self.premises.tail()}")

    async def _premises_answers(self) -> bool:
        assert self.premises is not None
        assert self.premises.alive, self.premises.tail()
        if not (self.data / "premises" / "running.json").exists():
            return False
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(self.running["portal"] + "/healthz")).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

    async def add_user(self, name: str = "sam", role: str = "supervisor") -> None:
        await self.command("premises", "add-user", name, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")

    async def enrol(self, name: str) -> Path:
        code = await self.command("premises", "enrolment-code", name)
        data = self.folder / name
        server = f"127.0.0.1:{self.running['screen_port']}"
        await self.command(
            "workstation", "enrol", "--server", server, "--code", code, "--name", name, "--data", str(data)
        )
        return data

    def start_workstation(self, name: str, environment: Mapping[str, str], settings: str = "") -> Process:
        data = self.folder / name
        if settings:
            with (data / "workstation.toml").open("a") as file:
                file.write(settings)
        process = Process(["workstation", "run", "--data", str(data)], self.folder / f"{name}.log", environment)
        self.workstations[name] = process
        return process

    async def recordings(self) -> list[dict[str, Any]]:
        return json.loads(await self.command("recordings", "list", "--json"))

    async def verify(self, recording: str) -> dict[str, Any]:
        return json.loads(await self.command("recordings", "verify", recording, "--json"))

    def close(self) -> None:
        for process in [*self.workstations.values(), *([self.premises] if self.premises else [])]:
            process.kill()
