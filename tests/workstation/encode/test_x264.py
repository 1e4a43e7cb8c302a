from functools import partial

import numpy as np
import pytest
from workstation.encode.contract import Canvas, EncoderContract, MakeEncoder, text_like

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.wire import fmp4
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.encoder import QUALITY_MAX, QUALITY_MIN, Settings
from playhead.workstation.encode.x264 import X264Encoder


def nal_types(data: bytes) -> list[int]:
    types: list[int] = []
    offset = 0
    while offset < len(data):
        types.append(data[offset + 4] & 0x1F)
        offset += 4 + int.from_bytes(data[offset : offset + 4], "big")
    assert offset == len(data)
    return types


class TestX264(EncoderContract):
    @pytest.fixture
    def make(self) -> MakeEncoder:
        return X264Encoder


class TestX264WithTwoThreads(EncoderContract):
    @pytest.fixture
    def make(self) -> MakeEncoder:
        return partial(X264Encoder, settings=Settings(threads=2))


def test_each_thread_makes_a_slice_of_the_same_picture():
    canvas = Canvas(partial(X264Encoder, settings=Settings(threads=2)), 320, 192)
    canvas.pixels[:] = text_like(320, 192)
    assert nal_types(canvas.encode().data) == [5, 5]
    assert nal_types(canvas.encode().data) == [1, 1]


def test_a_key_frame_holds_one_slice_and_says_nothing_of_the_encoder():
    coded = Canvas(X264Encoder).encode()
    assert nal_types(coded.data) == [5]
    assert b"x264" not in coded.data


def test_the_parameter_sets_fit_an_init_segment():
    encoder = X264Encoder(1920, 1080)
    assert (encoder.sps[0] & 0x1F, encoder.pps[0] & 0x1F) == (7, 8)
    init = fmp4.init_segment(width=encoder.width, height=encoder.height, sps=encoder.sps, pps=encoder.pps)
    assert fmp4.dimensions(init) == (1920, 1080)
    assert fmp4.codec_string(init) == "avc1.640028"  # High, level 4


def test_range_and_matrix_are_flagged():
    canvas = Canvas(X264Encoder)
    frame = canvas.decoder.frame(canvas.encode().data)
    assert (frame.color_range, frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1, 13)


def test_a_page_that_scrolls_costs_what_comes_into_sight():
    page = text_like(640, 1000)
    canvas = Canvas(X264Encoder, 640, 400)
    canvas.pixels[:] = page[:400]
    first = len(canvas.encode().data)
    canvas.pixels[:] = page[100:500]
    canvas.changed = [Rectangle(0, 0, 640, 400)]
    scrolled = len(canvas.encode().data)
    assert scrolled < first * 0.45  # a quarter of the page is new


def test_quality_has_limits():
    Settings(QUALITY_MIN)
    Settings(QUALITY_MAX)
    for quality in (QUALITY_MIN - 1, QUALITY_MAX + 1):
        with pytest.raises(InvalidInputError) as refused:
            Settings(quality)
        assert refused.value.code == "config.out_of_range"


def test_a_higher_number_is_smaller():
    sizes = []
    for quality in (QUALITY_MIN, 26, QUALITY_MAX):
        encoder = X264Encoder(320, 200, Settings(quality))
        pixels = np.random.default_rng(1).integers(0, 255, (25, 40), np.uint32).repeat(8, 0).repeat(8, 1) * 0x10101
        sizes.append(len(encoder.encode(pixels.data.cast("B"), 320 * 4, []).data))
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_a_picture_that_h264_cannot_hold_is_refused_with_a_code():
    with pytest.raises(UnavailableError) as refused:
        X264Encoder(40_000, 16)
    assert refused.value.code == "encode.failed"
