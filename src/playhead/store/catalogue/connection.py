"""A connection to SQLite that lets go of its locks when it is closed."""

import sqlite3
from typing import Any
from weakref import WeakSet


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
