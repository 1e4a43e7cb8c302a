"""The load: many workstations in one process on one core, driven by lines on standard input.

``python load.py FOLDER CORE KIND PORT WORKSTATIONS`` connects them all and prints ``{"connected": …}``. Then each input
line ``{"pieces_s", "piece_bytes", "seconds"}`` is one phase, answered by one line of what was measured; with ``window``
instead of ``pieces_s``, each workstation sends the next piece once fewer than so many are on their way.
"""

import asyncio
import json
import os
import resource
import sys
from pathlib import Path

import uvloop
from ingesting.desks import KINDS, PIECE_BYTES_MAX, Desk, Tally, chance, tls_of

HANDSHAKES = 32
"""Connections made at a time."""
SETTLE_S = 15.0
"""How long what is on its way at the end of a phase may take."""


async def connect_all(folder: Path, kind: str, port: int, count: int, tally: Tally) -> list[Desk]:
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(HANDSHAKES)

    async def connect(number: int) -> Desk:
        async with gate:
            _, desk = await loop.create_connection(
                lambda: KINDS[kind](folder, number, tally), "127.0.0.1", port, ssl=tls_of(folder, number)
            )
        await desk.ready
        return desk

    return list(await asyncio.gather(*(connect(number) for number in range(count))))


def size_of_piece(mean: float) -> int:
    """Exponential: most pieces are a changed line of text, a few a changed window."""
    return min(PIECE_BYTES_MAX, 64 + int(chance.expovariate(1 / max(1.0, mean - 64))))


async def closed_phase(desks: list[Desk], tally: Tally, window: int, piece_bytes: float, seconds: float) -> dict:
    """As much as is taken in, and no more."""
    loop = asyncio.get_running_loop()
    tally.__init__()
    end = loop.time() + seconds

    def refill(desk: Desk) -> None:
        while len(desk.waiting) < window and loop.time() < end:
            desk.send_piece(size_of_piece(piece_bytes))

    for desk in desks:
        desk.refill = refill
        refill(desk)
    await asyncio.sleep(seconds)
    taken, taken_bytes = tally.acknowledged, tally.acknowledged_bytes
    await settle(desks)
    for desk in desks:
        desk.refill = None
    return {"acknowledged": taken, "acknowledged_bytes": taken_bytes}


async def settle(desks: list[Desk]) -> None:
    """Until nothing is on its way any more."""
    loop = asyncio.get_running_loop()
    late = loop.time() + SETTLE_S
    while any(desk.waiting for desk in desks) and loop.time() < late:  # noqa: ASYNC110 # outside what is measured
        await asyncio.sleep(0.05)


async def phase(desks: list[Desk], tally: Tally, pieces_s: float, piece_bytes: float, seconds: float) -> dict:
    loop = asyncio.get_running_loop()
    tally.__init__()
    end = loop.time() + seconds
    cpu = os.times()

    def send(desk: Desk) -> None:
        now = loop.time()
        if now >= end:
            return
        desk.send_piece(size_of_piece(piece_bytes))
        loop.call_at(now + chance.uniform(0.5, 1.5) / pieces_s, send, desk)

    for desk in desks:
        loop.call_later(chance.random() / pieces_s, send, desk)
    await asyncio.sleep(seconds)
    used = os.times()
    at_end = tally.acknowledged
    sent = tally.sent
    await settle(desks)
    latencies = sorted(tally.latencies)

    def percentile(share: float) -> float:
        return latencies[min(len(latencies) - 1, int(share * len(latencies)))] if latencies else float("inf")

    return {
        "sent": sent,
        "sent_bytes": tally.sent_bytes,
        "acknowledged": tally.acknowledged,
        "behind": sent - at_end,
        "p50_s": percentile(0.5),
        "p99_s": percentile(0.99),
        "max_s": latencies[-1] if latencies else float("inf"),
        "load_cpu": (used.user + used.system - cpu.user - cpu.system) / seconds,
    }


async def main(folder: Path, kind: str, port: int, count: int) -> None:
    tally = Tally()
    began = asyncio.get_running_loop().time()
    desks = await connect_all(folder, kind, port, count, tally)
    seconds = asyncio.get_running_loop().time() - began
    print(json.dumps({"connected": len(desks), "seconds": seconds}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        run = closed_phase if "window" in request else phase
        print(json.dumps(await run(desks, tally, **request)), flush=True)
    for desk in desks:
        desk.waiting.clear()
        desk.transport.abort()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    uvloop.run(main(Path(sys.argv[1]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
