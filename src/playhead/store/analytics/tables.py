"""Small tables as files for others: CSV (RFC 4180) and Parquet."""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb

from playhead.store.audit_csv import unformulated

Row = Mapping[str, str | int | float | None]
"""Of one table all rows have the same members in the same order."""

_TYPES: Final[Mapping[type, str]] = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE"}


def csv_table(rows: Sequence[Row]) -> bytes:
    """The rows under their names, in UTF-8. Titles that spreadsheets would calculate are made harmless by a quote."""
    text = io.StringIO()
    if rows:
        writer = csv.writer(text)
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow(unformulated(one) if isinstance(one, str) else one for one in row.values())
    return text.getvalue().encode()


def parquet_table(rows: Sequence[Row]) -> bytes:
    """The rows as one file, packed by zstd. Without rows it has no columns that mean anything."""
    names = list(rows[0]) if rows else ["nothing"]
    columns = ", ".join(f'"{name}" {_type_of(rows, name)}' for name in names)
    with tempfile.TemporaryDirectory(prefix="playhead-table-") as folder, duckdb.connect() as connection:
        path = Path(folder, "table.parquet")
        connection.execute(f"CREATE TABLE rows ({columns})")
        if rows:
            marks = ", ".join("?" for _ in names)
            connection.executemany(f"INSERT INTO rows VALUES ({marks})", [list(row.values()) for row in rows])
        connection.execute(f"COPY rows TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        return path.read_bytes()


def _type_of(rows: Sequence[Row], name: str) -> str:
    kinds = {type(row[name]) for row in rows} - {type(None)}
    if kinds == {int, float}:
        return "DOUBLE"
    return _TYPES[next(iter(kinds))] if kinds else "VARCHAR"
