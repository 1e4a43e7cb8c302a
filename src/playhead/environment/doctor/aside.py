"""Calls that block, in a thread that nobody has to wait for: a dead name server or disk must not hold the answer up."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def aside(call: Callable[[], T]) -> T:
    """What ``call`` returns or raises.

    `asyncio.to_thread` would keep the program from ending until the call is over; this thread does not.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_it: Callable[[], None]) -> None:
        def unless_done() -> None:
            if not future.done():
                set_it()

        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(unless_done)

    def work() -> None:
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            reason = error  # the name of the clause ends with it
            settle(lambda: future.set_exception(reason))
        else:
            settle(lambda: future.set_result(result))

    threading.Thread(target=work, name="aside", daemon=True).start()
    return await future
