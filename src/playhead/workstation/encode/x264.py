"""H.264 by libx264 through PyAV, set up for desktops (docs/decisions/0004-codec.md)."""

from collections.abc import Sequence
from fractions import Fraction

import av
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.encoder import Coded, Settings
from playhead.workstation.encode.libav import encode_one
from playhead.workstation.encode.planes import PRIMARIES, RANGE, TRANSFER, Planes
from playhead.workstation.encode.thumbnail import Thumbnailer

KEY_EVERY = 300
"""Coded pictures from one key frame to the next at most: bounds what a seek has to decode."""

_MATRIX_BT709 = 1  # ITU-T H.273 table 4
_SIDE_MIN = 16  # libx264 takes no smaller picture

_PARAMETERS = "qcomp=1.0:ipratio=1.0:trellis=1:me=umh:merange=256:annexb=0"
"""``qcomp``: constant quantiser, because rate control takes a caret's blink for something cheap and overspends on it.
``ipratio``: key frames no finer than the rest, because they come with window switches and are all new anyway.
``trellis``: the same legibility in a twentieth less bytes.
``me``, ``merange``: a long motion search is what finds scrolls; vertically it reaches half of its range.
``annexb=0``: lengths instead of start codes, as MP4 has it."""


class X264Encoder:
    """See `Encoder`.

    Args:
        width: of the pixels that will come.
        height: of the pixels that will come.
        settings: quality and frame rate; the defaults where None.

    Raises:
        UnavailableError: ``encode.failed`` where the codec cannot be opened for this size.
    """

    def __init__(self, width: int, height: int, settings: Settings | None = None) -> None:
        self._planes = Planes(max(width, _SIDE_MIN), max(height, _SIDE_MIN))
        self._count = 0
        self._size = (width, height)
        try:
            self._codec = self._open(settings or Settings())
        except FFmpegError as error:
            message = f"libx264 could not be opened for {width}×{height} pixels: {error}."
            raise UnavailableError("encode.failed", message) from error
        self.width, self.height = self._planes.width, self._planes.height
        self.sps, self.pps = _parameter_sets(self._codec.extradata or b"")
        self._thumbnailer = Thumbnailer(self.width, self.height)

    def encode(self, pixels: memoryview, stride: int, changed: Sequence[Rectangle], *, key: bool = False) -> Coded:
        """See `Encoder.encode`."""
        if self._count == 0:
            changed = (Rectangle(0, 0, *self._size),)
        self._planes.update(pixels, stride, changed)
        return self.repeat(key=key)

    def repeat(self, *, key: bool = False) -> Coded:
        """See `Encoder.repeat`."""
        frame = self._planes.frame
        frame.pts = self._count  # pictures, not time: the quantiser must not depend on how long one stays
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._count += 1
        data, is_key = encode_one(self._codec, frame)
        return Coded(_without_sei(data) if is_key else data, is_key)

    def black(self) -> Coded:
        """See `Encoder.black`."""
        self._planes.black()
        return self.repeat(key=True)

    def thumbnail(self) -> bytes:
        """See `Encoder.thumbnail`."""
        return self._thumbnailer.jpeg(self._planes.frame)

    def close(self) -> None:
        """See `Encoder.close`: the codec's memory goes with the object."""

    def _open(self, settings: Settings) -> VideoCodecContext:
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height = self._planes.width, self._planes.height
        codec.pix_fmt = "yuv420p"
        codec.framerate = Fraction(settings.fps_max)
        codec.time_base = 1 / codec.framerate
        codec.gop_size = KEY_EVERY
        codec.thread_count = settings.threads  # of slices, by zerolatency: threads of pictures would delay them
        codec.profile = "High"
        codec.color_range = RANGE
        codec.color_primaries = PRIMARIES
        codec.color_trc = TRANSFER
        codec.colorspace = _MATRIX_BT709
        codec.flags |= Flags.global_header
        codec.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "crf": str(settings.quality),
            "forced-idr": "1",
            "x264-params": _PARAMETERS,
        }
        codec.open()
        return codec


def _parameter_sets(record: bytes) -> tuple[bytes, bytes]:
    """The one SPS and the one PPS of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1)."""
    sps_size = int.from_bytes(record[6:8])
    sps_end = 8 + sps_size
    pps_size = int.from_bytes(record[sps_end + 1 : sps_end + 3])
    return record[8:sps_end], record[sps_end + 3 : sps_end + 3 + pps_size]


def _without_sei(data: bytes) -> bytes:
    """The access unit without supplemental information, in which libx264 tells its version and every setting."""
    kept: list[bytes] = []
    offset = 0
    while offset < len(data):
        end = offset + 4 + int.from_bytes(data[offset : offset + 4])
        if data[offset + 4] & 0x1F != 6:  # noqa: PLR2004 - nal_unit_type of SEI (ITU-T H.264 table 7-1)
            kept.append(data[offset:end])
        offset = end
    return b"".join(kept)
