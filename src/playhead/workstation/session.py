"""What the desktop session and the machine are doing, where the system tells: locked, logged out, asleep, booted anew.

Where each is told (Linux, X11):

* locked: logind's ``LockedHint`` (org.freedesktop.login1), which GNOME, KDE and light-locker set; without logind the
  X screen saver (MIT-SCREEN-SAVER), which tells that the screen is blanked.
* logged out: logind: the user has no session any more, or it is closing.
* asleep: ``CLOCK_BOOTTIME`` goes on while the machine sleeps, ``CLOCK_MONOTONIC`` does not.
* booted anew: the kernel's ``boot_id``.
"""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal, Protocol

SessionState = Literal["", "locked", "logged_out"]
"""Empty where somebody works, or where nothing is known."""

LOGINCTL_S: Final = 2.0
"""How long ``loginctl`` may take; then nothing is known."""

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_GONE: Final = frozenset({"closing", "lingering", "offline"})
"""States of a logind user or session in which nobody sits in front of it (sd-login(3))."""


class Session(Protocol):
    """The source of it, as an argument."""

    @property
    def boot(self) -> str:
        """Tells one run of the machine from another; empty where that is not known."""
        ...

    def asleep_us(self) -> int:
        """How long the machine has slept since it was booted, in all. Never blocks."""
        ...

    def look(self) -> SessionState:
        """What the session is doing. Blocks up to a few seconds."""
        ...


class NoSession:
    """Where nothing is told."""

    boot = ""

    def asleep_us(self) -> int:
        """Never."""
        return 0

    def look(self) -> SessionState:
        """Nothing is known."""
        return ""


class SystemSession:
    """See the module.

    Args:
        environment: of the process: ``XDG_SESSION_ID``.
        saver: whether the X screen saver is on; None where that is not known.
        boot_id: the kernel's file.
        ask: runs a program; its output, None where it failed.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        saver: Callable[[], bool | None],
        *,
        boot_id: Path = _BOOT_ID,
        ask: Callable[[list[str]], str | None] | None = None,
    ) -> None:
        self._session = environment.get("XDG_SESSION_ID", "")
        self._saver = saver
        self._ask = ask or _ask
        try:
            self.boot = boot_id.read_text("ascii").strip()
        except OSError:  # not a Linux
            self.boot = ""

    def asleep_us(self) -> int:
        """As `Session.asleep_us`."""
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        if boottime is None:
            return 0
        return (time.clock_gettime_ns(boottime) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)) // 1000

    def look(self) -> SessionState:
        """As `Session.look`."""
        user = self._properties("show-user", str(os.getuid()), "State", "Display")
        if user.get("State") in _GONE:
            return "logged_out"
        session = self._session or user.get("Display", "")
        if session:
            found = self._properties("show-session", session, "LockedHint", "State")
            if found.get("State") in _GONE:
                return "logged_out"
            if found:
                return "locked" if found.get("LockedHint") == "yes" else ""
        return "locked" if self._saver() else ""

    def _properties(self, verb: str, subject: str, *names: str) -> dict[str, str]:
        told = self._ask(["loginctl", verb, subject, *(f"--property={name}" for name in names)])
        return dict(line.split("=", 1) for line in (told or "").splitlines() if "=" in line)


class MachineSession(SystemSession):
    """The machine by itself, under a desktop that is made up: nobody logs in at it, and nothing locks it."""

    def __init__(self) -> None:
        super().__init__({}, lambda: None)

    def look(self) -> SessionState:
        """Nothing is known."""
        return ""


def _ask(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=LOGINCTL_S, check=False, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def is_wayland(environment: Mapping[str, str]) -> bool:
    """Whether the desktop session is a Wayland one, whose X server (Xwayland) shows only some programs' windows."""
    return bool(environment.get("WAYLAND_DISPLAY")) or environment.get("XDG_SESSION_TYPE") == "wayland"
