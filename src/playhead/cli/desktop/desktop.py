"""A whole desktop to record where there is none: X server, window manager, programs, and an agent who uses them."""

import asyncio
import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import Self

from playhead.base.clock import Clock, SystemClock
from playhead.base.errors import UnavailableError
from playhead.cli.desktop import phrases
from playhead.cli.desktop.clock import BurntClock
from playhead.cli.desktop.driver import Driver
from playhead.cli.desktop.installed import Places, find_programs
from playhead.cli.desktop.processes import Programs
from playhead.cli.desktop.script import Focus, Read, Role, Step, agent_day, within
from playhead.cli.desktop.x11 import X11
from playhead.cli.desktop.xserver import XServer

WINDOWS_WITHIN_S = 30.0
"""How long the programs may take to show their windows; a cold browser on a busy machine takes several seconds."""

_PAGES = ("customers.html", "guide.html", "orders.html")
_POLL_S = 0.05
_REST_MS = 3000
"""How long menus, highlights and caches of programs take to come to rest."""

_BACKGROUND = (0x2B, 0x3E, 0x50)

# Where each role's window goes: left, top, width, height as fractions of the screen. The browser fills it; terminal
# and editor lie over parts of it, so that switching windows uncovers and covers text.
_ARRANGEMENT = {
    Role.BROWSER: (0.0, 0.02, 1.0, 0.98),
    Role.TERMINAL: (0.33, 0.28, 0.62, 0.62),
    Role.EDITOR: (0.05, 0.42, 0.5, 0.5),
}

ALL_ROLES: tuple[Role, ...] = tuple(Role)


class Desktop:
    """A scripted desktop, there between ``async with`` and its end, which stops every program it started.

    Args:
        folder: for profiles, home, logs and the display's cookie; made where missing.
        size: width and height in pixels.
        seed: of the agent's work: equal seeds do equal work.
        roles: which windows to open; those that no installed program can play are left out (see ``roles`` after
            the start). Without any it is a bare display with a window manager.
        clock_hz: how often the clock of `playhead.cli.desktop.clock` shows the time, or 0 for no clock.
        clock: whose time that is.

    Raises:
        UnavailableError: ``desktop.missing_program`` with what to install; ``desktop.not_started``;
            ``desktop.no_window`` where the programs do not appear.
    """

    def __init__(
        self,
        folder: Path,
        *,
        size: tuple[int, int] = (1920, 1080),
        seed: int = 1,
        roles: Sequence[Role] = ALL_ROLES,
        clock_hz: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.display = ""
        """Name of the display, such as ``:7``."""
        self.environment: dict[str, str] = {}
        """What a program needs to use the display, and nothing of ours: DISPLAY, XAUTHORITY, HOME, PATH, …"""
        self.roles: tuple[Role, ...] = tuple(roles)
        self._size = size
        self._seed = seed
        self._clock_hz = clock_hz
        self._clock = clock or SystemClock()
        self._exit = AsyncExitStack()
        self._server: XServer
        self._x11: X11
        self._windows: dict[Role, str] = {}

    async def __aenter__(self) -> Self:
        programs = find_programs(self.roles)
        self.roles = tuple(programs)
        self._windows = {role: program.window for role, (program, _) in programs.items()}
        async with AsyncExitStack() as stack:
            running = Programs(self.folder / "logs")
            stack.push_async_callback(running.stop)
            places = await asyncio.to_thread(self._prepare)
            await self._start_display(running, stack)
            for role, (program, path) in programs.items():
                await running.start(role, program.command(path, places), self.environment, folder=places.home)
            await self._await_windows()
            self._arrange()
            self._exit = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    @property
    def cookie(self) -> bytes:
        """The display's MIT-MAGIC-COOKIE-1, for clients in this process."""
        return self._server.cookie

    @property
    def xauthority(self) -> Path:
        """The file with the display's cookie, for ``XAUTHORITY``."""
        return self._server.xauthority

    def _prepare(self) -> Places:
        """Lay out the folder: home with things to look at, the pages."""
        home = self.folder / "home"
        (home / "cases").mkdir(parents=True, exist_ok=True)
        dice = random.Random(self._seed)  # noqa: S311 - repeatable contents
        (home / "service.log").write_text(phrases.log_lines(dice, 2000))
        for number in range(1, 10):
            (home / "cases" / f"case-{number:03}.txt").write_text(phrases.case(dice))
        (home / "notes.txt").write_text("Notes of today\n\n")
        (home / ".bashrc").write_text("PS1='agent:\\W\\$ '\nHISTFILE=\n")
        pages = self.folder / "pages"
        with as_file(files("playhead.cli.desktop") / "pages") as source:
            shutil.copytree(source, pages, dirs_exist_ok=True)
        self.environment = _environment(home)
        return Places(self.folder, tuple(pages / name for name in _PAGES))

    async def _start_display(self, running: Programs, stack: AsyncExitStack) -> None:
        self._server = await XServer.start(running, self.folder, self.environment)
        self.display = self._server.display
        self.environment |= {"DISPLAY": self.display, "XAUTHORITY": str(self._server.xauthority)}
        await self._server.resize(*self._size, self.environment)
        self._x11 = X11(self.display, self._server.cookie)
        stack.callback(self._x11.close)
        self._x11.paint_background(_BACKGROUND)
        await running.start("openbox", ["openbox", "--sm-disable"], self.environment, folder=self.folder)
        await self._until(self._x11.managed, "the window manager")
        if self._clock_hz > 0:
            task = asyncio.create_task(BurntClock(self._x11, self._clock).run(self._clock_hz))
            stack.push_async_callback(_cancelled, task)

    async def _await_windows(self) -> None:
        """Wait for every role's window. A program that shows none is left out, unless none shows any."""
        try:
            await self._until(lambda: set(self._shown()) == set(self.roles), "a window")
        except UnavailableError:
            if not self._shown():
                raise
            self.roles = tuple(role for role in self.roles if role in self._shown())

    def _shown(self) -> dict[Role, int]:
        """The windows that are there, by role."""
        windows = self._x11.windows()
        return {
            role: window.id for role, wanted in self._windows.items() for window in windows if wanted in window.program
        }

    def _arrange(self) -> None:
        """Put the windows where they belong on the screen as it is now, the first role's in front."""
        width, height = self._x11.size()
        shown = self._shown()
        for role, (left, top, wide, high) in _ARRANGEMENT.items():
            if role in shown:
                box = (round(left * width), round(top * height), round(wide * width), round(high * height))
                self._x11.place(shown[role], box)
        if shown:
            self._x11.activate(shown[next(iter(shown))])

    async def resize(self, width: int, height: int) -> None:
        """Give the desktop another size, as docking or undocking does, and move the windows to fit.

        Raises:
            InvalidInputError: ``desktop.size``.
            UnavailableError: ``desktop.not_resized``.
        """
        await self._server.resize(width, height, self.environment)
        self._arrange()

    async def agent_at_work(self, *, seconds: float | None = None) -> None:
        """Let the agent work: for about ``seconds``, at the end of a step; without it until cancelled.

        Returns at once where no role is there to work in.

        Raises:
            UnavailableError: ``desktop.no_display``, the X server is gone.
        """
        steps: Iterator[Step] = agent_day(self._seed, self.roles)
        if seconds is not None:
            steps = within(steps, round(seconds * 1000))
        await Driver(self._x11, self._windows).work(steps)

    async def come_to_rest(self) -> None:
        """Bring a window without a blinking caret to the front, so that nothing on the screen changes any more.

        Raises:
            UnavailableError: ``desktop.no_display``.
        """
        await Driver(self._x11, self._windows).work([Focus(Role.TERMINAL), Read(_REST_MS)])

    async def _until(self, happened: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(WINDOWS_WITHIN_S):
                while not happened():  # noqa: ASYNC110 - the display is asked; it sends no word of its own
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            message = f"On the scripted desktop {what} did not appear within {WINDOWS_WITHIN_S:.0f} s."
            hint = f"What its programs said is in {self.folder / 'logs'}."
            raise UnavailableError("desktop.no_window", message, hint=hint) from None


def _environment(home: Path) -> dict[str, str]:
    """An agent's environment: nothing of ours but PATH and time zone, no desktop bus, no accessibility bridge."""
    kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
        "LANG": "C.UTF-8",
        "SHELL": "/bin/bash",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "DBUS_SYSTEM_BUS_ADDRESS": "disabled:",
        "GSETTINGS_BACKEND": "memory",
        "NO_AT_BRIDGE": "1",
        "GTK_A11Y": "none",
        "GDK_BACKEND": "x11",
        "MOZ_ENABLE_WAYLAND": "0",
        "MOZ_CRASHREPORTER_DISABLE": "1",
    }


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
