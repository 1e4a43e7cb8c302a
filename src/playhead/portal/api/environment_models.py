"""What ``/api/environment`` says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.live import LiveWorkstation
from playhead.environment.doctor.findings import Finding, Report, Severity
from playhead.environment.doctor.summary import Problem, Reach, Summary
from playhead.environment.ports import Port
from playhead.portal.api.shapes import Answer

NAMES_MAX: Final = 200
"""Workstations named at one port or one problem: more than anybody acts on at a time. The numbers count all."""


class ReachItem(Answer):
    """How workstations reach a port, by their newest reports."""

    reached: int
    unreached: int = Field(description="Of those that tried.")
    workstations: list[str] = Field(description=f"Those that do not reach it, by name; at most {NAMES_MAX}.")


class PortItem(Answer):
    """A row of the port registry, as this installation is configured."""

    service: str
    number: int
    transport: str
    source: str = Field(serialization_alias="from", description="Who opens the connection.")
    target: str = Field(serialization_alias="to", description="Who listens.")
    both_ways: bool
    module: str
    purpose: str
    open_at: list[str]
    secured: str
    listening: bool | None = Field(
        description="Whether something listens there on this server now; null where nothing is to, or it is not known."
    )
    local: bool = Field(description="Only the server itself can reach it.")
    reach: ReachItem


class PortList(Answer):
    """The port matrix."""

    items: list[PortItem]


class FindingItem(Answer):
    """One thing that the doctor looked at."""

    code: str = Field(description="Stable identifier, `area.what`.")
    severity: Severity
    subject: str
    message: str
    meaning: str
    mend: str | None
    evidence: dict[str, str | int | float | bool]


class ReportItem(Answer):
    """What the doctor found on one machine."""

    machine: str
    role: str
    version: str
    at: datetime
    elapsed_ms: int
    worst: Severity
    findings: list[FindingItem] = Field(description="Worst first.")


class ProblemItem(Answer):
    """What is wrong in the same way at one or more workstations."""

    finding: FindingItem = Field(description="As the last of them tells of it.")
    count: int
    workstations: list[str] = Field(description=f"By name; at most {NAMES_MAX}.")


class ExaminedItem(Answer):
    """A workstation, and what its newest report comes to."""

    workstation: str
    connected: bool
    at: datetime | None = Field(description="When its newest report came; null where there is none.")
    worst: Severity | None
    counts: dict[Severity, int]
    unreached: list[str] = Field(description="Services whose ports it does not reach.")


class FindingList(Answer):
    """What is found, here and at workstations."""

    premises: ReportItem | None = Field(description="Null until the server has looked, a moment after its start.")
    busy: bool = Field(description="The server looks over itself now.")
    problems: list[ProblemItem] = Field(description="Of all workstations, the worst first.")
    reports: int = Field(description="How many workstations have sent a report.")
    workstations: list[ExaminedItem]
    next: str | None = Field(description="`after` of the next page; null at the end.")


class FormItem(Answer):
    """A form in which something can be had."""

    form: str
    title: str
    roles: list[str] = Field(description="Whom it can be for.")
    removable: bool = Field(description="Whether what takes it away again can be had, too.")


class FormList(Answer):
    """What can be downloaded."""

    rules: list[FormItem]
    exclusions: list[FormItem]


def port_item(row: Port, *, listening: bool | None, local: bool, reach: Reach) -> PortItem:
    """For the wire."""
    return PortItem(
        service=row.service,
        number=row.number,
        transport=row.transport,
        source=row.source,
        target=row.target,
        both_ways=row.both_ways,
        module=row.module,
        purpose=row.purpose,
        open_at=[str(place) for place in row.open_at],
        secured=row.secured,
        listening=listening,
        local=local,
        reach=ReachItem(
            reached=reach.reached,
            unreached=len(reach.unreached),
            workstations=[str(name) for name in reach.unreached[:NAMES_MAX]],
        ),
    )


def finding_item(found: Finding) -> FindingItem:
    """For the wire."""
    return FindingItem(
        code=found.code,
        severity=found.severity,
        subject=found.subject,
        message=found.message,
        meaning=found.meaning,
        mend=found.mend,
        evidence=dict(found.evidence),
    )


def report_item(report: Report) -> ReportItem:
    """For the wire."""
    return ReportItem(
        machine=report.machine,
        role=report.role,
        version=report.version,
        at=report.at,
        elapsed_ms=report.elapsed_ms,
        worst=report.worst,
        findings=[finding_item(one) for one in report.findings],
    )


def problem_item(problem: Problem) -> ProblemItem:
    """For the wire."""
    names = [str(name) for name in problem.workstations[:NAMES_MAX]]
    return ProblemItem(finding=finding_item(problem.finding), count=len(problem.workstations), workstations=names)


def examined_items(live: Sequence[LiveWorkstation], known: Mapping[str, Summary]) -> list[ExaminedItem]:
    """For the wire."""
    return [_examined_item(one, known.get(str(one.id))) for one in live]


def _examined_item(live: LiveWorkstation, known: Summary | None) -> ExaminedItem:
    return ExaminedItem(
        workstation=str(live.id),
        connected=live.connected,
        at=None if known is None else utc(known.received_at_us),
        worst=None if known is None else known.worst,
        counts={} if known is None else dict(known.counts),
        unreached=[] if known is None else [name for name, one in known.reach.items() if one is Severity.ERROR],
    )
