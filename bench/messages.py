"""How many events a second go from the outbox to RabbitMQ, against a bare publisher with confirms.

Both publish events of the same size to the same exchange, bound to one quorum queue, with as many unconfirmed at a
time, in turns on the same broker in the same run; the bare one is aio-pika alone, from memory. Ours reads them from
the catalogue, keeps the order of each subject, and takes off what was confirmed, durably. The broker is Debian's, on
the same cores.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aio_pika
from aio_pika.abc import AbstractConnection
from support import print_figures, print_header, print_table, print_targets, program_version

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from broker.bus import LOGINS, PASSWORDS
from broker.rabbit import Rabbit

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.domain.cloudevents import CONTENT_TYPE, encode
from playhead.domain.events import Event
from playhead.net.messaging.rabbitmq import EVENTS
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.provision import definitions
from playhead.premises.messaging.relay import IN_FLIGHT_MAX
from playhead.premises.messaging.service import MessagingService
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events, outbox_state
from playhead.testing.site import SITE, FakeControl

RATIO_MIN = 0.5
SUBJECTS = 500
VHOST = "bench"
ADDED_AT_ONCE = 500


def made(count: int) -> list[Event]:
    """As many events of as many workstations."""
    data = b'{"workstation":"desk-123","agent":"jane","code":"unknown","message":"Nothing of it becomes durable here."}'
    return [
        Event(
            f"00000000-0000-7000-8000-{number:012}", "playhead.coverage.lost.v1", f"desk-{number % SUBJECTS}", 1, data
        )
        for number in range(count)
    ]


async def bare(rabbit: Rabbit, events: list[Event]) -> float:
    """Events a second of aio-pika alone."""
    connection = await connected(rabbit, "playhead")
    exchange = await (await connection.channel()).get_exchange(EVENTS)
    places = asyncio.Semaphore(IN_FLIGHT_MAX)
    bodies = [encode(event, "/playhead/sites/bench") for event in events]

    async def publish(body: bytes) -> None:
        async with places:
            message = aio_pika.Message(body, content_type=CONTENT_TYPE, delivery_mode=2)
            await exchange.publish(message, "playhead.coverage.lost.v1", mandatory=False)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for body in bodies:
            tasks.create_task(publish(body))
    elapsed = time.perf_counter() - began
    await connection.close()
    return len(events) / elapsed


async def through_outbox(rabbit: Rabbit, folder: Path, events: list[Event]) -> float:
    """Events a second from the catalogue, all confirmed and taken off."""
    password = folder / "password"
    password.write_text(PASSWORDS["playhead"])
    config = MessagingConfig(
        transport="rabbitmq",
        broker=Address("127.0.0.1", rabbit.port),
        security="plain",
        vhost=VHOST,
        password_file=password,
    )
    catalogue = await Catalogue.open(folder / f"catalogue-{time.monotonic_ns()}.db")
    for begin in range(0, len(events), ADDED_AT_ONCE):
        async with catalogue.writing() as writing:
            await add_events(writing, events[begin : begin + ADDED_AT_ONCE])
    service = MessagingService(
        config, catalogue=catalogue, control=FakeControl(), site=SITE, clock=SystemClock(), jitter=lambda: 0.0
    )
    transport = asyncio.create_task(service.transport.run())
    await service.transport.ready()
    began = time.perf_counter()
    count = await service.relay.relay()
    elapsed = time.perf_counter() - began
    async with catalogue.reading() as reading:
        assert (await outbox_state(reading)).events == 0
    assert count == len(events)
    transport.cancel()
    await asyncio.gather(transport, return_exceptions=True)
    await catalogue.close()
    return count / elapsed


async def connected(rabbit: Rabbit, name: str) -> AbstractConnection:
    return await aio_pika.connect(
        host="127.0.0.1", port=rabbit.port, login=name, password=PASSWORDS[name], virtualhost=VHOST
    )


async def measure(rabbit: Rabbit, folder: Path, count: int, rounds: int) -> list[tuple[float, float]]:
    rabbit.ask("POST", "/api/definitions", definitions(VHOST, LOGINS))
    crm = await connected(rabbit, "crm")
    channel = await crm.channel()
    queue = await channel.declare_queue("crm.bench", durable=True, arguments={"x-queue-type": "quorum"})
    await queue.bind(EVENTS, "#")
    events = made(count)
    await bare(rabbit, events[: count // 10])  # warm
    found = []
    for _ in range(rounds):
        peer = await bare(rabbit, events)
        ours = await through_outbox(rabbit, folder, events)
        found.append((peer, ours))
        await queue.purge()
    await crm.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk to measure")  # noqa: S108 # a folder of its own is made in it
    options = parser.parse_args()
    print_header(
        "messages", ["aio-pika", "aiormq", "sqlalchemy"], [program_version("dpkg-query", "-W", "rabbitmq-server")]
    )
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=options.folder) as name:
        folder = Path(name)
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
                *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem", "-subj", "/CN=broker"),
            ],
            check=True,
            capture_output=True,
        )
        rabbit = Rabbit(folder, folder / "certificate.pem", folder / "key.pem")
        try:
            rabbit.start()
            found = asyncio.run(measure(rabbit, folder, options.events, options.rounds))
        finally:
            rabbit.close()
    rows = [
        [str(place), f"{peer:,.0f}", f"{ours:,.0f}", f"{ours / peer:.2f}"]
        for place, (peer, ours) in enumerate(found, 1)
    ]
    print_table(["round", "bare aio-pika/s", "outbox/s", "ratio"], rows)
    peer, ours = sorted(found, key=lambda pair: pair[1] / pair[0])[len(found) // 2]
    met = print_targets([(f"outbox ≥ {RATIO_MIN} × the bare publisher (middle round)", ours / peer >= RATIO_MIN)])
    print_figures(
        {
            "events": options.events,
            "bare_per_s": round(peer),
            "outbox_per_s": round(ours),
            "ratio": round(ours / peer, 2),
            "met": met,
        }
    )


if __name__ == "__main__":
    main()
