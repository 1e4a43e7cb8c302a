"""Running a role: one loop, until Ctrl-C or SIGTERM, then a clean end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Coroutine
from typing import Any

import uvloop

from playhead.base.errors import PlayheadError


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` until it ends or the process is told to stop; the first signal cancels it, the second ends at once.

    Raises:
        PlayheadError: why ``work`` could not go on.
    """
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_signal(work))
    except BaseExceptionGroup as group:
        raise _plainest(group) from group


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not task.cancel():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, os._exit, 130)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _plainest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error of ours in a group, for a person to read; the whole group where it is not that simple."""
    ours, others = group.split(PlayheadError)
    found: BaseException | None = ours
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return group if others is not None or found is None else found
