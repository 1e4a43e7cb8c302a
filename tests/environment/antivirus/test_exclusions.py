"""What scanners leave alone: as narrow as the files we write, in every product's words."""

import json
import os
import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import SegmentId
from playhead.environment.antivirus import clamav, defender, neutral
from playhead.environment.antivirus.eicar import eicar
from playhead.environment.antivirus.exclusions import EVERYWHERE, Criterion, Kind, of_premises, of_workstation
from playhead.environment.antivirus.profiles import PROFILES
from playhead.store.logs.files import LogFile
from playhead.store.segments.layout import location_of
from playhead.testing.clamav import signatures
from playhead.testing.clock import SimClock

DATA, PROGRAM = PurePosixPath("/srv/play-head+1"), PurePosixPath("/opt/playhead/.venv/bin/python3")
OURS = {"premises": of_premises(DATA, PROGRAM), "workstation": of_workstation(DATA / "workstation", PROGRAM)}
GOLDEN = Path(__file__).parent / "golden"


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("PLAYHEAD_WRITE_GOLDEN"):
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize("role", OURS)
def test_the_lists_are_as_they_were_in_every_form(role):
    rows = OURS[role]
    compare(f"{role}.md", neutral.as_markdown(rows))
    compare(f"{role}.clamd.conf", clamav.render(rows, account="playhead"))
    compare(f"{role}.ps1", defender.render_powershell(rows))
    compare(f"{role}.remove.ps1", defender.render_powershell(rows, remove=True))
    compare(f"{role}.reg", defender.render_registry(rows))
    compare(f"{role}.remove.reg", defender.render_registry(rows, remove=True))
    compare(f"{role}.intune.json", defender.render_intune(rows))


def test_the_list_of_another_product_says_what_is_dangerous():
    compare("wfo-17.md", neutral.as_markdown(PROFILES["wfo-17"]))
    compare("wfo-17.ps1", defender.render_powershell(PROFILES["wfo-17"]))
    compare("wfo-17.reg", defender.render_registry(PROFILES["wfo-17"]))
    compare("wfo-17.clamd.conf", clamav.render(PROFILES["wfo-17"], account=""))
    texts = {row.text for row in PROFILES["wfo-17"]}
    assert texts == {
        "cc_screencapserver.exe",
        "*.vid",
        "C:\\temp",
        "cc_loggerservice.exe",
        "*.log",
        "C:\\Program Files\\CallCopy\\Logs",
    }
    assert {row.text for row in PROFILES["wfo-17"] if not row.warning} == {"C:\\Program Files\\CallCopy\\Logs"}


@pytest.mark.parametrize("role", OURS)
def test_no_row_of_ours_is_broad_or_without_reason(role):
    for row in OURS[role]:
        assert row.criteria
        assert set(row.criteria) <= set(Criterion)
        assert row.path != EVERYWHERE
        assert row.kind is not Kind.FOLDER
        assert row.path.is_relative_to(DATA) or row.path == PROGRAM


def test_the_log_that_is_written_is_named_and_what_is_packed_is_not():
    (logs,) = [row for row in OURS["premises"] if row.service == "logging"]
    written = f"{DATA}/premises/logs/2026-11-23/00000042"
    assert LogFile(Path(f"{DATA}/premises/logs/2026-11-23"), 42).plain == Path(f"{written}.log")
    assert clamav.matches(logs, f"{written}.log")
    for beside in (".log.zst", ".idx", ".log/a.log"):
        assert not clamav.matches(logs, written + beside), beside


def test_what_the_store_writes_is_named_and_what_lies_beside_it_is_not():
    recordings, *_ = OURS["premises"]
    written = f"{DATA}/premises/recordings/{location_of(SegmentId.new(SimClock()), 1_800_000_000_000_000)}"
    assert clamav.matches(recordings, written)
    for beside in (
        f"{written}.exe",
        f"{DATA}/premises/recordings/a.vid",
        f"{DATA}/premises/a.vid",
        f"{DATA}/a.vid",
        f"/elsewhere{written}",
        written.replace(".vid", ".exe"),
    ):
        assert not clamav.matches(recordings, beside), beside


names = st.text(alphabet="ab.*+/-vid\\", min_size=1, max_size=12)


@pytest.mark.parametrize(
    "row", [row for rows in (*OURS.values(), *PROFILES.values()) for row in rows if row.kind is not Kind.PROCESS]
)
@given(tail=names)
def test_the_expression_says_what_the_row_says(row, tail):
    for path in (f"{row.path}/{tail}", f"{row.path}\\{tail}", f"{row.path}{tail}", tail):
        assert bool(re.search(clamav.expression(row), path)) == clamav.matches(row, path), path


def test_the_profiles_for_programs_are_well_formed():
    for rows in (*OURS.values(), PROFILES["wfo-17"]):
        settings = json.loads(defender.render_intune(rows))["omaSettings"]
        names = {one["omaUri"].rsplit("/", 1)[1]: one["value"].split("|") for one in settings}
        assert {"ExcludedPaths", "ExcludedProcesses"} <= names.keys()
        assert names.get("ExcludedExtensions", []) == (["vid", "log"] if rows is PROFILES["wfo-17"] else [])
        assert sum(map(len, names.values())) == len(rows)
        assert len(neutral.as_plain(rows)) == len(rows) == neutral.as_csv(rows).count("\r\n") - 1


@pytest.fixture
def scanner(tmp_path):
    """ClamAV on demand."""
    database = signatures(tmp_path / "signatures")

    def scan(folder, rows):
        command = ["clamscan", "--recursive", "--infected", "--no-summary", f"--database={database}"]
        done = subprocess.run(
            [*command, *clamav.options(rows), str(folder)], capture_output=True, text=True, check=False
        )
        assert done.returncode in {0, 1}, done.stderr
        return {line.partition(":")[0] for line in done.stdout.splitlines() if line.endswith("FOUND")}

    return scan


def test_a_real_scanner_leaves_ours_alone_and_finds_what_lies_beside(tmp_path, scanner):
    data = tmp_path / "data"
    rows = (*of_premises(data, PROGRAM), *of_workstation(data / "workstation", PROGRAM))
    ours = [
        data / "premises/recordings/2026/11/23/a.vid",
        data / "premises/catalogue.db",
        data / "premises/catalogue.db-wal",
        data / "workstation/spool/growing/a.vid",
    ]
    others = [
        data / "premises/recordings/2026/11/23/a.exe",
        data / "premises/recordings/a.vid",
        data / "premises/other.db",
        data / "workstation/spool/a.exe",
        tmp_path / "a.vid",
    ]
    for path in (*ours, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(eicar())
    assert scanner(tmp_path, ()) == {str(path) for path in (*ours, *others)}
    assert scanner(tmp_path, rows) == {str(path) for path in others}
