"""Small pictures for the player's timeline."""

from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from playhead.workstation.encode.libav import encode_one

WIDTH_MAX = 320
HEIGHT_MAX = 180
_QUALITY = 16
"""JPEG quantiser of the encoder, 2 (best) to 31: a busy desktop takes about 4 kB, and finer ones show no more."""
_TIME_BASE = Fraction(1, 1)


class Thumbnailer:
    """Makes thumbnails of pictures of one size."""

    def __init__(self, width: int, height: int) -> None:
        scale = min(WIDTH_MAX / width, HEIGHT_MAX / height, 1.0)
        self.width = max(2, int(width * scale) & ~1)
        self.height = max(2, int(height * scale) & ~1)
        self._reformatter = VideoReformatter()
        self._codec: VideoCodecContext | None = None
        self._count = 0

    def jpeg(self, frame: VideoFrame) -> bytes:
        """A JPEG of at most `WIDTH_MAX` × `HEIGHT_MAX` pixels (ITU-T T.81).

        Raises:
            UnavailableError: ``encode.failed``.
        """
        small = self._reformatter.reformat(
            frame,
            width=self.width,
            height=self.height,
            format="yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU601,  # what JFIF means by its planes
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )
        small.pts, small.time_base = self._count, _TIME_BASE
        self._count += 1
        if self._codec is None:
            self._codec = self._open()
        return encode_one(self._codec, small)[0]

    def _open(self) -> VideoCodecContext:
        codec = av.CodecContext.create("mjpeg", "w")
        codec.width, codec.height = self.width, self.height
        codec.pix_fmt = "yuv420p"
        codec.color_range = ColorRange.JPEG
        codec.time_base = _TIME_BASE
        codec.thread_count = 1
        codec.qmin = codec.qmax = _QUALITY
        codec.options = {"huffman": "optimal"}
        codec.open()
        return codec
