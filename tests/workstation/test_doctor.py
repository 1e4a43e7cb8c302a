"""What the doctor looks at on an agent's PC: a real display, a real server, a real enrolment."""

import pytest
from environment.doctor.faults import patient
from premises.screen.rig import Premises
from workstation.capture.x11_desk import Xvfb

from playhead.base.clock import SystemClock
from playhead.base.ids import WorkstationId
from playhead.environment.doctor.findings import Role, Severity
from playhead.workstation.capture.test_card import TEST_CARD
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.doctor import examine_workstation, look_at_display
from playhead.workstation.enrolment import enrol

WAYLAND = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}


@pytest.fixture(scope="module")
def screen():
    server = Xvfb()
    yield server
    server.stop()


def test_a_display_that_may_be_captured(screen):
    (found,) = look_at_display(screen.display, {})
    assert (found.code, found.evidence["shm"]) == ("display.readable", True)
    assert found.message == "screen; pictures come by shared memory."
    (found,) = look_at_display("", {"DISPLAY": screen.display})
    assert (found.code, found.subject) == ("display.readable", f"display {screen.display}")


def test_displays_that_may_not_be(screen):
    assert look_at_display(":4711", {})[0].code == "display.denied"
    assert look_at_display("", WAYLAND)[0].code == "display.wayland"
    assert look_at_display(screen.display, WAYLAND)[0].code == "display.readable"  # named: not the session's own
    assert look_at_display(TEST_CARD, WAYLAND)[0].code == "display.readable"


def test_a_display_whose_cookie_we_have_not(tmp_path, monkeypatch):
    cookies = tmp_path / "cookies"
    cookies.write_bytes(b"\x01\x00\x00\x04host\x00\x00\x00\x12MIT-MAGIC-COOKIE-1\x00\x10" + b"c" * 16)
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
    locked = Xvfb(cookies=cookies)
    try:
        (found,) = look_at_display(locked.display, {})
    finally:
        locked.stop()
    assert (found.code, found.severity) == ("display.denied", Severity.ERROR)
    assert "XAUTHORITY" in found.mend


async def test_an_enrolled_machine(tmp_path, monkeypatch):
    patient(monkeypatch)
    for folder in ("premises", "desk"):
        (tmp_path / folder).mkdir()
    async with Premises(tmp_path / "premises").running() as premises:
        name = WorkstationId("desk-1")
        await enrol(premises.address, (await premises.code()).text, name, tmp_path / "desk", clock=SystemClock())
        config = WorkstationConfig(
            id=name, data=tmp_path / "desk", premises=(str(premises.address),), display=TEST_CARD
        )
        report = await examine_workstation(config, clock=SystemClock(), environment={"TZ": "UTC"})
    assert (report.machine, report.role) == ("desk-1", Role.WORKSTATION)
    codes = [one.code for one in report.findings]
    assert codes.count("certificate.valid") == 2
    assert {"port.reached", "peer.fits", "display.readable", "encoder.present", "zone.set"} <= set(codes)
    assert [one.code for one in report.findings if one.severity is Severity.ERROR] == []
    assert "program.stopped" in codes


async def test_a_machine_that_is_not_enrolled(tmp_path, monkeypatch):
    patient(monkeypatch)
    async with Premises(tmp_path).running() as premises:
        config = WorkstationConfig(
            id=WorkstationId("desk-1"), data=tmp_path / "desk", premises=(str(premises.address),), display=TEST_CARD
        )
        report = await examine_workstation(config, clock=SystemClock(), environment={})
    codes = {one.code for one in report.findings}
    assert {"identity.missing", "port.reached"} <= codes
    assert report.exit_code == 2
