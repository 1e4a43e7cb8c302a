"""A desk: what stands on its screen, which of it may be captured, and the capture of it.

While a blackout is certainly in force there is a watermark on the screen. It must never be found on any disk.
"""

from collections.abc import Callable
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.testing.scripted_pipeline import ScriptedPipeline
from playhead.testing.threads import SimThreads
from playhead.workstation.outputs import Output

WATERMARK: Final = "CARD-4111111111111111"
"""What must not be captured."""

INTERVAL_S: Final = 0.5
"""Between two looks at the screen."""


class Desk:
    """A screen. Its pictures read "<desk>/<life of the capture> <track> <number>", and say what they show."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.secret = False
        """Something stands there that must not be captured."""
        self.away = False
        """The display is off."""
        self.breaks = False
        """The next look fails."""
        self.lives = 0
        self.padding = ""
        """Makes pictures larger."""

    def text(self) -> str:
        """What a look sees."""
        return f"{self.name}/{self.lives}{WATERMARK if self.secret else ''}{self.padding}"


class DeskPipeline:
    """Implements `playhead.workstation.capture_thread.CapturePipeline` as unkindly as its contract allows.

    A look takes time, and what it was told at its beginning counts: a blackout that begins meanwhile finds its picture
    taken.

    Args:
        desk: to look at.
        clock: of the workstation.
        threads: of the workstation.
        delay_s: how long half a look takes.
    """

    def __init__(self, desk: Desk, clock: Clock, threads: SimThreads, delay_s: Callable[[], float]) -> None:
        if desk.away:
            raise UnavailableError("capture.no_display", "There is no display.")
        desk.lives += 1
        self._desk = desk
        self._clock = clock
        self._threads = threads
        self._delay_s = delay_s
        self._script = ScriptedPipeline(prefix=desk.text)
        self._script.changing = {0}
        self._dark = False
        self._woken = threads.event()

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return 1 / INTERVAL_S

    def tick(self) -> list[Output]:
        """Look."""
        self._script.set_blackout(on=self._dark)
        self._threads.sleep(self._delay_s())
        if self._desk.breaks:
            self._desk.breaks = False
            raise OSError("The capture broke")
        self._script.set_away(away=self._desk.away)
        outputs = self._script.tick(self._clock.monotonic_us())
        self._threads.sleep(self._delay_s())
        return outputs

    def wait(self, timeout_us: int | None = None) -> None:
        """Sleep until the next look."""
        pause_s = INTERVAL_S if timeout_us is None else min(INTERVAL_S, timeout_us / 1e6)
        self._woken.wait(pause_s)
        self._woken.clear()

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def force_key(self) -> None:
        """Key frames at the next look, which is now."""
        self._script.force_key()
        self.wake()

    def set_blackout(self, *, on: bool) -> None:
        """Look at nothing from the next look on."""
        self._dark = on
        self.wake()

    def set_live(self, *, on: bool) -> None:
        """Nothing is different then."""

    def close(self) -> None:
        """Nothing is held."""
