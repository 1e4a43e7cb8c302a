"""Looks at the desktop: whenever windows change, when a rule is due, and each second; for as long as there is one."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.workstation.analytics.source import DesktopSource, View

LOOK_US: Final = 1_000_000
"""Longest time between two looks: idleness comes without news, and the blackouts' lease is renewed by it."""
REST_S: Final = 0.15
"""After a look, before the next one: titles that change all the time must not cost more than this allows. What comes
after a rest is looked at at once, and before a picture is taken in all is (`Watcher.catch_up`)."""
RETRY_S: Final = 1.0
"""Before a desktop that is not there, or went away, is looked for again."""

_log: Any = structlog.get_logger(__name__)


class Watcher:
    """See the module.

    Args:
        open_source: the desktop; called again after each failure.
        seen: is told what is so, how many keys and clicks there were, and since when it may be so.
        failed: is told that nothing is known.
        due_us: when to look again although nothing has changed (monotonic); None for whenever.
        clock: for the time.
    """

    def __init__(
        self,
        open_source: Callable[[], DesktopSource],
        seen: Callable[[View, tuple[int, int], int | None], None],
        failed: Callable[[], None],
        due_us: Callable[[], int | None],
        clock: Clock,
    ) -> None:
        self._open_source = open_source
        self._seen = seen
        self._failed = failed
        self._due_us = due_us
        self._clock = clock
        self._source: DesktopSource | None = None
        self._news = asyncio.Event()
        self._known_us: int | None = None
        """Up to when all has been taken in that has changed."""
        self.since_us: int | None = None
        """Since when it is watched, wall clock; None while it is not."""
        self.problem = ""
        """Why nothing is watched, in a sentence; empty while it is."""

    async def run(self) -> None:
        """Watch until cancelled, whatever happens to the desktop."""
        while True:
            try:
                await self._watch()
            except PlayheadError as error:
                self._fails(error)
            except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the watching for good
                _log.error("watching failed", exc_info=error)
                self.problem = f"Watching failed ({type(error).__name__})."
                self._failed()
            await asyncio.sleep(RETRY_S)

    def wake(self) -> None:
        """Look soon: something else than windows has changed."""
        self._news.set()

    def catch_up(self) -> None:
        """Take in at once what has changed by now: a picture may be of after that."""
        source, now_us = self._source, self._clock.monotonic_us()
        if source is None:
            return
        try:
            if source.poll():
                self._look(source)
            else:
                self._known_us = now_us
        except PlayheadError as error:
            self._fails(error)

    async def _watch(self) -> None:
        source = self._open_source()
        try:
            async with source.watched(self._news.set) as gone:
                self._source = source
                looking = asyncio.ensure_future(self._look_on(source))
                try:
                    await asyncio.wait({gone, looking}, return_when=asyncio.FIRST_COMPLETED)
                    if gone.done():
                        gone.result()
                    looking.result()
                finally:
                    looking.cancel()
        finally:
            self._source = self._known_us = self.since_us = None
            source.close()

    async def _look_on(self, source: DesktopSource) -> None:
        while True:
            self._news.clear()
            self._look(source)
            due_us, now_us = self._due_us(), self._clock.monotonic_us()
            pause_us = LOOK_US if due_us is None else min(max(due_us - now_us, 0), LOOK_US)
            await asyncio.sleep(REST_S)
            try:
                async with asyncio.timeout(max(pause_us / 1e6 - REST_S, 0)):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _look(self, source: DesktopSource) -> None:
        now_us = self._clock.monotonic_us()
        source.poll()
        view = source.view()
        self.since_us = self._clock.wall_us() if self.since_us is None else self.since_us
        if self.problem:
            self.problem = ""
            _log.info("desktop watched")
        self._seen(view, source.counted(), self._known_us)
        self._known_us = now_us

    def _fails(self, error: PlayheadError) -> None:
        if str(error) != self.problem:
            self.problem = str(error)
            _log.warning("desktop not watched", code=error.code, error=error.message)
        self._failed()
