"""Reads back what the encoder wrote, as a player would."""

import av
import numpy as np

from playhead.workstation.outputs import Epoch, Sample


class Decoder:
    """Decodes the samples of one epoch."""

    def __init__(self, sps: bytes, pps: bytes):
        self.context = av.CodecContext.create("h264", "r")
        sizes = (len(sps).to_bytes(2, "big"), len(pps).to_bytes(2, "big"))
        # AVCDecoderConfigurationRecord, ISO/IEC 14496-15 §5.3.3.1
        self.context.extradata = b"\x01" + sps[1:4] + b"\xff\xe1" + sizes[0] + sps + b"\x01" + sizes[1] + pps
        self.context.thread_count = 1
        self.context.flags |= 1 << 19  # AV_CODEC_FLAG_LOW_DELAY: a picture out for each in

    @classmethod
    def of(cls, epoch: Epoch) -> "Decoder":
        return cls(epoch.sps, epoch.pps)

    def frame(self, data: bytes) -> av.VideoFrame:
        (frame,) = self.context.decode(av.Packet(data))
        return frame

    def rgb(self, sample: Sample | bytes) -> np.ndarray:
        """Shape (height, width, 3), as a player that follows the colour flags shows it."""
        data = sample if isinstance(sample, bytes) else sample.data
        return self.frame(data).to_ndarray(format="rgb24")


def is_near(pixels: np.ndarray, colour: int, tolerance: int = 12) -> bool:
    """Whether all pixels are of about this colour, 0xRRGGBB."""
    wanted = np.array([colour >> 16, colour >> 8 & 0xFF, colour & 0xFF])
    return bool((np.abs(pixels.astype(int) - wanted) <= tolerance).all())
