"""Which desktop there is to watch: by the system that this runs on."""

import sys

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.workstation.analytics.source import DesktopSource
from playhead.workstation.analytics.x11 import X11Desktop


def open_desktop(display: str, clock: Clock, *, platform: str = sys.platform) -> DesktopSource:
    """Open it.

    Args:
        display: the X11 display; empty for the one in the environment. Not looked at elsewhere.
        clock: for how fresh is what is known.
        platform: as `sys.platform` has it.

    Raises:
        UnavailableError: ``analytics.no_source``: there is none for this system; as of the desktops.
    """
    if platform == "win32":
        from playhead.workstation.analytics.windows.desktop import WindowsDesktop  # noqa: PLC0415 - it is there only
        from playhead.workstation.analytics.windows.system import WindowsSystem  # noqa: PLC0415 - likewise

        return WindowsDesktop(WindowsSystem())
    if platform == "darwin":
        message = "Desktop analytics cannot watch a Mac yet."
        raise UnavailableError("analytics.no_source", message, hint="Turn [workstation.analytics] on = false there.")
    return X11Desktop(display, clock)
