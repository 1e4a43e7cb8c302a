"""How soon a recording is seen after the click, and a place in it after a seek; and whether that depends on its length.

Recordings of ten minutes to eight hours lie sealed in a site's store. A real premises server with its portal serves
them; in a real Chromium somebody signs in, opens each from the list again and again, and clicks everywhere on its
timeline. Then an hour of the longest is played at eight times the speed, and sought in 200 times. See
docs/performance.md, "player".
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright
from support import Figures, print_figures, print_header, print_table, print_targets, program_version

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from e2e.site import PASSWORD, USER, Site
from playing.desk import film
from playing.devtools import window
from playing.endurance import SEEKS, endure
from playing.seat import Seat, seated
from playing.stock import fill

LENGTHS: Final = {"10 min": 600, "1 h": 3600, "3 h": 10_800, "8 h": 28_800}
JUDGED: Final = "3 h"
"""The length that the target for the first picture is about."""
MEDIAN_MS_MAX: Final = 300
P95_MS_MAX: Final = 1000
HOVER_MS_MAX: Final = 100
FLAT_MAX: Final = 1.5
"""The longest recording may take this much longer than the shortest, in the median, for it to count as flat."""
FLAT_MS: Final = 40
"""And what is less than this apart is the same to a person."""
GROWTH_MB_MAX: Final = 25
"""Memory may swing by so much and still be flat: what the browser's own caches do."""


@dataclass
class Measured:
    """Milliseconds, of one length."""

    cold: float = 0.0
    """The very first opening: neither server nor page knows anything of the recording."""
    opens: list[float] = field(default_factory=list)
    seeks: list[float] = field(default_factory=list)
    hovers: list[float] = field(default_factory=list)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


async def measure(seat: Seat, recordings: dict[str, str], opens: int, seeks: int) -> dict[str, Measured]:
    """Open and seek, in turns, so that what else the machine does falls on all lengths alike."""
    dice = random.Random(11)
    found = {name: Measured() for name in recordings}
    for name, recording in recordings.items():
        found[name].cold = await seat.open(recording)
        await seat.back()
    await seat.forget()
    for turn in range(opens):
        for name, recording in recordings.items():
            found[name].opens.append(await seat.open(recording))
            share = seeks // opens + (turn < seeks % opens)
            for _ in range(share):
                found[name].seeks.append(await seat.seek(dice.uniform(0.01, 0.99)))
            for _ in range(share):
                found[name].hovers.append(await seat.point(dice.uniform(0.01, 0.99)))
            await seat.back()
    return found


async def run(folder: Path, options: argparse.Namespace) -> tuple[dict[str, Measured], dict[str, float]]:
    site = Site(folder)
    try:
        made = await fill(site.places, film(), LENGTHS)
        recordings = {name: str(recording) for name, recording in made.items()}
        await site.add_user()
        await site.start_premises()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_ARGS))
            async with seated(browser, site.address, USER, PASSWORD) as seat:
                found = await measure(seat, recordings, options.opens, options.seeks)
            await browser.close()
        memory: dict[str, float] = {}
        if options.playing:
            async with window(folder / "profile", f"{site.address}/sign-in") as page:
                link = f"{site.address}/recordings/{recordings['8 h']}"
                memory = await endure(page, link, {"user": USER, "password": PASSWORD}, options.playing)
    finally:
        site.close()
    return found, memory


def judge(found: dict[str, Measured], memory: dict[str, float]) -> tuple[bool, Figures]:
    opens = {name: statistics.median(one.opens) for name, one in found.items()}
    seeks = {name: statistics.median(one.seeks) for name, one in found.items()}
    all_seeks = [value for one in found.values() for value in one.seeks]
    hover = statistics.median(value for one in found.values() for value in one.hovers)

    def flat(medians: dict[str, float]) -> bool:
        least, longest = min(medians.values()), medians["8 h"]
        return longest <= least * FLAT_MAX or longest - least <= FLAT_MS

    first, seek, late = opens[JUDGED], statistics.median(all_seeks), p95(all_seeks)
    firsts = f"first picture {opens['10 min']:.0f} to {opens['8 h']:.0f} ms"
    places = f"seek {seeks['10 min']:.0f} to {seeks['8 h']:.0f} ms"
    targets = [
        (f"first picture of {JUDGED}: {first:.0f} ms, at most {MEDIAN_MS_MAX}", first <= MEDIAN_MS_MAX),
        (f"a seek: {seek:.0f} ms, at most {MEDIAN_MS_MAX}", seek <= MEDIAN_MS_MAX),
        (f"a seek, p95: {late:.0f} ms, at most {P95_MS_MAX}", late <= P95_MS_MAX),
        (f"small picture under the pointer: {hover:.0f} ms, at most {HOVER_MS_MAX}", hover <= HOVER_MS_MAX),
        (f"flat in length: {firsts}, {places}", flat(opens) and flat(seeks)),
    ]
    figures: Figures = {
        "first_ms": round(opens[JUDGED], 1),
        "first_p95_ms": round(p95(found[JUDGED].opens), 1),
        "first_8h_ms": round(opens["8 h"], 1),
        "first_cold_8h_ms": round(found["8 h"].cold, 1),
        "seek_ms": round(statistics.median(all_seeks), 1),
        "seek_p95_ms": round(p95(all_seeks), 1),
        "seek_8h_ms": round(seeks["8 h"], 1),
        "hover_ms": round(hover, 1),
        "hover_p95_ms": round(p95([value for one in found.values() for value in one.hovers]), 1),
    }
    if memory:
        begun = memory["begun"]
        growth = max(memory["played"], memory["sought"]) - begun
        after = f"{memory['length_s'] / 60:.0f} min and {SEEKS} seeks"
        words = f"memory: {begun:.0f} MB, {growth:+.0f} MB after {after}, at most {GROWTH_MB_MAX} MB more"
        targets.append((words, growth <= GROWTH_MB_MAX))
        figures |= {"memory_mb": round(begun, 1), "memory_growth_mb": round(growth, 1)}
    met = print_targets(targets)
    figures["met"] = met
    return met, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opens", type=int, default=15, help="of each length")
    parser.add_argument("--seeks", type=int, default=50, help="in each length")
    parser.add_argument("--playing", type=float, default=450, help="seconds at eight times the speed; 0 leaves it out")
    options = parser.parse_args()
    print_header("player", ["playwright"], [program_version(CHROMIUM, "--version")])
    with tempfile.TemporaryDirectory(prefix="playhead-bench-") as folder:
        found, memory = asyncio.run(run(Path(folder) / "site", options))
    heads = ("length", "first ever", "first picture", "p95", "seek", "p95", "hover", "p95")
    print_table(
        heads,
        [
            (
                name,
                *(
                    f"{value:.0f} ms"
                    for value in (
                        one.cold,
                        statistics.median(one.opens),
                        p95(one.opens),
                        statistics.median(one.seeks),
                        p95(one.seeks),
                        statistics.median(one.hovers),
                        p95(one.hovers),
                    )
                ),
            )
            for name, one in found.items()
        ],
    )
    if memory:
        rows = [(when, f"{memory[when]:.0f} MB") for when in ("begun", "most", "played", "sought")]
        print_table(("memory", "process"), rows)
    _, figures = judge(found, memory)
    print_figures(figures)


if __name__ == "__main__":
    main()
