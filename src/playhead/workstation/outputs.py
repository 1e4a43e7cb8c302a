"""What the capture pipeline hands on: frozen values, in the order in which they happened.

All times are monotonic microseconds of the workstation's clock (`playhead.base.clock.Clock.monotonic_us`). For each
track the order is: one `Epoch`, then its `Sample` values, of which the first is a key frame; another `Epoch` of the
same track ends the one before. Times of one track never decrease; those of different tracks interleave. A sample is
shown until the next one of its track, which comes within `pacing.STILL_US` while the pipeline is healthy; what ends a
track without a successor (monitor or display gone) is a `Notice`.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Epoch:
    """A track begins, or begins anew with another picture size or encoder configuration.

    ``track`` is stable for a monitor's name as long as the pipeline lives; ``epoch`` counts from 0 per track.
    ``width`` and ``height`` are the picture to show, in pixels, after the cropping that the SPS declares.
    ``sps`` and ``pps`` are the parameter sets, NAL units without start code or length (ITU-T H.264 §7.3.2.1-2).
    """

    track: int
    epoch: int
    at_us: int
    width: int
    height: int
    sps: bytes
    pps: bytes
    monitor: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture, to be shown from ``at_us`` on.

    ``data`` is the access unit as NAL units, each behind its length in 4 bytes, big-endian (ISO/IEC 14496-15 §5.3);
    parameter sets are left out, they are the epoch's. ``key`` marks an IDR picture. ``changed`` is the share of the
    picture that differs from the sample before, 0.0 (a still repeated) to 1.0.
    """

    track: int
    epoch: int
    at_us: int
    data: bytes
    key: bool
    changed: float


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of the track at ``at_us``: JPEG of at most 320×180 pixels."""

    track: int
    epoch: int
    at_us: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a viewer of the recording should know, with a stable code.

    Codes and details:
        ``capture.layout_changed``: monitors came, went or changed size; ``monitors`` ("name:WxH+X+Y …").
        ``capture.track_ended``: a monitor is gone; ``track``, ``monitor``.
        ``capture.no_display``: the display is gone and is asked for again; ``message``.
        ``capture.display_back``: it is there again; ``away_us``.
        ``capture.failed``: grabbing or encoding failed and is tried again; ``message``.
        ``capture.rate_changed``: the governor moved the frame rate; ``fps``, ``from_fps``, ``reason``.
        ``capture.masks_unknown``, ``capture.masks_known``: all of the monitor is black, because the windows to mask
            could not be found; they were again; ``track``.
        ``capture.blackout_on``, ``capture.blackout_off``: nothing is captured from here on; captured again. One for
            each call of `Pipeline.set_blackout`, even a second one to begin a blackout.
    """

    at_us: int
    code: str
    details: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])


Output = Epoch | Sample | Thumbnail | Notice
