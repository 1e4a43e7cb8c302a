"""Every finding there can be: its code, how bad it is, what it means for recordings and what mends it.

The one table: checks take their words from it, and the table in docs/services/environment.md is made from it. A mend
may name evidence of its finding in braces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playhead.environment.doctor.findings import Finding, Severity, Value


@dataclass(frozen=True, slots=True)
class Code:
    """A row of the table."""

    code: str
    """``area.what``, stable: programs and support pages match on it."""
    severity: Severity
    """Unless a check says otherwise."""
    meaning: str
    mend: str | None = None


_OK, _INFO, _WARNING, _ERROR = Severity.OK, Severity.INFO, Severity.WARNING, Severity.ERROR

_TABLE: Final = (
    Code("zone.set", _OK, "Times are shown as people here read their clocks; recordings keep UTC."),
    Code(
        "zone.unknown", _WARNING,
        "Times in lists of this machine are in UTC, hours away from the clocks on the wall; recordings are right.",
        "Set it: `timedatectl set-timezone Area/City`.",
    ),
    Code("encoder.present", _OK, "What is captured can be encoded."),
    Code(
        "encoder.missing", _ERROR,
        "Nothing can be recorded or exported on this machine.",
        "Install Playhead again, with its own PyAV: `pip install --force-reinstall av`.",
    ),
    Code(
        "doctor.slow", _WARNING,
        "This was not looked at to its end, so nothing is known of it.",
        "Run `playhead doctor` again; where it stays, look at what the machine is busy with.",
    ),
    Code(
        "doctor.failed", _WARNING,
        "This could not be looked at, so nothing is known of it.",
        "Report it with the line of the log that names it.",
    ),
)  # fmt: skip

CODES: Final[Mapping[str, Code]] = {row.code: row for row in _TABLE}


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
        meaning=row.meaning,
        mend=None if row.mend is None else row.mend.format_map(evidence),
        evidence=evidence,
    )
