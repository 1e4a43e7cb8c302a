"""A report as text for a person."""

from collections.abc import Callable
from typing import Final

from playhead.environment.doctor.findings import Finding, Report, Severity

_MARKS: Final = {Severity.OK: "✓", Severity.INFO: "·", Severity.WARNING: "!", Severity.ERROR: "✗"}

Paint = Callable[[str, Severity], str]
"""Colours a line by its severity."""


def as_text(report: Report, *, paint: Paint = lambda text, _: text, with_ok: bool = True) -> str:
    """Lines for a terminal: worst first, what is well at the end in one line each.

    Args:
        report: what was found.
        paint: colours, where there are any.
        with_ok: also what is well.
    """
    head = f"{report.machine} ({report.role}), Playhead {report.version}, {report.at:%Y-%m-%d %H:%M:%S} UTC"
    lines = [head, ""]
    for one in report.findings:
        if with_ok or one.severity is not Severity.OK:
            lines += _lines(one, paint)
    return "\n".join([*lines, "", _sum(report)])


def _lines(one: Finding, paint: Paint) -> list[str]:
    lines = [paint(f"{_MARKS[one.severity]} {one.subject}: {one.message}", one.severity)]
    if one.severity is not Severity.OK:
        lines.append(f"    {one.meaning} ({one.code})")
    if one.mend:
        lines.append(f"    → {one.mend}")
    return lines


def _sum(report: Report) -> str:
    counts = {severity: sum(one.severity is severity for one in report.findings) for severity in Severity}
    told = ", ".join(
        f"{counts[severity]} {word}{'' if counts[severity] == 1 else 's'}"
        for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"))
    )
    seconds = report.elapsed_ms / 1000
    return f"{told}; {counts[Severity.OK]} of {len(report.findings)} are well. Looked for {seconds:.1f} s."
