"""Storage, processor time and legibility of a recorded desktop, against ffmpeg's x11grab with libx264 at its habit.

Both record the same scripted desktop at the same time: first an agent at work, then a desktop on which nothing
happens. A witness apart from both keeps what was really on the screen. See docs/performance.md, "screen".
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from recording import reference, vid, x11grab
from recording.compare import Legibility, nearest, shown_at
from support import Figures, cpu_seconds, print_figures, print_header, print_table, print_targets, program_version

from playhead.cli.desktop import Desktop

SPOOL = "spool"
HERE = Path(__file__).parent
SIZE = (1920, 1080)
SAMPLE_EVERY_S = 2.5
FFMPEG_ROUNDING_US = 100_000

BYTES_RATIO_MAX = 0.33
CPU_RATIO_MAX = 1.0
SSIM_MEAN_MIN = 0.99
SSIM_SETTLED_MIN = 0.97
IDLE_CPU_PERCENT_MAX = 0.5
IDLE_MB_PER_HOUR_MAX = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a recorder has used so far."""

    at_s: float
    cpu_s: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Phase:
    """What a recorder used in one phase."""

    seconds: float
    cpu_s: float
    bytes: int

    @property
    def cpu_percent(self) -> float:
        return 100 * self.cpu_s / self.seconds

    @property
    def mb_per_hour(self) -> float:
        return self.bytes / 1e6 * 3600 / self.seconds


@dataclass(frozen=True, slots=True)
class Recorder:
    """A recorder under measurement: its process and its file."""

    name: str
    pid: int
    file: int
    """An open descriptor: a finished segment's file changes its name."""

    def read(self) -> Reading:
        return Reading(asyncio.get_running_loop().time(), cpu_seconds(self.pid), os.fstat(self.file).st_size)


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of one recorder."""

    busy: Phase
    idle: Phase


def segment_file(folder: Path) -> Path:
    """The one segment in Playhead's spool."""
    (path,) = (folder / SPOOL).rglob("*.vid")
    return path


def opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY)


def between(start: Reading, end: Reading, *, from_bytes: int) -> Phase:
    return Phase(end.at_s - start.at_s, end.cpu_s - start.cpu_s, end.bytes - from_bytes)


async def start_program(
    name: str, arguments: list[str], desktop: Desktop, said: bytes = b""
) -> asyncio.subprocess.Process:
    """Start a part of this bench in a process of its own, and wait until it says that it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / "recording" / name),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=desktop.environment | {"PYTHONPATH": str(HERE)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(said + b"\n")
    async with asyncio.timeout(30):
        line = await process.stdout.readline()
    assert line == b"ready\n", f"{name} ended early"
    return process


async def end_program(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.communicate()


async def record(folder: Path, site_key: X25519PrivateKey, options: argparse.Namespace) -> dict[str, Result]:
    """Let both record the agent at work and then the desktop at rest; the witness watches the work."""
    (folder / "witness").mkdir()
    async with Desktop(folder / "desktop", size=SIZE, seed=options.seed) as desktop:
        public = site_key.public_key().public_bytes_raw().hex().encode()
        ffmpeg = await x11grab.start(desktop.environment, folder, SIZE)
        workstation = await start_program("workstation.py", [str(folder / SPOOL)], desktop, public)
        witness_arguments = [str(folder / "witness"), str(SAMPLE_EVERY_S)]
        witness = await start_program("reference.py", witness_arguments, desktop)
        recorders = [
            Recorder("ffmpeg", ffmpeg.pid, opened(folder / x11grab.FILE)),
            Recorder("playhead", workstation.pid, opened(segment_file(folder))),
        ]
        say(f"an agent works for {options.seconds} s, and both record it")
        begun = [recorder.read() for recorder in recorders]
        await desktop.agent_at_work(seconds=options.seconds)
        worked = [recorder.read() for recorder in recorders]
        await end_program(witness)
        say(f"nothing happens for {options.idle} s, and both record that")
        await desktop.come_to_rest()
        rested = [recorder.read() for recorder in recorders]
        await asyncio.sleep(options.idle)
        ended = [recorder.read() for recorder in recorders]
        await end_program(workstation)
        await ffmpeg.communicate(b"q")
    return {
        # the whole file counts for the work, its first key frame too
        recorder.name: Result(between(a, b, from_bytes=0), between(c, d, from_bytes=c.bytes))
        for recorder, a, b, c, d in zip(recorders, begun, worked, rested, ended, strict=True)
    }


def judge(folder: Path, pictures: Iterator[x11grab.Shown], slack_us: int) -> Legibility:
    """Hold a recording against the witness."""
    legibility = Legibility()
    moments = sorted(int(path.stem) for path in (folder / "witness").glob("*.npz"))
    for sample, candidates in zip(
        reference.load(folder / "witness"), shown_at(pictures, moments, slack_us), strict=True
    ):
        match = nearest(sample, candidates)
        if match is not None:
            legibility.add(sample, match)
    return legibility


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def figures_of(results: dict[str, Result], legible: dict[str, Legibility]) -> Figures:
    ours, peer = results["playhead"], results["ffmpeg"]
    figures: Figures = {
        "busy_seconds": round(ours.busy.seconds, 1),
        "idle_seconds": round(ours.idle.seconds, 1),
        "bytes_ratio": round(ours.busy.bytes / peer.busy.bytes, 4),
        "cpu_ratio": round(ours.busy.cpu_s / peer.busy.cpu_s, 4),
        "text_ssim_mean": round(mean(legible["playhead"].moving), 5),
        "text_ssim_settled_min": round(min(legible["playhead"].settled, default=0.0), 5),
        "idle_cpu_percent": round(ours.idle.cpu_percent, 3),
        "idle_mb_per_hour": round(ours.idle.mb_per_hour, 3),
        "samples_moving": len(legible["playhead"].moving),
        "samples_settled": len(legible["playhead"].settled),
        "samples_unseen": legible["playhead"].unseen,
    }
    for name, result in results.items():
        figures |= {
            f"{name}_bytes": result.busy.bytes,
            f"{name}_mb_per_hour": round(result.busy.mb_per_hour, 2),
            f"{name}_cpu_percent": round(result.busy.cpu_percent, 2),
            f"{name}_text_ssim_mean": round(mean(legible[name].moving), 5),
            f"{name}_text_ssim_settled_min": round(min(legible[name].settled, default=0.0), 5),
            f"{name}_idle_cpu_percent": round(result.idle.cpu_percent, 3),
            f"{name}_idle_mb_per_hour": round(result.idle.mb_per_hour, 3),
        }
    return figures


def print_results(figures: Figures) -> None:
    rows = [
        ("agent at work: MB/h", "mb_per_hour"),
        ("agent at work: CPU, % of a core", "cpu_percent"),
        ("text SSIM while things change, mean", "text_ssim_mean"),
        ("text SSIM of a settled screen, least", "text_ssim_settled_min"),
        ("desktop at rest: MB/h", "idle_mb_per_hour"),
        ("desktop at rest: CPU, % of a core", "idle_cpu_percent"),
    ]
    cells: list[list[str]] = []
    for text, key in rows:
        ours, peer = float(figures[f"playhead_{key}"]), float(figures[f"ffmpeg_{key}"])
        digits = 4 if "ssim" in key else 2
        ratio = "" if "ssim" in key or not peer else f"{ours / peer:.3f}"
        cells.append([text, f"{peer:.{digits}f}", f"{ours:.{digits}f}", ratio])
    print_table(["", "ffmpeg x11grab", "Playhead", "ratio"], cells)


def targets_of(figures: Figures) -> list[tuple[str, bool]]:
    bounds = [
        ("bytes, ratio", "bytes_ratio", "<=", BYTES_RATIO_MAX),
        ("CPU, ratio", "cpu_ratio", "<=", CPU_RATIO_MAX),
        ("text SSIM while things change, mean", "text_ssim_mean", ">=", SSIM_MEAN_MIN),
        ("text SSIM of a settled screen, least", "text_ssim_settled_min", ">=", SSIM_SETTLED_MIN),
        ("at rest: CPU, % of a core", "idle_cpu_percent", "<=", IDLE_CPU_PERCENT_MAX),
        ("at rest: MB/h", "idle_mb_per_hour", "<=", IDLE_MB_PER_HOUR_MAX),
    ]
    targets: list[tuple[str, bool]] = []
    for text, key, sense, bound in bounds:
        value = float(figures[key])
        met = value <= bound if sense == "<=" else value >= bound
        targets.append((f"{text}: {value:g} {sense} {bound:g}", met))
    return targets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=180, help="how long the agent works (default: 180)")
    parser.add_argument("--idle", type=int, default=60, help="how long the desktop rests then (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the agent's work (default: 1)")
    parser.add_argument("--keep", type=Path, help="keep recordings and samples in this folder, a new one")
    options = parser.parse_args()
    print_header(
        "screen",
        ["av", "numpy", "xcffib"],
        [
            program_version("ffmpeg", "-version"),
            program_version("chromium", "--version"),
            f"peer: ffmpeg -f x11grab -framerate {x11grab.FRAMES_PER_SECOND} {' '.join(x11grab.SETTINGS)}",
            f"desktop: {SIZE[0]}x{SIZE[1]}, seed {options.seed}",
        ],
    )
    with tempfile.TemporaryDirectory(prefix="playhead-screen-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        site_key = X25519PrivateKey.generate()
        (folder / "site.key").write_bytes(site_key.private_bytes_raw())
        results = asyncio.run(record(folder, site_key, options))
        say("the recordings are decoded and held against what was on the screen")
        legible = {
            "ffmpeg": judge(folder, x11grab.pictures(folder), FFMPEG_ROUNDING_US),
            "playhead": judge(folder, vid.pictures(segment_file(folder), site_key), 0),
        }
        print_table(["records", "count", "bytes"], vid.contents(segment_file(folder)))
    figures = figures_of(results, legible)
    print_results(figures)
    figures["met"] = print_targets(targets_of(figures))
    print_figures(figures)


if __name__ == "__main__":
    main()
