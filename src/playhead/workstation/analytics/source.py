"""What is asked of a desktop, whatever system it is of."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from playhead.workstation.session import SessionState


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """A window that can be seen."""

    id: int
    """The system's; equal for as long as the window is there."""
    application: str
    """X11: the class of its WM_CLASS; Windows: the program's file without its folder, such as ``chrome.exe``."""
    title: str
    process: int = 0
    """0 where it is not known."""
    monitor: int = 0
    """From 1 on; 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class View:
    """What is so at a moment."""

    front: SeenWindow | None
    """The one that takes the keys."""
    shown: tuple[SeenWindow, ...]
    """All that can be seen, or might be: one that lies under another counts."""
    idle_us: int
    """Since the last key or movement."""
    session: SessionState = ""
    """What the desktop's session does, where the desktop itself tells."""


class DesktopSource(Protocol):
    """A desktop. For the event loop's thread; no call waits for anything but the system's answer."""

    def watched(self, changed: Callable[[], None]) -> AbstractAsyncContextManager[asyncio.Future[None]]:
        """While entered ``changed`` is called when windows have changed since the last `view`, once at least.

        The future ends, with an error, with the desktop.
        """
        ...

    def poll(self) -> bool:
        """Take in what the system has told by now, without waiting for more; whether windows have changed.

        Raises:
            UnavailableError: ``analytics.desktop``, ``indicator.no_display``.
        """
        ...

    def view(self) -> View:
        """How it is now.

        Raises:
            UnavailableError: ``analytics.desktop``.
        """
        ...

    def counted(self) -> tuple[int, int]:
        """How often keys and buttons were pressed since this was asked last. Which is never known."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
