"""Native players: how soon ffmpeg has the first picture, and how many viewers one core serves in time.

Recordings of a 1080p desktop lie sealed in a site's store; a real premises server serves them. Beside it GStreamer's
own RTSP server serves the same pictures from plain MP4 files. Each server has the first core alone, everybody else the
second; they take turns. See docs/performance.md, "rtsp".
"""

import argparse
import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support import Figures, cpu_seconds, print_figures, print_header, print_table, print_targets, program_version

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from e2e.site import Site
from playing.desk import film
from playing.stock import fill
from viewing.viewers import Viewer, crowd

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, UserId
from playhead.cli import library
from playhead.cli.places import Running
from playhead.environment.ports import Service
from playhead.store.keyring import Keyring
from playhead.store.token_keys import signing_key
from playhead.wire.tokens import Audience, Claims, sign

SERVER_CORE: Final = "0"
CLIENT_CORE: Final = 1
FIRST_MS_MAX: Final = 200
LATE_S_MAX: Final = 0.2
"""A picture that comes so much after its time, counted from the first one, is in time: any player has more at hand."""
CPU_MAX: Final = 0.9
"""Of one core: the rest is for what else a server does."""
FILE: Final = "plain MP4, no server"
"""What ffmpeg takes by itself."""
BEGIN_S: Final = 5.0
"""Viewers come one after the other within it."""


@dataclass
class Measured:
    """Of one server."""

    first_ms: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rates_mbit: list[float] = field(default_factory=list)
    viewers: list[Viewer] = field(default_factory=list)
    memory_mb: float = 0.0

    @property
    def late(self) -> int:
        """Viewers that had a picture too late, or none."""
        return sum(bool(one.error) or not one.pictures or one.latest_s > LATE_S_MAX for one in self.viewers)


class Ours:
    """The premises server."""

    name = "Playhead"

    def __init__(self, site: Site, recordings: Sequence[RecordingId]) -> None:
        self._recordings = recordings
        self._keyring = Keyring.open_existing(site.places.keys, SystemClock())
        self._listens = Running.read(site.places).listeners[Service.CLIENT_PLAYERS]
        assert site.premises is not None
        self.pid = site.premises.pid

    def address(self, number: int) -> str:
        """With a token made now, as those open for a minute."""
        recording = self._recordings[number % len(self._recordings)]
        now_s = int(time.time())
        actions = frozenset({"play"})
        claims = Claims(Audience.MEDIA, UserId("bench"), secrets.token_hex(8), now_s, now_s + 60, recording, actions)
        token = sign(claims, signing_key(self._keyring), issuer=self._keyring.site)
        return f"rtsp://{self._listens}/recordings/{recording}?token={token}"


class Gst:
    """GStreamer's."""

    name = "gst-rtsp-server"

    def __init__(self, pid: int, port: int, files: Sequence[Path]) -> None:
        self.pid = pid
        self._port = port
        self._files = files

    def address(self, number: int) -> str:
        return f"rtsp://127.0.0.1:{self._port}/{self._files[number % len(self._files)].stem}"


Server = Ours | Gst


@asynccontextmanager
async def gst_server(files: Sequence[Path]) -> AsyncGenerator[Gst]:
    script = Path(__file__).parent / "viewing" / "gst_server.py"
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", SERVER_CORE, "/usr/bin/python3", str(script), *map(str, files), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield Gst(process.pid, int(await process.stdout.readline()), files)
    finally:
        process.kill()
        await process.wait()


async def first_picture_ms(address: str) -> float:
    """From starting ffmpeg to its end after one picture: what a person waits for, and a little more."""
    over_tcp = ["-rtsp_transport", "tcp"] if address.startswith("rtsp") else []
    command = ["ffmpeg", "-v", "error", *over_tcp, "-i", address, "-frames:v", "1", "-f", "null", "-"]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
    return (time.monotonic() - began) * 1000


async def watch(server: Server, found: Measured, viewers: int, seconds: float) -> None:
    addresses = [server.address(number) for number in range(viewers)]
    began, used = time.monotonic(), cpu_seconds(server.pid)
    watched = asyncio.create_task(crowd(addresses, seconds, within_s=BEGIN_S))
    await asyncio.sleep(BEGIN_S)
    found.memory_mb = max(found.memory_mb, pss_mb(server.pid))
    made = await watched
    elapsed = time.monotonic() - began
    found.cpu.append((cpu_seconds(server.pid) - used) / elapsed)
    found.rates_mbit.append(sum(one.size for one in made) * 8 / 1e6 / elapsed)
    found.viewers += made


def pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def run(folder: Path, options: argparse.Namespace) -> dict[str, Measured]:
    site = Site(folder)
    try:
        lengths = {f"recording {number}": 120 for number in range(options.recordings)}
        made = list((await fill(site.places, film(), lengths)).values())
        files = [folder / f"r{number}.mp4" for number in range(len(made))]
        for recording, file in zip(made, files, strict=True):
            await library.export(site.places, str(recording), file, monitor=None, force=False)
        await site.start_premises(within=("taskset", "-c", SERVER_CORE))
        os.sched_setaffinity(0, {CLIENT_CORE})
        async with gst_server(files) as gst:
            servers: tuple[Server, ...] = (Ours(site, made), gst)
            found = {name: Measured() for name in (*(server.name for server in servers), FILE)}
            for number in range(options.opens):
                found[FILE].first_ms.append(await first_picture_ms(str(files[number % len(files)])))
                for server in servers:
                    found[server.name].first_ms.append(await first_picture_ms(server.address(number)))
            for _ in range(options.rounds):
                for server in servers:
                    await watch(server, found[server.name], options.viewers, options.seconds)
            return found
    finally:
        site.close()


def judge(found: dict[str, Measured], viewers: int) -> tuple[bool, Figures]:
    rows: list[list[str]] = []
    for name, one in found.items():
        if name == FILE:
            rows.append([name, f"{statistics.median(one.first_ms):.0f} ms", *["-"] * 6])
            continue
        firsts = [viewer.first_s for viewer in one.viewers if viewer.first_s is not None]
        rows.append([
            name,
            f"{statistics.median(one.first_ms):.0f} ms",
            f"{statistics.median(one.cpu):.0%}",
            f"{one.memory_mb:.0f} MB",
            f"{statistics.median(one.rates_mbit):.1f} Mbit/s",
            f"{statistics.median(firsts) * 1000:.0f} ms" if firsts else "-",
            f"{one.late} of {len(one.viewers)}",
            f"{max((viewer.latest_s for viewer in one.viewers), default=0) * 1000:.0f} ms",
        ])  # fmt: skip
    heads = ["server", "ffmpeg's first", "of one core", "memory", "sent", "viewer's first", "not in time", "latest"]
    print_table(heads, rows)
    errors = {viewer.error for one in found.values() for viewer in one.viewers if viewer.error}
    for error in sorted(errors)[:5]:
        print(f"  {error}")
    ours = found[Ours.name]
    first, cpu = statistics.median(ours.first_ms), statistics.median(ours.cpu)
    met = print_targets([
        (f"first picture in ffmpeg: {first:.0f} ms, at most {FIRST_MS_MAX}", first <= FIRST_MS_MAX),
        (f"{viewers} viewers of one core: {cpu:.0%}, at most {CPU_MAX:.0%}", cpu <= CPU_MAX),
        (f"all in time: {ours.late} are not", ours.late == 0),
    ])  # fmt: skip
    peer = found[Gst.name]
    return met, {
        "bench": "rtsp",
        "first_ms": round(first),
        "first_ms_gst": round(statistics.median(peer.first_ms)),
        "first_ms_file": round(statistics.median(found[FILE].first_ms)),
        "viewers": viewers,
        "cpu": round(cpu, 3),
        "cpu_gst": round(statistics.median(peer.cpu), 3),
        "memory_mb": round(ours.memory_mb),
        "memory_mb_gst": round(peer.memory_mb),
        "late": ours.late,
        "late_gst": peer.late,
        "met": met,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--recordings", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0, help="that each viewer watches")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--opens", type=int, default=15, help="of ffmpeg, of each server")
    options = parser.parse_args()
    print_header(
        "rtsp", ["uvloop"], [program_version("ffmpeg", "-version"), program_version("gst-launch-1.0", "--version")]
    )
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(Path(folder), options))
    met, figures = judge(found, options.viewers)
    print_figures(figures)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
