"""The audit log as a table for spreadsheets (RFC 4180)."""

import csv
import io
from collections.abc import Iterable
from typing import Final

import msgspec

from playhead.base.instants import utc
from playhead.store.catalogue.audit import AuditEntry

COLUMNS: Final = ("id", "at", "actor", "action", "subject", "address", "page", "details", "hash")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP, "CSV Injection")."""


def csv_head() -> bytes:
    """The names of the columns."""
    return _rows([COLUMNS])


def csv_rows(entries: Iterable[AuditEntry]) -> bytes:
    """Entries, one a row; what could be a formula begins with an apostrophe."""
    return _rows(
        [
            str(entry.id),
            utc(entry.at_us).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            *map(unformulated, (entry.actor, entry.action, entry.subject, entry.address, entry.page)),
            msgspec.json.encode(dict(entry.details), order="deterministic").decode(),
            entry.hash.hex(),
        ]
        for entry in entries
    )


def unformulated(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
