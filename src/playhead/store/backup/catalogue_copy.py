"""A copy of the SQLite catalogue at one instant, while others write to it."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from playhead.base.errors import UnavailableError
from playhead.store.backup.pace import Pace
from playhead.store.catalogue.connection import BUSY_TIMEOUT_S

PAGES: Final = 256
"""Copied at a time: a mebibyte. The copy is of one instant all the same."""


def copy_catalogue(source: Path, target: Path, pace: Pace) -> None:
    """Copy by SQLite's online backup (https://sqlite.org/backup.html). Blocks.

    A read transaction is held meanwhile. Without it every write of another process would make the copying begin anew,
    and on a busy server it would never end. With it SQLite's log grows by what is written in that time.

    Raises:
        UnavailableError: ``backup.catalogue``.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_S)) as live,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            live.isolation_level = None
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on it is of this instant
            (page_bytes,) = live.execute("PRAGMA page_size").fetchone()
            left = [0]

            def progress(_status: int, remaining: int, total: int) -> None:
                done = (left[0] or total) - remaining
                left[0] = remaining
                pace.took(done * page_bytes)

            live.backup(copy, pages=PAGES, progress=progress)
            live.execute("ROLLBACK")
            settle(copy)
    except sqlite3.Error as error:
        hint = "See that there is room for a copy of it where the backup goes."
        raise UnavailableError("backup.catalogue", f"The catalogue cannot be copied: {error}.", hint=hint) from error


def settle(copy: sqlite3.Connection) -> None:
    """Have all of a database in its one file, and look whether SQLite can read it.

    Raises:
        UnavailableError: ``backup.catalogue``.
        sqlite3.Error: it cannot.
    """
    (mode,) = copy.execute("PRAGMA journal_mode = DELETE").fetchone()
    (sound,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if mode != "delete" or sound != "ok":
        raise UnavailableError("backup.catalogue", f"The copy of the catalogue is damaged: {sound}.")
