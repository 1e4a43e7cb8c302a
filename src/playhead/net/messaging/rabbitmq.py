"""Messages through RabbitMQ (AMQP 0-9-1, and its extensions for confirms, blocking and quorum queues).

Two connections: a broker that has no memory or disk left stops reading from one that publishes, and commands must still
come. What is declared there is made by `playhead messaging provision`; the service itself may declare nothing.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, cast

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError

from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.domain.cloudevents import CONTENT_TYPE
from playhead.domain.retries import Backoff
from playhead.net.messaging.transport import DELIVERIES_MAX, RETRY_S, Bury, Handler, Message, State

EVENTS: Final = "playhead.events"
"""Topic exchange that events are published to."""
COMMANDS: Final = "playhead.commands"
"""Topic exchange that commands are sent to, and the queue that they wait in."""
DEAD: Final = "playhead.dead"
"""Exchange and queue of commands that could not be handled, or that nobody took in time."""

CONNECT_S: Final = 10.0
HEARTBEAT_S: Final = 10
"""A peer that is silent for three times as long is gone."""
COMMANDS_AT_ONCE: Final = 32
"""Commands that are being carried out; the broker keeps the others."""
BLOCKED_S: Final = 0.5
"""A broker that takes nothing for so long is said to be blocked."""
CONFIRM_S: Final = 15.0
"""Without any confirm for so long, while some are due, the broker has forgotten them: it does so when it starts anew
and a queue has no leader yet. All that is due is published again then."""
SAID_EVERY: Final = 20
"""A broker that is away is said to be once for so many attempts: every ten minutes at the end."""
TEXT_CHARS_MAX: Final = 256
"""Of the texts around a message."""

_BACKOFF: Final = Backoff(attempts_max=1, first_us=500_000, longest_us=30_000_000)
BROKEN: Final = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError)
"""What says that the broker cannot be used now."""
_log: Final[Any] = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Broker:
    """Where it is, and as whom."""

    host: str
    port: int
    vhost: str
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext | None


class RabbitMq:
    """See the module.

    Args:
        broker: read anew for each attempt to connect, so that a new password or certificate needs no restart.
        handler: acts on commands.
        bury: keeps what nobody can handle.
        jitter: a number from 0 to 1, another each time, so that many do not come back at the same moment.
        takes_commands: whether commands are taken at all.
    """

    def __init__(
        self,
        broker: Callable[[], Broker],
        handler: Handler,
        bury: Bury,
        *,
        jitter: Callable[[], float],
        takes_commands: bool = True,
    ) -> None:
        self._broker = broker
        self._handler = handler
        self._bury = bury
        self._jitter = jitter
        self._takes_commands = takes_commands
        self._events: AbstractExchange | None = None
        self._unblocked: Callable[[], Awaitable[None]] | None = None
        self._failures = 0
        self._due = 0
        self._confirmed = False
        self._is_ready = asyncio.Event()
        self._is_blocked = False

    @property
    def state(self) -> State:
        """How the broker is."""
        if not self._is_ready.is_set():
            return State.AWAY
        return State.BLOCKED if self._is_blocked else State.READY

    @property
    def is_heard(self) -> bool:
        """Who has bound a queue is known to the broker alone."""
        return True

    @property
    def outlives(self) -> bool:
        """The broker is another program, maybe on another machine."""
        return True

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost, until cancelled."""
        while True:
            reason = "the connection has ended"
            try:
                await self._session()
            except (*BROKEN, PlayheadError) as error:
                reason = _reason(error)
            self._failures += 1
            if self._failures == 1 or self._failures % SAID_EVERY == 0:
                _log.warning("broker away", reason=reason, attempts=self._failures)
            await asyncio.sleep(_BACKOFF.pause_us(self._failures) / 1e6 * (0.5 + self._jitter() / 2))

    async def ready(self) -> None:
        """Wait until the broker is there."""
        await self._is_ready.wait()

    async def publish(self, message: Message) -> None:
        """As `Transport.publish`: returns when the broker has confirmed it, which has it in quorum queues by then."""
        events = self._events
        if events is None:
            raise UnavailableError("messaging.away", "The broker is not connected.")
        written = aio_pika.Message(
            message.body,
            message_id=message.id,
            type=message.key,
            content_type=CONTENT_TYPE,
            app_id="playhead",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            if self._unblocked is not None:
                await self._unblocked()  # so that nothing piles up on the way to a broker that takes nothing
            self._due += 1
            try:
                await events.publish(written, message.key, mandatory=False)
            finally:
                self._due -= 1
            self._confirmed = True
        except DeliveryError as error:
            text = "The broker has refused the message: a queue that is to get it is full and set to refuse."
            raise RefusedError("messaging.refused", text) from error
        except BROKEN as error:
            raise UnavailableError("messaging.away", "The connection to the broker was lost.") from error

    async def _watch(self, unblocked: Callable[[], Awaitable[None]]) -> None:
        """Notice that the broker takes nothing, until cancelled; returns when it has forgotten what it was given."""
        loop = asyncio.get_running_loop()
        silent_since_s = loop.time()
        while True:
            if self._confirmed or not self._due:
                self._confirmed, silent_since_s = False, loop.time()
            elif loop.time() - silent_since_s > CONFIRM_S:
                _log.warning("broker confirms nothing", due=self._due)
                return
            try:
                async with asyncio.timeout(BLOCKED_S):
                    await unblocked()
            except TimeoutError:
                self._is_blocked = True
                _log.warning("broker blocked", hint="It has no memory or disk left. Events wait here.")
                await unblocked()
                self._is_blocked, silent_since_s = False, loop.time()
                _log.info("broker unblocked")
            await asyncio.sleep(BLOCKED_S)

    async def _session(self) -> None:
        """Connect, and be there until one of the connections has ended."""
        broker = self._broker()
        async with connection(broker, "events") as events, connection(broker, "commands") as commands:
            publishing = await events.channel(publisher_confirms=True)
            self._events = await publishing.get_exchange(EVENTS, ensure=True)
            consuming = await commands.channel(publisher_confirms=True)
            if self._takes_commands:
                await self._consume(consuming)
            transport = cast("Any", events).transport
            unblocked: Callable[[], Awaitable[None]] = transport.connection.ready
            self._unblocked, self._is_blocked = unblocked, False
            watching = asyncio.create_task(self._watch(unblocked))
            self._is_ready.set()
            self._failures = 0
            _log.info("broker connected", host=broker.host, port=broker.port, tls=broker.tls is not None)
            try:
                await _first_end(publishing.closed(), consuming.closed(), watching)
            finally:
                watching.cancel()
                self._is_ready.clear()
                self._events = self._unblocked = None

    async def _consume(self, channel: AbstractChannel) -> None:
        await channel.set_qos(prefetch_count=COMMANDS_AT_ONCE)
        answers = channel.default_exchange

        async def commanded(incoming: AbstractIncomingMessage) -> None:
            await self._handle(incoming, answers)

        async def died(incoming: AbstractIncomingMessage) -> None:
            await self._take_dead(incoming)

        await (await channel.get_queue(COMMANDS, ensure=True)).consume(commanded)
        await (await channel.get_queue(DEAD, ensure=True)).consume(died)

    async def _handle(self, incoming: AbstractIncomingMessage, answers: AbstractExchange) -> None:
        """Acknowledged when it was carried out and answered; given again, with a limit, where that failed."""
        is_done = False
        try:
            answer = await self._handler(_message(incoming))
            if answer is not None and answer.reply_to:
                written = aio_pika.Message(
                    answer.body,
                    message_id=answer.id,
                    type=answer.key,
                    correlation_id=answer.correlation,
                    content_type=CONTENT_TYPE,
                    app_id="playhead",
                )
                await answers.publish(written, answer.reply_to, mandatory=False)
            await incoming.ack()
            is_done = True
        except PlayheadError as error:
            _log.warning("command not handled; will try again", id=incoming.message_id, code=error.code)
            await asyncio.sleep(RETRY_S)
        except BROKEN as error:
            _log.warning("command not answered", id=incoming.message_id, reason=_reason(error))
        finally:
            if not is_done:
                with suppress(*BROKEN):  # the broker gives it again by itself when the connection has ended
                    await incoming.reject(requeue=True)

    async def _take_dead(self, incoming: AbstractIncomingMessage) -> None:
        deaths = cast("list[dict[str, object]]", incoming.headers.get("x-death") or [{}])
        reason = str(deaths[0].get("reason", ""))
        code, text = _DEATHS.get(reason, ("message.failed", f"The broker gave it up: {reason[:TEXT_CHARS_MAX]}."))
        try:
            await self._bury(_message(incoming), code, text)
            await incoming.ack()
        except PlayheadError as error:
            _log.warning("dead letter not kept; will try again", code=error.code)
            await asyncio.sleep(RETRY_S)
            await incoming.reject(requeue=True)


_DEATHS: Final = {
    "expired": ("message.expired", "Nobody took it in time: its moment is over."),
    "delivery_limit": ("message.failed", f"It was given {DELIVERIES_MAX} times, and each time handling it failed."),
    "maxlen": ("message.too_many", "Too many commands waited."),
}


@asynccontextmanager
async def connection(broker: Broker, purpose: str) -> AsyncGenerator[AbstractConnection]:
    """A connection within the block. Raises what is in `BROKEN`."""
    connection = await aio_pika.connect(
        host=broker.host,
        port=broker.port,
        login=broker.user,
        password=broker.password,
        virtualhost=broker.vhost,
        ssl=broker.tls is not None,
        ssl_context=broker.tls,
        timeout=CONNECT_S,
        heartbeat=HEARTBEAT_S,
        client_properties={"connection_name": f"playhead {purpose}"},
    )
    try:
        yield connection
    finally:
        with suppress(*BROKEN):
            await connection.close()


async def try_connecting(broker: Broker) -> None:
    """Connect once, to know whether that can be done.

    Raises:
        UnavailableError: ``messaging.away``, with the reason.
    """
    try:
        async with connection(broker, "check") as connected:
            channel = await connected.channel()
            await channel.get_exchange(EVENTS, ensure=True)
    except BROKEN as error:
        hint = "See to the broker, and to [messaging] in premises.toml."
        raise UnavailableError("messaging.away", f"{_reason(error)}.", hint=hint) from error


async def _first_end(*ends: Awaitable[object]) -> None:
    """Wait until one of them is over."""
    waiting = [asyncio.ensure_future(end) for end in ends]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


def _message(incoming: AbstractIncomingMessage) -> Message:
    return Message(
        id=_text(incoming.message_id),
        key=_text(incoming.routing_key),
        body=incoming.body,
        sender=_text(incoming.user_id),
        reply_to=_text(incoming.reply_to),
        correlation=_text(incoming.correlation_id),
    )


def _text(value: object) -> str:
    return str(value)[:TEXT_CHARS_MAX] if value else ""


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
