"""A whole site as its users have it: real processes of the real command, started, asked and killed from a test."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from playhead.base.errors import UnavailableError
from playhead.cli import administration, agent_side, library, verification
from playhead.cli.places import PremisesPlaces, Running
from playhead.workstation.control import Question, ask

PLAYHEAD = [sys.executable, "-m", "playhead"]
USER = "sam"
PASSWORD = "a password only tests know"
POLL_S = 0.1
PATIENCE_S = 60.0
WAITS_S = 4.0

# Ports that are neither the registry's nor handed out by the system: a server that was killed must get its own back.
PORTS = range(20_000, 32_000)


async def until(ask, what: str | Callable[[], str], within_s: float = PATIENCE_S):
    """Ask again until there is an answer; the condition decides, not the clock."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what if isinstance(what, str) else what()}: not within {within_s:.0f} s")
        await asyncio.sleep(POLL_S)


async def until_wall(at_us: int) -> None:
    """Until the wall clock, and with it the one on a test's desktop, shows this time."""
    await until(lambda: wall_us() >= at_us, "the wall clock")


def wall_us() -> int:
    return time.time_ns() // 1000


def dice_of(seed: int) -> random.Random:
    """Chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 - it chooses moments


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    chosen: list[int] = []
    dice = random.SystemRandom()
    while len(chosen) < count:
        number = dice.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                continue
        if number not in chosen:
            chosen.append(number)
    return chosen


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that have to do with a folder: in what they were called with, where they run, their environment."""
    found: dict[int, str] = {}
    wanted = os.fsencode(folder)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            called = (entry / "cmdline").read_bytes()
            if not called:
                continue  # ended, and not waited for yet
            where = os.fsencode((entry / "cwd").readlink())
            if wanted in called or where.startswith(wanted) or wanted in (entry / "environ").read_bytes():
                found[int(entry.name)] = called.replace(b"\0", b" ").decode(errors="replace")
    return found


class Process:
    """A process of ours with its own log; ends with the test."""

    def __init__(
        self,
        arguments: list[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        within: Sequence[str] = (),
    ) -> None:
        """``within``: the beginning of a command that starts another in a place of its own."""
        self.log = log
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [*within, *PLAYHEAD, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=_environment(environment),
                start_new_session=True,
            )
        self._waits: deque[tuple[int, int]] = deque(maxlen=round(WAITS_S / POLL_S))
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self.alive:
            self._note_waits()
            await asyncio.sleep(POLL_S)

    def _note_waits(self) -> None:
        """How long its threads have waited for a processor so far (``/proc/PID/task/TID/schedstat``, second figure)."""
        waited_ns = 0
        for thread in Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                waited_ns += int(thread.read_text().split()[1])
        self._waits.append((wall_us(), waited_ns // 1000))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def waited_us(self) -> int:
        """How long it was kept waiting for a processor in its last `WAITS_S`, all threads together."""
        return self._waits[-1][1] - self._waits[0][1]

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> int:
        """SIGKILL, as a power cut does it to the process; the wall time of it."""
        if self.alive:
            self._note_waits()
        at_us = wall_us()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        return at_us

    def send(self, number: signal.Signals) -> None:
        """To all of its process group, as a terminal does it."""
        os.killpg(self.pid, number)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask for a clean end and wait for it; its exit code."""
        if self.alive:
            self.send(number)
        return await self.ended()

    async def ended(self) -> int:
        return await asyncio.to_thread(self._process.wait, PATIENCE_S)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    async def until_said(self, text: str, times: int = 1) -> str:
        """All that is in its log, once ``text`` is in it; with a log that it goes on with, so many times."""

        def has_said() -> bool:
            is_there = self.said().count(text) >= times
            assert self.alive or is_there, f"ended before it said {text!r}: {self.said()[-4000:]}"
            return is_there

        await until(has_said, lambda: f"{text!r} in {self.said()[-4000:]}")
        return self.said()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


class Portal(httpx.AsyncClient):
    """A supervisor's browser, as far as its requests go: signed in, with the page's headers."""

    token_url = ""

    async def sign_in(self, user: str = USER, password: str = PASSWORD) -> None:
        answer = await self.post("/api/session", json={"user": user, "password": password})
        assert answer.status_code == httpx.codes.OK, answer.text
        self.headers["x-csrf-token"] = answer.json()["csrfToken"]
        self.token_url = answer.json()["tokenUrl"]

    async def recordings(self) -> list[dict[str, Any]]:
        """Newest first."""
        return (await self.get("/api/recordings")).json()["items"]

    async def recording(self, identifier: str) -> dict[str, Any]:
        return (await self.get(f"/api/recordings/{identifier}")).json()

    async def order(self, workstation: str, action: str) -> httpx.Response:
        return await self.post(f"/api/workstations/{workstation}/record", json={"action": action})

    async def index(self, recording: str) -> dict[str, Any]:
        """The player's index, by a token of its own."""
        return (await self.media(recording, "index")).json()

    async def media(self, recording: str, path: str) -> httpx.Response:
        """What the player fetches, by a token of its own."""
        answer = await self.post(self.token_url, json={"recording": recording, "actions": ["play", "live"]})
        assert answer.status_code == httpx.codes.OK, answer.text
        headers = {"authorization": f"Bearer {answer.json()['token']}"}
        answer = await self.get(f"/media/{recording}/{path}", headers=headers)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer


class Site:
    """One data folder, one premises server, any number of workstations."""

    def __init__(self, folder: Path, *, settings: str = "") -> None:
        """``settings``: more of ``[screen]``, and tables that follow it."""
        self.folder = folder
        self.data = folder / "server"
        self.premises: Process | None = None
        self.workstations: dict[str, Process] = {}
        self.data.mkdir(parents=True, exist_ok=True)
        self.screen_port, self.tokens_port, self.portal_port, self.logs_port = free_ports(4)
        (self.data / "premises.toml").write_text(
            f'[screen]\nlisten = "127.0.0.1:{self.screen_port}"\n{settings}'
            f'[tokens]\nlisten = "127.0.0.1:{self.tokens_port}"\n'
            f'[logs]\nlisten = "127.0.0.1:{self.logs_port}"\n'
            '[native_players]\nlisten = "127.0.0.1:0"\n'
            f'[portal]\nlisten = "127.0.0.1:{self.portal_port}"\nhttps_listen = "127.0.0.1:0"\n'
        )

    @property
    def places(self) -> PremisesPlaces:
        return PremisesPlaces(self.data)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def screen(self) -> str:
        """Where workstations connect to."""
        return f"127.0.0.1:{self.screen_port}"

    async def command(self, *arguments: str, stdin: str = "") -> Answer:
        """Run one command to its end."""
        process = await asyncio.create_subprocess_exec(
            *PLAYHEAD,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment({"PLAYHEAD_DATA": str(self.data)}),
        )
        out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Answer(process.returncode, out.decode().strip(), err.decode().strip())

    async def ask(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that is to succeed; what it printed."""
        answer = await self.command(*arguments, stdin=stdin)
        assert answer.code == 0, (arguments, answer)
        return answer.out

    # The server

    async def start_premises(self, *, within: Sequence[str] = ()) -> None:
        """Start the server, and return once all of it listens."""
        command = ["premises", "run", "--data", str(self.data)]
        self.premises = Process(command, self.folder / "premises.log", within=within)
        await until(self._premises_run, lambda: f"premises\n{self.premises_said()}")

    def _premises_run(self) -> bool:
        assert self.premises is not None
        assert self.premises.alive, self.premises_said()
        try:
            return Running.read(self.places).process == self.premises.pid
        except UnavailableError:
            return False

    def premises_said(self) -> str:
        return "" if self.premises is None else self.premises.said()[-4000:]

    def premises_log(self) -> list[dict[str, Any]]:
        """What the server has logged, line by line."""
        lines = [] if self.premises is None else self.premises.said().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def durable(self) -> dict[str, bytes]:
        """The bytes that the server holds durably, by segment: what it has acknowledged, and may be about to."""
        store = self.places.recordings
        with contextlib.closing(sqlite3.connect(f"file:{self.places.catalogue}?mode=ro", uri=True)) as catalogue:
            rows = catalogue.execute("SELECT location, durable_bytes FROM segments").fetchall()
        return {location: (store / location).read_bytes()[:size] for location, size in rows}

    @contextlib.asynccontextmanager
    async def portal(self) -> AsyncGenerator[Portal, None]:
        """A supervisor signs in."""
        async with Portal(base_url=self.address, headers={"origin": self.address}) as portal:
            await portal.sign_in()
            yield portal

    async def add_user(self, name: str = USER, role: str = "manager") -> None:
        """`users add`, in this process; so are the others that would only cost a start of Python here."""
        await administration.add_person(self.places, name, name=name, roles=[role], password=PASSWORD)

    async def is_whole(self, recording: str) -> bool:
        """`playhead verify`."""
        return await verification.is_whole(self.places, recording)

    async def exported(self, recording: str) -> Path:
        """`recordings export`."""
        out = self.folder / f"{recording}.mp4"
        await library.export(self.places, recording, out, monitor=None, force=True)
        return out

    # The workstations

    async def enrol(self, name: str, **settings: str | int | bool) -> Path:
        """`premises enrolment-code` and `workstation enrol`; the workstation's data folder."""
        data = self.folder / name
        code = await administration.new_enrolment_code(self.places, name)
        await asyncio.to_thread(agent_side.enrol, data, server=self.screen, code=code, name=name)
        with (data / "workstation.toml").open("a") as file:
            file.writelines(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        return data

    def start_workstation(
        self, name: str, environment: Mapping[str, str], *more: str, within: Sequence[str] = ()
    ) -> Process:
        data, log = self.folder / name, self.folder / f"{name}.log"
        command = ["workstation", "run", "--data", str(data), *more]
        process = self.workstations[name] = Process(command, log, environment, within=within)
        return process

    async def status(self, name: str) -> dict[str, Any]:
        """What a workstation says at its own control socket."""
        answer = await ask(self.folder / name / "workstation", Question("status"))
        return answer["status"]

    def close(self) -> None:
        for process in [*self.workstations.values(), *([self.premises] if self.premises else [])]:
            process.kill()


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """Ours without what would change what the commands do: no display, no data folder of the developer's own."""
    ours = {name: value for name, value in os.environ.items() if name != "DISPLAY" and not name.startswith("PLAYHEAD_")}
    return ours | dict(more or {})
