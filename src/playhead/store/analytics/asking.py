"""Asking beside the loop: a few questions at a time, each bounded in time, and stopped when nobody waits any more."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from playhead.base.errors import UnavailableError
from playhead.store.analytics.duck import MEMORY_BYTES, THREADS, failing, opened
from playhead.store.analytics.session import Session
from playhead.store.disk import Disk

AT_ONCE: Final = 2
"""Questions at a time; others wait. Each keeps processors busy."""
WAITING_MAX: Final = 32
"""Questions that wait; more are refused."""
LIMIT_S: Final = 20.0
"""How long one may take."""
_TRIES: Final = 4
"""Files may be replaced while they are read; then all is asked anew."""

_T = TypeVar("_T")


class Asking:
    """What the portal and the command line ask; any number may read beside the one that writes.

    Args:
        disk: where.
        root: the folder of the store; it need not exist.
        limit_s: how long a question may take.
        memory_bytes: what all questions may hold.
        threads: how many processors they may keep busy.
    """

    def __init__(
        self,
        disk: Disk,
        root: Path,
        *,
        limit_s: float = LIMIT_S,
        memory_bytes: int = MEMORY_BYTES,
        threads: int = THREADS,
    ) -> None:
        self._disk = disk
        self._root = root
        self._limit_s = limit_s
        self._memory_bytes = memory_bytes
        self._threads = threads
        self._engine: duckdb.DuckDBPyConnection | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def ask(self, query: Callable[[Session], _T]) -> _T:
        """The answer of one of the queries: ``await asking.ask(lambda session: usage(session, question, [By.DAY]))``.

        Raises:
            UnavailableError: ``analytics.unreadable``, ``analytics.slow``, ``analytics.busy``.
            InvalidInputError, CorruptError: as the query.
        """
        if self._waiting >= WAITING_MAX:
            hint = "Try again in a moment."
            raise UnavailableError("analytics.busy", "Too much is being asked at once.", hint=hint)
        self._waiting += 1
        try:
            async with self._turns:
                return await self._asked(query)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let go of everything; nothing may be asked any more."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    async def _asked(self, query: Callable[[Session], _T]) -> _T:
        if self._engine is None:
            with failing("read"):
                self._engine = opened(self._root / "aside", memory_bytes=self._memory_bytes, threads=self._threads)
        for attempt in range(1, _TRIES + 1):
            session = await asyncio.to_thread(Session, self._engine.cursor(), self._disk, self._root)
            working = asyncio.ensure_future(asyncio.to_thread(query, session))
            try:
                return await self._in_time(working, session)
            except FileNotFoundError as error:
                if attempt == _TRIES:
                    message = "Desktop events cannot be read: their files are replaced all the time."
                    raise UnavailableError("analytics.unreadable", message) from error
            finally:
                session.close()
        raise AssertionError("unreachable")

    async def _in_time(self, working: "asyncio.Future[_T]", session: Session) -> _T:
        """What comes of it; interrupted at the limit, or when nobody waits for it."""
        done, _ = await self._waited(working, session)
        if not done:
            session.interrupt()
            await asyncio.wait([working])
        return working.result()

    async def _waited(
        self, working: "asyncio.Future[_T]", session: Session
    ) -> tuple[set["asyncio.Future[_T]"], set["asyncio.Future[_T]"]]:
        try:
            return await asyncio.wait([working], timeout=self._limit_s)
        except asyncio.CancelledError:
            session.interrupt()
            await asyncio.wait([working])
            working.exception()  # nobody is left to be told
            raise
