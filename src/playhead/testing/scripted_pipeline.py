"""A capture pipeline without a desktop: it gives what it is told to, when it is told to, as a real one would."""

import threading
from collections.abc import Callable
from functools import lru_cache

from playhead.base.clock import Clock
from playhead.testing.pictures import encode_numbered
from playhead.workstation.outputs import Epoch, Notice, Output, Sample

STILL_US = 10_000_000
"""A track that does not change repeats its picture this often."""


@lru_cache(maxsize=1)
def parameter_sets() -> tuple[bytes, bytes]:
    """An SPS and a PPS of 160 × 96 pixels that any decoder takes."""
    encoded = encode_numbered(0, 1)
    return encoded.sps, encoded.pps


class ScriptedPipeline:
    """What `playhead.workstation.pipeline.Pipeline` does, by script.

    Each sample's data is a NAL unit that reads "<prefix> <track> <number>", or "black <track> <number>".

    Args:
        monitors: to begin with.
        prefix: tells one script's pictures from another's; or what is on the screen, asked at each picture.

    Attributes:
        changing: tracks whose picture differs at every tick.
    """

    def __init__(self, monitors: tuple[str, ...] = ("screen",), *, prefix: str | Callable[[], str] = "shown") -> None:
        self._shown = prefix if callable(prefix) else lambda: prefix
        self.changing: set[int] = set()
        self._tracks: dict[int, int] = {}
        self._names: dict[str, int] = {}
        self._epochs: dict[int, int] = {}
        self._fresh: set[int] = set()
        self._last_us: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._force = False
        self._blackout = self._blackout_told = False
        self._pending: list[tuple[str, dict[str, str | int | float]]] = []
        self._away = False
        for name in monitors:
            self.add_monitor(name)

    @property
    def tracks(self) -> tuple[int, ...]:
        """The tracks that are there."""
        return tuple(self._tracks)

    def add_monitor(self, name: str) -> None:
        """A monitor comes, or changes its size."""
        track = self._names.setdefault(name, len(self._names))
        self._epochs[track] = self._epochs.get(track, -1) + 1
        self._tracks[track] = self._epochs[track]
        self._fresh.add(track)

    def remove_monitor(self, name: str) -> None:
        """A monitor goes."""
        track = self._names[name]
        if self._tracks.pop(track, None) is not None:
            self._pending.append(("capture.track_ended", {"track": track, "monitor": name}))

    def set_away(self, *, away: bool) -> None:
        """The whole display goes, or comes back with new epochs."""
        if away == self._away:
            return
        self._away = away
        self._pending.append(("capture.no_display" if away else "capture.display_back", {}))
        if not away:
            for name in [name for name, track in self._names.items() if track in self._tracks]:
                self.add_monitor(name)

    def force_key(self) -> None:
        """As in the real one: a key frame of every track, at the next tick."""
        self._force = True

    def set_blackout(self, *, on: bool) -> None:
        """As in the real one: black pictures from the next tick on."""
        self._blackout = on

    def tick(self, now_us: int) -> list[Output]:
        """What happened up to ``now_us``."""
        outputs: list[Output] = [Notice(now_us, code, details) for code, details in self._pending]
        self._pending.clear()
        if self._away:
            return outputs
        if self._blackout != self._blackout_told:
            self._blackout_told = self._blackout
            self._force = True
            outputs.append(Notice(now_us, "capture.blackout_on" if self._blackout else "capture.blackout_off"))
        for offset, track in enumerate(self._tracks):
            outputs += self._picture(track, now_us + offset)
        self._force = False
        return outputs

    def _picture(self, track: int, at_us: int) -> list[Output]:
        outputs: list[Output] = []
        is_first = track in self._fresh
        epoch = self._tracks[track]
        if is_first:
            self._fresh.discard(track)
            sps, pps = parameter_sets()
            name = next(name for name, number in self._names.items() if number == track)
            outputs.append(Epoch(track, epoch, at_us, 160, 96, sps, pps, name))
        is_changed = is_first or (track in self.changing and not self._blackout)
        is_key = is_first or self._force
        if is_key or is_changed or at_us - self._last_us.get(track, 0) >= STILL_US:
            number = self._numbers[track] = self._numbers.get(track, -1) + 1
            self._last_us[track] = at_us
            name = f"{'black' if self._blackout else self._shown()} {track} {number}"
            data = len(name).to_bytes(4, "big") + name.encode()
            outputs.append(Sample(track, epoch, at_us, data, is_key, 0.5 if is_changed else 0.0))
        return outputs


class ClockedPipeline:
    """A `ScriptedPipeline` on a real clock: what the capture thread drives.

    Args:
        script: what happens.
        clock: when.
        interval_us: between two pictures.
        on_outputs: told what came of each tick, in the capture thread, before anyone else.
    """

    def __init__(
        self,
        script: ScriptedPipeline,
        clock: Clock,
        *,
        interval_us: int = 50_000,
        on_outputs: Callable[[list[Output]], None] | None = None,
    ) -> None:
        self.script = script
        self.closed = False
        self.live: list[bool] = []
        self._clock = clock
        self._interval_us = interval_us
        self._on_outputs = on_outputs
        self._woken = threading.Event()
        self._looked_us = 0
        self._hurry = True

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return 1e6 / self._interval_us

    def tick(self) -> list[Output]:
        """What the script has for now."""
        now_us = self._clock.monotonic_us()
        if not self._hurry and now_us < self._looked_us + self._interval_us:
            return []
        self._hurry, self._looked_us = False, now_us
        outputs = self.script.tick(now_us)
        if self._on_outputs is not None:
            self._on_outputs(outputs)
        return outputs

    def wait(self, timeout_us: int | None = None) -> None:
        """Sleep until the next tick is due, or `wake`."""
        span_us = self._looked_us + self._interval_us - self._clock.monotonic_us()
        self._woken.wait(max(0, span_us if timeout_us is None else min(span_us, timeout_us)) / 1e6)
        self._woken.clear()

    def wake(self) -> None:
        """End `wait`."""
        self._woken.set()

    def force_key(self) -> None:
        """Key frames at the next tick, which is now."""
        self.script.force_key()
        self._hurry = True
        self.wake()

    def set_blackout(self, *, on: bool) -> None:
        """Black pictures from the next tick on, which is now."""
        self.script.set_blackout(on=on)
        self._hurry = True
        self.wake()

    def set_live(self, *, on: bool) -> None:
        """Remembered."""
        self.live.append(on)

    def close(self) -> None:
        """Remembered, too."""
        self.closed = True
