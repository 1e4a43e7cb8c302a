"""Desktop events: into durable storage beside aw-server in one run, and a report over 100 million of them.

Both servers get the same events, in batches of the same size over one connection, and answer when they are stored:
ours after a sync of its log, aw-server after SQLite's commit. What is compared is the server's processor time for each
event, so that the answer is a number for each core; beside it, what it is once ours are packed into columns, too.

The report is asked over files that the product's own packing made (kept in ``--folder`` for the next run). Cold: in a
new process, with none of the files in memory. Its sums are held against those of all events, added up one by one.
"""

import argparse
import asyncio
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import zstandard
from analysing import activitywatch, generated
from support import cpu_seconds, print_figures, print_header, print_table, print_targets

from playhead.base.instants import rfc3339
from playhead.domain.access import Sight
from playhead.domain.analytics.events import Answer, DesktopEvent, Kind, encoded
from playhead.domain.spans import Span
from playhead.store.analytics.asking import Asking
from playhead.store.analytics.files import Manifest
from playhead.store.analytics.queries import usage
from playhead.store.analytics.questions import By, Question
from playhead.store.disk import SystemDisk

RATIO_MIN = 20
WARM_S_MAX, COLD_S_MAX = 1.0, 3.0
BYTES_MAX = 8.0
BATCH = 1_000
DAY_US = 86_400_000_000
REPORTS = {"application": [By.APPLICATION], "agent": [By.AGENT], "day, application": [By.DAY, By.APPLICATION]}


def some_events(count: int) -> list[DesktopEvent]:
    now_us = time.time_ns() // 1000
    return [
        DesktopEvent(
            sequence=number + 1,
            kind=Kind.ACTIVE,
            from_us=now_us - (count - number) * 5_000_000,
            lasts_us=5_000_000 - number % 7 * 300_000,
            agent="jane",
            application=f"application-{number * 7 % 12}",
            title=f"Customer {100_000 + number // 25} - CRM",
            keys=number % 40,
            clicks=number % 5,
        )
        for number in range(count)
    ]


def to_us(events: list[DesktopEvent], folder: Path) -> tuple[float, float, float]:
    """Events a second of the server's processor time, of the clock, and of processor time with packing."""
    command = [sys.executable, str(Path(__file__).parent / "analysing" / "premises.py"), str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = next(one for one in server.stdout if one.startswith("PORT"))
        connection = http.client.HTTPConnection("127.0.0.1", int(line.split()[1]), timeout=120)
        bodies = [
            zstandard.compress(encoded("desk-1", "bench", events[first : first + BATCH]))
            for first in range(0, len(events), BATCH)
        ]
        used, began = cpu_seconds(server.pid), time.monotonic()
        for body in bodies:
            connection.request("POST", "/v1/events", body, {"content-encoding": "zstd"})
            answer = connection.getresponse()
            said = msgspec.json.decode(answer.read(), type=Answer)
            assert answer.status == 200
            assert not said.refused
        taken = time.monotonic() - began
        assert said.durable == len(events)
        stored = cpu_seconds(server.pid) - used
        while not Manifest.read(SystemDisk(), folder / "analytics").parts:
            time.sleep(0.5)
        return len(events) / stored, len(events) / taken, len(events) / (cpu_seconds(server.pid) - used)
    finally:
        server.terminate()
        server.wait()


def to_activitywatch(events: list[DesktopEvent], folder: Path) -> tuple[float, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = activitywatch.start(folder, port)
    try:
        kept = "/api/0/buckets/bench"
        activitywatch.ask(port, "POST", kept, {"type": "currentwindow", "client": "bench", "hostname": "desk-1"})
        bodies = [
            json.dumps(
                [
                    {
                        "timestamp": rfc3339(each.from_us),
                        "duration": each.lasts_us / 1e6,
                        "data": {
                            "app": each.application,
                            "title": each.title,
                            "keys": each.keys,
                            "clicks": each.clicks,
                        },
                    }
                    for each in events[first : first + BATCH]
                ]
            )
            for first in range(0, len(events), BATCH)
        ]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        used, began = cpu_seconds(server.pid), time.monotonic()
        for body in bodies:
            connection.request("POST", f"{kept}/events", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
        taken = time.monotonic() - began
        assert activitywatch.ask(port, "GET", f"{kept}/events/count") == len(events)
        return len(events) / (cpu_seconds(server.pid) - used), len(events) / taken
    finally:
        server.terminate()
        server.wait()


async def ask_reports(root: Path, days: int, names: list[str]) -> dict[str, float]:
    """How long each report takes, and that it says what all events together say."""
    first = (generated.FIRST_DAY - generated.FIRST_DAY.replace(year=1970, month=1, day=1)).days * DAY_US
    question = Question(sight=Sight(everyone=True), period=Span(first - DAY_US, first + (days + 2) * DAY_US))
    asking = Asking(SystemDisk(), root)
    found: dict[str, float] = {}
    for name in names:
        began = time.monotonic()
        report = await asking.ask(lambda session, by=REPORTS[name]: usage(session, question, by))
        found[name] = time.monotonic() - began
        found[f"{name} active_us"] = report.total.usage.active_us
    asking.close()
    return found


async def add_up(root: Path, days: int) -> int:
    """The time active in all events, added up one by one."""
    asking = Asking(SystemDisk(), root, limit_s=600)
    period = Span(0, (60 * 366 + days) * DAY_US)
    statement = "SELECT sum(lasts_ds) FROM ({}) WHERE kind = 'active'"
    rows = await asking.ask(lambda session: session.rows(statement.format(session.packed(period))))
    asking.close()
    return int(rows[0][0]) * 100_000


def forget(root: Path) -> None:
    """Have none of the files in memory."""
    for path in root.rglob("*.parquet"):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000_000, help="that the report is over")
    parser.add_argument("--sent", type=int, default=200_000, help="that are sent to both servers")
    parser.add_argument("--folder", type=Path, default=Path("~/.cache/playhead-bench/analytics").expanduser())
    parser.add_argument("--cold", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cold is not None:
        print(json.dumps(asyncio.run(ask_reports(options.folder, options.cold, list(REPORTS)[:1]))))
        return
    print_header("analytics", ["duckdb", "msgspec", "zstandard"], ["aw-server 0.12.0"])
    events = some_events(options.sent)
    rows, ratios = [], []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
            mine = to_us(events, Path(ours))
            other = to_activitywatch(events[: max(BATCH, options.sent // 10)], Path(theirs))
        ratios.append(mine[0] / other[0])
        rows.append(
            [
                f"{mine[0]:,.0f}",
                f"{mine[1]:,.0f}",
                f"{mine[2]:,.0f}",
                f"{other[0]:,.0f}",
                f"{other[1]:,.0f}",
                f"{ratios[-1]:.0f}",
            ]
        )
    heads = ["events/s per core", "by the clock", "packed, too", "aw-server per core", "by the clock", "ratio"]
    print_table(heads, rows)
    agents = 2_000
    days = max(1, round(options.events / (agents * generated.EVENTS_OF_AGENT)))
    manifest = generated.fill(options.folder, days=days, agents=agents)
    count = sum(part.rows for part in manifest.parts)
    size = sum(part.bytes for part in manifest.parts) / count
    forget(options.folder)
    command = [sys.executable, __file__, "--cold", str(days), "--folder", str(options.folder)]
    cold = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    asyncio.run(ask_reports(options.folder, days, list(REPORTS)))
    warm = asyncio.run(ask_reports(options.folder, days, list(REPORTS)))
    truth = asyncio.run(add_up(options.folder, days))
    print_table(
        ["usage by", "warm", "cold"],
        [[name, f"{warm[name]:.2f} s", f"{cold[name]:.2f} s" if name in cold else ""] for name in REPORTS],
    )
    print(f"{count:,} events, {size:.2f} bytes each; {shutil.disk_usage(options.folder).free >> 30} GiB free\n")
    slowest = max(warm[name] for name in REPORTS)
    met = print_targets(
        [
            (f"at least {RATIO_MIN} times aw-server's events/s per core: {min(ratios):.0f}", min(ratios) >= RATIO_MIN),
            (f"a usage report over {count:,} events warm within {WARM_S_MAX} s: {slowest:.2f}", slowest <= WARM_S_MAX),
            (f"cold within {COLD_S_MAX} s: {cold['application']:.2f}", cold["application"] <= COLD_S_MAX),
            (f"at most {BYTES_MAX} bytes an event: {size:.2f}", size <= BYTES_MAX),
            ("its sums are those of all events", truth == warm["application active_us"]),
        ]
    )
    print_figures(
        {
            "events": count,
            "bytes_per_event": round(size, 2),
            "warm_s": round(slowest, 3),
            "cold_s": round(cold["application"], 3),
            "ratio": round(min(ratios), 1),
            "met": met,
        }
    )


if __name__ == "__main__":
    main()
