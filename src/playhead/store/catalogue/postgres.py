"""A database of PostgreSQL, with one catalogue in it or one in each of several schemas.

A schema is chosen at the beginning of every transaction, so that catalogues share connections; without that there is no
table to be found. Whoever writes then waits for a lock of that catalogue which lasts until the commit can be seen
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). So one transaction writes at a time in
all processes together, as in SQLite: numbers follow each other in the order of the commits, and a reader that has seen
one has seen all before it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any, Final, cast

import asyncpg
from sqlalchemy import URL, Connection, event, text
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from playhead.base.errors import InvalidInputError, PlayheadError, UnavailableError
from playhead.store.catalogue.engines import Engines

SCHEMA: Final = "playhead"
"""Where the tables are, unless something else is said."""

SCHEMA_PATTERN: Final = "[a-z][a-z0-9_-]{0,62}"
"""What may be one: PostgreSQL cuts what is longer than 63 bytes."""

WRITERS_MAX: Final = 8
"""Connections for writing. A catalogue needs one; of many in one database so many can write at once."""

READERS_MAX: Final = 8
"""Connections for reading. PostgreSQL starts a process for each, and allows for 100 of all who use it."""

CONNECTION_WAIT_S: Final = 10
"""For one of them, where all are in use; and for the server to accept a new one."""

LOCK_WAIT_S: Final = 10
"""For the turn to write, while other processes do: each is quick."""

STATEMENT_S: Final = 60
"""No statement takes as long; the server gives it up."""

IDLE_S: Final = 60
"""A writer that says nothing for so long within a transaction is stuck, and loses it, for everybody waits."""

SILENCE_S: Final = 90
"""After so long without an answer to a statement the server cannot be reached: more than `STATEMENT_S`."""

STATEMENTS_KEPT: Final = 500
"""Prepared statements kept for each connection: more than the catalogue has."""

_dial = cast("Callable[..., Awaitable[Any]]", asyncpg.connect)  # pyright: ignore[reportUnknownMemberType] # untyped there
_SCHEMA: Final = re.compile(SCHEMA_PATTERN)
_SETTINGS: Final = {
    "application_name": "playhead",
    # A plan made for any value is 10 to 300 times slower where a filter selects much for one and little for another.
    "plan_cache_mode": "force_custom_plan",
    "search_path": "",
    "statement_timeout": f"{STATEMENT_S}s",
    "lock_timeout": f"{LOCK_WAIT_S}s",
    # The server notices that a client's machine is gone, and with it its locks, within a minute.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_SORTED_OTHERWISE: Final = text("""
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attcollation NOT IN (0, 'pg_catalog."C"'::regcollation)
""")
_READING: Final = {"default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on"}
_BEGIN_WRITING: Final = f"""
SELECT set_config('search_path', $1::text, true),
    set_config('idle_in_transaction_session_timeout', '{IDLE_S}s', true),
    -- Whatever the server does by default, a commit that is answered is on the disk; and on another where it says so.
    set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true),
    pg_advisory_xact_lock($2::bigint)
"""
_NOT_A_VALUE: Final = "22"
"""How the codes of errors begin that are about a value."""
_UNAVAILABLE: Final = ("08", "25006", "28", "3D", "40", "42501", "53", "55", "57", "58")
"""How the codes of errors begin that are not ours: the connection, a server that takes no writes, who may connect, no
such database, deadlocks, rights, resources, locks, an operator, the disk (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


class PostgresDatabase:
    """Connections to one database, made when they are needed, and made again when they are lost.

    Args:
        url: with the driver ``postgresql+asyncpg``. Parameters are those of libpq, such as ``?sslmode=verify-full``.

    Raises:
        InvalidInputError: ``catalogue.location``.
    """

    def __init__(self, url: URL) -> None:
        if url.drivername != "postgresql+asyncpg":
            message = f"The catalogue cannot be kept by {url.drivername}."
            raise InvalidInputError("catalogue.location", message, hint="Use postgresql+asyncpg://user@host/name.")
        self._url = url
        self._name = f"{url.database} at {url.host or url.query.get('host', 'this machine')}"
        self._writers = self._engine(WRITERS_MAX, _SETTINGS)
        self._readers = self._engine(READERS_MAX, _SETTINGS | _READING)

    def engines(self, schema: str = SCHEMA, *, shared: bool = False) -> Engines:
        """For the catalogue in a schema, which need not exist yet.

        Args:
            schema: its name.
            shared: whether the connections outlast that catalogue.

        Raises:
            InvalidInputError: ``catalogue.location``.
        """
        if _SCHEMA.fullmatch(schema) is None:
            message = f"{schema[:64]!r} cannot be the catalogue's schema."
            hint = "Use up to 63 of a-z, 0-9, hyphen and underscore, beginning with a letter."
            raise InvalidInputError("catalogue.location", message, hint=hint)
        key = int.from_bytes(blake2b(schema.encode(), digest_size=8, person=b"playhead").digest(), signed=True)
        writer = self._writers.execution_options()
        readers = self._readers.execution_options()

        def on_write(connection: Connection) -> None:
            _begin(connection, _BEGIN_WRITING, (f'"{schema}"', key))

        def on_read(connection: Connection) -> None:
            _begin(connection, "SELECT set_config('search_path', $1::text, true)", (f'"{schema}"',))

        event.listen(writer.sync_engine, "begin", on_write)
        event.listen(readers.sync_engine, "begin", on_read)
        # Nothing is written without waiting for the disk: a server that lost it would go on with readers that saw it.
        return Engines(writer=writer, swift=writer, readers=readers, schema=schema, shared=shared)

    async def schemas(self, prefix: str) -> list[str]:
        """Those that begin so.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        query = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix) ORDER BY nspname")
        async with self.engines().readers.begin() as connection:
            return list((await connection.execute(query, {"prefix": prefix})).scalars())

    async def make(self, schema: str) -> None:
        """Make a schema, where there is none.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
            InvalidInputError: ``catalogue.location``.
        """
        async with self.engines(schema).writer.begin() as connection:
            await make_schema(connection, schema)

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writers.dispose()

    def _engine(self, pool_size: int, settings: Mapping[str, str]) -> AsyncEngine:
        engine = create_async_engine(
            self._url,
            connect_args={
                "async_creator_fn": partial(self._connect, settings),
                "prepared_statement_cache_size": STATEMENTS_KEPT,
            },
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECTION_WAIT_S,
        )
        event.listen(engine.sync_engine, "handle_error", self._told)
        return engine

    async def _connect(self, settings: Mapping[str, str], **_given: object) -> Any:  # noqa: ANN401 # untyped there
        """As asyncpg reads the URL itself, it knows what libpq knows: ``sslmode``, ``sslrootcert``, several hosts.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        url = self._url.set(drivername="postgresql", password=None)
        try:
            return await _dial(
                url.render_as_string(),
                password=self._url.password,
                timeout=CONNECTION_WAIT_S,
                command_timeout=SILENCE_S,
                server_settings=settings,
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
            raise self._unavailable(error) from error

    def _told(self, context: ExceptionContext) -> PlayheadError | None:
        """What becomes of an error within a transaction; None where it is for the caller.

        Text with NUL in it, and what is longer or larger than its column, is somebody's input: SQLite takes it.
        """
        error = context.original_exception
        cause = error.__cause__ or error
        code = str(getattr(cause, "sqlstate", None) or "")
        if isinstance(context.sqlalchemy_exception, IntegrityError):
            return None
        if code.startswith(_NOT_A_VALUE) or isinstance(cause, asyncpg.DataError):
            message = f"The database cannot keep a value: {str(cause).splitlines()[0]}."
            return InvalidInputError("catalogue.value", message)
        if isinstance(cause, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError):
            context.is_disconnect = True  # the last is what asyncpg says of an end in the middle of something
        if context.is_disconnect or code.startswith(_UNAVAILABLE):
            return self._unavailable(error)
        return None

    def _unavailable(self, error: BaseException) -> UnavailableError:
        cause = error.__cause__ if isinstance(error.__cause__, asyncpg.PostgresError) else error
        reason = str(cause).strip().rstrip(".") or ("no answer" if isinstance(error, TimeoutError) else repr(error))
        code = str(getattr(cause, "sqlstate", None) or "")
        hint = next((hint for begin, hint in _HINTS.items() if code.startswith(begin)), "")
        return UnavailableError(
            "catalogue.unavailable", f"The database {self._name} cannot be used: {reason}.", hint=hint
        )


_HINTS: Final = {
    "28": "See to the user, its password, and pg_hba.conf of the server.",
    "3D": "Have the database made: CREATE DATABASE … ENCODING 'UTF8'.",
    "533": "Raise max_connections of the server, or give other programs fewer.",
    "531": "The server's disk is full.",
    "42501": "Let the user own the database, or have the schema made as theirs.",
    "25006": "This server takes no writes: it follows another, or is being maintained. Name the primary.",
    "55P03": "Another process has been writing for long; it may be upgrading the catalogue.",
}


async def make_schema(connection: AsyncConnection, schema: str) -> None:
    """Make a schema in a transaction that writes in it, where there is none; who may not make one may find one.

    Raises:
        InvalidInputError: ``catalogue.encoding``.
        UnavailableError: ``catalogue.unavailable``.
    """
    encoding = (await connection.execute(text("SHOW server_encoding"))).scalar_one()
    if encoding != "UTF8":
        message = f"The database keeps text as {encoding}, which cannot hold every name."
        raise InvalidInputError(
            "catalogue.encoding", message, hint="CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )
    known = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
    if (await connection.execute(known, {"schema": schema})).one_or_none() is None:
        await connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')


def sort_by_code_point(connection: Connection) -> None:
    """Have the text of every table sort as in Python and SQLite, wherever the database was made.

    And an index stays right when the server's operating system learns another order
    (https://www.postgresql.org/docs/current/collation.html#COLLATION-MANAGING).
    """
    rows = connection.execute(_SORTED_OTHERWISE).all()
    for table in {row.table for row in rows}:
        columns = [f'ALTER "{row.column}" TYPE {row.type} COLLATE "C"' for row in rows if row.table == table]
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(columns)}')


def _begin(connection: Connection, statement: str, values: tuple[str | int, ...]) -> None:
    """The first statement of a transaction; once more where the connection was lost while nobody used it."""
    try:
        connection.exec_driver_sql(statement, values)
    except UnavailableError:
        if not connection.invalidated:
            raise
        connection.exec_driver_sql(statement, values)  # on a connection that is made for it
