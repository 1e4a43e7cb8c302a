"""A connection to SQLite that lets go of its locks when it is closed, and a file that several may open at once."""

import asyncio
import contextlib
import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

import aiosqlite

BUSY_TIMEOUT_S: Final = 5.0
"""How long SQLite waits for a lock that another process holds (the command line beside the service)."""

_LOOK_AGAIN_S: Final = 0.01


class TidyConnection(sqlite3.Connection):
    """Closes its cursors before itself.

    A task that is cancelled between a statement and the fetching of its rows leaves a cursor behind, which its
    traceback may keep alive for minutes. SQLite keeps a closed connection with its transaction and its locks for as
    long as one of its statements lives (``sqlite3_close_v2``), and nobody else could write until then.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 # as `sqlite3.connect` was called
        super().__init__(*arguments, **more)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 # as `sqlite3.Connection.cursor`
        """A cursor that is closed with the connection."""
        cursor = super().cursor(*arguments, **more)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Undo what was not committed, and close, whatever was under way."""
        for cursor in list(self._cursors):
            cursor.close()
        super().close()


class TidyThread(aiosqlite.Connection):
    """The thread of a connection, which is asked to end once only.

    Whoever is cancelled twice asks it twice. It answers no second time, and a `close` that waits for that never ends.
    """

    _is_ending = False

    def stop(self) -> asyncio.Future[Any] | None:
        """Have the thread close the connection and end; None where it was asked before."""
        if self._is_ending:
            return None
        self._is_ending = True
        ending: asyncio.Future[Any] | None = super().stop()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # untyped there
        return ending


def connect(path: str, **more: Any) -> TidyThread:  # noqa: ANN401 # what SQLAlchemy adds
    """A connection that is not open yet, as SQLAlchemy's ``async_creator_fn`` makes them.

    Transactions begin where the caller says so; the driver would begin them on its own terms.
    """
    arguments: dict[str, Any] = {"isolation_level": None, "timeout": BUSY_TIMEOUT_S, "factory": TidyConnection, **more}
    thread = TidyThread(partial(sqlite3.connect, path, **arguments), iter_chunk_size=64)
    thread._thread.daemon = True  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] # SQLAlchemy does so with its own
    return thread


def create(path: Path) -> None:
    """Make the file before SQLite does, readable by the service alone, and have it write ahead (WAL).

    SQLite's journals inherit who may read. The mode stays with the file. Two who change it at once would each wait for
    the other, so that SQLite refuses one of them without waiting (https://sqlite.org/c3ref/busy_handler.html).

    Raises:
        OSError: the file cannot be made.
        sqlite3.DatabaseError: it is not one of SQLite's, or stays locked.
    """
    with contextlib.suppress(FileExistsError):
        # Closing a file drops every lock that the process has on it: one that exists must not be opened here.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    deadline_s = time.monotonic() + BUSY_TIMEOUT_S
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
    try:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL").close()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline_s:
                    raise
                time.sleep(_LOOK_AGAIN_S)
            else:
                return
    finally:
        connection.close()
