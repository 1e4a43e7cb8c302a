"""Reading: one DuckDB connection over the files as they are at one moment, which can be interrupted."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from playhead.base.errors import UnavailableError
from playhead.domain.spans import Span
from playhead.store.analytics.columns import EVENTS, USAGE, of_logs, of_parts
from playhead.store.analytics.duck import failing
from playhead.store.analytics.files import Manifest, Part, day_of, list_logs, log_file
from playhead.store.disk import Disk

_DAY_US: Final = 86_400_000_000


class Session:
    """See the module; made by `playhead.store.analytics.asking.Asking`.

    Args:
        connection: its own.
        disk: where.
        root: folder of the store.

    Raises:
        CorruptError: ``analytics.manifest``.
        UnavailableError: ``analytics.unreadable``, ``file.unreadable``.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, disk: Disk, root: Path) -> None:
        self._connection = connection
        self._root = root
        try:
            logs = list_logs(disk, root)
        except OSError as error:
            message = f"Cannot read {root}: {error.strerror}."
            raise UnavailableError("analytics.unreadable", message) from error
        self._manifest = Manifest.read(disk, root)  # after the logs: what was packed meanwhile is in one of the two
        self._logs = [log_file(root, number) for number in logs if number > self._manifest.log_through]
        self._late = False

    def packed(self, period: Span) -> str:
        """SQL of the events in parts that may reach into a period, in `EVENTS`."""
        parts = self._parts(period)
        if not parts:
            return of_logs([])
        return of_parts([self._manifest.events_file(self._root, part) for part in parts], EVENTS)

    def sums(self, period: Span) -> str | None:
        """SQL of the sums of these by quarter of an hour, in `USAGE`; None where there are none."""
        parts = self._parts(period)
        if not parts:
            return None
        return of_parts([self._manifest.usage_file(self._root, part) for part in parts], USAGE)

    def daily(self, period: Span) -> str | None:
        """SQL of the sums of these by day (UTC), each in the first quarter of its day; None where there are none."""
        parts = self._parts(period)
        if not parts:
            return None
        return of_parts([self._manifest.days_file(self._root, part) for part in parts], USAGE)

    def logged(self) -> str:
        """SQL of the events that are not packed yet, in `EVENTS`."""
        return of_logs(self._logs)

    def events(self, period: Span) -> str:
        """SQL of all events that may reach into a period, in `EVENTS`."""
        return f"{self.packed(period)} UNION ALL {self.logged()}" if self._logs else self.packed(period)

    @property
    def has_logs(self) -> bool:
        """Something is not packed yet."""
        return bool(self._logs)

    def run(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """Carry a statement out.

        Raises:
            UnavailableError: ``analytics.unreadable``, ``analytics.slow``.
            FileNotFoundError: a file was replaced meanwhile; everything is to be asked anew.
        """
        try:
            with failing("read"):
                self._connection.execute(statement, dict(values) if values else None)
        except UnavailableError as error:
            cause = error.__cause__
            if isinstance(cause, duckdb.InterruptException) or self._late:
                hint = "Ask for less: a shorter period, or fewer agents."
                raise UnavailableError("analytics.slow", "The question took too long.", hint=hint) from error
            if isinstance(cause, duckdb.IOException):
                raise FileNotFoundError(str(cause)) from error
            raise

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[tuple[Any, ...]]:
        """Carry a statement out, and give all its rows. Raises as `run`."""
        self.run(statement, values)
        with failing("read"):
            return self._connection.fetchall()

    def next_rows(self, count: int) -> Sequence[tuple[Any, ...]]:
        """Some more rows of what was `run` last; none at the end."""
        with failing("read"):
            return self._connection.fetchmany(count)

    def interrupt(self) -> None:
        """Have what runs fail with ``analytics.slow``; from any thread."""
        self._late = True
        self._connection.interrupt()

    def close(self) -> None:
        """Let go of everything."""
        self._connection.close()

    def _parts(self, period: Span) -> list[Part]:
        """An event lasts up to a day, and lies with the day that it begins in."""
        first, last = day_of(max(0, period.from_us - _DAY_US)), day_of(period.to_us)
        return [part for part in self._manifest.parts if first <= part.day <= last]
