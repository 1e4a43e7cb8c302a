"""What the desktop session and the machine do, as logind, the X server and the kernel tell."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workstation.capture.x11_desk import Xvfb

from playhead.workstation.capture.x11.saver import is_saver_on
from playhead.workstation.session import SystemSession


def logind(user: str | None, session: str | None = None) -> Callable[[list[str]], str | None]:
    def ask(command: list[str]) -> str | None:
        assert command[0] == "loginctl"
        if command[1] == "show-user":
            return user
        assert command[2] == "7"
        return session

    return ask


@pytest.mark.parametrize(
    ("user", "session", "saver", "expected"),
    [
        ("State=active\nDisplay=7\n", "LockedHint=no\nState=active\n", True, ""),
        ("State=active\nDisplay=7\n", "LockedHint=yes\nState=active\n", False, "locked"),
        ("State=active\nDisplay=7\n", "LockedHint=no\nState=closing\n", False, "logged_out"),
        ("State=lingering\nDisplay=\n", None, True, "logged_out"),
        ("State=closing\nDisplay=7\n", "LockedHint=no\nState=active\n", False, "logged_out"),
        ("State=active\nDisplay=\n", None, True, "locked"),
        ("State=active\nDisplay=7\n", None, True, "locked"),
        (None, None, True, "locked"),
        (None, None, False, ""),
        (None, None, None, ""),
    ],
)
def test_what_the_session_does(user: str | None, session: str | None, *, saver: bool | None, expected: str) -> None:
    assert SystemSession({}, lambda: saver, ask=logind(user, session)).look() == expected


def test_the_session_is_the_one_that_this_program_runs_in() -> None:
    session = SystemSession({"XDG_SESSION_ID": "7"}, lambda: None, ask=logind("State=active\n", "LockedHint=yes\n"))
    assert session.look() == "locked"


def test_without_logind_nothing_breaks() -> None:
    assert SystemSession({}, lambda: None).look() in {"", "locked", "logged_out"}


def test_the_boot_and_the_sleep_are_the_kernels(tmp_path: Path) -> None:
    session = SystemSession({}, lambda: None)
    assert session.boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    first = session.asleep_us()
    assert 0 <= session.asleep_us() - first < 1_000_000
    assert SystemSession({}, lambda: None, boot_id=tmp_path / "none").boot == ""


@pytest.fixture
def server() -> Iterator[Xvfb]:
    server = Xvfb()
    yield server
    server.stop()


def test_a_blanked_screen(server: Xvfb) -> None:
    assert is_saver_on(server.display) is False
    subprocess.run(["xset", "-display", server.display, "s", "activate"], check=True)
    assert is_saver_on(server.display) is True
    subprocess.run(["xset", "-display", server.display, "s", "reset"], check=True)
    assert is_saver_on(server.display) is False


def test_no_display_tells_nothing() -> None:
    assert is_saver_on(":65000") is None
