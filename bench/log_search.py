"""How long a search takes in the lines of 500 workstations and their server over 30 days.

The lines are made by chance, as workstations and a server say them: an office day each, some always, most of them
information, some services that speak everywhere. They are stored and packed as the logging service does it, a file or
more for each day, and then asked for as people ask: fastest and middle of several, for up to 100 lines.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from support import print_figures, print_header, print_table, print_targets

from playhead.base.clock import SystemClock
from playhead.base.instants import rfc3339
from playhead.domain.logs import Level, LogLine, LogQuery
from playhead.store.disk import SystemDisk
from playhead.store.logs import LogSearch, list_files
from playhead.store.logs.journal import Journal
from playhead.store.logs.packing import pack
from playhead.testing.clock import SimClock

DAYS = 30
WORKSTATIONS = 500
TARGET_MS = 1000
FILE_BYTES = 64 << 20
"""As the service's own."""
TRIES = 5
DAY_US = 86_400_000_000
START_US = 1_792_800_000_000_000
AT_ONCE = 1_000
OFTEN = (
    ("shipper", "info", "segment acknowledged", ("segment", "bytes")),
    ("shipper", "info", "premises welcomed us", ("address", "site")),
    ("capture", "info", "monitors changed", ("monitors", "fps")),
    ("director", "info", "recording wanted", ("recording", "reason")),
    ("session", "notice", "session", ("state",)),
    ("doctor", "info", "doctor looked", ("worst", "findings")),
)
SELDOM = (
    ("shipper", "warning", "premises not reached, trying again in a while", ("address", "code")),
    ("spool", "error", "segment not durable", ("segment", "error")),
    ("capture", "error", "capture not possible", ("code", "error")),
)


def lines_of(day: int, count: int, chance: random.Random) -> Iterator[LogLine]:
    """What is said on a day, in the order of its times."""
    step_us = DAY_US // count
    for number in range(count):
        at_us = START_US + day * DAY_US + number * step_us + chance.randrange(step_us)
        service, level, text, names = chance.choice(SELDOM if chance.random() < 0.02 else OFTEN)
        of_server = chance.random() < 0.1
        fields = {name: f"{chance.getrandbits(48):012x}" for name in names}
        call = f"{day:02}{chance.randrange(20_000):06}-call" if chance.random() < 0.3 else ""
        yield LogLine(
            at=rfc3339(at_us),
            level=level,
            workstation="" if of_server else f"desk-{chance.randrange(WORKSTATIONS)}",
            service="screen" if of_server else service,
            text=text,
            interaction=call,
            proven=True,
            fields=fields,
        )


def fill(root: Path, count: int) -> tuple[float, LogLine]:
    """Make the store; the seconds that packing took, and one line of its middle."""
    chance = random.Random(1)
    disk, clock, some = SystemDisk(), SimClock(START_US), None
    journal = Journal(disk, root, clock, file_bytes=FILE_BYTES, file_age_us=DAY_US, free_bytes_min=0)
    journal.open()
    packing_s = 0.0
    for day in range(DAYS):
        waiting: list[LogLine] = []
        for line in lines_of(day, count // DAYS, chance):
            waiting.append(line)
            if len(waiting) >= AT_ONCE:
                journal.append(waiting)
                waiting = []
            if day == DAYS // 2 and line.interaction:
                some = line
        if waiting:
            journal.append(waiting)
        clock.advance(DAY_US)
        began = time.perf_counter()
        for file in list_files(disk, root):
            if not file.is_packed and file.number < journal.number:
                pack(disk, file)
        packing_s += time.perf_counter() - began
    journal.close()  # the last day's is not packed yet, as it is with a server that runs
    assert some is not None
    return packing_s, some


def questions(some: LogLine) -> dict[str, LogQuery]:
    """What people ask. ``some`` was said in the middle."""
    middle_us = START_US + DAYS // 2 * DAY_US + DAY_US // 2
    minute = rfc3339(middle_us), rfc3339(middle_us + 60_000_000)
    return {
        "the newest": LogQuery(),
        "a minute 15 days ago": LogQuery(since=minute[0], until=minute[1]),
        "everything before 15 days ago": LogQuery(until=minute[0]),
        "of one workstation": LogQuery(workstation="desk-321"),
        "its errors": LogQuery(workstation="desk-321", level=Level.ERROR),
        "its lines with a text": LogQuery(workstation="desk-321", text="not reached"),
        "of a service": LogQuery(service="spool"),
        "errors and worse": LogQuery(level=Level.ERROR),
        "errors of a service that speaks everywhere": LogQuery(service="shipper", level=Level.ERROR),
        "text that is often said": LogQuery(text="acknowledged"),
        "text that nobody said": LogQuery(text="flux capacitor"),
        "half an id": LogQuery(text=next(iter(some.fields.values()))[:8]),
        "an interaction": LogQuery(interaction=some.interaction),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=3_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk to measure")  # noqa: S108 # a folder of its own is made in it
    options = parser.parse_args()
    print_header("log_search", ["zstandard", "numpy", "msgspec"])
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=options.folder) as name:
        root = Path(name)
        began = time.perf_counter()
        packing_s, some = fill(root, options.lines)
        megabytes = {
            kind: sum(path.stat().st_size for path in root.rglob(f"*{kind}")) / 1e6 for kind in (".zst", ".idx", ".log")
        }
        print(
            f"{options.lines:,} lines of {WORKSTATIONS} workstations, {DAYS} days, made in "
            f"{time.perf_counter() - began:.0f} s, of which packing {packing_s:.0f} s: "
            + ", ".join(f"{size:.0f} MB {kind}" for kind, size in megabytes.items()),
            flush=True,
        )
        search = LogSearch(SystemDisk(), root, SystemClock())
        began = time.perf_counter()
        search.find(LogQuery(), limit=1)
        first_ms = (time.perf_counter() - began) * 1000
        print(f"a first question reads the indexes: {first_ms:.0f} ms\n")
        rows: list[list[str]] = []
        slowest_ms, found = 0.0, 0
        for what, query in questions(some).items():
            took: list[float] = []
            for _ in range(TRIES):
                began = time.perf_counter()
                found = len(search.find(query, limit=100, budget_us=None).lines)
                took.append((time.perf_counter() - began) * 1000)
            slowest_ms = max(slowest_ms, statistics.median(took))
            rows.append([what, str(found), f"{min(took):.0f}", f"{statistics.median(took):.0f}"])
    print_table(["question", "lines", "fastest ms", "middle ms"], rows)
    met = print_targets([(f"each question < {TARGET_MS} ms (middle)", slowest_ms < TARGET_MS)])
    print_figures({"lines": options.lines, "slowest_ms": round(slowest_ms), "first_ms": round(first_ms), "met": met})


if __name__ == "__main__":
    main()
