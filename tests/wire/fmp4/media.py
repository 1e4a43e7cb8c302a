"""Pieces of numbered pictures, without a segment around them."""

from itertools import pairwise

from playhead.testing.pictures import encode_numbered
from playhead.wire import fmp4

TIMES = (0, 201_000, 402_000, 600_000, 801_000, 5_000_000, 5_200_000, 5_401_000, 5_602_000, 5_800_000)
END_US = 7_000_000


def encoded(size=(160, 96)):
    return encode_numbered(0, len(TIMES), *size)


def init(size=(160, 96), **changes):
    media = encoded(size)
    fields = {"width": size[0], "height": size[1], "sps": media.sps, "pps": media.pps, **changes}
    return fmp4.init_segment(**fields)


def pieces(per_piece=2, size=(160, 96), base=0):
    """All pictures, in pieces whose last sample is held."""
    media = encoded(size)
    made = []
    for first in range(0, len(TIMES), per_piece):
        times = TIMES[first : first + per_piece]
        durations = [b - a for a, b in pairwise(times)] + [fmp4.HOLD_US]
        samples = [
            fmp4.Sample(media.samples[first + index], duration, media.keys[first + index])
            for index, duration in enumerate(durations)
        ]
        made.append(fmp4.fragment(sequence=len(made) + 1, base_time_us=base + times[0], samples=samples))
    return made


def ended(made, end_us=END_US):
    """The same pieces, each ending where the next begins."""
    starts = [fmp4.parse_fragment(piece).base_time_us for piece in made[1:]]
    return [fmp4.ending_at(piece, end) for piece, end in zip(made, [*starts, end_us], strict=True)]
