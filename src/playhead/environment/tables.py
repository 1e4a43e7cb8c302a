"""A table with heads, written for a page and for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

Cells = Sequence[str]


def markdown(heads: Cells, rows: Iterable[Cells]) -> str:
    """For a page (GitHub Flavored Markdown §4.10); a bar in a cell is escaped."""
    lines = [heads, ("---",) * len(heads), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def comma_separated(heads: Cells, rows: Iterable[Cells]) -> str:
    """For a spreadsheet (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    return out.getvalue()
