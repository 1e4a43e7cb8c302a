"""How many workstations one core takes in durably, and how soon each hears that what it sent is safe.

Simulated workstations send sealed pieces over mutual TLS to a real screen service on one core; the load runs on
another. First at the measured average bitrate, which has targets; then twice as many pieces a second, and again, until
the service breaks. The peer is Redis with its append-only file synced before every answer: a well-known server, in C,
that also acknowledges what it has made durable in groups, over the same TLS, on the same core, under the same load.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ingesting.servers import install_redis, peak_mb, premises, redis
from ingesting.site import make_site
from support import Figures, cpu_seconds, print_figures, print_header, print_table, print_targets, program_version

BYTES_HOUR = 60e6
"""What a busy desktop makes: docs/performance.md."""
PIECES_S = 1.5
P99_S = 1.0
MEMORY_MB = 300
WARM_S = 3
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Phase:
    """One row of what was measured."""

    factor: int
    seconds: float
    wanted_per_s: float
    measured: dict
    cpu: float

    @property
    def holds(self) -> bool:
        """Everything was acknowledged in time, and the server kept up."""
        kept_up = self.measured["behind"] < P99_S * self.wanted_per_s
        return self.measured["acknowledged"] == self.measured["sent"] and self.measured["p99_s"] <= P99_S and kept_up


class Load:
    """The load process."""

    def __init__(self, folder: Path, core: int, kind: str, port: int, count: int) -> None:
        command = [sys.executable, "-m", "ingesting.load", folder, core, kind, port, count]
        self.process = subprocess.Popen(
            [str(part) for part in command], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.connected = self.answer()

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the load process failed; see above")
        return json.loads(line)

    def ask(self, request: dict) -> None:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def most(self, window: int, seconds: float) -> float:
        """Bytes a second that are taken in while each workstation has so many pieces on their way."""
        self.ask({"window": window, "piece_bytes": BYTES_HOUR / 3600 / PIECES_S, "seconds": seconds})
        return self.answer()["acknowledged_bytes"] / seconds

    def phase(self, server: int, factor: int, seconds: float, count: int) -> Phase:
        piece_bytes = BYTES_HOUR / 3600 / PIECES_S
        request = {"pieces_s": PIECES_S * factor, "piece_bytes": piece_bytes, "seconds": seconds}
        before, began = cpu_seconds(server), time.monotonic()
        self.ask(request)
        time.sleep(seconds)
        cpu = (cpu_seconds(server) - before) / (time.monotonic() - began)
        return Phase(factor, seconds, PIECES_S * factor * count, self.answer(), cpu)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)


def measure(server: int, load: Load, count: int, seconds: float, factor_max: int) -> tuple[list[Phase], float]:
    """At the average bitrate, then doubling until it breaks; and the most memory at the average bitrate, in MB."""
    load.phase(server, 1, WARM_S, count)
    phases = [load.phase(server, 1, seconds, count)]
    memory = peak_mb(server)
    while phases[-1].holds and phases[-1].factor < factor_max:
        phases.append(load.phase(server, phases[-1].factor * 2, max(4.0, seconds / 3), count))
    return phases, memory


def rows(name: str, phases: list[Phase]) -> list[list[str]]:
    return [
        [
            name,
            f"{phase.factor} ×",
            f"{phase.measured['sent'] / phase.seconds:,.0f}",
            f"{phase.measured['sent_bytes'] / phase.seconds / 1e6:.1f}",
            f"{phase.measured['p50_s'] * 1e3:,.0f}",
            f"{phase.measured['p99_s'] * 1e3:,.0f}",
            f"{phase.measured['max_s'] * 1e3:,.0f}",
            f"{phase.cpu:.0%}",
            f"{phase.measured['load_cpu']:.0%}",
            "holds" if phase.holds else "broken",
        ]
        for phase in phases
    ]


def limit(phases: list[Phase]) -> str:
    last = phases[-1]
    if last.holds:
        return f"held to the last: {last.factor} ×"
    fell_short = last.measured["sent"] < 0.9 * last.wanted_per_s * last.seconds
    who = "the load generator was at its own limit" if last.measured["load_cpu"] > 0.9 or fell_short else "the server"
    return f"broke at {last.factor} × ({who})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workstations", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0, help="of the first phase; the others take a third")
    parser.add_argument("--factor-max", type=int, default=16)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk to measure")  # noqa: S108 # a folder of its own is made in it
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    with_peer = not options.no_peer and install_redis()
    cores = sorted(os.sched_getaffinity(0))
    peer_version = [program_version("redis-server", "--version")] if with_peer else []
    print_header("ingest", ["uvloop", "sqlalchemy", "cryptography", "msgspec"], peer_version)
    count = options.workstations
    peer: list[Phase] = []
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=options.folder) as name:
        folder = Path(name)
        make_site(folder, count)
        with premises(folder, cores[0]) as (pid, port):
            load = Load(folder, cores[-1], "screen", port, count)
            idle_mb = peak_mb(pid)
            ours, steady_mb = measure(pid, load, count, options.seconds, options.factor_max)
            most_mb = peak_mb(pid)
            load.close()
        connected = load.connected
        if with_peer:
            with redis(folder, cores[0]) as (pid, port):
                load = Load(folder, cores[-1], "redis", port, count)
                peer, _ = measure(pid, load, count, options.seconds / 2, options.factor_max)
                load.close()
    heads = ["server", "load", "pieces/s", "MB/s", "p50 ms", "p99 ms", "max ms", "server CPU", "load CPU", ""]
    print_table(heads, rows("playhead", ours) + rows("redis, always", peer))
    first = ours[0]
    print(
        f"{connected['connected']} workstations connected in {connected['seconds']:.1f} s (mutual TLS, an offer each)"
    )
    print(f"playhead {limit(ours)}; memory {idle_mb:.0f} MB idle, {steady_mb:.0f} MB at 1 ×, {most_mb:.0f} MB at most")
    figures: Figures = {
        "workstations": count,
        "p50_ms": round(first.measured["p50_s"] * 1e3, 1),
        "p99_ms": round(first.measured["p99_s"] * 1e3, 1),
        "cpu_cores": round(first.cpu, 3),
        "memory_mb": round(steady_mb, 1),
        "memory_most_mb": round(most_mb, 1),
        "holds_factor": max((phase.factor for phase in ours if phase.holds), default=0),
        "broken_factor": next((phase.factor for phase in ours if not phase.holds), 0),
        "connect_s": round(connected["seconds"], 2),
    }
    if peer:
        print(f"redis {limit(peer)}")
        ratio_cpu = first.cpu / peer[0].cpu
        ratio_p99 = first.measured["p99_s"] / peer[0].measured["p99_s"]
        print(f"ratio to redis at 1 ×: CPU {ratio_cpu:.2f}, p99 {ratio_p99:.2f}\n")
        figures |= {
            "peer_p99_ms": round(peer[0].measured["p99_s"] * 1e3, 1),
            "peer_cpu_cores": round(peer[0].cpu, 3),
            "peer_holds_factor": max((phase.factor for phase in peer if phase.holds), default=0),
            "ratio_cpu": round(ratio_cpu, 2),
            "ratio_p99": round(ratio_p99, 2),
        }
    met = print_targets(
        [
            (f"durable acknowledgement p99 ≤ {P99_S * 1e3:,.0f} ms at 1 ×", first.measured["p99_s"] <= P99_S),
            (f"memory ≤ {MEMORY_MB} MB at 1 ×", steady_mb <= MEMORY_MB),
            ("one core", first.cpu <= 1.0),
            ("everything acknowledged", first.measured["acknowledged"] == first.measured["sent"]),
        ]
    )
    print_figures(figures | {"met": met})


if __name__ == "__main__":
    main()
