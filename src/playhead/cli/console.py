"""What the command line says while it works: short lines on standard error, results on standard output."""

import json
import sys
from collections.abc import Sequence

import click

from playhead.base.instants import rfc3339


def step(text: str) -> None:
    """Say what is being done now."""
    click.secho(f"· {text}", dim=True, err=True)


def notice(text: str) -> None:
    """Say something that differs from what was asked or expected."""
    click.secho(f"! {text}", fg="yellow", err=True)


def done(text: str) -> None:
    """Say that something is ready."""
    click.secho(f"✓ {text}", fg="green", err=True)


def emit_json(value: object) -> None:
    """Print one JSON document for a program."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows under heads, columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [heads, *rows]]
    return "\n".join("  ".join(cells).rstrip() for cells in lines)


def human_bytes(size: int) -> str:
    """A size as people read it, in powers of 1000."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - the step between SI prefixes
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def human_instant(wall_us: int) -> str:
    """An instant as people and programs read it: RFC 3339 in UTC, to the second."""
    return f"{rfc3339(wall_us)[:19]}Z"


def human_length(microseconds: int) -> str:
    """A length of time as ``h:mm:ss``."""
    seconds = microseconds // 1_000_000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
