"""Domain events of what is in no table: each is the change, and published once it is committed."""

from collections.abc import Sequence
from typing import Any, Final

import structlog

from playhead.base.errors import UnavailableError
from playhead.domain.events import Event
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events

_log: Final[Any] = structlog.get_logger()


async def publish(catalogue: Catalogue, events: Sequence[Event]) -> None:
    """Have events published, in their order, in a transaction of their own.

    Where the catalogue cannot take them they are lost, with a line in the log: nothing that records waits for them.
    """
    if not events:
        return
    try:
        async with catalogue.writing(durable=False) as connection:
            await add_events(connection, events)
    except UnavailableError as error:
        _log.error("events not kept", types=sorted({one.type for one in events}), code=error.code)
