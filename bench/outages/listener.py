"""A program that follows everything, keeps the ids of what it has handled, and has a durable queue of its own."""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aio_pika
import msgspec
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from broker.bus import PASSWORDS
from broker.rabbit import Rabbit

from playhead.net.messaging.rabbitmq import EVENTS

QUEUE: Final = "crm.all"
AGAIN_S: Final = 0.2
"""Pause between two attempts to connect."""


class Told(msgspec.Struct, frozen=True):
    """As much of a CloudEvent as is looked at."""

    id: str
    type: str
    subject: str
    data: dict[str, Any]


@dataclass
class Listener:
    """See the module."""

    rabbit: Rabbit
    vhost: str
    handled: list[Told] = field(default_factory=list)
    """In the order in which each came first."""
    ids: set[str] = field(default_factory=set)
    again: int = 0
    """How many came that had come before."""
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once its queue is there."""

    async def run(self) -> None:
        """Connect, again whenever the broker went away, and handle what comes."""
        while True:
            try:
                await self._listen()
            except (AMQPError, OSError):
                await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        connection = await aio_pika.connect(
            host="127.0.0.1", port=self.rabbit.port, login="crm", password=PASSWORDS["crm"], virtualhost=self.vhost
        )
        async with connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=200)
            queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
            await queue.bind(EVENTS, "#")
            await queue.consume(self._handle)
            self.listening.set()
            await channel.closed()

    async def _handle(self, incoming: AbstractIncomingMessage) -> None:
        told = msgspec.json.decode(incoming.body, type=Told)
        if told.id in self.ids:
            self.again += 1
        else:
            self.ids.add(told.id)
            self.handled.append(told)
        await incoming.ack()
