"""What virus scanning costs ingest, without the exclusions and with them.

A real ClamAV looks at everything that is opened below the data folder, where the kernel lets it, and scans the whole of
it on demand every few seconds, while simulated workstations send as much as the screen service takes. That is counted:
with no scanner, with one that excludes nothing, and with one that excludes what `playhead environment antivirus clamav`
says; in turn, several times, so that all three see the same machine.

The scanner has one signature. It reads and matches as any, and spends less on each file than one with millions.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from ingest import WARM_S, Load
from ingesting.servers import premises
from ingesting.site import make_site
from support import Figures, print_figures, print_header, print_table, program_version

from playhead.environment.antivirus import clamav
from playhead.environment.antivirus.exclusions import of_premises
from playhead.environment.antivirus.watching.fanotify import can_ask_permission
from playhead.testing.clamav import access_lines, readable_folder, running, signatures, write_config

ARMS = ("none", "without", "with")
SCAN_EVERY_S = 5.0
"""From the end of one scan on demand to the beginning of the next: a day's worth in minutes."""
ACCOUNT = "root"
"""What the service runs as here."""


@dataclass(frozen=True)
class Turn:
    """What one turn measured."""

    mb_s: float
    connect_s: float
    """Until all workstations were connected and had a segment open: a new file each."""
    scans: int
    """On demand, of the whole folder."""


@contextmanager
def scanning(place: Path, data: Path, arm: str, *, access: bool) -> Generator[list[float]]:
    """The scanner at work; the list grows by one entry a scan of the whole."""
    scans: list[float] = []
    if arm == "none":
        yield scans
        return
    rows = of_premises(data, Path("/opt/playhead/bin/python3"))
    lines = clamav.render(rows, account=ACCOUNT) if arm == "with" else ""
    config = write_config(place, (access_lines(data) if access else "") + lines)
    over = Event()

    def scan_again() -> None:
        command = ["clamdscan", f"--config-file={config}", "--fdpass", "--multiscan", "--no-summary", str(data)]
        while not over.is_set():
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            scans.append(1.0)
            over.wait(SCAN_EVERY_S)

    with running(config, access=access, options=("--fdpass",)):
        thread = Thread(target=scan_again)
        thread.start()
        try:
            yield scans
        finally:
            over.set()
            thread.join()


def take_turn(folder: Path, arm: str, options: argparse.Namespace, *, access: bool) -> Turn:
    cores = sorted(os.sched_getaffinity(0))
    place = readable_folder(folder)
    signatures(place / "signatures")
    data = place / "data"
    home = data / "premises"
    home.mkdir(parents=True)
    try:
        make_site(home, options.workstations)
        with ExitStack() as stack:
            scans = stack.enter_context(scanning(place, data, arm, access=access))
            _, port = stack.enter_context(premises(home, cores[0]))
            load = Load(home, cores[-1], "screen", port, options.workstations)
            load.most(options.window, WARM_S)
            before = len(scans)
            bytes_s = load.most(options.window, options.seconds)
            during = len(scans) - before
            load.close()
        return Turn(mb_s=bytes_s / 1e6, connect_s=load.connected["seconds"], scans=during)
    finally:
        shutil.rmtree(place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workstations", type=int, default=200)
    parser.add_argument("--window", type=int, default=8, help="pieces of a workstation that are on their way")
    parser.add_argument("--seconds", type=float, default=10.0, help="of one turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk to measure")  # noqa: S108 # a folder of its own is made in it
    options = parser.parse_args()
    refused = "it takes root" if os.geteuid() else can_ask_permission()
    print_header("antivirus", ["uvloop"], [program_version("clamd", "--version")])
    print(f"{options.workstations} workstations, {options.window} pieces of each on their way")
    access = f"not looked at, as {refused}" if refused else "looked at"
    print(f"on access: {access}; on demand: every {SCAN_EVERY_S:g} s\n")
    turns: dict[str, list[Turn]] = {arm: [] for arm in ARMS}
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=options.folder) as name:
        Path(name).chmod(0o755)
        for _ in range(options.rounds):
            for arm in ARMS:
                turns[arm].append(take_turn(Path(name), arm, options, access=not refused))

    def middle(arm: str, what: str) -> float:
        return statistics.median(getattr(turn, what) for turn in turns[arm])

    heads = ["exclusions", "MB/s", "of none", "from – to", "connect s", "scans"]
    print_table(
        heads,
        [
            [
                {"none": "no scanner"}.get(arm, arm),
                f"{middle(arm, 'mb_s'):.1f}",
                f"{middle(arm, 'mb_s') / middle('none', 'mb_s'):.2f}",
                f"{min(turn.mb_s for turn in turns[arm]):.1f} – {max(turn.mb_s for turn in turns[arm]):.1f}",
                f"{middle(arm, 'connect_s'):.2f}",
                f"{middle(arm, 'scans'):.0f}",
            ]
            for arm in ARMS
        ],
    )
    figures: Figures = {f"{arm}_mb_s": round(middle(arm, "mb_s"), 1) for arm in ARMS}
    figures |= {
        "ratio_with_to_without": round(middle("with", "mb_s") / middle("without", "mb_s"), 2),
        "ratio_with_to_none": round(middle("with", "mb_s") / middle("none", "mb_s"), 2),
        "ratio_without_to_none": round(middle("without", "mb_s") / middle("none", "mb_s"), 2),
        "connect_none_s": round(middle("none", "connect_s"), 2),
        "connect_without_s": round(middle("without", "connect_s"), 2),
        "connect_with_s": round(middle("with", "connect_s"), 2),
        "on_access": not refused,
        "rounds": options.rounds,
    }
    print_figures(figures)


if __name__ == "__main__":
    main()
