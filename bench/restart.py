"""How much of the screen is missing after a workstation was restarted in good order, and where the time goes.

A workstation records a real X11 display and sends over mutual TLS to a premises server, both real processes of the real
command. Again and again it is told to stop (SIGTERM), waited for, and started, as a service manager does it. What is
missing is what the server's ledger has no pictures for: from the end of one segment to the beginning of the next.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from e2e.site import PLAYHEAD, Portal, Site, until, wall_us
from support import print_figures, print_header, print_table, print_targets

from playhead.cli.desktop import Desktop

NAME = "desk"
MISSING_S_MAX = 2.0
STARTS = 5
"""How often each part of a start is measured by itself: the least counts, for others use the machine, too."""


def timed(*command: str) -> float:
    """Seconds that a command takes, the fastest of some."""
    taken: list[float] = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return min(taken)


async def measure(folder: Path, count: int) -> list[dict[str, float]]:
    """Restart it so many times; what each cost, in seconds."""
    site = Site(folder / "site")
    try:
        async with Desktop(folder / "desktop", size=(1280, 720), roles=(), clock_hz=5) as desktop:
            await site.add_user()
            await site.start_premises()
            await site.enrol(NAME, continuous=True, pre_buffer="1 s")
            async with site.portal() as portal:
                return [await restart(site, portal, dict(desktop.environment)) for _ in range(count)]
    finally:
        site.close()


async def restart(site: Site, portal: Portal, environment: dict[str, str]) -> dict[str, float]:
    """Record for a while, stop, start, and see what is missing."""
    before = site.start_workstation(NAME, environment)
    await covered(portal, before.said, wall_us() + 3_000_000)
    stopping = time.monotonic()
    if await before.stop() != 0:
        raise RuntimeError(before.said())
    stopped = time.monotonic()
    began_us = wall_us()
    after = site.start_workstation(NAME, environment)
    await after.until_said("workstation ready")
    segments = await covered(portal, after.said, began_us + 3_000_000)
    first = next(one for one in segments if one[0] >= began_us)
    last = max(one for one in segments if one[0] < began_us)
    await after.stop()
    return {
        "missing_s": (first[0] - last[1]) / 1e6,
        "stop_s": stopped - stopping,
        "start_s": (first[0] - began_us) / 1e6,
    }


async def covered(portal: Portal, said: Callable[[], str], at_us: int) -> list[tuple[int, int]]:
    """Wait until there are pictures of this moment; from when to when each segment covers, in wall time."""

    async def are_there() -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for recording in await portal.recordings():
            index = await portal.index(recording["id"])
            begin_us = index["startedAtUs"]
            found += [
                (begin_us + one["offsetUs"], begin_us + one["offsetUs"] + one["coveredUs"]) for one in index["segments"]
            ]
        return sorted(found) if any(end >= at_us for _, end in found) else []

    return await until(are_there, said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restarts", type=int, default=8)
    arguments = parser.parse_args()
    print_header("restart", ["av", "numpy", "uvloop"])
    bare_s = timed(sys.executable, "-c", "")
    help_s = timed(*PLAYHEAD, "workstation", "--help")
    imports_s = timed(sys.executable, "-c", "import playhead.cli.workstation, playhead.cli.agent_side")
    with tempfile.TemporaryDirectory(prefix="playhead-restart-") as folder:
        runs = asyncio.run(measure(Path(folder), arguments.restarts))
    print_table(
        ["start of a program", "s"],
        [["Python alone", f"{bare_s:.2f}"], ["the command", f"{help_s:.2f}"], ["the workstation", f"{imports_s:.2f}"]],
    )
    rows = [
        [name, *(f"{of(one[name] for one in runs):.2f}" for of in (min, statistics.median, max))] for name in runs[0]
    ]
    print_table(["restart", "least", "median", "most"], rows)
    worst = max(one["missing_s"] for one in runs)
    met = print_targets([(f"at most {MISSING_S_MAX:.0f} s are missing ({worst:.2f} s)", worst <= MISSING_S_MAX)])
    figures = {f"{name}_median": round(statistics.median(one[name] for one in runs), 3) for name in runs[0]}
    print_figures(
        figures
        | {
            "missing_s_most": round(worst, 3),
            "python_s": round(bare_s, 3),
            "command_s": round(help_s, 3),
            "imports_s": round(imports_s, 3),
            "met": met,
        }
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
