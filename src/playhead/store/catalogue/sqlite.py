"""Engines for a catalogue in SQLite."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from playhead.store.catalogue.connection import TidyThread, connect
from playhead.store.catalogue.engines import Engines

Connect = Callable[..., TidyThread]
"""As `playhead.store.catalogue.connection.connect`."""

READERS_MAX: Final = 4
"""Connections for reading; each is a thread. Reads are short, and more than a few only wait for the disk."""


def sqlite_engines(url: URL, connect: Connect = connect) -> Engines:
    """Engines for a file of SQLite.

    Args:
        url: of the file.
        connect: makes connections.
    """

    def engine(pool_size: int, *, begin: str, synchronous: str = "FULL", query_only: bool = False) -> AsyncEngine:
        made = create_async_engine(url, connect_args={"async_creator_fn": connect}, pool_size=pool_size, max_overflow=0)
        _prepare(made, begin=begin, synchronous=synchronous, query_only=query_only)
        return made

    # FULL: a commit returns only after SQLite's log is on the disk. NORMAL waits for that only in a checkpoint.
    return Engines(
        writer=engine(1, begin="BEGIN IMMEDIATE"),
        swift=engine(1, begin="BEGIN IMMEDIATE", synchronous="NORMAL"),
        readers=engine(READERS_MAX, begin="BEGIN", query_only=True),
        keeper=engine(1, begin=""),
    )


def _prepare(engine: AsyncEngine, *, begin: str, synchronous: str, query_only: bool) -> None:
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 # the driver's own, untyped
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
        cursor.execute(f"PRAGMA query_only = {int(query_only)}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        if begin:
            connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
