from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import CorruptError
from playhead.wire import fmp4
from playhead.wire.fmp4.bits import BitReader


def sps_of(width, height, *, pixels="yuv420p", full=False, **params):
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base = width, height, pixels, Fraction(1, 5)
    context.color_range = ColorRange.JPEG if full else ColorRange.MPEG
    joined = ":".join(f"{name}={value}" for name, value in params.items())
    context.options = {"preset": "veryfast", "tune": "zerolatency", "x264-params": joined}
    grey = np.full((height, width, 3), 128, np.uint8)
    packets = context.encode(av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=pixels))
    return fmp4.annexb_to_lengths(bytes(packets[0]))[1][0]


@pytest.mark.parametrize(
    "size", [(16, 16), (160, 96), (322, 182), (1366, 768), (1920, 1080), (1080, 1920), (3840, 2160), (5120, 1440)]
)
def test_the_picture_size_is_what_was_encoded(size):
    parameters = fmp4.parse_sps(sps_of(*size))
    assert (parameters.width, parameters.height) == size


@pytest.mark.parametrize(
    ("pixels", "chroma", "depth", "profile"),
    [
        ("yuv420p", 1, 8, 100),
        ("yuv422p", 2, 8, 122),
        ("yuv444p", 3, 8, 244),
        ("gray", 0, 8, 100),
        ("yuv420p10le", 1, 10, 110),
    ],
)
def test_chroma_and_depth_are_told(pixels, chroma, depth, profile):
    parameters = fmp4.parse_sps(sps_of(322, 182, pixels=pixels))
    assert (parameters.width, parameters.height) == (322, 182)
    assert (parameters.chroma_format, parameters.luma_depth, parameters.profile) == (chroma, depth, profile)


@pytest.mark.parametrize("profile", ["baseline", "main"])
def test_profiles_without_chroma_fields(profile):
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 322, 182, "yuv420p", Fraction(1, 5)
    context.options = {"profile": profile, "tune": "zerolatency"}
    frame = av.VideoFrame.from_ndarray(np.zeros((182, 322, 3), np.uint8), format="rgb24").reformat(format="yuv420p")
    parameters = fmp4.parse_sps(fmp4.annexb_to_lengths(bytes(context.encode(frame)[0]))[1][0])
    assert (parameters.width, parameters.height, parameters.chroma_format) == (322, 182, 1)


@pytest.mark.parametrize(
    ("name", "code", "full"), [("bt709", 1, False), ("bt709", 1, True), ("smpte170m", 6, False), ("smpte170m", 6, True)]
)
def test_colour_is_told_as_signalled(name, code, full):
    sps = sps_of(64, 64, full=full, colorprim=name, transfer=name, colormatrix=name)
    assert fmp4.parse_sps(sps).colour == fmp4.Colour(code, code, code, full_range=full)


def test_silence_about_colour_is_told_too():
    assert fmp4.parse_sps(sps_of(64, 64)).colour in {None, fmp4.Colour()}


def test_an_aspect_ratio_before_the_colour_is_passed_over():
    sps = sps_of(64, 64, sar="133/100", colorprim="bt709", transfer="bt709", colormatrix="bt709")
    assert fmp4.parse_sps(sps).colour == fmp4.Colour(1, 1, 1)


def test_interlaced_and_scaled_parameter_sets_parse():
    assert fmp4.parse_sps(sps_of(322, 184, interlaced=1)).height == 184
    assert fmp4.parse_sps(sps_of(322, 182, cqm="jvt")).height == 182


def refused(nal):
    with pytest.raises(CorruptError) as caught:
        fmp4.parse_sps(nal)
    return caught.value.code


def test_a_parameter_set_cut_off_before_its_vui_is_refused():
    sps = sps_of(160, 96)
    assert {refused(sps[:size]) for size in range(8)} == {"fmp4.nal"}


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda tail: b"\x67\x64\x00\x0a" + tail))
def test_garbage_is_corrupt_and_nothing_worse(data):
    try:
        parameters = fmp4.parse_sps(data)
    except CorruptError as error:
        assert error.code == "fmp4.nal"  # noqa: PT017 - either outcome is right, another error is not
    else:
        assert parameters.width > 0
        assert parameters.height > 0


@pytest.mark.parametrize(
    ("bits", "value"),
    [("1", 0), ("010", 1), ("011", 2), ("00100", 3), ("00111", 6), ("0001000", 7), ("00000" + "1" + "00001", 32)],
)
def test_exp_golomb_as_in_table_9_2(bits, value):
    data = int(bits.ljust(16, "1"), 2).to_bytes(2, "big")
    assert BitReader(data).unsigned() == value


@pytest.mark.parametrize(("bits", "value"), [("1", 0), ("010", 1), ("011", -1), ("00100", 2), ("00101", -2)])
def test_signed_exp_golomb_as_in_table_9_3(bits, value):
    assert BitReader(int(bits.ljust(8, "1"), 2).to_bytes(1, "big")).signed() == value


def test_emulation_prevention_is_taken_out():
    assert BitReader(bytes.fromhex("00000301")).bits(24) == 1
    assert BitReader(bytes.fromhex("0000030000030000")).bits(48) == 0
    with pytest.raises(CorruptError):
        BitReader(bytes.fromhex("000003")).bits(17)


def test_a_number_of_33_zeros_is_refused():
    assert BitReader(bytes(4) + b"\x80" + bytes(4)).unsigned() == 2**32 - 1
    with pytest.raises(CorruptError):
        BitReader(bytes(4) + b"\x40" + b"\xff" * 8).unsigned()
