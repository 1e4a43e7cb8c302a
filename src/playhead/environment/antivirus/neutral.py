"""The same list for every other product: a table to read, and two for programs."""

import csv
import io

from playhead.environment.antivirus.exclusions import Exclusion

HEADS = ("what", "path", "of", "scans", "criteria", "why", "warning")


def cells(row: Exclusion) -> tuple[str, ...]:
    """One row as text, under `HEADS`."""
    return (row.kind, row.text, row.service, ", ".join(row.scans), ", ".join(row.criteria), row.why, row.warning)


def as_markdown(rows: tuple[Exclusion, ...]) -> str:
    """A table for a page."""
    lines = [HEADS, ("---",) * len(HEADS), *([cell.replace("|", r"\|") for cell in cells(row)] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_csv(rows: tuple[Exclusion, ...]) -> str:
    """For a spreadsheet (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    writer.writerows(cells(row) for row in rows)
    return out.getvalue()


def as_plain(rows: tuple[Exclusion, ...]) -> list[dict[str, str | list[str]]]:
    """For JSON."""
    return [
        {
            "kind": row.kind.value,
            "path": str(row.path),
            "pattern": row.pattern,
            "service": row.service,
            "scans": [scan.value for scan in row.scans],
            "criteria": [criterion.value for criterion in row.criteria],
            "why": row.why,
            "warning": row.warning,
        }
        for row in rows
    ]
