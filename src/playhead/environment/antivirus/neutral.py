"""The same list for every other product: a table to read, and two for programs."""

from playhead.environment import tables
from playhead.environment.antivirus.exclusions import Exclusion

HEADS = ("what", "path", "of", "scans", "criteria", "why", "warning")


def cells(row: Exclusion) -> tuple[str, ...]:
    """One row as text, under `HEADS`."""
    return (row.kind, row.text, row.service, ", ".join(row.scans), ", ".join(row.criteria), row.why, row.warning)


def as_markdown(rows: tuple[Exclusion, ...]) -> str:
    """A table for a page."""
    return tables.markdown(HEADS, map(cells, rows))


def as_csv(rows: tuple[Exclusion, ...]) -> str:
    """For a spreadsheet."""
    return tables.comma_separated(HEADS, map(cells, rows))


def as_plain(rows: tuple[Exclusion, ...]) -> list[dict[str, str | list[str]]]:
    """For JSON."""
    return [
        {
            "kind": row.kind.value,
            "path": str(row.path),
            "pattern": row.pattern,
            "text": row.text,
            "service": row.service,
            "scans": [scan.value for scan in row.scans],
            "criteria": [criterion.value for criterion in row.criteria],
            "why": row.why,
            "warning": row.warning,
        }
        for row in rows
    ]
