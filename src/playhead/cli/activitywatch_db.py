"""Reads the databases of ActivityWatch: aw-server's (peewee) and aw-server-rust's, both SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from playhead.base.errors import InvalidInputError
from playhead.base.instants import rfc3339
from playhead.domain.analytics.activitywatch import AwBucket, AwEvent

SQLITE: Final = b"SQLite format 3\0"
"""How such a file begins (sqlite.org/fileformat.html §1.3)."""

_PEEWEE: Final = """
    SELECT b.id, b.type, b.hostname, e.timestamp, e.duration, e.datastr
    FROM bucketmodel b JOIN eventmodel e ON e.bucket_id = b.key ORDER BY b.key, e.timestamp"""
_RUST: Final = """
    SELECT b.name, b.type, b.hostname, e.starttime, (e.endtime - e.starttime) / 1e9, e.data
    FROM buckets b JOIN events e ON e.bucketrow = b.id ORDER BY b.id, e.starttime"""


def read_database(path: Path) -> list[AwBucket]:
    """All buckets with their events.

    Raises:
        InvalidInputError: ``analytics.import``.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            rows = connection.execute(_PEEWEE if "eventmodel" in names else _RUST).fetchall()
        found: dict[str, AwBucket] = {}
        for name, kind, hostname, began, lasted, data in rows:
            bucket = found.setdefault(name, AwBucket(kind, hostname, []))
            values: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
            bucket.events.append(AwEvent(_time(began), float(lasted), values))
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        message = f"{path} is no database of ActivityWatch: {error}."
        raise InvalidInputError("analytics.import", message) from error
    return list(found.values())


def _time(began: str | int) -> str:
    if isinstance(began, int):
        return rfc3339(began // 1000)
    text = began.replace(" ", "T")
    return text if "+" in text[10:] or text.endswith("Z") else f"{text}+00:00"
