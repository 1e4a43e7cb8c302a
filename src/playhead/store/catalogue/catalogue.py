"""Opening the catalogue, and its transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.store.catalogue.checkpoints import Checkpoints
from playhead.store.catalogue.connection import create
from playhead.store.catalogue.engines import Engines, mapping_errors
from playhead.store.catalogue.migrate import require_newest, upgrade
from playhead.store.catalogue.postgres import SCHEMA, PostgresDatabase, make_schema
from playhead.store.catalogue.sqlite import sqlite_engines
from playhead.store.catalogue.turn import Turn

Upgrade = Callable[[Connection], None]
"""As `playhead.store.catalogue.migrate.upgrade`."""


class Catalogue:
    """The catalogue, open. Made by `open`.

    One transaction writes at a time: SQLite allows one writer anyway, PostgreSQL is asked for the same
    (`playhead.store.catalogue.postgres`), and waiting here in turn is cheaper and fairer than waiting there. Readers
    see the last commit and never wait for the writer.
    """

    def __init__(self, engines: Engines, checkpoints: Checkpoints | None) -> None:
        self._engines = engines
        self._checkpoints = checkpoints
        self._turn = Turn()

    @classmethod
    async def open(
        cls,
        location: str | Path | URL,
        *,
        schema: str = SCHEMA,
        engines: Callable[[URL], Engines] | None = None,
        upgrade: Upgrade = upgrade,
    ) -> Self:
        """Open a catalogue, making or upgrading it where needed.

        Args:
            location: the path of an SQLite file (its folder must exist), or the URL of a database that exists:
                ``postgresql+asyncpg://user@host/name``.
            schema: in PostgreSQL, where the tables are; made where there is none.
            engines: for simulations: in the place of `sqlite_engines`.
            upgrade: makes the tables or brings them up to date; another one for another set of tables.

        Raises:
            InvalidInputError: ``catalogue.location``, ``catalogue.encoding``.
            ConflictError: ``catalogue.newer`` where a newer Playhead has upgraded it.
            UnavailableError: ``catalogue.unavailable`` where it cannot be opened.
        """
        url = _url(location)
        if url.get_backend_name() != "sqlite":
            with mapping_errors():
                return await cls.over(PostgresDatabase(url).engines(schema), upgrade=upgrade)
        with _mapping_refusals(_file(url)):
            await asyncio.to_thread(create, _file(url))
            made = (engines or sqlite_engines)(url)
            checkpoints = Checkpoints(made.keeper, Path(f"{url.database}-wal")) if made.keeper is not None else None
            return await cls.over(made, checkpoints, upgrade=upgrade)

    @classmethod
    async def look(cls, location: str | Path | URL, *, schema: str = SCHEMA, require: Upgrade = require_newest) -> Self:
        """Open a catalogue that is there for reading alone: nothing is made, upgraded or written.

        Args:
            location: as of `open`.
            schema: as of `open`.
            require: refuses tables of another version; another one for another set of tables.

        Raises:
            InvalidInputError: ``catalogue.location``.
            ConflictError: ``catalogue.older``, ``catalogue.newer``.
            UnavailableError: ``catalogue.unavailable`` where it is not there, or cannot be opened.
        """
        url = _url(location)
        if url.get_backend_name() != "sqlite":
            with mapping_errors():
                return await cls._look_over(PostgresDatabase(url).engines(schema), require)
        with _mapping_refusals(_file(url)):
            await asyncio.to_thread(_file(url).stat)  # SQLite would make one
            return await cls._look_over(sqlite_engines(url), require)

    @classmethod
    async def _look_over(cls, engines: Engines, require: Upgrade) -> Self:
        try:
            async with engines.readers.connect() as connection:
                await connection.run_sync(require)
        except BaseException:
            await engines.close()
            raise
        return cls(replace(engines, writer=engines.readers, swift=engines.readers, keeper=None), None)

    @classmethod
    async def over(
        cls, engines: Engines, checkpoints: Checkpoints | None = None, *, upgrade: Upgrade = upgrade
    ) -> Self:
        """The catalogue that is reached so, made or upgraded where needed; closed again where that fails.

        Raises:
            InvalidInputError: ``catalogue.encoding``.
            ConflictError: ``catalogue.newer``.
            UnavailableError: ``catalogue.unavailable``, or the database's own error.
        """
        try:
            async with engines.writer.begin() as connection:
                if engines.schema is not None:
                    await make_schema(connection, engines.schema)
                await connection.run_sync(upgrade)
        except BaseException:
            await engines.close()
            raise
        return cls(engines, checkpoints)

    async def close(self) -> None:
        """Close every connection."""
        if self._checkpoints is not None:
            await self._checkpoints.close()
        await self._engines.close()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that sees one state of the catalogue and changes nothing.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        with mapping_errors():
            async with self._engines.readers.begin() as connection:
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
        with mapping_errors():
            async with self._turn.taken(first=first):
                async with (self._engines.writer if durable else self._engines.swift).begin() as connection:
                    yield connection
                if self._checkpoints is not None:
                    await self._checkpoints.committed()


@contextmanager
def _mapping_refusals(path: Path) -> Generator[None]:
    """Of the file, while it is opened."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError, OSError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        reason = str(getattr(cause, "strerror", None) or cause).rstrip(".")
        raise UnavailableError("catalogue.unavailable", f"The catalogue {path} cannot be opened: {reason}.") from error


def _url(location: str | Path | URL) -> URL:
    if isinstance(location, URL):
        return location
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
