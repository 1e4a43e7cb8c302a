"""Tiny pictures that carry a number in their pixels, encoded by libx264: media whose every frame can be told apart."""

# PyAV's stubs leave the type argument of Packet open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeArgument=false

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from playhead.wire.fmp4 import annexb_to_lengths

_BITS = 16
_DARK, _BRIGHT, _THRESHOLD = 40, 216, 128

NUMBER_OF_JS = """
const numberOf = (video) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const line = context.getImageData(0, canvas.height >> 1, canvas.width, 1).data;
  const step = Math.ceil(canvas.width / 16);
  let number = 0;
  for (let bar = 0; bar < 16; bar++) number = number * 2 + (line[(bar * step + (step >> 1)) * 4] > 128 ? 1 : 0);
  return number;
};
const showAt = async (video, seconds) => {
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  video.currentTime = seconds;
  await shown;
  return [numberOf(video), video.videoWidth, video.videoHeight];
};
"""
"""`number_of` for a browser's video element, and seeking to a time to read it there with the picture's size."""


@dataclass(frozen=True, slots=True)
class EncodedPictures:
    """Access units of one encoder run, all of one size, the first a key frame."""

    width: int
    height: int
    sps: bytes
    pps: bytes
    samples: tuple[bytes, ...]
    """NAL units behind 4-byte lengths, one entry a picture."""
    keys: tuple[bool, ...]


def numbered_picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """An RGB picture (height × width × 3) with ``number`` (0 to 65535) as 16 vertical bars, highest bit first."""
    bars = [_BRIGHT if number >> (_BITS - 1 - bit) & 1 else _DARK for bit in range(_BITS)]
    row = np.repeat(np.array(bars, np.uint8), -(-width // _BITS))[:width]
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, width, 3)))


def number_of(frame: av.VideoFrame) -> int:
    """The number that `numbered_picture` drew into a decoded frame."""
    luma: NDArray[Any] = frame.to_ndarray(format="gray")
    step = -(-luma.shape[1] // _BITS)
    number = 0
    for bit in range(_BITS):
        bar = luma[:, bit * step + step // 4 : bit * step + max(step * 3 // 4, step // 4 + 1)]
        number = number << 1 | int(bar.mean() > _THRESHOLD)
    return number


@lru_cache(maxsize=64)
def encode_numbered(first: int, count: int, width: int = 160, height: int = 96) -> EncodedPictures:
    """``count`` pictures numbered from ``first``, through libx264; every fifth is a key frame."""
    return encode([numbered_picture(number, width, height) for number in range(first, first + count)], key_every=5)


@lru_cache(maxsize=64)
def numbered_jpeg(number: int, width: int = 160, height: int = 96) -> bytes:
    """A JPEG of `numbered_picture`."""
    context = av.CodecContext.create("mjpeg", "w")
    assert isinstance(context, av.VideoCodecContext)  # noqa: S101 - mjpeg is a video encoder
    context.width, context.height, context.pix_fmt, context.time_base = width, height, "yuvj420p", Fraction(1)
    frame = av.VideoFrame.from_ndarray(numbered_picture(number, width, height), format="rgb24")
    packets = [*context.encode(frame.reformat(format="yuvj420p")), *context.encode(None)]
    return bytes(packets[0])


def encode(pictures: Sequence[NDArray[np.uint8]], *, key_every: int) -> EncodedPictures:
    """Encode RGB pictures of one even size with libx264 (High profile, no reordering, BT.709)."""
    height, width = pictures[0].shape[:2]
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)  # noqa: S101 - libx264 is a video encoder
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, 5), Fraction(5)
    context.thread_count = 1
    colours = "colorprim=bt709:transfer=bt709:colormatrix=bt709"
    context.options = {
        "preset": "veryfast",
        "tune": "zerolatency",
        "x264-params": f"keyint={key_every}:min-keyint={key_every}:scenecut=0:qp=20:{colours}",
    }
    packets: list[av.Packet] = []
    for index, pixels in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p", dst_colorspace="ITU709")
        frame.pts, frame.time_base = index, context.time_base
        packets += context.encode(frame)
    packets += context.encode(None)
    units = [annexb_to_lengths(bytes(packet)) for packet in packets]
    return EncodedPictures(
        width,
        height,
        units[0][1][0],
        units[0][2][0],
        tuple(sample for sample, _, _ in units),
        tuple(bool(packet.is_keyframe) for packet in packets),
    )
