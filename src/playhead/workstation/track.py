"""One monitor's line in the recording: what waits to be coded, its encoder, its epochs and thumbnails."""

from collections.abc import Callable

from playhead.workstation.capture.picture import area, box
from playhead.workstation.capture.source import Frame, Monitor, Rectangle
from playhead.workstation.encode.encoder import Coded, Encoder
from playhead.workstation.outputs import Epoch, Output, Sample, Thumbnail
from playhead.workstation.pacing import Intervals, Pacer

KEY_AFTER_US = 300_000_000
"""The first change this long after a key frame is a key frame too. Stills never are: an idle desktop stays cheap."""
THUMBNAIL_EVERY_US = 10_000_000
THUMBNAIL_SHARE = 0.05
"""A thumbnail is made anew once this share of the picture has changed: less cannot be seen in it."""
_RECTANGLES_MAX = 32
"""More rectangles waiting than this become their box: each costs the encoder a call."""

MakeEncoder = Callable[[int, int], Encoder]
"""An encoder for pictures of a width and a height, in pixels."""


class Track:
    """One track. Idle until `begin`; each call returns what is to be put out.

    Args:
        number: the track's id.
        intervals: the pace to begin with.
        make_encoder: called for every epoch.
        thumbnails: whether to make any.
    """

    def __init__(self, number: int, intervals: Intervals, make_encoder: MakeEncoder, *, thumbnails: bool) -> None:
        self.number = number
        self.monitor: Monitor | None = None
        self.intervals = intervals
        self.key_wanted = False
        self.failed_us: int | None = None
        """When its encoder failed last, until it has worked again."""
        self._make_encoder = make_encoder
        self._thumbnails = thumbnails
        self._encoder: Encoder | None = None
        self._epoch = -1
        self._announced = False
        self._pacer = Pacer(intervals)
        self._dirty: list[Rectangle] = []
        self._at_us = -1
        self._key_at_us = 0
        self._black = False
        self._thumbnail_us: int | None = None
        self._thumbnail_share = 0.0

    def pace(self, intervals: Intervals) -> None:
        """Use another pace from now on."""
        self.intervals = self._pacer.intervals = intervals

    def begin(self, monitor: Monitor) -> None:
        """A new epoch for pictures of this monitor's size.

        Raises:
            UnavailableError: ``encode.failed``; the track is then idle.
        """
        self.end()
        self._encoder = self._make_encoder(monitor.width, monitor.height)
        self.monitor = monitor
        self._epoch += 1
        self._announced = False
        self._pacer = Pacer(self.intervals)
        self._black = False
        self._thumbnail_us = None
        self._thumbnail_share = 1.0
        self.refresh()

    def move(self, monitor: Monitor) -> None:
        """The monitor is elsewhere on the desktop, with the same size: all of it is new, nothing else changes."""
        self.monitor = monitor
        self.refresh()

    def refresh(self) -> None:
        """Take all of the picture as changed."""
        if self.monitor is not None:
            self._dirty = [Rectangle(0, 0, self.monitor.width, self.monitor.height)]

    def end(self) -> None:
        """Go idle: no monitor, no encoder."""
        if self._encoder is not None:
            self._encoder.close()
        self._encoder = None
        self.monitor = None
        self._dirty = []

    def saw(self, frame: Frame | None, now_us: int) -> None:
        """A look at the monitor found this."""
        if frame is None or not frame.changed:
            self._pacer.quiet(now_us)
            return
        self._dirty += frame.changed
        if len(self._dirty) > _RECTANGLES_MAX:
            self._dirty = [box(self._dirty)]
        self._pacer.changed(now_us, area(frame.changed), frame.monitor.width * frame.monitor.height)

    def is_due(self, now_us: int) -> bool:
        """Whether a picture is to be coded now."""
        return not self._announced or self.key_wanted or self._pacer.is_due(now_us)

    @property
    def has_changes(self) -> bool:
        """Whether the picture to be coded differs from the one before, so that its pixels are needed."""
        return bool(self._dirty)

    def look_us(self, now_us: int) -> int:
        """When the next look is needed for this track even if there is no news."""
        return self._pacer.look_us(now_us)

    def send(self, frame: Frame, now_us: int) -> list[Output]:
        """Code the picture with all that changed.

        Raises:
            UnavailableError: ``encode.failed``.
        """
        pixels = frame.monitor.width * frame.monitor.height
        share = min(1.0, area(self._dirty) / pixels)
        key = self._key_due(now_us)
        coded = self._running.encode(frame.pixels, frame.stride, self._dirty, key=key)
        self._dirty = []
        self._black = False
        self._thumbnail_share += share
        return self._put_out(coded, now_us, share)

    def repeat(self, now_us: int) -> list[Output]:
        """Code the same picture again. Raises as `send`."""
        return self._put_out(self._running.repeat(key=self.key_wanted), now_us, 0.0)

    def black_out(self, now_us: int) -> list[Output]:
        """Code a black picture where the newest is not one, or repeat it where that is due. Raises as `send`.

        With a black thumbnail, so that the one before it is not taken for what was shown then.
        """
        if self._black:
            return self.repeat(now_us) if self.is_due(now_us) else []
        coded = self._running.black()
        self._dirty = []
        outputs = self._put_out(coded, now_us, 1.0)
        self._thumbnail_us, self._thumbnail_share = None, 1.0
        outputs += self.thumbnail(now_us)
        self._black = True
        return outputs

    def lift_blackout(self) -> None:
        """The next picture is a key frame of everything."""
        self._thumbnail_us = None
        self.refresh()
        self.key_wanted = True

    def thumbnail(self, now_us: int) -> list[Output]:
        """A thumbnail where one is due. Raises as `send`."""
        if not self._thumbnails or self._black or not self._announced or self._thumbnail_share < THUMBNAIL_SHARE:
            return []
        if self._thumbnail_us is not None and now_us - self._thumbnail_us < THUMBNAIL_EVERY_US:
            return []
        self._thumbnail_us = now_us
        self._thumbnail_share = 0.0
        return [Thumbnail(self.number, self._epoch, self._at_us, self._running.thumbnail())]

    @property
    def _running(self) -> Encoder:
        assert self._encoder is not None, "the track has no epoch"  # noqa: S101 - a mistake of the pipeline
        return self._encoder

    def _key_due(self, now_us: int) -> bool:
        return self.key_wanted or now_us - self._key_at_us >= KEY_AFTER_US

    def _put_out(self, coded: Coded, now_us: int, share: float) -> list[Output]:
        assert self.monitor is not None  # noqa: S101 - it has an encoder
        self._at_us = max(now_us, self._at_us + 1)
        self._pacer.sent(now_us)
        self.key_wanted = False
        if coded.key:
            self._key_at_us = now_us
        outputs: list[Output] = []
        if not self._announced:
            self._announced = True
            encoder = self._running
            size = (encoder.width, encoder.height)
            name = self.monitor.name
            outputs.append(Epoch(self.number, self._epoch, self._at_us, *size, encoder.sps, encoder.pps, name))
        outputs.append(Sample(self.number, self._epoch, self._at_us, coded.data, coded.key, share))
        return outputs
