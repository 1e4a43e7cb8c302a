"""What writers share that write for many at once: one thread at a time, and everybody told what became of theirs."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from playhead.base.errors import PlayheadError

T = TypeVar("T")


class Waiting(Protocol):
    """Something to be written."""

    @property
    def durable(self) -> asyncio.Future[None]:
        """Done when it is; it fails where it will not be."""
        ...


async def to_its_end(work: Callable[[], T]) -> T:
    """Run what blocks, in a thread.

    Whoever is cancelled meanwhile waits for its end, for nobody else may write until then.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def acknowledge(waiting: Iterable[Waiting]) -> None:
    """All of it is durable."""
    for each in waiting:
        if not each.durable.done():
            each.durable.set_result(None)


def fail(waiting: Iterable[Waiting], error: PlayheadError) -> None:
    """None of it is."""
    for each in waiting:
        if not each.durable.done():
            each.durable.set_exception(error)
            each.durable.exception()  # who gave up waiting is not reproached for it
