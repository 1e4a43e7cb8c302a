"""What other programs are told of a report: all that is wrong with the machine, whenever that is not what it was."""

from typing import Final

from playhead.base.instants import wall_us
from playhead.domain.event_data import FINDING_CHARS_MAX, FINDINGS_MAX, DoctorFindings
from playhead.domain.event_data import Finding as Told
from playhead.domain.events import Event, findings
from playhead.environment.doctor.findings import Finding, Report, Severity

PREMISES: Final = "premises"
"""What the server is called."""


def is_other(before: Report | None, after: Report) -> bool:
    """Whether something is wrong that was not, or is not any more; of the first report, whether anything is."""
    return _wrong(before) != _wrong(after)


def event_of(machine: str, report: Report, at_us: int) -> Event:
    """What is wrong with a machine, nothing perhaps.

    Args:
        machine: a workstation, or `PREMISES`.
        report: of it.
        at_us: when that came to be known.
    """
    wrong = sorted((one for one in report.findings if one.is_problem), key=lambda one: -one.severity.rank)
    told = DoctorFindings(
        machine=machine,
        role=str(report.role),
        errors=sum(one.severity is Severity.ERROR for one in wrong),
        warnings=sum(one.severity is Severity.WARNING for one in wrong),
        findings=tuple(map(_told, wrong[:FINDINGS_MAX])),
    )
    return findings(told, wall_us(report.at), at_us)


def _wrong(report: Report | None) -> set[tuple[str, Severity, str]]:
    if report is None:
        return set()
    return {(one.code, one.severity, one.subject) for one in report.findings if one.is_problem}


def _told(finding: Finding) -> Told:
    return Told(
        code=finding.code,
        severity=str(finding.severity),
        subject=finding.subject[:FINDING_CHARS_MAX],
        message=finding.message[:FINDING_CHARS_MAX],
        mend=None if finding.mend is None else finding.mend[:FINDING_CHARS_MAX],
    )
