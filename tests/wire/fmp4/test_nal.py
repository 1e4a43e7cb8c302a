import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import CorruptError
from playhead.wire import fmp4

SPS, PPS, SEI, IDR = b"\x67sps", b"\x68pps", b"\x06sei", b"\x65idr"


def refused(call):
    with pytest.raises(CorruptError) as caught:
        call()
    assert caught.value.code == "fmp4.nal"


def test_start_codes_become_lengths_and_parameter_sets_are_taken_out():
    stream = b"\0\0\0\1" + SPS + b"\0\0\1" + PPS + b"\0\0\0\0\1" + SEI + b"\0\0\1" + IDR + b"\0\0"
    sample, sps, pps = fmp4.annexb_to_lengths(stream)
    assert sample == b"\0\0\0\4" + SEI + b"\0\0\0\4" + IDR
    assert (sps, pps) == ([SPS], [PPS])


# What an encoder may write: no start code inside, no zero at the end (H.264 §7.4.1).
NALS = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda data: (data.replace(b"\0\0", b"\0\1") + b"\x80").removeprefix(b"\0")),
    min_size=1,
    max_size=6,
)


@given(NALS, st.data())
def test_any_nal_units_come_back(nals, data):
    codes = [data.draw(st.sampled_from([b"\0\0\1", b"\0\0\0\1", b"\0\0\0\0\0\1"])) for _ in nals]
    stream = b"".join(code + nal for code, nal in zip(codes, nals, strict=True))
    assert list(fmp4.annexb_nals(stream)) == nals
    sample, sps, pps = fmp4.annexb_to_lengths(stream)
    assert list(fmp4.length_nals(sample)) == [nal for nal in nals if nal[0] & 0x1F not in (7, 8)]
    assert sps + pps == sorted((nal for nal in nals if nal[0] & 0x1F in (7, 8)), key=lambda nal: nal[0] & 0x1F)


@pytest.mark.parametrize("stream", [b"", b"\0\0", b"abc", b"x\0\0\1abc", b"\0\0\0\4" + IDR])
def test_what_is_no_byte_stream_is_refused(stream):
    refused(lambda: fmp4.annexb_to_lengths(stream))


@pytest.mark.parametrize("sample", [b"\0", b"\0\0\0", b"\0\0\0\2a", b"\0\0\0\1ab", b"\xff\xff\xff\xffabc"])
def test_lengths_must_fill_the_sample(sample):
    refused(lambda: list(fmp4.length_nals(sample)))


@given(st.binary(max_size=100))
def test_garbage_is_corrupt_and_nothing_worse(data):
    for call in (lambda: fmp4.annexb_to_lengths(data), lambda: list(fmp4.length_nals(data))):
        try:
            call()
        except CorruptError as error:
            assert error.code == "fmp4.nal"  # noqa: PT017 - either outcome is right, another error is not
