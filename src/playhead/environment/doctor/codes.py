"""Findings in the words of their table."""

import re
from collections.abc import Mapping
from typing import Final

from playhead.environment import tables
from playhead.environment.doctor.code import Code
from playhead.environment.doctor.findings import Finding, Severity, Value
from playhead.environment.doctor.table import TABLE

CODES: Final[Mapping[str, Code]] = {row.code: row for row in TABLE}


def finding(
    code: str, subject: str, message: str, /, *, severity: Severity | None = None, **evidence: Value
) -> Finding:
    """A finding in the words of the table.

    Args:
        code: one of `CODES`; any other is a mistake of ours.
        subject: what was looked at.
        message: what was seen.
        severity: where this time it is not the table's.
        evidence: what was measured, by name.
    """
    row = CODES[code]
    return Finding(
        code=code,
        severity=row.severity if severity is None else severity,
        subject=subject,
        message=message,
        meaning=row.meaning.format_map(evidence),
        mend=None if row.mend is None else row.mend.format_map(evidence),
        evidence=evidence,
    )


def as_markdown() -> str:
    """The table for a page; evidence stands in capitals."""
    heads = ("code", "", "what it means", "what mends it")
    rows = ((f"`{row.code}`", row.severity.value, _shown(row.meaning), _shown(row.mend or "")) for row in TABLE)
    return tables.markdown(heads, rows)


def _shown(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: match[1].upper(), text)
