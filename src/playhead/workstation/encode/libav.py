"""The two things PyAV's type hints leave open, in one place: coded packets, and planes as arrays."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import numpy as np
import numpy.typing as npt
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from playhead.base.errors import UnavailableError


def encode_one(codec: VideoCodecContext, frame: VideoFrame) -> tuple[bytes, bool]:
    """Encode a picture with a codec that answers each at once; returns its bytes and whether it is a key frame.

    Raises:
        UnavailableError: ``encode.failed``.
    """
    try:
        packets = codec.encode(frame)
    except FFmpegError as error:
        raise UnavailableError("encode.failed", f"{codec.name} failed: {error}.") from error
    if len(packets) != 1:
        raise UnavailableError("encode.failed", f"{codec.name} gave {len(packets)} pictures for one.")
    return bytes(packets[0]), packets[0].is_keyframe


def planes_of(frame: VideoFrame) -> list[npt.NDArray[np.uint8]]:
    """The planes of a frame of 8-bit components, each as rows of its width, without copying."""
    return [
        # PyAV's planes are buffers, which their hints do not say.
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[  # pyright: ignore[reportArgumentType]
            :, : plane.width
        ]
        for plane in frame.planes
    ]
