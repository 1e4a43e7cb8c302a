"""What a report comes to, for those who look at many of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playhead.base.ids import WorkstationId
from playhead.environment.doctor.findings import Finding, Report, Severity

PROBLEMS_MAX: Final = 24
"""Warnings and errors of one workstation that are held at hand, the worst first. Its report has all."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a workstation's newest report comes to."""

    workstation: WorkstationId
    at_us: int
    """When it was made, by the workstation's wall clock."""
    received_at_us: int
    counts: Mapping[Severity, int]
    problems: tuple[Finding, ...]
    """Warnings and errors, the worst first, at most `PROBLEMS_MAX`."""
    reach: Mapping[str, Severity]
    """How well it reaches each port of the registry that it tried, by service: the worst of what was found."""

    @property
    def worst(self) -> Severity:
        """The worst of its findings."""
        return max(self.counts, key=lambda one: one.rank, default=Severity.OK)


def summary_of(workstation: WorkstationId, report: Report, at_us: int, received_at_us: int) -> Summary:
    """What a report comes to."""
    reach: dict[str, Severity] = {}
    for one in report.findings:
        service = one.evidence.get("service")
        if isinstance(service, str) and one.severity.rank >= reach.get(service, Severity.OK).rank:
            reach[service] = one.severity
    wrong = sorted((one for one in report.findings if one.is_problem), key=lambda one: -one.severity.rank)
    counts = count(report.findings)
    return Summary(workstation, at_us, received_at_us, counts, tuple(wrong[:PROBLEMS_MAX]), reach)


def count(findings: Sequence[Finding]) -> dict[Severity, int]:
    """How many there are of each severity that there is."""
    counts: dict[Severity, int] = {}
    for one in findings:
        counts[one.severity] = counts.get(one.severity, 0) + 1
    return counts


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in the same way at one or more machines."""

    finding: Finding
    """As one of them, the last by name, tells of it."""
    workstations: tuple[WorkstationId, ...]
    """By name."""


def problems_of(summaries: Sequence[Summary]) -> list[Problem]:
    """What is wrong at workstations, the same things together: the worst first, then what most of them have."""
    groups: dict[tuple[str, Severity, str | None], dict[WorkstationId, Finding]] = {}
    for summary in sorted(summaries, key=lambda one: one.workstation):
        for one in summary.problems:
            groups.setdefault((one.code, one.severity, one.mend), {})[summary.workstation] = one
    found = [Problem(list(group.values())[-1], tuple(group)) for group in groups.values()]
    return sorted(found, key=lambda one: (-one.finding.severity.rank, -len(one.workstations), one.finding.code))


@dataclass(frozen=True, slots=True)
class Reach:
    """How workstations reach a port, by their newest reports."""

    reached: int
    """How many."""
    unreached: tuple[WorkstationId, ...]
    """Those that tried and do not, by name."""


def reach_of(service: str, summaries: Sequence[Summary]) -> Reach:
    """Who reaches the port of a service, of those that tried."""
    tried = {summary.workstation: summary.reach[service] for summary in summaries if service in summary.reach}
    unreached = tuple(sorted(name for name, severity in tried.items() if severity is Severity.ERROR))
    return Reach(len(tried) - len(unreached), unreached)
