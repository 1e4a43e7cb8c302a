"""Opening the catalogue, and its transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.store.catalogue.checkpoints import Checkpoints
from playhead.store.catalogue.connection import TidyThread, connect, create
from playhead.store.catalogue.migrate import upgrade
from playhead.store.catalogue.turn import Turn

Connect = Callable[..., TidyThread]
"""As `playhead.store.catalogue.connection.connect`."""

READERS_MAX: Final = 4
"""Connections for reading; each is a thread in SQLite. Reads are short, and more than a few only wait for the disk."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Connections for each purpose; for SQLite one thread each."""

    writer: AsyncEngine
    swift: AsyncEngine
    """Writes, and does not wait for the disk."""
    readers: AsyncEngine
    keeper: AsyncEngine | None = None
    """Moves SQLite's log to its place."""


class Catalogue:
    """The catalogue, open. Made by `open`.

    One transaction writes at a time in a process: SQLite allows one writer anyway, and waiting here in turn is cheaper
    and fairer than its busy handler. Readers see the last commit and never wait for the writer (WAL).
    """

    def __init__(self, engines: Engines, checkpoints: Checkpoints | None) -> None:
        self._writer = engines.writer
        self._swift = engines.swift
        self._readers = engines.readers
        self._checkpoints = checkpoints
        self._turn = Turn()

    @classmethod
    async def open(cls, location: str | Path, *, engines: Callable[[URL], Engines] | None = None) -> Self:
        """Open a catalogue, making or upgrading it where needed.

        Args:
            location: the path of an SQLite file (its folder must exist), or an SQLAlchemy URL with an asyncio driver.
            engines: for simulations: in the place of `sqlite_engines`.

        Raises:
            InvalidInputError: ``catalogue.location``.
            ConflictError: ``catalogue.newer`` where a newer Playhead has upgraded it.
            UnavailableError: ``catalogue.unavailable`` where it cannot be opened.
        """
        url = _url(location)
        checkpoints = None
        try:
            if url.get_backend_name() == "sqlite":
                await asyncio.to_thread(create, _file(url))
                made = (engines or sqlite_engines)(url)
            else:
                one = create_async_engine(url)
                made = Engines(one, one, one)
            if made.keeper is not None:
                checkpoints = Checkpoints(made.keeper, Path(f"{url.database}-wal"))
            try:
                async with made.writer.begin() as connection:
                    await connection.run_sync(upgrade)
            except BaseException:
                await made.writer.dispose()
                raise
        except (DatabaseError, sqlite3.DatabaseError, OSError) as error:
            reason = getattr(error, "strerror", None) or error.args[0]
            message = f"The catalogue {url.render_as_string(hide_password=True)} cannot be opened: {reason}."
            raise UnavailableError("catalogue.unavailable", message) from error
        return cls(made, checkpoints)

    async def close(self) -> None:
        """Close every connection."""
        if self._checkpoints is not None:
            await self._checkpoints.close()
        for engine in (self._readers, self._swift, self._writer):
            await engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that sees one state of the catalogue and changes nothing.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        with _mapping_errors():
            async with self._readers.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self, *, durable: bool = True, first: bool = False) -> AsyncGenerator[AsyncConnection]:
        """A transaction that is durable once the block has been left, and undone where it is left by an error.

        Args:
            durable: False for what can be found out again: a power cut may then undo the last such transactions. It
                spares waiting for the disk. The next durable one makes those before it durable, too.
            first: before all others that wait: for the one writer that many wait for.

        Raises:
            UnavailableError: ``catalogue.unavailable``: the disk is full, another process holds the lock too long.
        """
        with _mapping_errors():
            async with self._turn.taken(first=first):
                async with (self._writer if durable else self._swift).begin() as connection:
                    yield connection
                if self._checkpoints is not None:
                    await self._checkpoints.committed()


@contextmanager
def _mapping_errors() -> Generator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        reason = error.orig if isinstance(error, OperationalError) else "every connection is in use"
        raise UnavailableError("catalogue.unavailable", f"The catalogue cannot be used: {reason}.") from error


def _url(location: str | Path) -> URL:
    if isinstance(location, Path) or "://" not in location:
        path = Path(location).absolute()
        return URL.create("sqlite+aiosqlite", database=str(path))
    try:
        return make_url(location)
    except ArgumentError:
        hint = "Give the path of a file, or a URL such as postgresql+asyncpg://user@host/name."
        raise InvalidInputError("catalogue.location", "The catalogue's location is malformed.", hint=hint) from None


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        message = "The catalogue needs a file: each connection would see a database in memory of its own."
        raise InvalidInputError("catalogue.location", message)
    return Path(url.database)


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
