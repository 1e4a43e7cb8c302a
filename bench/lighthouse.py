"""What Lighthouse says of the library page: performance, accessibility and best practices, as a phone and as a desktop.

A real site with recordings, real Chromium, and a supervisor who is signed in. See docs/performance.md, "lighthouse".
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from support import Figures, print_figures, print_header, print_table, print_targets, program_version

from playhead.cli.desktop import Desktop

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from e2e.site import Site, until

HERE: Final = Path(__file__).parent
PEER: Final = HERE / "lighthouse"
SCRIPTS: Final = HERE.parent / ".venv" / "bin"
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
SCORE_MIN: Final = 95
SHIFT_MAX: Final = 0.02
NAME: Final = "desk-1"
ATTEMPTS: Final = 2
"""It fails now and then to start its browser."""


def install() -> Path:
    """Lighthouse from its lock file, once; its program."""
    program = PEER / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.is_file():
        environment = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}"}
        subprocess.run(["npm", "--silent", "ci", "--ignore-scripts"], cwd=PEER, env=environment, check=True)
    return program


async def add_recordings(site: Site, folder: Path, count: int) -> None:
    """Short recordings of a real display, as a workstation makes them."""
    await site.enrol(NAME)
    async with Desktop(folder / "desktop", size=(800, 600), roles=(), clock_hz=2) as desktop:
        workstation = site.start_workstation(NAME, desktop.environment)
        async with site.portal() as portal:

            async def are_made(state: str, least: int) -> bool:
                return len([one for one in await portal.recordings() if one["state"] == state]) >= least

            for number in range(count):
                await until(lambda: _ordered(portal, "start"), workstation.said)
                await until(lambda: are_made("recording", 1), workstation.said)
                await portal.order(NAME, "stop")
                await until(lambda least=number + 1: are_made("complete", least), workstation.said)
        await workstation.stop()


async def _ordered(portal: Any, action: str) -> bool:  # noqa: ANN401 # `e2e.site.Portal`
    return (await portal.order(NAME, action)).is_success


def judge(program: Path, address: str, cookie: str, *, desktop: bool) -> dict[str, Any]:
    """One report."""
    command = [str(SCRIPTS / "node"), str(program), f"{address}/recordings", "--quiet", "--output=json"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(CHROMIUM_ARGS)}"]
    command += ["--preset=desktop"] if desktop else []
    command += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        print(done.stderr.strip()[-2_000:], file=sys.stderr)
    raise SystemExit("Lighthouse gives no report; what it said stands above.")


async def reports(folder: Path, runs: int) -> dict[str, list[dict[str, Any]]]:
    """All of it, from an empty folder."""
    program = await asyncio.to_thread(install)
    site = Site(folder / "site")
    try:
        await site.add_user()
        await site.start_premises()
        await add_recordings(site, folder, 5)
        found: dict[str, list[dict[str, Any]]] = {"desktop": [], "phone": []}
        async with site.portal() as portal:
            cookie = "; ".join(f"{name}={value}" for name, value in portal.cookies.items())
            for _ in range(runs):
                for form, seen in found.items():
                    seen.append(
                        await asyncio.to_thread(judge, program, site.address, cookie, desktop=form == "desktop")
                    )
        return found
    finally:
        site.close()


def complaints(report: dict[str, Any]) -> list[str]:
    """What it found wanting, apart from speed."""
    wanted = {
        audit["id"]
        for name in CATEGORIES[1:]
        for audit in report["categories"][name]["auditRefs"]
        if audit["weight"] > 0
    }
    return sorted(
        f"{name}: {audit['title']}"
        for name, audit in report["audits"].items()
        if name in wanted and audit["score"] is not None and audit["score"] < 1
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench lighthouse", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="reports for each form; the median counts (default 3)")
    arguments = parser.parse_args()
    print_header("lighthouse", (), (program_version(CHROMIUM, "--version"),))
    with (
        tempfile.TemporaryDirectory(prefix="playhead-lighthouse-", ignore_cleanup_errors=True) as folder,
        contextlib.redirect_stdout(sys.stderr),  # what the commands say of users and enrolment
    ):
        found = asyncio.run(reports(Path(folder), arguments.runs))
    figures: Figures = {}
    rows: list[list[str]] = []
    targets: list[tuple[str, bool]] = []
    for form, seen in found.items():
        for name in CATEGORIES:
            score = round(100 * statistics.median(report["categories"][name]["score"] for report in seen))
            figures[f"{form}_{name.replace('-', '_')}"] = score
            targets.append((f"{form}: {name} ≥ {SCORE_MIN}", score >= SCORE_MIN))
        shift = statistics.median(report["audits"]["cumulative-layout-shift"]["numericValue"] for report in seen)
        paint_ms = statistics.median(report["audits"]["largest-contentful-paint"]["numericValue"] for report in seen)
        figures |= {f"{form}_layout_shift": round(shift, 4), f"{form}_largest_paint_ms": round(paint_ms)}
        targets.append((f"{form}: layout shift < {SHIFT_MAX}", shift < SHIFT_MAX))
        scores = [str(figures[f"{form}_{name.replace('-', '_')}"]) for name in CATEGORIES]
        rows.append([form, *scores, f"{shift:.4f}", f"{paint_ms:.0f}"])
    print_table(["form", *CATEGORIES, "layout shift", "largest paint ms"], rows)
    for complaint in sorted({one for seen in found.values() for report in seen for one in complaints(report)}):
        print(f"wanting  {complaint}")
    met = print_targets(targets)
    print_figures(figures | {"met": met})
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
