"""A row of the table of findings."""

from dataclasses import dataclass

from playhead.environment.doctor.findings import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """A row of the table."""

    code: str
    """``area.what``, stable: programs and support pages match on it."""
    severity: Severity
    """Unless a check says otherwise."""
    meaning: str
    """For recordings. It and the mend may name evidence in braces."""
    mend: str | None = None
