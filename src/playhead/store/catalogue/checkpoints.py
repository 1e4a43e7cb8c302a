"""When SQLite's log is moved to its place (https://sqlite.org/wal.html §2.1)."""

import asyncio
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

CHECKPOINT_S: Final = 10.0
"""Least time between two checkpoints. Pages that were changed often in between are moved once."""

WAL_BYTES_MAX: Final = 64 << 20
"""Length of SQLite's log at which the writer waits for a checkpoint: beside it, one may never catch up."""

_log: Any = structlog.get_logger()


class Checkpoints:
    """Moves what SQLite has logged to its place in the file, in a connection and thread of its own.

    SQLite would do it within the commit that makes the log long enough: one commit in ten then took half a second.
    """

    def __init__(self, engine: AsyncEngine, wal: Path) -> None:
        self._engine = engine
        self._wal = wal
        self._running: asyncio.Task[None] | None = None
        self._started_at = asyncio.get_running_loop().time()

    async def committed(self) -> None:
        """A transaction has been committed; called in the writer's turn, so that waiting here holds writers up."""
        now = asyncio.get_running_loop().time()
        if self._running is None and now - self._started_at >= CHECKPOINT_S:
            self._started_at = now
            self._running = asyncio.create_task(self._checkpoint(), name="catalogue checkpoint")
        running = self._running  # it may end while it is looked how long the log is
        if running is not None and await asyncio.to_thread(self._is_long):
            await asyncio.shield(running)

    async def close(self) -> None:
        """Wait for the one that is running."""
        if self._running is not None:
            await self._running
        await self._engine.dispose()

    async def _checkpoint(self) -> None:
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except (OperationalError, PoolTimeoutError) as error:
            # Nothing is lost: the log keeps it, and the next one tries again.
            _log.warning("catalogue not checkpointed", reason=str(error.args[0]))
        finally:
            self._running = None

    def _is_long(self) -> bool:
        return self._wal.exists() and self._wal.stat().st_size > WAL_BYTES_MAX
