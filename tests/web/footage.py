"""Footage whose every picture says its own time, and what a segment file would hold of it."""

from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np

from playhead.wire import fmp4

CELLS = 24
"""Bits of a picture's number: its media time in units of 10 ms."""
UNIT_US = 10_000


def picture(number, width, height):
    """A dull desktop with the bits of its number along the top, black and white, in cells of equal width."""
    pixels = np.full((height, width, 3), (46, 58, 66), np.uint8)
    pixels[height // 3 :, width // 8 : -width // 8] = (226, 229, 226)
    pixels[height // 3 :: 9, width // 6 : -width // 5] = (120, 126, 124)
    cell = width // CELLS
    for bit in range(CELLS):
        pixels[: height // 6, bit * cell : (bit + 1) * cell] = 235 if number >> bit & 1 else 16
    return pixels


READ_NUMBER = """(video) => {
  if (video === null) return null;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  if (canvas.width === 0) return null;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  const cell = Math.floor(canvas.width / CELLS);
  const row = context.getImageData(0, Math.floor(canvas.height / 12), canvas.width, 1).data;
  let number = 0;
  for (let bit = 0; bit < CELLS; bit += 1) {
    if (row[(bit * cell + (cell >> 1)) * 4] > 128) number += 2 ** bit;
  }
  return number * UNIT_US;
}""".replace("CELLS", str(CELLS)).replace("UNIT_US", str(UNIT_US))
"""The time that the shown picture says, in microseconds of its segment, read from the pixels in a browser."""


def busy(from_s, to_s, fps=5):
    """Times of pictures in microseconds."""
    return [round(from_s * 1_000_000) + index * 1_000_000 // fps for index in range(round((to_s - from_s) * fps))]


@dataclass(frozen=True)
class Shot:
    at_us: int
    data: bytes
    key: bool


@dataclass(frozen=True)
class Epoch:
    epoch: int
    record: int
    at_us: int
    width: int
    height: int
    init: bytes


@dataclass(frozen=True)
class Piece:
    record: int
    at_us: int
    epoch: int
    key: bool
    span_us: int
    media: bytes


def _encode(times, keys, width, height):
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 1_000_000)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": "keyint=infinite:scenecut=0:bframes=0:threads=1:repeat-headers=1",
    }
    packets = []
    for at_us in times:
        frame = av.VideoFrame.from_ndarray(picture(at_us // UNIT_US, width, height), "rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = at_us, encoder.time_base
        is_key = at_us in keys
        frame.pict_type = av.video.frame.PictureType.I if is_key else av.video.frame.PictureType.NONE
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    shots, sps, pps = [], b"", b""
    for packet in packets:
        data, found_sps, found_pps = fmp4.annexb_to_lengths(bytes(packet))
        sps, pps = (found_sps or [sps])[0], (found_pps or [pps])[0]
        shots.append(Shot(packet.pts, data, packet.is_keyframe))
    return shots, fmp4.init_segment(width=width, height=height, sps=sps, pps=pps)


@dataclass
class Segment:
    """What one `.vid` file holds of one track, complete; how much of it is known already, the premises decides."""

    id: str
    offset_us: int
    covered_us: int
    epochs: list[Epoch] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    markers: list[dict] = field(default_factory=list)

    def piece_end_us(self, index, *, open_end):
        if index + 1 < len(self.pieces):
            return self.pieces[index + 1].at_us
        return None if open_end else self.covered_us


def film(identifier, offset_us, covered_us, times, *, key_every_us=20_000_000, sizes=((0, 640, 360),), per_piece=1):
    """A segment.

    Args:
        identifier: of the segment.
        offset_us: where it begins on the recording's timeline.
        covered_us: its length.
        times: of the pictures, media times.
        key_every_us: the longest way between two key pictures.
        sizes: from which media time on pictures have which size; each is an epoch.
        per_piece: pictures in a piece.
    """
    segment = Segment(identifier, offset_us, covered_us)
    record = 0
    for number, (from_us, width, height) in enumerate(sizes):
        until_us = sizes[number + 1][0] if number + 1 < len(sizes) else covered_us
        mine = [at_us for at_us in times if from_us <= at_us < until_us]
        keys, last = set(), None
        for at_us in mine:
            if last is None or at_us - last >= key_every_us:
                keys.add(at_us)
                last = at_us
        shots, init = _encode(mine, keys, width, height)
        segment.epochs.append(Epoch(number, record, mine[0], width, height, init))
        record += 1
        start = 0
        while start < len(shots):
            # A piece begins with its key picture, so that decoding can begin there.
            end = start + 1
            while end < min(start + per_piece, len(shots)) and not shots[end].key:
                end += 1
            samples = [
                fmp4.Sample(shot.data, shots[at + 1].at_us - shot.at_us if at + 1 < end else fmp4.HOLD_US, shot.key)
                for at, shot in enumerate(shots[start:end], start)
            ]
            media = fmp4.fragment(sequence=record, base_time_us=shots[start].at_us, samples=samples)
            span_us = shots[end - 1].at_us - shots[start].at_us + 1
            piece = Piece(record, shots[start].at_us, number, shots[start].key, span_us, media)
            segment.pieces.append(piece)
            record += 1
            start = end
    return segment
