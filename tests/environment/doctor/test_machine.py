"""The machine's own: certificates, disk, files, encoder and time zone."""

import os
import subprocess
import sys

import pytest

from playhead.environment.doctor.checks.certificates import look_at_certificate
from playhead.environment.doctor.checks.disk import look_at_room, look_at_spool
from playhead.environment.doctor.checks.files import look_at_delays, look_at_holders
from playhead.environment.doctor.checks.machine import look_at_encoder, look_at_zone
from playhead.environment.doctor.findings import Severity
from playhead.wire.pki import Validity
from playhead.wire.pki.authority import DAY_US

NOW = 1000 * DAY_US


@pytest.mark.parametrize(("begins", "ends", "code"), [
    (-100, 300, "certificate.valid"),
    (-100, 22, "certificate.valid"),
    (-379, 20, "certificate.ends"),
    (-60, 14, "certificate.valid"),  # of 90 days, say: three weeks would be too soon
    (-80, 10, "certificate.ends"),
    (-100, 0, "certificate.ended"),
    (1, 100, "certificate.ended"),
])  # fmt: skip
def test_certificates(begins, ends, code):
    found = look_at_certificate("web", Validity(NOW + begins * DAY_US, NOW + ends * DAY_US), now_us=NOW)
    assert (found.code, found.evidence["left_days"]) == (code, ends)


def room(**changes):
    values = {"free_bytes": 100_000_000_000, "reserve_bytes": 0, "bytes_per_day": 1_000_000_000, "oldest_days": 0}
    return look_at_room("/data", **{**values, "keep_days": None, **changes})


@pytest.mark.parametrize(("changes", "code", "severity"), [
    ({}, "disk.enough", Severity.OK),
    ({"bytes_per_day": 0}, "disk.enough", Severity.OK),
    ({"bytes_per_day": 4_000_000_000}, "disk.short", Severity.WARNING),
    ({"bytes_per_day": 40_000_000_000}, "disk.short", Severity.ERROR),
    ({"keep_days": 90}, "disk.enough", Severity.OK),
    ({"keep_days": 101}, "disk.short", Severity.WARNING),
    ({"keep_days": 365, "oldest_days": 270}, "disk.enough", Severity.OK),
    ({"keep_days": 365, "oldest_days": 200}, "disk.short", Severity.WARNING),
    ({"reserve_bytes": 100_000_000_000}, "disk.full", Severity.ERROR),
])  # fmt: skip
def test_room_on_the_server(changes, code, severity):
    found = room(**changes)
    assert (found.code, found.severity) == (code, severity)


def test_what_is_said_of_room():
    found = room(keep_days=365, oldest_days=200)
    assert found.evidence["days"] == 100
    assert "last 100 days; the first recording is old enough to be erased in 165." in found.message


@pytest.mark.parametrize(("free", "used", "code"), [
    (50_000_000_000, 0, "disk.enough"),
    (50_000_000_000, 19_900_000_000, "disk.narrow"),
    (50_000_000_000, 20_000_000_000, "disk.full"),
    (1_300_000_000, 0, "disk.narrow"),
    (1_000_000_000, 0, "disk.full"),
])  # fmt: skip
def test_room_on_a_workstation(free, used, code):
    found = look_at_spool(
        "/spool", free_bytes=free, reserve_bytes=1_000_000_000, spool_max_bytes=20_000_000_000, used_bytes=used
    )
    assert found.code == code


def test_files_are_written_for_real_and_nothing_is_left(tmp_path):
    (tmp_path / "data").mkdir()
    (found,) = look_at_delays(tmp_path / "data")
    assert found.code in {"files.quick", "files.slow", "files.delayed"}  # the machine's own speed is no matter here
    assert found.evidence["here_ms"] > 0
    assert list(tmp_path.rglob("*")) == [tmp_path / "data"]


@pytest.mark.parametrize(("here", "beside", "code"), [
    (0.002, 0.002, "files.quick"),
    (0.009, 0.001, "files.quick"),
    (0.100, 0.010, "files.delayed"),
    (0.600, 0.600, "files.slow"),
])  # fmt: skip
def test_a_scanner_that_delays_files_of_ours(tmp_path, here, beside, code):
    """Virtual time: each file takes what a scanner makes it take."""
    (tmp_path / "data").mkdir()
    now, calls = [0.0], [0]

    def clock():
        calls[0] += 1
        turn = calls[0] - 2  # the first call begins the whole
        if turn >= 0:
            pair, place = divmod(turn, 5)
            del pair
            if place == 1:
                now[0] += here
            if place == 3:
                now[0] += beside
        return now[0]

    (found,) = look_at_delays(tmp_path / "data", depth=2, clock=clock)
    assert found.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours_to_write(tmp_path):
    tmp_path.chmod(0o500)
    (found,) = look_at_delays(tmp_path)
    assert found.code == "files.unwritable"


def test_a_folder_that_is_not_there(tmp_path):
    (found,) = look_at_delays(tmp_path / "none")
    assert (found.code, found.severity) == ("files.unwritable", Severity.ERROR)
    assert str(tmp_path / "none") in found.mend


def test_a_program_that_holds_a_file_of_ours(tmp_path):
    file = tmp_path / "a.vid"
    file.write_bytes(b"x")
    assert look_at_holders(tmp_path) == []
    script = f"import sys; f = open({str(file)!r}); print('held', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as holder:
        assert holder.stdout.readline() == b"held\n"
        (found,) = look_at_holders(tmp_path)
        holder.stdin.close()
    assert found.code == "files.held"
    assert found.evidence["file"] == str(file)
    assert str(holder.pid) in found.evidence["program"]


def test_the_encoder():
    assert [one.code for one in look_at_encoder()] == ["encoder.present"]
    assert [one.code for one in look_at_encoder("no-such-encoder")] == ["encoder.missing"]


def test_the_time_zone(tmp_path):
    assert look_at_zone("Europe/Berlin")[0].message == "TZ is Europe/Berlin."
    named = tmp_path / "localtime"
    assert look_at_zone("", named)[0].code == "zone.unknown"
    named.symlink_to("/usr/share/zoneinfo/Etc/UTC")
    assert look_at_zone("", named)[0].message == "The machine is in Etc/UTC."
