"""Exclusions proven by a real ClamAV: its daemon, on demand and on access, where the kernel lets it."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from playhead.base.errors import InvalidInputError
from playhead.environment.antivirus import clamav, probes
from playhead.environment.antivirus import scanner as scanning
from playhead.environment.antivirus import verify as verifying
from playhead.environment.antivirus.clamd_conf import LINES_MAX, ClamdConf, broad, watched_on_access
from playhead.environment.antivirus.eicar import SIZE, eicar
from playhead.environment.antivirus.exclusions import of_premises
from playhead.environment.antivirus.scanner import Scanner, Seen, ask_daemon, find_scanner, open_as
from playhead.environment.antivirus.settings import BROAD_MAX, Subject, look_at_settings
from playhead.environment.antivirus.verify import _meaning, look_at_folders, look_at_scanner
from playhead.environment.antivirus.watching.fanotify import can_ask_permission
from playhead.testing.clamav import SCANNER, access_lines, readable_folder, running, signatures, write_config

SERVICE = "nobody"
"""Stands for the account that the service runs as."""
needs_access = pytest.mark.skipif(
    os.geteuid() != 0 or bool(can_ask_permission()), reason="scanning on access needs root and a kernel that asks"
)


@pytest.fixture
def place():
    """A folder with signatures, and the data of an installation that the service owns."""
    folder = readable_folder()
    signatures(folder / "signatures")
    (folder / "data/premises/recordings").mkdir(parents=True)
    for path in (folder / "data", *(folder / "data").rglob("*")):
        shutil.chown(path, SERVICE)
    yield folder
    shutil.rmtree(folder)


def subject_of(place, account=SERVICE):
    return Subject(of_premises(place / "data", Path("/opt/playhead/bin/python3")), account)


def verify(config, subject):
    async def ask():
        scanner = await ask_daemon(find_scanner(config))
        return [*await look_at_scanner(scanner, subject), *look_at_settings(scanner, subject)]

    return asyncio.run(ask())


def codes(findings):
    """What was found, but for what the settings say by themselves of our rows."""
    found = {one.code.removeprefix("antivirus.") for one in findings}
    return sorted(found - {"present", "absent"})


def left(place):
    return [path for path in place.rglob("*") if probes.PREFIX in path.name]


def test_the_test_file_is_what_its_makers_say():
    assert len(eicar()) == SIZE
    assert eicar().startswith(b"X5O!P%@AP[4") and eicar().endswith(b"$H+H*")  # noqa: PT018 # one string


def test_on_demand_the_daemon_leaves_ours_alone_and_catches_what_lies_beside(place):
    subject = subject_of(place)
    config = write_config(place, clamav.render(subject.rows, account=SERVICE))
    with running(config, access=False):
        found = verify(config, subject)
    assert [one.subject for one in found if one.code == "antivirus.proven"] == [
        f"{place}/data/premises/recordings/*/*/*/*.vid, on-demand",
        f"{place}/data/premises/catalogue.db*, on-demand",
    ]
    assert codes(found) == ["access_off", "proven"]
    assert found[0].evidence == {
        "by": "clamd",
        "excluded": "passed",
        "same_folder": "caught",
        "folder_beside": "caught",
    }
    assert left(place) == []


def test_the_daemon_reads_expressions_as_they_are_meant_whatever_the_folder_is_called(place):
    odd = place / "da ta+1 (x) [y] {2} ^$.|-"
    (place / "data").rename(odd)
    subject = Subject(of_premises(odd, Path("/opt/playhead/bin/python3")), SERVICE)
    config = write_config(place, clamav.render(subject.rows, account=SERVICE))
    with running(config, access=False):
        assert codes(verify(config, subject)) == ["access_off", "proven"]


def test_without_exclusions_it_is_scanned_and_a_wide_one_is_a_hole(place):
    subject = subject_of(place)
    config = write_config(place, "")
    with running(config, access=False):
        assert codes(verify(config, subject)) == ["access_off", "scanned"]
    config = write_config(place, f"ExcludePath ^{place}/data/premises/recordings/")
    with running(config, access=False):
        assert codes(verify(config, subject)) == ["access_off", "scanned", "wide"]
    config = write_config(place, "# all of it\nExcludePath ^/.*\n")
    with running(config, access=False):
        found = verify(config, subject)
    assert codes(found) == ["access_off", "broad", "missed"]
    (hole,) = [one for one in found if one.code == "antivirus.broad"]
    assert hole.subject == f"{config}, line 7"


def test_without_a_daemon_the_rules_are_proven_by_clamscan_and_without_signatures_nothing_is(place):
    subject = subject_of(place)
    config = write_config(place, "")
    found = verify(config, subject)
    assert codes(found) == ["access_off", "proven"]
    assert "clamscan with our options" in found[0].message
    (place / "signatures/local.ndb").unlink()
    assert codes(verify(config, subject)) == ["access_off", "failed"]


@needs_access
@pytest.mark.parametrize("options", [(), ("--fdpass",)])
def test_on_access_what_the_service_opens_is_left_alone_and_what_others_open_is_caught(place, options):
    subject = subject_of(place)
    lines = clamav.render(subject.rows, account=SERVICE)
    config = write_config(place, access_lines(place / "data") + lines)
    with running(config, options=options):
        found = verify(config, subject)
    assert codes(found) == (["paths_unknown", "proven"] if options else ["proven"])
    proven = [one.subject for one in found if one.code == "antivirus.proven"]
    assert [subject for subject in proven if "memory-resident" in subject] == [
        f"{place}/data/premises/recordings/*/*/*/*.vid, memory-resident",
        f"{place}/data/premises/catalogue.db*, memory-resident",
    ]


@needs_access
def test_on_access_without_exclusions_the_service_is_kept_from_its_own_files(place):
    config = write_config(place, access_lines(place / "data"))
    with running(config, options=("--fdpass",)):
        found = verify(config, subject_of(place))
    assert codes(found) == ["scanned"]


@needs_access
def test_what_access_keeps_shut_cannot_be_scanned_on_demand_where_clamd_may_not_read(place):
    subject = subject_of(place)
    config = write_config(place, access_lines(place / "data") + clamav.render(subject.rows, account=SERVICE))
    (place / "data").chmod(0o700)
    with running(config, options=("--fdpass",)):
        found = verify(config, subject)
    assert codes(found) == ["access_first", "paths_unknown", "proven"]


@needs_access
def test_on_access_elsewhere_or_without_prevention_nothing_can_be_said(place):
    subject = subject_of(place)
    (place / "elsewhere").mkdir()
    config = write_config(place, access_lines(place / "elsewhere"))
    with running(config):
        assert codes(verify(config, subject)) == ["access_elsewhere", "scanned"]
    config = write_config(place, access_lines(place / "data").replace("Prevention yes", "Prevention no"))
    with running(config):
        assert codes(verify(config, subject)) == ["access_silent", "scanned"]


@needs_access
def test_a_scanner_that_waits_for_itself_is_named_and_waited_for_no_longer_than_said(place, monkeypatch):
    config = write_config(place, access_lines(place / "data"))
    config.write_text(config.read_text().replace(f"User {SCANNER}", "User root"))
    monkeypatch.setattr(scanning, "OPEN_S", 0.5)
    with running(config):
        found = verify(config, subject_of(place))
    assert codes(found) == ["stuck"]
    assert left(place) == []


def test_what_was_seen_decides_what_it_means():
    passed, caught = Seen.PASSED, Seen.CAUGHT
    assert _meaning(Seen.STUCK, caught, caught)[0] == "antivirus.stuck"
    assert _meaning(passed, caught, Seen.UNREADABLE)[0] == "antivirus.missed"
    assert _meaning(passed, passed, caught)[0] == "antivirus.wide"
    assert _meaning(caught, passed, caught)[0] == "antivirus.scanned"
    assert _meaning(passed, caught, caught)[0] == "antivirus.proven"


def test_a_machine_without_a_scanner_is_told_so(place, monkeypatch):
    monkeypatch.setenv("PATH", str(place))
    assert find_scanner() is None
    assert codes(asyncio.run(look_at_scanner(None, subject_of(place)))) == ["none"]
    assert look_at_settings(None, subject_of(place)) == []


def test_a_configuration_that_is_none_is_refused(place):
    with pytest.raises(InvalidInputError) as caught:
        find_scanner(place / "none.conf")
    assert caught.value.code == "antivirus.config"


def test_folders_that_others_may_change_or_that_hold_programs_are_named(place):
    subject = subject_of(place)
    assert codes(look_at_folders(subject)) == ["closed"]
    day = place / "data/premises/recordings/2026/11/23"
    day.mkdir(parents=True)
    day.chmod(0o777)
    (open_,) = [one for one in look_at_folders(subject) if one.code == "antivirus.writable"]
    assert open_.subject == str(day)
    day.chmod(0o755)
    shutil.chown(day, "daemon")
    (foreign,) = [one for one in look_at_folders(subject) if one.code == "antivirus.writable"]
    assert foreign.evidence["writers"] == "user daemon"
    shutil.chown(day, SERVICE)
    (day / "a.vid").write_text("#!/bin/sh\n")
    (day / "a.vid").chmod(0o755)
    (run,) = [one for one in look_at_folders(subject) if one.code == "antivirus.executable"]
    assert "a.vid" in run.message


def test_only_root_may_act_as_another_and_a_folder_that_is_not_there_is_passed_over(place, monkeypatch):
    config = write_config(place, "")
    nowhere = Subject(of_premises(place / "none", Path("/opt/playhead/bin/python3")))
    assert codes(verify(config, nowhere)) == ["empty"]
    assert look_at_folders(nowhere) == []
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert codes(verify(config, subject_of(place))) == ["rights"]


def test_a_file_is_opened_as_another(place):
    closed = place / "closed"
    closed.write_text("")
    closed.chmod(0o600)
    assert asyncio.run(open_as(closed, None)) is Seen.PASSED
    assert asyncio.run(open_as(closed, SERVICE)) is Seen.UNREADABLE


def presence(lines, options=(), account=SERVICE, *, access=True):
    """What the settings say of a row, on demand and on access."""
    row = of_premises(Path("/srv/playhead"), Path("/opt/playhead/bin/python3"))[0]
    conf = ClamdConf.parse(f"OnAccessIncludePath /srv\n{lines}\n")
    command = ("clamonacc", *options) if access else None
    scanner = Scanner(Path("clamd.conf"), conf, has_daemon=True, runs=True, access=command)
    return [one.code.removeprefix("antivirus.") for one in look_at_settings(scanner, Subject((row,), account))]


def test_rows_of_ours_that_are_missing_are_named_where_a_scanner_runs():
    ours = clamav.render(of_premises(Path("/srv/playhead"), Path("/opt/playhead/bin/python3")), account="")
    assert presence("") == ["absent", "absent"]
    assert presence("", access=False) == ["absent"]
    assert presence(ours) == ["present", "present"]
    assert presence(ours, ("--fdpass",)) == ["paths_unknown", "present", "absent"]
    assert presence(f"{ours}OnAccessExcludeUname {SERVICE}", ("--fdpass",)) == ["paths_unknown", "present", "present"]
    assert presence("OnAccessExcludePath /srv/playhead/premises") == ["absent", "present"]
    assert presence("OnAccessExcludeRootUID yes", account="root") == ["absent", "present"]
    assert presence("OnAccessExcludeRootUID yes") == ["absent", "absent"]
    quiet = Scanner(None, ClamdConf(()), has_daemon=False, runs=False, access=None)
    assert look_at_settings(quiet, Subject(of_premises(Path("/srv"), Path("/p")))) == []


@pytest.mark.parametrize(
    ("line", "hole"),
    [
        ("ExcludePath ^/srv/playhead/premises/recordings/[^/]*/a$", False),
        (r"ExcludePath \.vid$", True),
        ("ExcludePath ^/tmp", True),
        ("ExcludePath (unclosed", False),
        ("OnAccessExcludePath /home", True),
        ("OnAccessExcludePath /srv/playhead", False),
        ("OnAccessExcludePath /", True),
        ("# ExcludePath ^/", False),
    ],
)
def test_what_reaches_beyond_ours_is_found_with_its_line(line, hole):
    found = broad(ClamdConf.parse(f"User clamav\n\n{line}\n"))
    assert [one.line for one, _ in found] == ([3] if hole else [])


def test_what_is_watched_on_access_is_read_from_the_configuration():
    conf = ClamdConf.parse("OnAccessIncludePath /srv/a\n")
    assert watched_on_access(conf, "/srv/a/b")
    assert not watched_on_access(conf, "/srv/ab")
    assert watched_on_access(ClamdConf.parse("OnAccessMountPath /\n"), "/srv/ab")


def test_no_more_folders_lines_and_holes_are_looked_at_than_the_limits_say(place, monkeypatch):
    recordings = place / "data/premises/recordings"
    for day in (22, 23):
        (recordings / f"2026/11/{day}").mkdir(parents=True)
        (recordings / f"2026/11/{day}").chmod(0o777)
    for path in (recordings / "2026", recordings / "2026/11"):
        shutil.chown(path, SERVICE)
    subject = Subject(subject_of(place).rows[:1], SERVICE)
    monkeypatch.setattr(verifying, "FOLDERS_MAX", 4)
    (newest,) = [one for one in look_at_folders(subject) if one.code == "antivirus.writable"]
    assert newest.subject.endswith("/23")
    monkeypatch.setattr(verifying, "FOLDERS_MAX", 5)
    assert len([one for one in look_at_folders(subject) if one.code == "antivirus.writable"]) == 2
    hole = "ExcludePath ^/tmp\n"
    assert len(broad(ClamdConf.parse("\n" * (LINES_MAX - 1) + hole))) == 1
    assert broad(ClamdConf.parse("\n" * LINES_MAX + hole)) == []
    conf = ClamdConf.parse(hole * (BROAD_MAX + 1))
    scanner = Scanner(Path("clamd.conf"), conf, has_daemon=False, runs=False, access=None)
    assert len(look_at_settings(scanner, Subject(()))) == BROAD_MAX
