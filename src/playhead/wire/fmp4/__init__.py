"""Fragmented MP4 with H.264: what INIT and PIECE records hold (ISO/IEC 14496-12 and -15; docs/wire/vid.md §11).

One track a file, one ``moof mdat`` with one run of samples a piece, timescale 1,000,000, no reordering of pictures.
"""

from playhead.wire.fmp4.fragment import (
    HOLD_US,
    MAX_SAMPLES,
    Fragment,
    Sample,
    ending_at,
    fragment,
    parse_fragment,
    with_last_duration,
)
from playhead.wire.fmp4.init import TIMESCALE, codec_string, dimensions, init_segment, parameter_sets, track_name
from playhead.wire.fmp4.nal import annexb_nals, annexb_to_lengths, length_nals
from playhead.wire.fmp4.sps import Colour, SequenceParameters, parse_sps

__all__ = [
    "HOLD_US",
    "MAX_SAMPLES",
    "TIMESCALE",
    "Colour",
    "Fragment",
    "Sample",
    "SequenceParameters",
    "annexb_nals",
    "annexb_to_lengths",
    "codec_string",
    "dimensions",
    "ending_at",
    "fragment",
    "init_segment",
    "length_nals",
    "parameter_sets",
    "parse_fragment",
    "parse_sps",
    "track_name",
    "with_last_duration",
]
