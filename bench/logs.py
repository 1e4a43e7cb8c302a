"""Lines a second into the logging service, and into rsyslog on the same machine in the same run, both to the disk.

The same sender speaks to both in turns, over two connections each. At equal durability: a line counts, and RELP answers
it, when it would survive a power cut. rsyslog writes with `sync="on"`: syslog in lines (RFC 6587 §3.4.2, imtcp) in
batches of up to 1,024, where the clock stops when the last line is in the file; RELP (imrelp) without a queue, for with
one it answers what is only in its memory. Two more are measured beside it and are no targets: that (`memory`), and
rsyslog that reads a line into its parts and writes them as JSON, as ours does (`json`).

Then what 2,000 silent connections take of memory, and whether any line is missing that was acknowledged before SIGKILL.
"""

import argparse
import asyncio
import resource
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop
from collecting.peers import LINE, Peer, playhead, rsyslog, serve
from support import cpu_seconds, print_figures, print_header, print_table, print_targets, program_version

from playhead.base.clock import SystemClock
from playhead.domain.logs import LogQuery
from playhead.store.disk import SystemDisk
from playhead.store.logs import LogSearch
from playhead.wire.relp import RelpClient

RATIO_MIN = 0.5
CONNECTIONS = 2
SILENT = 2_000
BATCH_LINES = 500
KILLED_AFTER_LINES = 5_000
WAYS = ("lines", "relp", "json", "memory")
"""As in `Peer.ports`; the first two have targets."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What came of one turn."""

    per_s: float
    cpu_us: float
    """Of the receiver's processor time for each line, of all its threads."""


async def by_relp(port: int, count: int) -> None:
    """Send lines, at most as many unacknowledged as RELP allows; return when all are acknowledged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    client, sent, answered = RelpClient("bench"), 0, 0
    writer.write(client.data_to_send())
    while answered < count:
        answered += len(client.receive_data(await reader.read(1 << 16)))
        while client.room and sent < count:
            client.submit(LINE)
            sent += 1
        writer.write(client.data_to_send())
    writer.close()


async def by_lines(port: int, count: int) -> None:
    """Send lines."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    batch = (LINE + b"\n") * BATCH_LINES
    for _ in range(count // BATCH_LINES):
        writer.write(batch)
        await writer.drain()
    writer.close()


def measure(peer: Peer, way: str, count: int) -> Rate:
    """One turn."""
    unanswered = way in {"lines", "json"}
    send = by_lines if unanswered else by_relp

    async def all_of_them() -> None:
        await asyncio.gather(*(send(peer.ports[way], count // CONNECTIONS) for _ in range(CONNECTIONS)))

    expected, cpu = peer.stored_lines() + count, cpu_seconds(peer.pid)
    began = time.perf_counter()
    uvloop.run(all_of_them())
    while unanswered and peer.stored_lines() < expected:
        time.sleep(0.002)
    elapsed = time.perf_counter() - began
    while peer.stored_lines() < expected:
        time.sleep(0.002)
    return Rate(count / elapsed, (cpu_seconds(peer.pid) - cpu) / count * 1e6)


async def silent(port: int, pid: int) -> float:
    """Kilobytes of memory for each connection that has sent a line and is silent."""
    before, held = resident_kb(pid), []
    for _ in range(SILENT):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(LINE + b"\n")
        held.append(writer)
    await asyncio.sleep(2)
    taken = (resident_kb(pid) - before) / SILENT
    for writer in held:
        writer.close()
    return taken


def resident_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0])


def lost(folder: Path) -> tuple[int, int]:
    """Lines that were acknowledged before the service was killed in the middle of more, and those missing of them."""
    with playhead(folder) as peer:
        acknowledged = asyncio.run(until_killed(peer))
    with playhead(folder):  # it recovers
        pass
    search, found, before = LogSearch(SystemDisk(), folder / "logs", SystemClock()), set[str](), None
    while True:
        page = search.find(LogQuery(), before=before, limit=1000, budget_us=None)
        found.update(line.text for line in page.lines)
        before = page.following
        if before is None:
            return len(acknowledged), len(acknowledged - found)


async def until_killed(peer: Peer) -> set[str]:
    """The texts that were acknowledged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", peer.ports["relp"])
    client, sent, acknowledged = RelpClient("bench"), 0, set[str]()
    writer.write(client.data_to_send())
    while data := await reader.read(1 << 16):
        for _ in client.receive_data(data):
            acknowledged.add(f"line {len(acknowledged)}")  # in their order
        if len(acknowledged) >= KILLED_AFTER_LINES:
            peer.kill()
        while client.room and len(acknowledged) < KILLED_AFTER_LINES:
            client.submit(b"<14>1 - desk-7 bench - - - line %d" % sent)
            sent += 1
        try:
            writer.write(client.data_to_send())
        except ConnectionError:
            break
    writer.close()
    return acknowledged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000, help="of syslog in one turn; of RELP a tenth")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk to measure")  # noqa: S108 # a folder of its own is made in it
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    if options.serve:
        uvloop.run(serve(options.serve))
        return
    print_header("logs", ["uvloop", "msgspec"], [program_version("rsyslogd", "-v")])
    counts = {way: options.lines // (1 if way in {"lines", "json"} else 10) for way in WAYS}
    rows: list[list[str]] = []
    found: dict[str, list[tuple[Rate, Rate]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=options.folder) as name:
        folder = Path(name)
        with playhead(folder / "ours") as ours, rsyslog(folder / "rsyslog") as theirs:
            for place in range(options.rounds + 1):
                for way, count in counts.items():
                    rates = measure(ours, way, count), measure(theirs, way, count)
                    if place == 0:  # warm
                        continue
                    found[way].append(rates)
                    figures = [text for rate in rates for text in (f"{rate.per_s:,.0f}", f"{rate.cpu_us:.1f}")]
                    rows.append([f"{place} {way}", *figures, f"{rates[0].per_s / rates[1].per_s:.2f}"])
        with playhead(folder / "silent") as ours:
            memory_kb = asyncio.run(silent(ours.ports["lines"], ours.pid))
        acknowledged, missing = lost(folder / "killed")
    print_table(["round", "lines/s", "µs", "rsyslog/s", "µs", "ratio"], rows)
    print(f"{memory_kb:.1f} kB for each of {SILENT:,} silent connections")
    print(f"{missing} of {acknowledged:,} lines that were acknowledged before SIGKILL are missing\n")
    middle = {way: statistics.median(one.per_s / other.per_s for one, other in each) for way, each in found.items()}
    targets = [(f"{way} ≥ {RATIO_MIN} × rsyslog (middle round)", middle[way] >= RATIO_MIN) for way in WAYS[:2]]
    met = print_targets([*targets, ("no acknowledged line lost", not missing and acknowledged >= KILLED_AFTER_LINES)])
    print_figures(
        {
            **{f"ratio_{way}": round(ratio, 2) for way, ratio in middle.items()},
            **{f"{way}_per_s": round(statistics.median(one.per_s for one, _ in found[way])) for way in WAYS[:2]},
            **{f"{way}_cpu_us": round(statistics.median(one.cpu_us for one, _ in found[way]), 1) for way in WAYS[:2]},
            "silent_kb": round(memory_kb, 1),
            "lost": missing,
            "met": met,
        }
    )


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    sys.exit(main())
