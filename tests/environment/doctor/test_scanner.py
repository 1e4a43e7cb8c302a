"""What the scanner's settings say of our files; no scanner is run."""

import pytest

from playhead.environment.antivirus.clamd_conf import ClamdConf
from playhead.environment.antivirus.exclusions import of_premises
from playhead.environment.antivirus.scanner import Scanner
from playhead.environment.doctor.checks import scanner as check
from playhead.environment.doctor.checks.scanner import look_at_exclusions


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "premises" / "recordings").mkdir(parents=True, mode=0o700)
    return of_premises(tmp_path, tmp_path / "python")


def running(monkeypatch, text, tmp_path):
    found = Scanner(tmp_path / "clamd.conf", ClamdConf.parse(text), has_daemon=False, runs=True, access=None)
    monkeypatch.setattr(check, "find_scanner", lambda: found)


def codes(rows, tmp_path):
    return {one.code for one in look_at_exclusions(rows, tmp_path / "premises")}


def test_no_scanner_is_nothing_to_tell(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(check, "find_scanner", lambda: None)
    assert look_at_exclusions(rows, tmp_path / "premises") == []


def test_a_scanner_that_was_told_nothing_and_one_that_was(rows, tmp_path, monkeypatch):
    running(monkeypatch, "", tmp_path)
    assert "antivirus.absent" in codes(rows, tmp_path)
    recordings = tmp_path / "premises"
    running(monkeypatch, f"ExcludePath ^{recordings}/.*$\n", tmp_path)
    assert "antivirus.present" in codes(rows, tmp_path)
    assert "antivirus.absent" not in codes(rows, tmp_path)
