"""``playhead messaging order`` and ``listen``: a program that talks to the broker as any other would."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import aio_pika
import click
import msgspec

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.base.instants import rfc3339
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.domain.cloudevents import CONTENT_TYPE, SPEC_VERSION
from playhead.net.messaging import Broker
from playhead.net.messaging.rabbitmq import BROKEN, COMMANDS, EVENTS, connection
from playhead.premises.messaging.broker import read_broker

ANSWER_S: Final = 15.0
DIRECT_REPLY: Final = "amq.rabbitmq.reply-to"
"""A queue that needs not be declared: https://www.rabbitmq.com/docs/direct-reply-to."""


async def send_order(data: Path, user: str, password_file: Path, what: str, wish: Mapping[str, object]) -> int:
    """Send a command, print its answer; 0 where it was done.

    Raises:
        UnavailableError: ``messaging.away``, ``messaging.no_answer``.
    """
    command = {
        "specversion": SPEC_VERSION,
        "id": str(uuid4()),
        "source": f"/playhead/cli/{user}",
        "type": f"playhead.command.{what}.v1",
        "time": rfc3339(SystemClock().wall_us()),
        "data": wish,
    }
    try:
        async with connection(_broker(data, user, password_file), "order") as connected:
            channel = await connected.channel()
            answers: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
            await (await channel.get_queue(DIRECT_REPLY, ensure=False)).consume(answers.put, no_ack=True)
            exchange = await channel.get_exchange(COMMANDS, ensure=False)
            message = aio_pika.Message(
                json.dumps(command).encode(),
                content_type=CONTENT_TYPE,
                user_id=user,
                reply_to=DIRECT_REPLY,
                correlation_id=str(command["id"]),
            )
            await exchange.publish(message, str(command["type"]))
            async with asyncio.timeout(ANSWER_S):
                answer = json.loads((await answers.get()).body)["data"]
    except TimeoutError as error:
        raise UnavailableError(
            "messaging.no_answer", "Nobody has answered.", hint="Does the premises server run? It may still act."
        ) from error
    except BROKEN as error:
        raise _away(error) from error
    click.echo(json.dumps(answer))
    return 0 if answer["ok"] else 1


async def print_events(data: Path, user: str, password_file: Path, patterns: Sequence[str], count: int | None) -> None:
    """Print events as they come.

    Raises:
        UnavailableError: ``messaging.away``.
    """
    try:
        async with connection(_broker(data, user, password_file), "listen") as connected:
            channel = await connected.channel()
            queue = await channel.declare_queue(exclusive=True)
            for pattern in patterns:
                await queue.bind(EVENTS, pattern)
            click.echo("Listening.", err=True)
            async with queue.iterator(no_ack=True) as events:
                async for event in events:
                    click.echo(event.body.decode())
                    count = None if count is None else count - 1
                    if count == 0:
                        return
    except BROKEN as error:
        raise _away(error) from error


def _broker(data: Path, user: str, password_file: Path) -> Broker:
    config = PremisesSettings.load(PremisesPlaces(data)).messaging
    return replace(read_broker(msgspec.structs.replace(config, password_file=password_file)), user=user)


def _away(error: BaseException) -> UnavailableError:
    return UnavailableError("messaging.away", f"The broker cannot be used: {str(error) or type(error).__name__}.")
