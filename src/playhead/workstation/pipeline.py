"""The capture pipeline: looks at the desktop, paces, encodes, and puts out what happened, in order.

Single-threaded: one thread calls `Pipeline.tick` and, between, `Pipeline.wait`. What other threads may call says so.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.workstation.capture.source import Frame, Layout, Monitor, Source
from playhead.workstation.encode.encoder import Settings
from playhead.workstation.encode.x264 import X264Encoder
from playhead.workstation.governor import SAMPLE_US, Governor
from playhead.workstation.load import LoadMeter, SystemLoadMeter
from playhead.workstation.outputs import Epoch, Notice, Output
from playhead.workstation.pacing import FPS_MAX, FPS_MIN, Intervals
from playhead.workstation.track import MakeEncoder, Track
from playhead.workstation.waiting import Waiting

RETRY_US = 1_000_000
"""A display that is gone, and an encoder that failed, are tried again this often."""
_PROCESSORS_FOR_TWO_THREADS = 4
_LAYOUTS_PER_TICK = 3
"""A layout that changes again while it is read is read this often; then the display counts as gone for a while."""


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What an operator may choose.

    Args:
        fps: highest frame rate, 1 to 15 pictures a second.
        quality: x264's constant rate factor, 18 (best) to 34 (smallest).
        thumbnails: whether to make thumbnails for the player's timeline.

    Raises:
        InvalidInputError: ``config.out_of_range``.
    """

    fps: int = 5
    quality: int = 26
    thumbnails: bool = True

    def __post_init__(self) -> None:
        if not FPS_MIN <= self.fps <= FPS_MAX:
            message = f"A frame rate of {self.fps} is not between {FPS_MIN} and {FPS_MAX} pictures a second."
            raise InvalidInputError("config.out_of_range", message)
        Settings(self.quality)


class Pipeline:
    """Turns a desktop into outputs.

    Args:
        source: the desktop; closed by `close`.
        config: frame rate and quality.
        clock: monotonic time of every output.
        load: how the machine is doing; the system's own figures by default.
        make_encoder: an encoder per epoch; libx264 by default.
    """

    def __init__(
        self,
        source: Source,
        config: PipelineConfig,
        clock: Clock,
        *,
        load: LoadMeter | None = None,
        make_encoder: MakeEncoder | None = None,
    ) -> None:
        self._source = source
        self._config = config
        self._clock = clock
        self._load = load or SystemLoadMeter()
        self._make_encoder = make_encoder or partial(X264Encoder, settings=_settings(config))
        self._governor = Governor(config.fps)
        self._live = False
        self._intervals = Intervals.of(config.fps)
        self._tracks: dict[str, Track] = {}  # by monitor's name, for as long as the pipeline lives
        self._layout: Layout | None = None
        self._away: int | None = None  # since when the display is gone
        self._blackouts: deque[bool] = deque()  # asked for, not yet begun or ended
        self._blackout = False
        self._all_masked: set[int] = set()
        self._hurry = False
        now_us = clock.monotonic_us()
        self._looked_us: int | None = None
        self._next_us = now_us
        self._sampled_us = now_us
        self._worked = False  # whether a changed picture was coded since the sample before
        self._waiting = Waiting(clock)

    # --- what other threads may call

    def force_key(self) -> None:
        """Begin every track's next picture afresh, at once. From any thread."""
        for track in list(self._tracks.values()):
            track.key_wanted = True
        self._hurry = True
        self.wake()

    def set_blackout(self, *, on: bool) -> None:
        """From now on capture nothing, or capture again. From any thread.

        Ticks that begin after this capture nothing, and one that is running throws away what it has captured. Each
        call is answered by one notice, in order; only lifting what is not there is not.
        """
        self._blackouts.append(on)
        self._hurry = True
        self.wake()

    def set_live(self, *, on: bool) -> None:
        """Somebody watches now, or nobody does: small changes go out sooner. From any thread."""
        self._live = on
        self._hurry = True
        self.wake()

    def wake(self) -> None:
        """Make `wait` return. From any thread."""
        self._waiting.wake()

    # --- the capturing thread

    @property
    def next_tick_us(self) -> int:
        """When `tick` is to be called again even without news (monotonic)."""
        return self._next_us

    @property
    def fps(self) -> float:
        """The frame rate now, as the governor has it."""
        return self._governor.fps

    @property
    def monitors(self) -> tuple[str, ...]:
        """Names of the monitors captured now; empty while the display is gone."""
        return tuple(monitor.name for monitor in self._layout.monitors) if self._layout and not self._away else ()

    def wait(self, timeout_us: int | None = None) -> None:
        """Sleep until `tick` has something to do, `wake` was called, or the time is over (microseconds)."""
        now_us = self._clock.monotonic_us()
        until_us = self._next_us if timeout_us is None else min(self._next_us, now_us + timeout_us)
        # Under a blackout, whatever happens on the screen is no news.
        is_news = not self._blackout and self._source.ready()
        if not is_news and self._waiting.sleep(until_us - now_us, -1 if self._blackout else self._source.fileno()):
            return
        if self._looked_us is not None:  # news may come at any time, but is taken in at the frame rate only
            earliest_us = self._looked_us + self._intervals.frame_us
            self._waiting.sleep(min(earliest_us, until_us) - self._clock.monotonic_us())

    def tick(self) -> list[Output]:
        """Look at the desktop where it is time to, and return what came of it, oldest first.

        Never raises for what happens outside: a display that goes, a codec that fails are notices, tried again.
        """
        now_us = self._clock.monotonic_us()
        hurry, self._hurry = self._hurry, False
        if not hurry and self._looked_us is not None and now_us < self._looked_us + self._intervals.frame_us:
            return []
        self._looked_us = now_us
        outputs = self._govern(now_us)
        while self._blackouts:
            outputs += self._switch_blackout(now_us, on=self._blackouts.popleft())
        if self._away is None or now_us >= self._next_us or hurry:
            outputs += self._look(now_us)
        if True in self._blackouts and not self._blackout:
            # It came on while this tick ran, in another thread: what was just captured is thrown away. The next
            # picture is a black key frame, so nothing is missing between.
            outputs = list[Output](each for each in outputs if isinstance(each, Epoch | Notice))
            self._hurry = True
        self._next_us = max(self._plan(self._clock.monotonic_us()), now_us + self._intervals.frame_us)
        return outputs

    def close(self) -> None:
        """End every track and close the source. Safe to call twice."""
        for track in self._tracks.values():
            track.end()
        self._source.close()
        self._waiting.close()

    # --- pace

    def _govern(self, now_us: int) -> list[Output]:
        outputs: list[Output] = []
        if self._worked and now_us - self._sampled_us >= SAMPLE_US:
            self._worked = False  # at rest there is nothing to lower, and a look should cost as little as can be
            self._sampled_us = now_us
            rate = self._governor.sample(self._load.sample(now_us, self._waiting.take_late_us()))
            if rate is not None:
                details: dict[str, str | int | float] = {
                    "fps": rate.fps, "from_fps": rate.from_fps, "reason": rate.reason
                }  # fmt: skip
                outputs.append(Notice(now_us, "capture.rate_changed", details))
        intervals = Intervals.of(self._governor.fps, live=self._live)
        if intervals != self._intervals:
            self._intervals = intervals
            for track in self._tracks.values():
                track.pace(intervals)
        return outputs

    def _plan(self, now_us: int) -> int:
        if self._away is not None:
            return now_us + RETRY_US
        active = [track for track in self._tracks.values() if track.monitor is not None]
        idle = any(track.monitor is None for track in self._wanted())
        return min([track.look_us(now_us) for track in active] + ([now_us + RETRY_US] if idle or not active else []))

    def _wanted(self) -> list[Track]:
        monitors = self._layout.monitors if self._layout is not None else ()
        return [self._tracks[monitor.name] for monitor in monitors if monitor.name in self._tracks]

    # --- looking

    def _look(self, now_us: int) -> list[Output]:
        outputs: list[Output] = []
        try:
            self._look_around(now_us, outputs)
        except UnavailableError as error:
            return self._lose_display(now_us, error, outputs)
        if self._away is not None:
            outputs.insert(0, Notice(now_us, "capture.display_back", {"away_us": now_us - self._away}))
            self._away = None
        return outputs

    def _look_around(self, now_us: int, outputs: list[Output]) -> None:
        """Look at every monitor of the layout as it is now; what is put out is appended, also before an error."""
        refusal = ""
        for _ in range(_LAYOUTS_PER_TICK):
            outputs += self._follow_layout(self._source.layout(), now_us)
            try:
                for track in self._wanted():
                    outputs += self._look_at(track)
            except UnavailableError as error:
                if error.code != "capture.layout_changed":
                    raise
                refusal = error.message
            else:
                return
        raise UnavailableError("capture.no_display", f"The display gives no picture. {refusal}")

    def _look_at(self, track: Track) -> list[Output]:
        monitor = track.monitor
        if monitor is None:  # its encoder failed; `_follow_layout` tries again
            return []
        now_us = self._clock.monotonic_us()
        if self._blackout:
            return self._encoding(track, now_us, lambda: track.black_out(now_us))
        frame = self._source.grab(monitor)
        told = self._tell_masks(track, frame, now_us)
        return told + self._pace(track, monitor, frame, now_us)

    def _pace(self, track: Track, monitor: Monitor, frame: Frame | None, now_us: int) -> list[Output]:
        """What a look has found is put out when it is due."""
        track.saw(frame, now_us)
        if not track.is_due(now_us):
            return self._encoding(track, now_us, lambda: track.thumbnail(now_us))
        if not track.has_changes:
            return self._encoding(track, now_us, lambda: track.repeat(now_us) + track.thumbnail(now_us))
        if frame is None:
            frame = self._source.grab(monitor, force=True)
            if frame is None:
                return []  # a source that breaks its contract; the track stays due
            if frame.changed:
                track.saw(frame, now_us)
        picture = frame
        self._worked = True
        return self._encoding(track, now_us, lambda: track.send(picture, now_us) + track.thumbnail(now_us))

    def _tell_masks(self, track: Track, frame: Frame | None, now_us: int) -> list[Output]:
        if frame is None or frame.all_masked == (track.number in self._all_masked):
            return []
        self._all_masked ^= {track.number}
        code = "capture.masks_unknown" if frame.all_masked else "capture.masks_known"
        return [Notice(now_us, code, {"track": track.number})]

    def _encoding(self, track: Track, now_us: int, work: Callable[[], list[Output]]) -> list[Output]:
        try:
            outputs = work()
        except UnavailableError as error:
            track.end()
            return self._tell_failure(track, now_us, error)
        track.failed_us = None
        return outputs

    def _tell_failure(self, track: Track, now_us: int, error: UnavailableError) -> list[Output]:
        first, track.failed_us = track.failed_us is None, now_us
        return [Notice(now_us, "capture.failed", {"track": track.number, "message": error.message})] if first else []

    def _lose_display(self, now_us: int, error: UnavailableError, outputs: list[Output]) -> list[Output]:
        for track in self._tracks.values():
            track.end()
        self._layout = None
        if self._away is not None:
            return []  # it is still away, whatever it gave for a moment
        self._away = now_us
        return [*outputs, Notice(now_us, error.code, {"message": error.message})]

    # --- layout

    def _follow_layout(self, layout: Layout, now_us: int) -> list[Output]:
        outputs: list[Output] = []
        if self._layout is not None and layout != self._layout:
            outputs.append(Notice(now_us, "capture.layout_changed", {"monitors": _describe(layout)}))
        if layout != self._layout:
            present = {monitor.name for monitor in layout.monitors}
            for name, track in self._tracks.items():
                if name not in present and track.monitor is not None:
                    track.end()
                    outputs.append(Notice(now_us, "capture.track_ended", {"track": track.number, "monitor": name}))
            self._layout = layout
        for monitor in layout.monitors:
            outputs += self._follow_monitor(monitor, now_us)
        return outputs

    def _follow_monitor(self, monitor: Monitor, now_us: int) -> list[Output]:
        track = self._tracks.get(monitor.name)
        if track is None:
            track = Track(len(self._tracks), self._intervals, self._make_encoder, thumbnails=self._config.thumbnails)
            self._tracks[monitor.name] = track
        if track.monitor == monitor:
            return []
        if track.monitor is not None and (track.monitor.width, track.monitor.height) == (monitor.width, monitor.height):
            track.move(monitor)
            return []
        if track.monitor is None and track.failed_us is not None and now_us - track.failed_us < RETRY_US:
            return []
        try:
            track.begin(monitor)
        except UnavailableError as error:
            return self._tell_failure(track, now_us, error)
        return []

    # --- blackout

    def _switch_blackout(self, now_us: int, *, on: bool) -> list[Output]:
        if not on:
            if not self._blackout:
                return []
            for track in self._tracks.values():
                track.lift_blackout()
        self._blackout = on
        return [Notice(now_us, "capture.blackout_on" if on else "capture.blackout_off")]


def _settings(config: PipelineConfig) -> Settings:
    """Two slices at a time halve the time a large change takes, where that leaves the agent two processors."""
    threads = 2 if (os.cpu_count() or 1) >= _PROCESSORS_FOR_TWO_THREADS else 1
    return Settings(config.quality, FPS_MAX, threads)


def _describe(layout: Layout) -> str:
    """The monitors as ``name:WIDTHxHEIGHT+X+Y``, separated by spaces."""
    return " ".join(f"{each.name}:{each.width}x{each.height}+{each.x}+{each.y}" for each in layout.monitors)
