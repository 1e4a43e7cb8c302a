"""How soon the library answers, whatever is asked, at five million recordings.

A real portal answers over HTTP, from a catalogue as a large site has after three years: a thousand agents, tags, holds,
bookmarks. It is asked every filter by itself and several hundred random combinations, in four orders, first pages and
later ones, by people who may see everything, one team, themselves, or nothing from before a day; and again while
recordings change. The peer is SQLite: the same questions in one statement each over the same catalogue.
"""

import argparse
import asyncio
import contextlib
import gc
import http.client
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
import urllib.parse
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from finding.by_sql import GIVE_UP_S, Peer
from finding.catalogue import PASSWORD, SITE, USERS, agent, make_catalogue
from finding.questions import FILTERS, ORDERS, Params, combination
from sqlalchemy import text
from support import Figures, print_figures, print_header, print_table, print_targets

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.base.logs import configure
from playhead.domain.access import Sight
from playhead.domain.library import Question
from playhead.net.listener import listen
from playhead.portal.config import PortalConfig
from playhead.portal.service import PortalService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.counters import get_counter
from playhead.store.keyring import Keyring
from playhead.store.library import Library
from playhead.testing.site import FakeControl

P95_S = 0.100
CHANGES_S = 20
PEER_QUESTIONS = 40
EACH_FILTER = 3
IDLE_S = 5
"""A connection that was idle for longer is made anew; the portal closes it after 15 s."""


class Client:
    """One user's browser: a connection that stays, and a cookie."""

    def __init__(self, port: int, user: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._asked_at = time.monotonic()
        body = json.dumps({"user": user, "password": PASSWORD})
        headers = {"content-type": "application/json"}
        self._connection.request("POST", "/api/session", body, headers)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        self._cookie = answer.headers["set-cookie"].partition(";")[0]

    def ask(self, path: str, params: Params) -> tuple[float, float, dict]:
        """How long the answer took to arrive whole and the processor time it took, in seconds; and what it is."""
        address = f"{path}?{urllib.parse.urlencode(params, doseq=True)}"
        if time.monotonic() - self._asked_at > IDLE_S:
            self._connection.close()
            self._connection.connect()
        self._asked_at = time.monotonic()
        began, cpu = time.perf_counter(), time.process_time()
        self._connection.request("GET", address, headers={"cookie": self._cookie})
        answer = self._connection.getresponse()
        data = answer.read()
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert answer.status == 200, (address, answer.status, data)
        return took, cpu, json.loads(data)


def memory_mb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def at(figures: list[float], share: float) -> float:
    return sorted(figures)[min(len(figures) - 1, int(len(figures) * share))]


@dataclass
class Times:
    """How long answers took, in seconds; and the processor time of portal and client together, whatever else ran."""

    all: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    items: int = 0

    def add(self, took: float, items: int, cpu: float = 0.0) -> None:
        self.all.append(took)
        self.cpu.append(cpu)
        self.items += items

    def at(self, share: float) -> float:
        return at(self.all, share)

    def row(self, name: str) -> list[str]:
        figures = [self.at(0.5), self.at(0.95), max(self.all), at(self.cpu, 0.5), at(self.cpu, 0.95)]
        return [name, str(len(self.all)), *(f"{one * 1e3:.1f}" for one in figures), f"{self.items / len(self.all):.0f}"]


def ask_filters(clients: dict[str, Client], seed: int) -> dict[str, Times]:
    """Every filter by itself, as everyone, in every order."""
    rng = random.Random(seed)
    found = {name: Times() for name in FILTERS}
    for name, make in FILTERS.items():
        for client in clients.values():
            for order in ORDERS:
                for _ in range(EACH_FILTER):
                    took, cpu, page = client.ask("/api/recordings", make(rng) | {"order": order})
                    found[name].add(took, len(page["items"]), cpu)
    return found


def ask_combinations(clients: dict[str, Client], seed: int, count: int) -> tuple[Times, Times]:
    """Random combinations: first pages, and the ones after them."""
    rng = random.Random(seed)
    first, later = Times(), Times()
    for _ in range(count):
        client = clients[rng.choice(sorted(clients))]
        asked = combination(rng) | {"order": rng.choice(ORDERS)}
        took, cpu, page = client.ask("/api/recordings", asked)
        first.add(took, len(page["items"]), cpu)
        if page["next"] is not None:
            took, cpu, page = client.ask("/api/recordings", asked | {"before": page["next"]})
            later.add(took, len(page["items"]), cpu)
    return first, later


def ask_facets(clients: dict[str, Client]) -> Times:
    found = Times()
    for client in clients.values():
        for prefix in ("", "a", "campaign 1"):
            took, cpu, facets = client.ask("/api/recordings/facets", {"q": prefix})
            found.add(took, sum(map(len, facets.values())), cpu)
    return found


def ask_peer(path: Path, seed: int) -> Times:
    """The same combinations, newest first, as those who see everything and those who see a team."""
    rng = random.Random(seed)
    peer, found = Peer(path), Times()
    for number in range(PEER_QUESTIONS):
        found.add(peer.ask(combination(rng), ("manager", "supervisor")[number % 2]), 0)
    return found


async def change(catalogue: Catalogue, rows: int) -> None:
    """Recordings change, as workstations make them: until cancelled."""
    rng = random.Random(7)
    while True:
        number = rows - 1 - int(rng.expovariate(1 / 1000))
        async with catalogue.writing(durable=False) as connection:
            statement = "UPDATE recordings SET length_us = length_us + 1000000 WHERE number = :number"
            await connection.execute(text(statement), {"number": number})
            await connection.execute(
                text("INSERT INTO recording_changes (number) VALUES (:number)"), {"number": number}
            )
        await asyncio.sleep(1 / CHANGES_S)


@asynccontextmanager
async def portal(folder: Path, catalogue: Catalogue) -> AsyncGenerator[int]:
    """A real portal; its port."""
    clock = SystemClock()
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    service = PortalService(
        PortalConfig(),
        listen("127.0.0.1", 0),
        tls=None,
        catalogue=catalogue,
        keyring=Keyring.open(keys, SiteId(SITE), clock),
        control=FakeControl(),
        audit=AuditTrail(catalogue, clock),
        clock=clock,
        token_port=1,
    )
    running = asyncio.create_task(service.run())
    try:
        yield service.port
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def load(catalogue: Catalogue) -> tuple[float, float, float]:
    """How long the library takes to load, and to be kept, in seconds; and how much memory it holds, in MB."""
    before_mb = memory_mb()
    library = Library(catalogue, patience_s=3600)
    began = time.monotonic()
    await library.page(Question(sight=Sight(everyone=True)))
    loaded = time.monotonic()
    await library.keep()
    return loaded - began, time.monotonic() - loaded, memory_mb() - before_mb


async def measure(folder: Path, options: argparse.Namespace) -> None:
    path, figures = folder / "catalogue.db", {"rows": options.rows}
    if not path.exists():
        print(f"made in {await make_catalogue(path, options.rows):.0f} s")
    catalogue = await Catalogue.open(path)
    async with catalogue.reading() as connection:
        is_kept = await get_counter(connection, "library") > 0
    if not is_kept:
        loaded_s, kept_s, _ = await load(catalogue)
        print(f"a first start, which reads every recording, takes {loaded_s:.1f} s; keeping the columns {kept_s:.1f} s")
        figures |= {"first_start_s": round(loaded_s, 1)}
    loaded_s, _, used_mb = await load(catalogue)
    with path.open("rb") as file:  # into the system's file cache: the disk's own speed is another matter
        while file.read(1 << 24):
            pass
    print(f"{options.rows:,} recordings, {path.stat().st_size / 1e9:.1f} GB; a start takes {loaded_s:.1f} s\n")
    async with portal(folder, catalogue) as port:
        users = [*USERS, agent(0)]
        clients = {user: await asyncio.to_thread(Client, port, user) for user in users}
        await asyncio.to_thread(ask_combinations, clients, 99, 10)
        filters = await asyncio.to_thread(ask_filters, clients, options.seed)
        first, later = await asyncio.to_thread(ask_combinations, clients, options.seed, options.combinations)
        changing = asyncio.create_task(change(catalogue, options.rows))
        amid, _ = await asyncio.to_thread(ask_combinations, clients, options.seed + 1, options.combinations // 2)
        changing.cancel()
        facets = await asyncio.to_thread(ask_facets, clients)
    await catalogue.close()
    rows = [times.row(name) for name, times in filters.items()]
    rows += [first.row("combinations"), later.row("their second pages"), amid.row(f"{CHANGES_S} changes a second")]
    print_table(
        ["asked", "times", "p50 ms", "p95 ms", "max ms", "CPU p50", "CPU p95", "found"], [*rows, facets.row("facets")]
    )
    report(path, options, figures, filters, (first, later, amid), loaded_s, used_mb)


def report(path, options, figures: Figures, filters, combined, loaded_s: float, used_mb: float) -> None:  # noqa: ANN001, PLR0917 - at the end of a script
    first, later, amid = combined
    slowest = max(filters, key=lambda name: filters[name].at(0.95))
    figures |= {
        "slowest_filter": slowest,
        "slowest_filter_p95_ms": round(filters[slowest].at(0.95) * 1e3, 1),
        "slowest_filter_cpu_p95_ms": round(max(at(times.cpu, 0.95) for times in filters.values()) * 1e3, 1),
        "combinations_cpu_p95_ms": round(at(first.cpu, 0.95) * 1e3, 1),
        "combinations_p50_ms": round(first.at(0.5) * 1e3, 1),
        "combinations_p95_ms": round(first.at(0.95) * 1e3, 1),
        "second_pages_p95_ms": round(later.at(0.95) * 1e3, 1),
        "amid_changes_p95_ms": round(amid.at(0.95) * 1e3, 1),
        "max_ms": round(max(max(times.all) for times in [*filters.values(), first, later]) * 1e3, 1),
        "start_s": round(loaded_s, 2),
        "memory_mb": round(used_mb),
    }
    print(f"slowest filter: {slowest}; memory of the library {used_mb:.0f} MB")
    if not options.no_peer:
        peer = ask_peer(path, options.seed)
        given_up = sum(took >= GIVE_UP_S for took in peer.all)
        figures |= {
            "peer_p50_ms": round(peer.at(0.5) * 1e3, 1),
            "peer_p95_ms": round(peer.at(0.95) * 1e3, 1),
            "peer_given_up": given_up,
        }
        print(
            f"SQLite by itself, {PEER_QUESTIONS} combinations: p50 {peer.at(0.5) * 1e3:.0f} ms, "
            f"p95 {peer.at(0.95) * 1e3:.0f} ms; {given_up} given up after {GIVE_UP_S:.0f} s"
        )
    met = print_targets(
        [
            (f"every filter p95 ≤ {P95_S * 1e3:.0f} ms", filters[slowest].at(0.95) <= P95_S),
            (f"combinations p95 ≤ {P95_S * 1e3:.0f} ms", max(first.at(0.95), later.at(0.95)) <= P95_S),
            (f"while recordings change p95 ≤ {P95_S * 1e3:.0f} ms", amid.at(0.95) <= P95_S),
        ]
    )
    print_figures(figures | {"met": met})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--combinations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the catalogue is made, and left for the next time")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    configure(SystemClock(), form="human", level="warning")
    print_header(
        "library", ["numpy", "sqlalchemy", "aiosqlite", "fastapi", "granian"], [f"SQLite {sqlite3.sqlite_version}"]
    )
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="playhead-bench-", dir="/var/tmp"))
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(measure(folder, options))


if __name__ == "__main__":
    main()
