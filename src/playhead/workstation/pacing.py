"""When a track's next picture is coded: pure decisions from what changed, and when.

Most of a desktop's bytes and processor time go to pictures that nobody can read: a page in mid-scroll, a caret that
blinks. So changes are coded no faster than they can be followed, and the last of them always is:

- never faster than the frame rate;
- *caret-sized* changes (a keystroke, the pointer) at most once a second, counted from the picture before;
- *motion* — most of a window, or anything that has not paused for two seconds — at most twice a second;
- a picture held back goes out as soon as motion pauses, and at the latest when its interval is over;
- the first change after a pause goes out at once;
- without any change, a still at least every ten seconds, so that coverage has no hole.

All times are monotonic microseconds, given by the caller.
"""

from dataclasses import dataclass
from enum import IntEnum

FPS_MIN = 1
FPS_MAX = 15
STILL_US = 9_500_000
"""An idle track's picture is repeated this long after the one before: under 10 s, the most a sample may claim."""
TINY_PIXELS = 24 * 16 * 16
"""Up to this many pixels a change is caret-sized: a few tiles of text, or the pointer where it was and where it is."""
TINY_SHARE = 0.003
"""Up to this share of the picture too, because large screens have large carets."""
MOTION_SHARE = 0.08
"""From this share on, a change that follows another closely is motion: a window that scrolls."""
MOTION_US = 500_000
"""Motion is coded at most this often while nobody watches live."""
TINY_US = 1_000_000
"""And so are caret-sized changes."""
STREAK_US = 2_000_000
"""Changes of any size that have gone on for this long without a pause are motion too (a video, a spinner)."""
LOOK_US = 200_000
"""A screen without news is looked at this often, for the pointer."""
IDLE_LOOK_US = 1_000_000
"""And this often once nothing has changed for `RECENT_US`."""
RECENT_US = 5_000_000
PAUSE_US = 1_000_000
"""After this long without a picture sent, whatever comes next is not the continuation of a motion."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """The least time between two pictures of one track, by the kind of change."""

    frame_us: int
    motion_us: int
    tiny_us: int

    @classmethod
    def of(cls, fps: float, *, live: bool = False) -> "Intervals":
        """For a frame rate. Somebody who watches live gets motion and typing twice as often."""
        frame_us = round(1_000_000 / fps)
        motion_us, tiny_us = (MOTION_US // 2, TINY_US // 2) if live else (MOTION_US, TINY_US)
        return cls(frame_us, max(frame_us, motion_us), max(frame_us, tiny_us))


class _Change(IntEnum):
    NONE = 0
    TINY = 1
    MIDDLE = 2
    LARGE = 3

    @classmethod
    def by_size(cls, pixels: int, of: int) -> "_Change":
        if pixels <= max(TINY_PIXELS, TINY_SHARE * of):
            return cls.TINY
        return cls.LARGE if pixels >= MOTION_SHARE * of else cls.MIDDLE


class Pacer:
    """Paces one track. Tell it of every look at the screen (`changed` or `quiet`) and of every picture (`sent`)."""

    def __init__(self, intervals: Intervals) -> None:
        self.intervals = intervals
        self._pending = _Change.NONE  # the largest kind among what changed since the picture sent last
        self._sent_us: int | None = None
        self._large_sent_us: int | None = None
        self._streak_us: int | None = None  # since when every look has found a change
        self._looked_us = 0
        self._changed_us: int | None = None
        self._paused = True  # the newest look found nothing

    def changed(self, now_us: int, pixels: int, of: int) -> None:
        """A look found ``pixels`` (1 or more) of a picture of ``of`` pixels changed."""
        lapsed = now_us - self._looked_us > 2 * self.intervals.frame_us
        if self._streak_us is None or lapsed:
            self._streak_us = now_us
        self._paused = False
        self._looked_us = self._changed_us = now_us
        self._pending = max(self._pending, _Change.by_size(pixels, of))

    def quiet(self, now_us: int) -> None:
        """A look found nothing new."""
        self._paused = True
        self._streak_us = None
        self._looked_us = now_us

    def sent(self, now_us: int) -> None:
        """A picture was coded, with all that was pending."""
        if self._pending is _Change.LARGE:
            self._large_sent_us = now_us
        self._sent_us = now_us
        self._pending = _Change.NONE

    def due_us(self, now_us: int) -> int | None:
        """From when on a picture is to be coded as far as known now, or None before the first."""
        if self._sent_us is None:
            return None if self._pending is _Change.NONE else now_us
        if self._pending is _Change.NONE:
            return self._sent_us + STILL_US
        return self._sent_us + self._interval_us(now_us)

    def is_due(self, now_us: int) -> bool:
        """Whether a picture is to be coded now: what is pending, or else a still."""
        due_us = self.due_us(now_us)
        return due_us is not None and now_us >= due_us

    def look_us(self, now_us: int) -> int:
        """When to look at the screen again at the latest.

        While something larger than a caret waits, at the frame rate, to notice the pause that lets it go; else when a
        picture is due, and now and then for the pointer, which moves without news.
        """
        if self._pending > _Change.TINY:
            look_us = now_us + self.intervals.frame_us
        elif self._changed_us is not None and now_us - self._changed_us < RECENT_US:
            look_us = now_us + max(self.intervals.frame_us, LOOK_US)
        else:
            look_us = now_us + max(self.intervals.frame_us, IDLE_LOOK_US)
        due_us = self.due_us(now_us)
        return look_us if due_us is None else min(look_us, max(due_us, now_us))

    def _interval_us(self, now_us: int) -> int:
        if self._pending is _Change.TINY:
            return self.intervals.tiny_us
        if self._paused:
            return self.intervals.frame_us
        large_us = self._large_sent_us
        scrolling = self._pending is _Change.LARGE and large_us is not None and now_us - large_us <= PAUSE_US
        lasting = self._streak_us is not None and now_us - self._streak_us >= STREAK_US
        return self.intervals.motion_us if scrolling or lasting else self.intervals.frame_us
