"""SQLite on a disk that forgets: a real file in a folder of the machine, of which a power cut leaves what was synced.

SQLite itself runs, in the loop instead of threads. Of its log (https://sqlite.org/walformat.html) each 512-byte sector
behind the last synced commit survives or not; SQLite's own recovery makes of that what it makes. A commit with
``synchronous = FULL`` syncs, one with ``NORMAL`` does not; a checkpoint syncs everything.
"""

import asyncio
import random
import sqlite3
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import URL, make_url

from playhead.store.catalogue.connection import TidyConnection, TidyThread
from playhead.store.catalogue.engines import Engines
from playhead.store.catalogue.sqlite import sqlite_engines
from playhead.testing.disk import SECTOR_BYTES, SimulatedDisk

NAME = PurePath("/data/catalogue.db")
"""As the host's disk knows it: commits count among its steps."""

_WAL_HEAD = struct.Struct(">4I8s8s")
"""magic, version, page size, checkpoint number, salts, checksums"""
_FRAME_HEAD = struct.Struct(">2I8s8s")
"""page, size of the database, salts, checksums"""


class SimDatabase:
    """One host's database file.

    Args:
        folder: of the machine; best one in memory.
        content: of the file to begin with, without a log.
        disk: of the host.
        chance: decides what a power cut keeps.
        delay_s: how long the next wait for the disk takes.
    """

    def __init__(
        self, folder: Path, content: bytes, *, disk: SimulatedDisk, chance: random.Random, delay_s: Callable[[], float]
    ) -> None:
        self.path = folder / "catalogue-0.db"
        self.disk = disk
        self.delay_s = delay_s
        self._folder = folder
        self._chance = chance
        self._life = 0
        self._salt = b""
        self._durable = 0
        self.open: dict[InlineConnection, None] = {}
        self.path.touch(mode=0o600)
        self.path.write_bytes(content)

    def engines(self, _url: URL) -> Engines:
        """As `playhead.store.catalogue.sqlite.sqlite_engines`, of whose engines there is one set for all runs."""
        _ENGINES.database = self
        return _ENGINES.made()

    def synced(self) -> None:
        """All that was written is durable."""
        self._salt, self._durable = self._log_end()

    def die(self, *, power: bool) -> None:
        """The process ends (``power``: and what it had not synced is gone). `path` is another one afterwards."""
        content, log = self.path.read_bytes(), self._log()
        if power:
            log = self._after_power_cut(log)
        for connection in list(self.open):
            connection.drop()
        _ENGINES.forget()
        for path in self._folder.glob(f"{self.path.name}*"):
            path.unlink()
        self._life += 1
        self.path = self._folder / f"catalogue-{self._life}.db"
        self.path.touch(mode=0o600)
        self.path.write_bytes(content)
        if log:
            self._wal.write_bytes(log)
        if power:
            self.synced()  # what is there now was on the platter

    @property
    def _wal(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _log(self) -> bytes:
        return self._wal.read_bytes() if self._wal.exists() else b""

    def _log_end(self) -> tuple[bytes, int]:
        """The log's salts, and where its last frame with them ends: behind it may lie those of an earlier round."""
        if not self._wal.exists():
            return b"", 0
        with self._wal.open("rb") as file:
            head = file.read(_WAL_HEAD.size)
            if len(head) < _WAL_HEAD.size:
                return b"", 0
            _, _, page_bytes, _, salt, _ = _WAL_HEAD.unpack(head)
            end = self._durable if salt == self._salt else _WAL_HEAD.size
            while True:
                file.seek(end)
                frame = file.read(_FRAME_HEAD.size)
                if len(frame) < _FRAME_HEAD.size or _FRAME_HEAD.unpack(frame)[2] != salt:
                    return salt, end
                end += _FRAME_HEAD.size + page_bytes

    def _after_power_cut(self, log: bytes) -> bytes:
        if len(log) < _WAL_HEAD.size:
            return b""
        is_same = _WAL_HEAD.unpack(log[: _WAL_HEAD.size])[4] == self._salt
        durable = self._durable if is_same else _WAL_HEAD.size  # the header of a new round is synced when it begins
        found = bytearray(log)
        for start in range(durable, len(log), SECTOR_BYTES):
            end = min(start + SECTOR_BYTES, len(log))
            if self._chance.random() < 0.5:  # noqa: PLR2004 # a fair coin
                found[start:end] = bytes(end - start)
        return bytes(found[: self._chance.choice((len(log), self._chance.randint(durable, len(log))))])


class _Engines:
    """SQLAlchemy compiles each statement once for each engine. That takes as long as all else, so they are kept."""

    def __init__(self) -> None:
        self.database: SimDatabase | None = None
        """Whose connections are made."""
        self._made: Engines | None = None

    def made(self) -> Engines:
        """The engines."""
        if self._made is None:
            self._made = sqlite_engines(make_url("sqlite+aiosqlite:////office/catalogue.db"), self._connect)
        return self._made

    def forget(self) -> None:
        """The connections in their pools are gone."""
        if self._made is not None:
            for engine in (self._made.writer, self._made.swift, self._made.readers, self._made.keeper):
                if engine is not None:
                    engine.sync_engine.dispose(close=False)

    def _connect(self, _path: str, **more: Any) -> "InlineConnection":  # noqa: ANN401 # what SQLAlchemy adds
        if self.database is None:
            raise AssertionError("No database is open.")
        made = partial(sqlite3.connect, self.database.path, isolation_level=None, factory=TidyConnection, **more)
        return InlineConnection(self.database, made)


_ENGINES = _Engines()


class InlineConnection(TidyThread):
    """A connection without a thread: it works when it is asked to, in the loop."""

    def __init__(self, database: SimDatabase, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._database = database
        self._is_full = True
        self._changes_before = 0

    def __await__(self) -> Any:  # noqa: ANN401 # as aiosqlite has it
        """Open it."""
        return self._connect().__await__()

    async def _connect(self) -> "InlineConnection":
        self._database.disk.look("connect", NAME)
        self._connection = self._connector()
        self._database.open[self] = None
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **more: Any) -> Any:  # noqa: ANN401 # as aiosqlite has it
        if self._connection is None:
            raise ValueError("Connection closed")
        self._database.disk.look("sql", NAME)
        text = args[0] if args and isinstance(args[0], str) else ""
        if text.startswith("BEGIN"):
            await asyncio.sleep(self._database.delay_s())
        found = fn(*args, **more)
        if text.startswith("PRAGMA synchronous"):
            self._is_full = "FULL" in text
        elif text.startswith("PRAGMA wal_checkpoint"):
            self._database.synced()
        return found

    async def commit(self) -> None:
        """Commit, and where it is to be durable wait for the disk."""
        if self._connection is None or not self._connection.in_transaction:
            return
        database = self._database
        await asyncio.sleep(database.delay_s())
        is_change = self._conn.total_changes > self._changes_before
        if is_change:
            try:
                database.disk.step("commit", NAME)
            except OSError as error:
                raise sqlite3.OperationalError("database or disk is full") from error
        self._conn.commit()
        self._changes_before = self._conn.total_changes
        if is_change:
            if self._is_full:
                database.synced()
            database.disk.step("committed", NAME)

    def stop(self) -> None:
        """Close it at once."""
        self.drop()

    async def close(self) -> None:
        """Close it."""
        self.drop()

    def drop(self) -> None:
        """Close it, whoever waits for it."""
        self._running = False
        connection, self._connection = self._connection, None
        self._database.open.pop(self, None)
        if connection is not None:
            connection.close()
