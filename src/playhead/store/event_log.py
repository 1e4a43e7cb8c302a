"""Domain events of a catalogue as a whole: of what is in no table, and those that nobody wants."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from playhead.base.errors import UnavailableError
from playhead.domain.events import Event
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events, forget_oldest, has_events

FORGOTTEN_AT_ONCE: Final = 1_000
"""Events that go in one transaction, so that nobody who writes waits long."""

_log: Final[Any] = structlog.get_logger()


async def publish(catalogue: Catalogue, events: Sequence[Event]) -> None:
    """Have events of what is in no table published, in their order: each is the change, and published once committed.

    Where the catalogue cannot take them they are lost, with a line in the log: nothing that records waits for them.
    """
    if not events:
        return
    try:
        async with catalogue.writing(durable=False) as connection:
            await add_events(connection, events)
    except UnavailableError as error:
        _log.error("events not kept", types=sorted({one.type for one in events}), code=error.code)


async def forget_unheard(catalogue: Catalogue, is_heard: Callable[[], bool] = lambda: False) -> None:
    """Take all that waits off, undelivered: for a process in which nobody listens, now and then.

    Args:
        catalogue: open.
        is_heard: whether somebody listens after all. Asked when nobody else can write: who listens and then has
            something published loses nothing.

    Raises:
        UnavailableError: ``catalogue.unavailable``.
    """
    async with catalogue.reading() as connection:
        gone = FORGOTTEN_AT_ONCE if await has_events(connection) else 0
    while gone == FORGOTTEN_AT_ONCE:
        async with catalogue.writing(durable=False) as connection:
            if is_heard():
                return
            gone = await forget_oldest(connection, FORGOTTEN_AT_ONCE)
