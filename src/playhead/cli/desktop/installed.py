"""Which programs the scripted desktop can use here, how each is started, and which Debian package brings it."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playhead.base.errors import UnavailableError
from playhead.cli.desktop.script import Role

_CHROMIUM = (
    "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions",
    "--disable-domain-reliability", "--disable-breakpad", "--disable-dev-shm-usage", "--metrics-recording-only",
    "--no-pings", "--password-store=basic", "--enable-smooth-scrolling", "--hide-crash-restore-bubble",
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider", "--lang=en-GB",
    "--test-type",  # no warning bar about the flags above
)  # fmt: skip

_FIREFOX_PREFERENCES = {
    "app.normandy.enabled": "false",
    "app.update.enabled": "false",
    "browser.aboutwelcome.enabled": "false",
    "browser.shell.checkDefaultBrowser": "false",
    "browser.startup.homepage_override.mstone": '"ignore"',
    "browser.warnOnQuit": "false",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "general.smoothScroll": "true",
    "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false",
    "termsofuse.bypassNotification": "true",
    "toolkit.telemetry.reportingpolicy.firstRun": "false",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where a desktop keeps what its programs need."""

    folder: Path
    pages: tuple[Path, ...]
    """HTML files, one browser tab each."""

    @property
    def home(self) -> Path:
        """The agent's home folder."""
        return self.folder / "home"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that can play a role."""

    role: Role
    executable: str
    package: str
    """The Debian package that brings it."""
    window: str
    """Part of its window's class, in lower case."""
    command: Callable[[str, Places], list[str]]
    """Arguments to start it with, from its path."""


def _chromium(path: str, places: Places) -> list[str]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root with one
    profile = f"--user-data-dir={places.folder / 'chromium'}"
    return [path, profile, *_CHROMIUM, *sandbox, *(page.as_uri() for page in places.pages)]


def _firefox(path: str, places: Places) -> list[str]:
    profile = places.folder / "firefox"
    profile.mkdir(exist_ok=True)
    lines = [f'user_pref("{name}", {value});' for name, value in _FIREFOX_PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    return [path, "--no-remote", "--profile", str(profile), *(page.as_uri() for page in places.pages)]


def _xterm(path: str, places: Places) -> list[str]:
    look = ["-fa", "DejaVu Sans Mono", "-fs", "11", "-bg", "#10161c", "-fg", "#d5dde5", "-sb", "-rightbar"]
    return [path, *look, "-title", "Terminal", "-e", "bash", "--rcfile", str(places.home / ".bashrc"), "-i"]


def _mousepad(path: str, places: Places) -> list[str]:
    return [path, "--disable-server", str(places.home / "notes.txt")]


CATALOGUE: tuple[Program, ...] = (
    Program(Role.BROWSER, "chromium", "chromium", "chromium", _chromium),
    Program(Role.BROWSER, "firefox-esr", "firefox-esr", "firefox", _firefox),
    Program(Role.TERMINAL, "xterm", "xterm", "xterm", _xterm),
    Program(Role.EDITOR, "mousepad", "mousepad", "mousepad", _mousepad),
)
"""What can play each role, best first."""

_NEEDED = (("Xvfb", "xvfb"), ("openbox", "openbox"), ("xrandr", "x11-xserver-utils"))
"""Executable and Debian package of what no desktop can do without."""

Find = Callable[[str], str | None]


def _hint(packages: Sequence[str]) -> str:
    return f"On Debian: apt-get install --no-install-recommends {' '.join(packages)}"


def find_programs(roles: Sequence[Role], *, find: Find = shutil.which) -> dict[Role, tuple[Program, str]]:
    """The best installed program of each role, with its path; a role that nothing here can play is left out.

    Raises:
        UnavailableError: ``desktop.missing_program``, with the packages to install: the X server, the window manager
            or xrandr is missing, or roles were asked for and no program of any is there.
    """
    missing = [package for executable, package in _NEEDED if find(executable) is None]
    if missing:
        message = f"A scripted desktop needs what is not installed: {', '.join(missing)}."
        raise UnavailableError("desktop.missing_program", message, hint=_hint(missing))
    found: dict[Role, tuple[Program, str]] = {}
    for program in CATALOGUE:
        path = find(program.executable)
        if program.role in roles and program.role not in found and path is not None:
            found[program.role] = (program, path)
    if roles and not found:
        message = "None of the programs that the scripted agent works with is installed."
        raise UnavailableError("desktop.missing_program", message, hint=_hint(missing_packages(roles, find=find)))
    return found


def missing_packages(roles: Sequence[Role], *, find: Find = shutil.which) -> list[str]:
    """For each role that nothing here can play: the Debian package that would."""
    playable = {program.role for program in CATALOGUE if find(program.executable) is not None}
    best = {program.role: program.package for program in reversed(CATALOGUE)}
    return [best[role] for role in roles if role not in playable]
