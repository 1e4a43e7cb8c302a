"""Both transports from outside: as a program that subscribes and gives commands sees them."""

import asyncio
import json
from dataclasses import dataclass, field

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from playhead.base.addresses import Address
from playhead.base.errors import UnavailableError
from playhead.base.quantities import Duration
from playhead.net.messaging import Message, rabbitmq
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.provision import Account, Login, definitions
from playhead.premises.messaging.service import MessagingService
from playhead.store.catalogue.dead_letters import list_dead_letters
from playhead.store.catalogue.outbox import add_events, outbox_state
from playhead.testing.site import SITE

PASSWORDS = {"playhead": "server-secret", "crm": "crm-secret", "board": "board-secret"}
LOGINS = [
    Login("playhead", Account.SERVER, PASSWORDS["playhead"], b"salt"),
    Login("crm", Account.INTEGRATOR, PASSWORDS["crm"], b"tlas"),
    Login("board", Account.SUBSCRIBER, PASSWORDS["board"], b"alts"),
]


class Inbox:
    """Events as somebody got them, after having failed to handle each of the first so many."""

    def __init__(self, failing=0):
        self._got = asyncio.Queue()
        self._failing = failing

    async def handle(self, message):
        if self._failing:
            self._failing -= 1
            raise UnavailableError("test.failing", "Not now.")
        self._got.put_nowait(message)

    async def next(self):
        return json.loads((await asyncio.wait_for(self._got.get(), 60)).body)

    async def many(self, count):
        return [await self.next() for _ in range(count)]

    @property
    def is_empty(self):
        return self._got.empty()


@dataclass
class Bus:
    """A messaging service at a site, running or not."""

    site: object
    config: MessagingConfig = field(default_factory=MessagingConfig)
    service: MessagingService = None
    running: asyncio.Task = None

    def make(self):
        self.service = MessagingService(
            self.config,
            catalogue=self.site.catalogue,
            control=self.site.control,
            site=SITE,
            clock=self.site.clock,
            jitter=lambda: 0.0,
        )

    async def start(self):
        if self.service is None:
            self.make()
        self.running = asyncio.create_task(self.service.run())
        await self.service.transport.ready()

    async def stop(self):
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
            self.running = self.service = None

    async def close(self):
        await self.stop()

    async def tell(self, *events):
        async with self.site.catalogue.writing() as connection:
            await add_events(connection, events)

    async def waiting(self):
        async with self.site.catalogue.reading() as connection:
            return (await outbox_state(connection)).events

    async def drained(self):
        while await self.waiting():  # noqa: ASYNC110 - the table tells nobody
            await asyncio.sleep(0.02)

    async def dead(self, count):
        while True:
            async with self.site.catalogue.reading() as connection:
                found = await list_dead_letters(connection, 100)
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


class InProcessBus(Bus):
    """Within the process."""

    async def subscribe(self, name, *patterns, failing=0):
        inbox = Inbox(failing)
        self.service.transport.subscribe(name, patterns, inbox.handle)
        return inbox

    async def order(self, body, sender="crm", reply_to="crm.answers", correlation="7"):
        answer = await self.service.transport.send(
            Message("m", "playhead.command.x", body, sender, reply_to, correlation)
        )
        if answer is None or not answer.reply_to:
            return None
        return answer.correlation, json.loads(answer.body)


@dataclass
class RabbitBus(Bus):
    """Through a broker, with a virtual host of its own."""

    rabbit: object = None
    connections: dict = field(default_factory=dict)
    answers: Inbox = None

    def provision(self):
        self.rabbit.ask("POST", "/api/definitions", definitions(self.config.vhost, LOGINS))

    async def connect(self, name):
        if name not in self.connections or self.connections[name].is_closed:
            self.connections[name] = await aio_pika.connect(
                host="127.0.0.1",
                port=self.rabbit.port,
                login=name,
                password=PASSWORDS[name],
                virtualhost=self.config.vhost,
            )
        return self.connections[name]

    async def close(self):
        await self.stop()
        for connection in self.connections.values():
            await connection.close()
        self.rabbit.ask("DELETE", f"/api/vhosts/{self.config.vhost}")

    async def subscribe(self, name, *patterns, failing=0, arguments=None):
        inbox = Inbox(failing)
        channel = await (await self.connect("crm")).channel()
        await channel.set_qos(prefetch_count=1)  # what comes again, comes again first
        queue = await channel.declare_queue(
            f"crm.{name}", durable=True, arguments={"x-queue-type": "quorum", **(arguments or {})}
        )
        for pattern in patterns:
            await queue.bind(rabbitmq.EVENTS, pattern)

        async def handle(incoming: AbstractIncomingMessage):
            try:
                await inbox.handle(incoming)
            except UnavailableError:
                await incoming.reject(requeue=True)
            else:
                await incoming.ack()

        await queue.consume(handle)
        return inbox

    async def order(self, body, sender="crm", reply_to="crm.answers", correlation="7", key="start", **more):
        channel = await (await self.connect("crm")).channel()
        if self.answers is None:
            self.answers = asyncio.Queue()
            queue = await channel.declare_queue("crm.answers", durable=True, arguments={"x-queue-type": "quorum"})
            await queue.consume(self.answers.put, no_ack=True)
        commands = await channel.get_exchange(rabbitmq.COMMANDS, ensure=False)
        message = aio_pika.Message(
            body, user_id=sender or None, reply_to=reply_to or None, correlation_id=correlation, **more
        )
        await commands.publish(message, f"playhead.command.{key}.v1")
        if not reply_to.startswith("crm."):
            return None
        answer = await asyncio.wait_for(self.answers.get(), 60)
        return answer.correlation_id, json.loads(answer.body)


def of_rabbit(site, rabbit, vhost, folder, **more):
    """A bus with the real broker."""
    password = folder / "playhead.password"
    password.write_text(f"{PASSWORDS['playhead']}\n")
    config = MessagingConfig(
        transport="rabbitmq",
        broker=Address("127.0.0.1", rabbit.port),
        security="plain",
        vhost=vhost,
        password_file=password,
        kept=Duration(3_600_000_000),
        **more,
    )
    return RabbitBus(site, config, rabbit=rabbit)
