"""Findings, reports, their table, and running checks."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, UnavailableError
from playhead.environment.doctor.aside import aside
from playhead.environment.doctor.codes import CODES, as_markdown, finding
from playhead.environment.doctor.findings import FINDINGS_MAX, REPORT_BYTES_MAX, Report, Role, Severity
from playhead.environment.doctor.runner import Check, examine
from playhead.environment.doctor.text import as_text

SOURCES = Path(__file__).parents[3] / "src" / "playhead"
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def report(*findings, **changes):
    values = {"machine": "desk-1", "role": Role.WORKSTATION, "version": "1", "at": AT, "elapsed_ms": 1200}
    return Report(**values | changes, findings=findings)


WELL = finding("encoder.present", "encoder", "libx264 can be opened.")
WRONG = finding("zone.unknown", "time zone", "There is none.")
BAD = finding("disk.full", "/data", "1.0 MB are free.", folder="/data", free_bytes=1_000_000)


def test_a_finding_has_the_words_of_the_table():
    assert (BAD.severity, BAD.meaning) == (Severity.ERROR, CODES["disk.full"].meaning)
    assert BAD.mend == "Make room on the disk of /data, or add disk."
    assert BAD.evidence == {"folder": "/data", "free_bytes": 1_000_000}
    assert finding("disk.full", "", "", folder="", severity=Severity.INFO).severity is Severity.INFO
    with pytest.raises(KeyError):
        finding("no.such", "", "")


def test_reports_as_json_and_back():
    told = report(BAD, WELL)
    assert Report.from_json(told.as_json()) == told
    plain = told.as_plain()
    assert (plain["elapsedMs"], plain["role"], plain["at"]) == (1200, "workstation", "2026-11-23T12:00:00Z")
    assert plain["findings"][0]["evidence"] == {"folder": "/data", "free_bytes": 1_000_000}


@pytest.mark.parametrize(("findings", "worst", "code"), [
    ((), Severity.OK, 0),
    ((WELL,), Severity.OK, 0),
    ((WELL, WRONG), Severity.WARNING, 1),
    ((WRONG, BAD, WELL), Severity.ERROR, 2),
])  # fmt: skip
def test_the_worst_of_it_is_the_exit_code(findings, worst, code):
    assert (report(*findings).worst, report(*findings).exit_code) == (worst, code)


def test_what_a_peer_may_send_as_a_report_is_bounded():
    assert len(Report.from_json(report(*[WELL] * FINDINGS_MAX).as_json()).findings) == FINDINGS_MAX
    bad = [
        report(*[WELL] * (FINDINGS_MAX + 1)).as_json(),
        report(BAD).as_json().replace(b"disk.full", b"Disk Full"),
        report(BAD).as_json().replace(b'"error"', b'"dire"'),
        report(BAD).as_json().replace(b"00Z", b"00"),
        b"[]",
        b"{",
        b" " * (REPORT_BYTES_MAX + 1),
    ]
    for data in bad:
        with pytest.raises(CorruptError) as caught:
            Report.from_json(data)
        assert caught.value.code == "doctor.report"


def test_every_code_that_is_used_is_in_the_table_and_none_is_left_over():
    used = set()
    for path in SOURCES.rglob("*.py"):
        if path != SOURCES / "environment/doctor/table.py":
            used |= set(re.findall(r'"([a-z_]+\.[a-z0-9_]+)"', path.read_text())) & set(CODES)
    assert set(CODES) - used == set()
    made = r"\b(?:find|finding)\(\s*\"([^\"]+)\""
    doctors = [*SOURCES.glob("environment/doctor/**/*.py"), *SOURCES.glob("*/*doctor*.py")]
    assert {code for path in doctors for code in re.findall(made, path.read_text())} <= set(CODES)


def test_every_code_says_what_it_means_and_what_mends_it():
    for row in CODES.values():
        assert row.meaning.endswith("."), row.code
        assert (row.mend is not None) == (row.severity in {Severity.WARNING, Severity.ERROR}) or row.mend, row.code


async def test_checks_run_at_once_and_the_worst_comes_first():
    both = asyncio.Barrier(2)

    def meeting(one):
        async def look():
            await both.wait()  # neither could end before the other has begun
            return [one]

        return look

    checks = [Check("a", meeting(WELL)), Check("b", meeting(BAD))]
    found = await examine(checks, machine="desk-1", role=Role.WORKSTATION, clock=SystemClock())
    assert found.findings == (BAD, WELL)
    assert (found.machine, found.role, found.exit_code) == ("desk-1", Role.WORKSTATION, 2)


async def test_one_that_fails_or_does_not_end_takes_no_other_with_it():
    async def unavailable():
        raise UnavailableError("file.unreadable", "It cannot be read.")

    async def mistaken():
        raise RuntimeError("our own fault")

    async def endless():
        await asyncio.Event().wait()

    async def well():
        return [WELL]

    checks = [
        Check("a", unavailable), Check("b", mistaken), Check("c", endless, within_s=0.01), Check("d", well)
    ]  # fmt: skip
    found = await examine(checks, machine="desk-1", role=Role.PREMISES, clock=SystemClock())
    assert sorted((one.code, one.subject) for one in found.findings) == [
        ("doctor.failed", "a"),
        ("doctor.failed", "b"),
        ("doctor.slow", "c"),
        ("encoder.present", "encoder"),
    ]


async def test_what_blocks_is_left_behind():
    def fail():
        raise OSError(5, "Input/output error")

    assert await aside(lambda: 7) == 7
    with pytest.raises(OSError, match="Input/output"):
        await aside(fail)
    assert [one.code for one in await Check.blocking("a", lambda: [WELL]).look()] == ["encoder.present"]


def test_as_text():
    lines = as_text(report(BAD, WRONG, WELL), paint=lambda text, severity: f"<{severity}>{text}").splitlines()
    assert lines[0] == "desk-1 (workstation), Playhead 1, 2026-11-23 12:00:00 UTC"
    assert "<error>✗ /data: 1.0 MB are free." in lines
    assert any("(disk.full)" in line for line in lines)
    assert "    → Make room on the disk of /data, or add disk." in lines
    assert "<ok>✓ encoder: libx264 can be opened." in lines
    assert lines[-1] == "1 error, 1 warning; 1 of 3 are well. Looked for 1.2 s."
    assert "encoder" not in as_text(report(BAD, WELL), with_ok=False)


def test_the_page_has_the_table():
    page = (SOURCES.parents[1] / "docs" / "services" / "environment.md").read_text()
    shown = page.partition("compared by the tests -->\n| code |")[2].partition("<!-- end of codes -->")[0]
    assert f"| code |{shown}" == as_markdown()
