"""What every benchmark prints: the machine and versions first, a table, and one JSON object of figures last."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import playhead

Figures = dict[str, float | int | str | bool]


def processor() -> str:
    """The processor's name as the kernel has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def program_version(*command: str) -> str:
    """The first line that a program prints about itself."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def print_header(name: str, packages: Sequence[str] = (), programs: Sequence[str] = ()) -> None:
    """Say what is measured, on what, with which versions.

    Args:
        name: the benchmark.
        packages: Python distributions to name the versions of.
        programs: what programs said about their versions.
    """
    cores = len(os.sched_getaffinity(0))
    print(f"{name}: Playhead {playhead.__version__}, Python {platform.python_version()}, {platform.platform()}")
    print(f"  {processor()}, {cores} cores, {memory_gib():.0f} GiB; load before: {os.getloadavg()[0]:.2f}")
    if packages:
        print("  " + ", ".join(f"{package} {version(package)}" for package in packages))
    for program in programs:
        print(f"  {program}")
    print(flush=True)


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under heads: the first column to the left, figures to the right."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    for row in [heads, ["-" * width for width in widths], *rows]:
        cells = [
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print(flush=True)


def print_targets(targets: Sequence[tuple[str, bool]]) -> bool:
    """Say for each target whether it is met; returns whether all are."""
    for text, met in targets:
        print(f"{'met   ' if met else 'MISSED'}  {text}")
    print(flush=True)
    return all(met for _, met in targets)


def print_figures(figures: Figures) -> None:
    """Print the last line: one JSON object."""
    print(json.dumps(figures), flush=True)


def cpu_seconds(pid: int) -> float:
    """User and system time that all threads of a process have used, ended ones included.

    Linux makes a clock id of a process id in this way (clock_getcpuclockid(3), kernel include/linux/posix-timers.h).
    """
    return time.clock_gettime(~pid << 3 | 2)
