"""The port table, written for people and programs."""

from collections.abc import Sequence

from playhead.environment import tables
from playhead.environment.ports import Port

HEADS = ("port", "transport", "from", "to", "for", "open at", "secured", "module")


def cells(row: Port) -> tuple[str, ...]:
    """One row as text, under `HEADS`."""
    arrow = "↔" if row.both_ways else "→"
    return (
        str(row.number),
        row.transport,
        f"{row.source} {arrow}",
        str(row.target),
        row.purpose,
        ", ".join(row.open_at),
        row.secured,
        row.module,
    )


def as_markdown(rows: Sequence[Port]) -> str:
    """A table for a page."""
    return tables.markdown(HEADS, map(cells, rows))


def as_csv(rows: Sequence[Port]) -> str:
    """For a spreadsheet."""
    return tables.comma_separated(HEADS, map(cells, rows))


def as_plain(rows: Sequence[Port]) -> list[dict[str, str | int | bool | list[str]]]:
    """For JSON."""
    return [
        {
            "service": row.service.value,
            "port": row.number,
            "transport": row.transport,
            "from": row.source.value,
            "to": row.target.value,
            "bothWays": row.both_ways,
            "purpose": row.purpose,
            "openAt": [place.value for place in row.open_at],
            "secured": row.secured,
            "module": row.module.value,
        }
        for row in rows
    ]
