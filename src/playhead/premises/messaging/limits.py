"""How much waits, and what happens when it is too much: the oldest are given up, counted, and an event says so."""

from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.domain.events import dropped
from playhead.premises.messaging import metrics
from playhead.premises.messaging.config import MessagingConfig
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.dead_letters import count_dead_letters
from playhead.store.catalogue.outbox import OutboxState, add_events, forget_events, oldest_events, outbox_state

AT_ONCE_MAX: Final = 500
"""Events given up in one transaction, so that nobody who writes waits long."""

_log: Final[Any] = structlog.get_logger()


async def measure_outbox(catalogue: Catalogue, clock: Clock) -> OutboxState:
    """What waits, and count it.

    Raises:
        UnavailableError: ``catalogue.unavailable``.
    """
    async with catalogue.reading() as connection:
        state = await outbox_state(connection)
        metrics.DEAD.set(await count_dead_letters(connection))
    metrics.OUTBOX.set(state.events)
    metrics.OUTBOX_AGE.set(0 if state.oldest_at_us is None else max(0, clock.wall_us() - state.oldest_at_us) / 1e6)
    return state


async def keep_within_limits(catalogue: Catalogue, config: MessagingConfig, clock: Clock, state: OutboxState) -> int:
    """Give up what is too much or too old of what waits; returns how many events went.

    Raises:
        UnavailableError: ``catalogue.unavailable``.
    """
    now_us = clock.wall_us()
    too_many = state.events - config.kept_events
    if too_many > 0:
        return await _give_up(catalogue, clock, "count", limit=too_many)
    if state.oldest_at_us is not None and state.oldest_at_us < now_us - config.kept.us:
        return await _give_up(catalogue, clock, "age", before_us=now_us - config.kept.us)
    return 0


async def _give_up(
    catalogue: Catalogue, clock: Clock, reason: str, *, limit: int | None = None, before_us: int | None = None
) -> int:
    count, oldest_us, newest_us = 0, 0, 0
    while limit is None or count < limit:
        async with catalogue.writing() as connection:
            some = await oldest_events(connection, AT_ONCE_MAX if limit is None else min(AT_ONCE_MAX, limit - count))
            if before_us is not None:
                some = [one for one in some if one.event.at_us < before_us]
            if not some:
                break
            await forget_events(connection, [one.number for one in some])
            oldest_us = oldest_us or some[0].event.at_us
            newest_us = some[-1].event.at_us
            count += len(some)
            told = dropped(len(some), some[0].event.at_us, newest_us, reason, clock.wall_us())
            await add_events(connection, [told])
        metrics.GIVEN_UP.labels(reason).inc(len(some))
    _log.error("events given up", count=count, limit=reason, oldest_us=oldest_us, newest_us=newest_us)
    return count
