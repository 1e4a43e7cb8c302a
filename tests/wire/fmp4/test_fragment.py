from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.fmp4.media import pieces

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.wire import fmp4
from playhead.wire.fmp4.boxes import box, boxes

SAMPLES = st.lists(
    st.builds(fmp4.Sample, data=st.binary(max_size=50), duration_us=st.integers(1, 2**32 - 1), key=st.booleans()),
    min_size=1,
    max_size=20,
)
TIMES = st.integers(0, 2**63 - 1)
ONE = fmp4.Sample(b"data", 1000, key=True)


@given(SAMPLES, TIMES, st.integers(0, 2**32 - 1), st.integers(1, 100))
def test_a_piece_reads_as_it_was_written(samples, base, sequence, track_id):
    piece = fmp4.fragment(sequence=sequence, base_time_us=base, samples=samples, track_id=track_id)
    assert [found.kind for found in boxes(piece)] == [b"moof", b"mdat"]
    assert fmp4.parse_fragment(piece) == fmp4.Fragment(base, tuple(samples), sequence, track_id)


@given(SAMPLES, TIMES, st.integers(1, 2**32 - 1))
def test_only_the_last_duration_changes(samples, base, duration):
    piece = fmp4.fragment(sequence=1, base_time_us=base, samples=samples)
    changed = fmp4.with_last_duration(piece, duration)
    assert changed == fmp4.fragment(
        sequence=1, base_time_us=base, samples=[*samples[:-1], replace(samples[-1], duration_us=duration)]
    )


def test_a_piece_ends_where_it_is_told_and_never_before_it_began():
    samples = [ONE, ONE, replace(ONE, duration_us=fmp4.HOLD_US)]
    piece = fmp4.fragment(sequence=1, base_time_us=500, samples=samples)

    def last(end_us):
        return fmp4.parse_fragment(fmp4.ending_at(piece, end_us)).samples[-1].duration_us

    assert last(500 + 2000 + 77) == 77
    assert last(500 + 2000) == last(0) == 1
    assert last(2**60) == 2**32 - 1


def test_it_lies_as_the_page_says():
    piece = fmp4.fragment(sequence=7, base_time_us=9, samples=[ONE, replace(ONE, key=False, duration_us=fmp4.HOLD_US)])
    assert piece.hex(" ", 4) == (
        "00000070 6d6f6f66 00000010 6d666864 00000000 00000007 00000058 74726166 00000010 74666864 00020000 00000001 "
        "00000014 74666474 01000000 00000000 00000009 0000002c 7472756e 00000701 00000002 00000078 000003e8 00000004 "
        "02000000 00989680 00000004 01010000 00000010 6d646174 64617461 64617461"
    )


def test_limits_at_and_past():
    most = fmp4.fragment(sequence=1, base_time_us=2**63 - 1, samples=[ONE] * fmp4.MAX_SAMPLES)
    assert len(fmp4.parse_fragment(most).samples) == fmp4.MAX_SAMPLES
    for samples, base in (
        ([], 0),
        ([ONE] * (fmp4.MAX_SAMPLES + 1), 0),
        ([replace(ONE, duration_us=0)], 0),
        ([replace(ONE, duration_us=2**32)], 0),
        ([ONE], -1),
        ([ONE], 2**63),
    ):
        with pytest.raises(InvalidInputError):
            fmp4.fragment(sequence=1, base_time_us=base, samples=samples)
    for duration in (0, 2**32):
        with pytest.raises(InvalidInputError):
            fmp4.with_last_duration(most, duration)


def refused(piece, read=fmp4.parse_fragment):
    with pytest.raises(CorruptError) as caught:
        read(piece)
    return caught.value.code


def test_cut_anywhere_it_is_corrupt():
    piece = pieces()[0]
    for size in range(len(piece)):
        assert refused(piece[:size]).startswith("fmp4.")
        assert refused(piece[:size], lambda data: fmp4.with_last_duration(data, 1)).startswith("fmp4.")


def test_other_layouts_are_refused_rather_than_misread():
    piece = pieces()[0]
    assert refused(piece.replace(b"trun\0\0\7\1", b"trun\0\0\7\5")) == "fmp4.unsupported"
    assert refused(piece.replace(b"tfhd\0\2\0\0", b"tfhd\0\2\0\1")) == "fmp4.unsupported"
    assert refused(piece.replace(b"tfdt\1", b"tfdt\0")) == "fmp4.unsupported"
    assert refused(piece.replace(b"mdat", b"free")) == "fmp4.missing"
    assert refused(piece + b"\0") == "fmp4.unsupported"
    assert refused(piece + piece) == "fmp4.unsupported"


def test_a_box_in_front_is_passed_over():
    piece = pieces()[0]
    assert fmp4.parse_fragment(box(b"styp", b"msdh") + piece) == fmp4.parse_fragment(piece)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_damaged_anywhere_it_is_read_or_corrupt(position, junk):
    piece = pieces()[0]
    position %= len(piece)
    damaged = piece[:position] + junk + piece[position + len(junk) :]
    for read in (fmp4.parse_fragment, lambda data: fmp4.ending_at(data, 5)):
        try:
            read(damaged)
        except CorruptError as error:
            assert error.code.startswith("fmp4.")  # noqa: PT017 - either outcome is right, another error is not


@given(st.binary(max_size=200))
def test_garbage_is_corrupt_and_nothing_worse(data):
    refused(data)
