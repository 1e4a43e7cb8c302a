import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.fmp4.media import encoded, init

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.wire import fmp4
from playhead.wire.fmp4.boxes import boxes, find

READERS = (fmp4.codec_string, fmp4.dimensions, fmp4.parameter_sets, fmp4.track_name)


def test_it_says_what_it_was_told():
    media = encoded()
    made = init(name="HDMI-1 “left”")
    assert fmp4.dimensions(made) == (160, 96)
    assert fmp4.parameter_sets(made) == (media.sps, media.pps)
    assert fmp4.track_name(made) == "HDMI-1 “left”"
    assert fmp4.track_name(init()) == ""
    assert fmp4.codec_string(made) == "avc1." + media.sps[1:4].hex()


def test_the_codec_string_is_profile_constraints_and_level_in_hexadecimal():
    # RFC 6381 §3.3: avc1.PPCCLL, here High at level 4.2.
    sps = b"\x67\x64\x00\x2a" + encoded().sps[4:]
    assert fmp4.codec_string(init(sps=sps)) == "avc1.64002a"


def test_it_is_ftyp_and_moov_and_nothing_else():
    made = init()
    assert [found.kind for found in boxes(made)] == [b"ftyp", b"moov"]
    moov = find(made, b"moov")
    assert [found.kind for found in boxes(made, moov.start, moov.end)] == [b"mvhd", b"trak", b"mvex"]
    stbl = find(made, b"moov", b"trak", b"mdia", b"minf", b"stbl")
    assert [found.kind for found in boxes(made, stbl.start, stbl.end)] == [b"stsd", b"stts", b"stsc", b"stsz", b"stco"]


def test_colour_is_passed_on_as_the_parameter_set_signals_it():
    assert b"colrnclx" + bytes.fromhex("00010001000100") in init()


@pytest.mark.parametrize("size", [(0, 96), (160, 0), (0x10000, 96), (160, 0x10000), (-1, 96)])
def test_sizes_that_cannot_be_described_are_refused(size):
    media = encoded()
    with pytest.raises(InvalidInputError):
        fmp4.init_segment(width=size[0], height=size[1], sps=media.sps, pps=media.pps)


def test_the_largest_size_can_be_described():
    assert fmp4.dimensions(init(width=0xFFFF, height=0xFFFF)) == (0xFFFF, 0xFFFF)


def test_parameter_sets_must_be_some():
    with pytest.raises(CorruptError):
        init(sps=encoded().pps)
    with pytest.raises(InvalidInputError):
        init(pps=b"")
    with pytest.raises(InvalidInputError):
        init(sps=encoded().sps + b"\1" * 0x10000)


@pytest.mark.parametrize("read", READERS)
def test_cut_anywhere_it_is_corrupt_and_nothing_worse(read):
    made = init(name="a name")
    for size in range(len(made)):
        with pytest.raises(CorruptError):
            read(made[:size])


@given(st.integers(0, len(init()) - 1), st.binary(min_size=1, max_size=8), st.sampled_from(READERS))
def test_damaged_anywhere_it_is_read_or_corrupt(position, junk, read):
    made = init()
    damaged = made[:position] + junk + made[position + len(junk) :]
    try:
        read(damaged)
    except CorruptError as error:
        assert error.code.startswith("fmp4.")  # noqa: PT017 - either outcome is right, another error is not
