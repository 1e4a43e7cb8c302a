"""What reports come to: counts, who reaches what, and what is wrong in the same way at many machines."""

from playhead.base.instants import utc
from playhead.environment.doctor.findings import Finding, Report, Role, Severity
from playhead.environment.doctor.summary import PROBLEMS_MAX, problems_of, reach_of, summary_of


def found(severity="error", service="tokens", code="port.dropped", **more):
    evidence = {"service": service} if service else {}
    return Finding(
        code=code, severity=Severity(severity), subject="s", message="m", meaning="n", evidence=evidence, **more
    )


def summary(name, *findings):
    report = Report(machine=name, role=Role.WORKSTATION, version="1", at=utc(1), elapsed_ms=5, findings=tuple(findings))
    return summary_of(name, report, 1, 2)


def test_a_port_is_reached_as_well_as_the_worst_that_was_found_of_it():
    one = summary("d", found("ok"), found("error"), found("info", "screen"), found("warning", ""))
    assert one.reach == {"tokens": "error", "screen": "info"}
    assert one.counts == {"ok": 1, "error": 1, "info": 1, "warning": 1}
    assert [each.severity for each in one.problems] == ["error", "warning"]
    assert one.worst == "error"


def test_nothing_found_is_well():
    assert summary("d").worst == "ok"


def test_it_holds_so_many_problems_and_not_one_more():
    one = summary("d", *[found("warning")] * PROBLEMS_MAX, found("error"))
    assert len(one.problems) == PROBLEMS_MAX
    assert one.problems[0].severity == "error"
    assert one.counts["warning"] == PROBLEMS_MAX


def test_who_reaches_a_port_and_who_does_not():
    all_of_them = [summary("c", found("error")), summary("a", found("error")), summary("b", found("warning"))]
    reach = reach_of("tokens", [*all_of_them, summary("d", found("error", "screen"))])
    assert (reach.reached, reach.unreached) == (1, ("a", "c"))
    assert reach_of("policy", all_of_them) == reach_of("policy", [])


def test_the_same_things_stand_together_the_worst_and_most_frequent_first():
    dropped, narrow = found(mend="open it"), found("warning", "", "link.narrow")
    other = found(mend="open that")
    groups = problems_of([
        summary("c", narrow, other), summary("b", narrow, dropped), summary("a", dropped, dropped, found("ok"))
    ])  # fmt: skip
    assert [(one.finding.code, one.finding.mend, one.workstations) for one in groups] == [
        ("port.dropped", "open it", ("a", "b")),
        ("port.dropped", "open that", ("c",)),
        ("link.narrow", None, ("b", "c")),
    ]
