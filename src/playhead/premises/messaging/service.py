"""The messaging service: runs until cancelled. Nothing that records waits for it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SiteId
from playhead.domain.cloudevents import source_of
from playhead.net.messaging import InProcess, Message, RabbitMq, State
from playhead.premises.messaging import metrics
from playhead.premises.messaging.broker import read_broker
from playhead.premises.messaging.commands import Commands, Control
from playhead.premises.messaging.condition import Condition
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.limits import keep_within_limits, measure_outbox
from playhead.premises.messaging.relay import Relay
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.dead_letters import IN, DeadLetter, bury_message

LOOK_S: Final = 10.0
"""How often it is looked what waits: with 500,000 events that takes 50 ms, beside everything else."""

_log: Final[Any] = structlog.get_logger()


class MessagingService:
    """See the module.

    Args:
        config: what the operator set.
        catalogue: open.
        control: of the workstations.
        site: this one.
        clock: tells the time.
        jitter: a number from 0 to 1, another each time.
    """

    def __init__(
        self,
        config: MessagingConfig,
        *,
        catalogue: Catalogue,
        control: Control,
        site: SiteId,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._clock = clock
        source = source_of(site)
        commands = Commands(catalogue, control, self._bury, source, clock)
        self.transport: InProcess | RabbitMq
        """What takes messages."""
        if config.transport == "rabbitmq":
            self.transport = RabbitMq(
                lambda: read_broker(config),
                commands.handle,
                self._bury,
                jitter=jitter,
                takes_commands=config.commands,
            )
        else:
            self.transport = InProcess(commands.handle, self._bury)
        self.condition: Final = Condition(self.transport, clock)
        """What is wrong."""
        self.relay: Final = Relay(catalogue, self.transport, source, clock)

    async def run(self) -> None:
        """Relay events and carry out commands until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.transport.run(), name="transport")
            tasks.create_task(self.relay.run(), name="relay")
            tasks.create_task(self._watch(), name="limits")

    async def _watch(self) -> None:
        while True:
            try:
                waiting = await measure_outbox(self._catalogue, self._clock)
                self.condition.look(waiting)
                await keep_within_limits(self._catalogue, self._config, self._clock, waiting)
            except UnavailableError as error:
                _log.warning("outbox not measured", code=error.code, reason=error.message)
            metrics.STATE.set(self.transport.state is State.READY)
            await asyncio.sleep(LOOK_S)

    async def _bury(self, message: Message, code: str, text: str) -> None:
        letter = DeadLetter(
            IN, message.id, message.key, message.sender, code, text, message.body, self._clock.wall_us()
        )
        _log.warning("message not handled", id=message.id, type=message.key, sender=message.sender, code=code)
        async with self._catalogue.writing() as connection:
            await bury_message(connection, letter)
