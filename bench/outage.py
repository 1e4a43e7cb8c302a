"""The broker is killed, and stays away for an hour of a full site: does recording go on, and does everything arrive?

An hour of 500 workstations (`outages.hour`) is written into the outbox by the functions that write it in the server,
faster than in truth, while the group commits of as many growing segments go on at their true pace. Then RabbitMQ is
started again, and drained into by the real service. A program that keeps the ids of what it has handled must have every
event once, those of each subject in order; and what is committed by then must be all there is. The broker is Debian's,
on the same cores, killed with SIGKILL while events were on their way.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from outages.hour import BYTES_PER_S, HOUR_S, Change, changes
from outages.listener import Listener
from support import print_figures, print_header, print_table, print_targets, program_version

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from broker.bus import LOGINS, PASSWORDS
from broker.rabbit import Rabbit

from playhead.base import logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.recordings import Segment
from playhead.net.messaging import State
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.provision import definitions
from playhead.premises.messaging.service import MessagingService
from playhead.premises.screen.config import ScreenConfig
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.outbox import add_events, outbox_state
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.segments import Located, Progress
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.segments import CatalogueLedger
from playhead.testing.site import SITE, FakeControl

VHOST = "bench"
SLOWER_MAX = {"away": 1.5, "drained": 3.0}
"""Group commits, which workstations wait for, may take so many times as long as before: the middle one. While it drains
the broker syncs the same disk, which it should not in truth."""
BEFORE_S = 15.0
"""The broker is there for so long before it is killed, and events flow at their true pace."""


@dataclass
class Ingest:
    """Every workstation's segment grows; all of them are committed together, as often as the server does it."""

    catalogue: Catalogue
    workstations: int
    phase: str = "before"
    waits_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def begin(self) -> None:
        segments: list[Located] = []
        async with self.catalogue.writing() as connection:
            for number in range(self.workstations):
                desk, which = WorkstationId(f"desk-{number}"), UUID(int=(1 << 100) | number)
                await enrol_workstation(
                    connection, workstation=desk, signer=bytes(32), certificate_hash=bytes(32), now_us=1
                )
                recording = RecordingId(which)
                await add_recording(connection, recording=recording, workstation=desk, agent="", started_at_us=1)
                segment = Segment(SegmentId(which), recording, 1, 0, 0, sealed=False, ended="")
                segments.append(Located(segment, f"{number}.vid"))
        self._ledger = CatalogueLedger(self.catalogue, SystemClock())
        self._segments = [one.segment.id for one in segments]
        await self._ledger.record(segments, [])

    async def run(self) -> None:
        interval_s = ScreenConfig().commit_interval.seconds
        grown = 0
        while True:
            grown += 1
            size = int(grown * interval_s * BYTES_PER_S)
            progress = [Progress(one, size, int(grown * interval_s * 1e6), bytes(60)) for one in self._segments]
            began = time.perf_counter()
            await self._ledger.record([], progress)
            self.waits_ms[self.phase].append((time.perf_counter() - began) * 1e3)
            await asyncio.sleep(max(0.0, interval_s - (time.perf_counter() - began)))


@dataclass
class Site:
    """What is measured."""

    rabbit: Rabbit
    catalogue: Catalogue
    ingest: Ingest
    service: MessagingService
    written: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By subject, the ids of committed events but those of the audit log, in order."""
    audited: int = 0

    async def write(self, some: Iterator[Change], seconds: float, per_s: float | None) -> int:
        """Commit changes: of so many simulated seconds, at a multiple of the true pace or as fast as it goes."""
        began, count = time.perf_counter(), 0
        for change in some:
            if change.at_s > seconds:
                break
            if per_s is not None:
                await asyncio.sleep(max(0.0, began + change.at_s / per_s - time.perf_counter()))
            async with self.catalogue.writing(durable=change.audit is not None) as connection:
                if change.audit is not None:
                    await add_audit_entry(connection, change.audit)
                    self.audited += 1
                await add_events(connection, change.events)
            for one in change.events:
                self.written[one.subject].append(one.id)
            count += change.count
        return count

    async def waiting(self) -> int:
        async with self.catalogue.reading() as connection:
            return (await outbox_state(connection)).events


async def suffer(rabbit: Rabbit, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    rabbit.ask("POST", "/api/definitions", definitions(VHOST, LOGINS))
    (folder / "password").write_text(PASSWORDS["playhead"])
    address = Address("127.0.0.1", rabbit.port)
    config = MessagingConfig(
        transport="rabbitmq", broker=address, security="plain", vhost=VHOST, password_file=folder / "password"
    )
    catalogue = await Catalogue.open(folder / "catalogue.db")
    service = MessagingService(
        config, catalogue=catalogue, control=FakeControl(), site=SITE, clock=SystemClock(), jitter=lambda: 0.0
    )
    site = Site(rabbit, catalogue, Ingest(catalogue, options.workstations), service)
    listener = Listener(rabbit, VHOST)
    await site.ingest.begin()
    begin_us = SystemClock().wall_us()  # events are of now: none is too old
    hour = changes(options.workstations, begin_us, options.seconds)
    running = [asyncio.create_task(one) for one in (service.run(), site.ingest.run(), listener.run())]
    await listener.listening.wait()
    await service.transport.ready()
    count = await site.write(hour, BEFORE_S, 1)
    await asyncio.to_thread(rabbit.settle)
    site.ingest.phase = "away"
    rabbit.kill()
    began = time.perf_counter()
    count += await site.write(hour, HOUR_S, None)
    filled_s = time.perf_counter() - began
    assert service.transport.state is State.AWAY
    waited, size = await site.waiting(), (folder / "catalogue.db").stat().st_size
    site.ingest.phase = "drained"
    await asyncio.to_thread(rabbit.start)
    began = time.perf_counter()
    while await site.waiting() or len(listener.ids) < count:
        await asyncio.sleep(0.1)
        if time.perf_counter() - began > options.patience:
            break
    drained_s = time.perf_counter() - began
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    left = await site.waiting()
    await catalogue.close()
    for phase, waits in site.ingest.waits_ms.items():
        waits.sort()
        print(f"  group commits {phase}: {len(waits)}, longest {waits[-1]:.0f} ms")
    print(flush=True)
    came: dict[str, list[str]] = defaultdict(list)
    for one in listener.handled:
        came[one.subject].append(one.id)
    disordered = sum(came[subject] != ids for subject, ids in site.written.items())
    numbers = [one.data["number"] for one in listener.handled if one.subject == "audit"]
    return {
        "events": count,
        "waited": waited,
        "filled_s": round(filled_s, 1),
        "drained_s": round(drained_s, 1),
        "drained_per_s": round(waited / drained_s),
        "lost": count - len(listener.ids) + left,
        "came_again": listener.again,
        "subjects_disordered": disordered + (numbers != list(range(1, site.audited + 1))),
        "catalogue_mib": round(size / (1 << 20), 1),
        **{f"commit_ms_{phase}_p50": round(waits[len(waits) // 2], 1) for phase, waits in site.ingest.waits_ms.items()},
        **{
            f"commit_ms_{phase}_p99": round(waits[len(waits) * 99 // 100], 1)
            for phase, waits in site.ingest.waits_ms.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workstations", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=HOUR_S, help="of the hour")
    parser.add_argument("--patience", type=float, default=900, help="seconds after which what has not come is lost")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk to measure")  # noqa: S108 # a folder of its own is made in it
    options = parser.parse_args()
    logs.configure(SystemClock(), level="error")
    print_header(
        "outage", ["aio-pika", "aiormq", "sqlalchemy"], [program_version("dpkg-query", "-W", "rabbitmq-server")]
    )
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=options.folder) as name:
        folder = Path(name)
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"), "-subj", "/CN=broker"]
        subprocess.run(command, check=True, capture_output=True)
        rabbit = Rabbit(folder, folder / "certificate.pem", folder / "key.pem")
        try:
            rabbit.start()
            found = asyncio.run(suffer(rabbit, folder, options))
        finally:
            rabbit.close()
    print_table(["figure", "value"], [[name, f"{value:,}"] for name, value in found.items()])
    slower = {phase: found[f"commit_ms_{phase}_p50"] / found["commit_ms_before_p50"] for phase in SLOWER_MAX}
    targets = [
        ("nothing is lost", found["lost"] == 0),
        ("every subject is in order", found["subjects_disordered"] == 0),
        *(
            (
                f"group commits take {slower[phase]:.2f} × as long as before, at most {most} ({phase})",
                slower[phase] <= most,
            )
            for phase, most in SLOWER_MAX.items()
        ),
    ]
    print_figures({**found, "met": print_targets(targets)})


if __name__ == "__main__":
    main()
