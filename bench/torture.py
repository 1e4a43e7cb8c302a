"""Everything that can happen to a site, at once, for minutes; and then the proof that nothing acknowledged was lost.

Twenty workstations record while a seed decides who is killed, frozen, restarted, cut off, stalled or asked to be dark,
when the server is killed, frozen, restarted or finds its disk full, and when the broker is killed. A relay before each
workstation keeps what passes, and how far the server acknowledged it. Then all faults end, everything has to arrive,
the server's files are held against what was kept, byte by byte, and what the broker delivered against what was
committed. See docs/operations.md, "Torture".
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support import print_header, print_table
from torturing.messages import is_installed, wrong_of
from torturing.plan import Fault, plan
from torturing.site import Tortured, tortured

from playhead.base import logs
from playhead.base.clock import SystemClock
from playhead.cli.drill_desk import DrillDesk, until


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


async def inflict(site: Tortured, fault: Fault) -> None:
    """Let it go wrong, wait, and mend it."""
    say(str(fault))
    if fault.desks:
        await asyncio.gather(*(_hurt_desk(site.desks[number], fault) for number in fault.desks))
    elif fault.kind == "kill broker":
        assert site.broker is not None
        await site.broker.die(fault.for_s)
    else:
        await _hurt_server(site, fault)


async def _hurt_desk(desk: DrillDesk, fault: Fault) -> None:
    match fault.kind:
        case "kill desk":
            await desk.die(fault.for_s)
        case "restart desk":
            await desk.restart()
        case "freeze desk":
            await desk.freeze(fault.for_s)
        case "cut":
            await desk.be_cut_off(fault.for_s)
        case "stall":
            await desk.stall(fault.for_s)
        case _:
            await desk.ask("blackout_on", "torture")
            await asyncio.sleep(fault.for_s)
            await until(lambda: desk.ask("blackout_off", "torture"), f"{desk.name} answers", 120)  # it may just be down


async def _hurt_server(site: Tortured, fault: Fault) -> None:
    premises = site.site.premises
    assert premises is not None
    match fault.kind:
        case "kill server":
            premises.kill()
            await asyncio.sleep(fault.for_s)
            await site.site.start_premises()
        case "restart server":
            await premises.stop()
            await site.site.start_premises()
        case "freeze server":
            premises.send(signal.SIGSTOP)
            await asyncio.sleep(fault.for_s)
            premises.send(signal.SIGCONT)
        case _:
            await asyncio.to_thread(site.disk.fill)
            await asyncio.sleep(fault.for_s)
            site.disk.free()


async def torment(site: Tortured, faults: list[Fault], seconds: float) -> None:
    """All of them, each at its time; one of a workstation waits for the one before it there."""
    began = time.monotonic()
    busy: defaultdict[int | str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def one(fault: Fault) -> None:
        await asyncio.sleep(max(began + fault.at_s - time.monotonic(), 0))
        async with contextlib.AsyncExitStack() as stack:
            for whom in fault.desks or (("broker" if fault.kind == "kill broker" else "server"),):
                await stack.enter_async_context(busy[whom])
            if time.monotonic() < began + seconds:
                await inflict(site, fault)

    async with asyncio.TaskGroup() as all_of_them:
        for fault in faults:
            all_of_them.create_task(one(fault))


async def examine(site: Tortured) -> tuple[dict[str, Any], list[str]]:
    """What there is at the end, and what is wrong with it."""
    wrong: list[str] = []
    ledger = json.loads((await site.site.command("coverage", "--json")).out or "{}")
    async with site.site.portal() as portal:
        recordings = [one["id"] for one in (await portal.get("/api/recordings?limit=200")).json()["items"]]
    unverified = [one for one in recordings if not await site.site.is_whole(one)]
    assert site.site.premises is not None
    if site.broker is not None:
        await site.broker.settle(site.site.places.catalogue)
    await site.site.premises.stop()
    if site.broker is not None:
        wrong += wrong_of(site.site.places.catalogue, site.broker.listener)
    lost = site.lost()
    check = json.loads((await site.site.command("check", "--json")).out)
    wrong += [f"{count} acknowledged bytes lost of segment {segment}" for segment, count in lost.items()]
    wrong += [f"recording {one} does not verify" for one in unverified]
    wrong += [str(finding) for finding in check["findings"] if not check["whole"]]
    altered = sum(seen.altered for seen in site.witness.segments.values())
    if altered:
        wrong.append(f"{altered} acknowledged bytes were sent again and differed")
    if site.witness.unseen:
        wrong.append(f"{site.witness.unseen} bytes were acknowledged that never passed by")
    missing = [part for row in ledger.get("items", []) for part in row["missing"]]
    unexplained = sum(part["ms"] for part in missing if part["code"] == "unknown")
    if unexplained:
        wrong.append(f"{unexplained} ms are missing without a reason")
    figures = {
        "segments": len(site.witness.segments),
        "acknowledged_bytes": site.witness.acknowledged,
        "lost_bytes": sum(lost.values()),
        "recordings": len(recordings),
        "unverified": len(unverified),
        "check_whole": check["whole"],
        "events": 0 if site.broker is None else len(site.broker.listener.handled),
        "events_again": 0 if site.broker is None else site.broker.listener.again,
        "unexplained_ms": unexplained,
    }
    print_ledger(ledger)
    return figures, wrong


def print_ledger(ledger: dict[str, Any]) -> None:
    rows = [
        (
            row["workstation"],
            f"{row['dueMs'] / 1000:.1f} s",
            f"{row['keptMs'] / 1000:.1f} s",
            ", ".join(f"{part['code']} {part['ms'] / 1000:.1f} s" for part in row["missing"]) or "nothing",
        )
        for row in ledger.get("items", [])
    ]
    print_table(("workstation", "due", "kept", "missing"), rows)


async def run(options: argparse.Namespace, folder: Path) -> int:
    faults = plan(options.seed, options.minutes * 60, options.workstations, broker=options.broker)
    async with tortured(folder, options.workstations, options.real, broker=options.broker) as site:
        say(f"{options.workstations} workstations record; {len(faults)} faults in {options.minutes:g} minutes")
        await torment(site, faults, options.minutes * 60)
        say("faults are over: everything has to arrive")
        began = time.monotonic()
        await site.settle()
        settled_s = time.monotonic() - began
        figures, wrong = await examine(site)
    for each in wrong:
        print(f"WRONG  {each}")
    told = {"seed": options.seed, "faults": len(faults), "settled_s": round(settled_s, 1), **figures, "met": not wrong}
    print(json.dumps(told))
    return 0 if not wrong else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--workstations", type=int, default=20)
    parser.add_argument("--real", type=int, default=2, help="so many of them record a real X11 desktop")
    parser.add_argument(
        "--broker", action=argparse.BooleanOptionalAction, default=is_installed(), help="with a RabbitMQ that is killed"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="leave everything in this folder")
    options = parser.parse_args()
    logs.configure(SystemClock(), level="error")
    print_header("torture", [], [])
    if options.keep:
        options.keep.mkdir(parents=True)
        sys.exit(asyncio.run(run(options, options.keep)))
    with tempfile.TemporaryDirectory(prefix="playhead-torture-", ignore_cleanup_errors=True) as folder:
        sys.exit(asyncio.run(run(options, Path(folder))))


if __name__ == "__main__":
    main()
