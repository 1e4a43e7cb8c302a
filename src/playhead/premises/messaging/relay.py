"""Takes events from the outbox to whatever takes messages: at least once, in order among those of one subject.

Within a batch, subjects go side by side, and the events of each one after the other: one that is refused or lost must
not be overtaken. An event leaves the outbox only once it was taken, or is kept as a dead letter.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import LimitError, RefusedError, UnavailableError
from playhead.domain.cloudevents import encode
from playhead.domain.events import Event
from playhead.domain.retries import Backoff
from playhead.net.messaging import Message, State, Transport
from playhead.premises.messaging import metrics
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.counters import raise_counter
from playhead.store.catalogue.dead_letters import bury_event
from playhead.store.catalogue.outbox import Waiting, forget_events, has_events, next_events
from playhead.store.event_log import forget_unheard

LOOK_S: Final = 0.25
"""How often it is looked for new events. Other processes add some, too, such as the command line."""

BATCH_MAX: Final = 1_000
"""Events read at a time."""

UNHEARD_S: Final = 5.0
"""How often events are taken off that nobody in this process wants: writing them cost next to nothing, for each is in
the transaction of its change, and whoever writes shall not wait four times a second for this."""

IN_FLIGHT_MAX: Final = 256
"""Events handed over that were not confirmed yet."""

RETRY_S: Final = 1.0
"""Pause after the catalogue could not be used."""

REFUSED: Final = Backoff(attempts_max=3, first_us=100_000, longest_us=1_000_000)
"""An event that is refused is tried so often, and then is a dead letter: those of its subject wait meanwhile."""

_COUNTER: Final = "outbox"
_log: Final[Any] = structlog.get_logger()


@dataclass(slots=True)
class _Outcome:
    """What became of a batch."""

    done: list[int]
    """Numbers of what may leave the outbox."""
    buried: list[tuple[Event, str, str, int]]
    """What nobody takes, with code, sentence and attempts."""


class Relay:
    """See the module.

    Args:
        catalogue: open.
        transport: takes the events.
        source: what every event names as its source that names no other.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, transport: Transport, source: str, clock: Clock) -> None:
        self._catalogue = catalogue
        self._transport = transport
        self._source = source
        self._clock = clock
        self._places = asyncio.Semaphore(IN_FLIGHT_MAX)

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            try:
                if not self._transport.is_heard:
                    await forget_unheard(self._catalogue, lambda: self._transport.is_heard)
                    await self._wait_unheard()
                elif not await self.relay():
                    await asyncio.sleep(LOOK_S)
            except UnavailableError as error:
                _log.warning("outbox not read", code=error.code, reason=error.message)
                await asyncio.sleep(RETRY_S)

    async def _wait_unheard(self) -> None:
        """Wait until it is time to look again, or somebody wants events after all."""
        for _ in range(round(UNHEARD_S / LOOK_S)):
            await asyncio.sleep(LOOK_S)
            if self._transport.is_heard:
                return

    async def relay(self) -> int:
        """Deliver what waits, batch by batch; returns how many events left the outbox.

        Raises:
            UnavailableError: ``catalogue.unavailable``: what was taken since the last batch will be delivered again.
        """
        async with self._catalogue.reading() as connection:
            if not await has_events(connection):
                return 0
        count, outcome = 0, _Outcome([], [])
        while True:
            batch = await self._next(outcome)
            count += len(outcome.done)
            if not batch:
                return count
            if self._transport.state is State.AWAY:
                await self._transport.ready()
                outcome = _Outcome([], [])  # and read again: some may have been given up meanwhile
            else:
                outcome = await self._deliver(batch)

    async def _next(self, outcome: _Outcome) -> list[Waiting]:
        """Take what was delivered off, and read what comes then: it is durable afterwards, and may be told outside."""
        async with self._catalogue.writing(durable=self._transport.outlives) as connection:
            await forget_events(connection, outcome.done)
            for event, code, text, attempts in outcome.buried:
                at_us = self._clock.wall_us()
                await bury_event(connection, event, code=code, message=text, at_us=at_us, attempts=attempts)
            batch = await next_events(connection, BATCH_MAX)
            if batch:  # changed each time, so that there is something to make durable, and with it all before
                await raise_counter(connection, _COUNTER, batch[-1].number)
        metrics.PUBLISHED.inc(len(outcome.done) - len(outcome.buried))
        return batch

    async def _deliver(self, batch: Sequence[Waiting]) -> _Outcome:
        outcome = _Outcome([], [])
        by_subject: dict[tuple[str, str], list[Waiting]] = {}
        for one in batch:
            by_subject.setdefault((one.event.source, one.event.subject), []).append(one)
        async with asyncio.TaskGroup() as tasks:
            for some in by_subject.values():
                tasks.create_task(self._deliver_in_order(some, outcome))
        return outcome

    async def _deliver_in_order(self, some: Sequence[Waiting], outcome: _Outcome) -> None:
        for one in some:
            async with self._places:
                try:
                    await self._hand_over(one.event, outcome)
                except UnavailableError:
                    return  # the rest waits, and is read again
            outcome.done.append(one.number)

    async def _hand_over(self, event: Event, outcome: _Outcome) -> None:
        attempts = 0
        while True:
            try:
                await self._transport.publish(
                    Message(event.id, event.type, encode(event, event.source or self._source))
                )
            except (RefusedError, LimitError) as error:
                attempts += 1
                if attempts < REFUSED.attempts_max and error.code == "messaging.refused":
                    await asyncio.sleep(REFUSED.pause_us(attempts) / 1e6)
                    continue
                _log.error("event not taken", id=event.id, type=event.type, code=error.code, reason=error.message)
                outcome.buried.append((event, error.code, error.message, attempts))
            return
