"""A workstation in a process of its own, as `playhead workstation run`, but on a small desktop that is made up.

Twenty real desktops with their programs would need more than two processors; the service, its encoder, spool and
connection are the real ones.
"""

import random
import sys
import time
from pathlib import Path

from playhead.base import logs
from playhead.base.clock import SystemClock
from playhead.cli.run import run_until_stopped
from playhead.cli.workstation_file import load_settings
from playhead.testing.desktop_source import DesktopSource
from playhead.workstation.capture.source import Monitor, Rectangle
from playhead.workstation.load import lower_priority
from playhead.workstation.service import WorkstationService, pipelines

CHANGES_S = 0.5
SIZE = (480, 270)


class RestlessDesktop(DesktopSource):
    """Something on it changes twice a second."""

    def __init__(self) -> None:
        super().__init__(Monitor("made-up", 0, 0, *SIZE))
        self._dice = random.Random()
        self._next_s = 0.0

    def ready(self) -> bool:
        """See `DesktopSource.ready`."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + CHANGES_S
            place = Rectangle(self._dice.randrange(SIZE[0] - 60), self._dice.randrange(SIZE[1] - 40), 60, 40)
            self.paint("made-up", place, self._dice.randrange(1 << 24))
        return super().ready()


def main() -> None:
    clock = SystemClock()
    logs.configure(clock, form="json")
    settings = load_settings(Path(sys.argv[1]))
    lower_priority()
    run_until_stopped(WorkstationService(settings, pipelines(settings, RestlessDesktop, clock), clock).run())


if __name__ == "__main__":
    main()
