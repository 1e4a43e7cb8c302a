from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.vid import reference

from playhead.base.errors import CorruptError
from playhead.wire import vid
from playhead.wire.vid import Flag, Kind, RecordHeader

KEY = bytes(range(32))
CHAIN = bytes(range(32, 64))

HEADERS = st.builds(
    RecordHeader,
    kind=st.integers(1, 255).map(lambda kind: Kind(kind) if kind <= Kind.SEAL else kind),
    flags=st.integers(0, 255).map(Flag),
    track=st.integers(0, 0xFFFF),
    epoch=st.integers(0, 0xFFFFFFFF),
    sequence=st.integers(0, 2**64 - 1),
    media_time_us=st.integers(0, vid.MAX_TIME_US),
    wall_time_us=st.integers(0, vid.MAX_TIME_US),
    body_bytes=st.integers(vid.TAG_BYTES, vid.MAX_RECORD_BODY_BYTES),
    span_us=st.integers(0, 0xFFFFFFFF),
)


def refused(data, chain=CHAIN, key=KEY):
    with pytest.raises(CorruptError) as caught:
        vid.open_record(key, data, chain)
    return caught.value.code


@given(HEADERS)
def test_a_header_takes_40_bytes_and_comes_back(header):
    data = header.encode()
    assert len(data) == vid.RECORD_HEADER_BYTES == 40
    assert RecordHeader.decode(data) == header
    assert RecordHeader.decode(b"before" + data, 6) == header


def test_a_header_lies_as_the_page_says():
    header = RecordHeader(Kind.PIECE, Flag.KEY, 0x0203, 0x04050607, 8, 9, 10, 20, 11)
    assert header.encode().hex(" ") == (
        "02 01 02 03 04 05 06 07 00 00 00 00 00 00 00 08 "
        "00 00 00 00 00 00 00 09 00 00 00 00 00 00 00 0a 00 00 00 14 00 00 00 0b"
    )
    assert (header.size, header.end_us) == (40 + 20 + 32, 20)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": 0}, "vid.kind"),
        ({"body_bytes": vid.TAG_BYTES - 1}, "vid.record_size"),
        ({"body_bytes": vid.MAX_RECORD_BODY_BYTES + 1}, "vid.record_size"),
        ({"media": vid.MAX_TIME_US + 1}, "vid.time"),
        ({"wall": vid.MAX_TIME_US + 1}, "vid.time"),
    ],
)
def test_what_no_writer_makes_is_refused(fields, code):
    with pytest.raises(CorruptError) as caught:
        RecordHeader.decode(reference.record_header(**{"kind": 1, "sequence": 0, "body_bytes": 16, **fields}))
    assert caught.value.code == code


@given(
    plaintext=st.binary(max_size=300),
    kind=st.integers(1, 255),
    flags=st.integers(0, 255),
    sequence=st.integers(0, 2**64 - 1),
)
def test_the_reference_seals_what_we_open(plaintext, kind, flags, sequence):
    data = reference.record(KEY, CHAIN, plaintext, kind=kind, flags=flags, sequence=sequence)
    assert vid.open_record(KEY, data, CHAIN) == plaintext
    assert vid.open_record(KEY, memoryview(data), CHAIN) == plaintext
    assert (plaintext in data) or not flags & Flag.CLEAR


@pytest.mark.parametrize("flags", [Flag.NONE, Flag.CLEAR])
def test_every_bit_of_a_record_is_bound_even_if_the_chain_is_made_new(flags):
    data = reference.record(KEY, CHAIN, b"some plaintext", kind=2, flags=flags, sequence=3, track=1, span=9)
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        assert refused(bytes(changed)).startswith("vid.")
        if bit // 8 < len(data) - 32:
            changed[-32:] = reference.sha256(CHAIN, changed[:-32])
            assert refused(bytes(changed)) in {
                "vid.authentic",
                "vid.kind",
                "vid.record_size",
                "vid.time",
                "vid.truncated",
            }


def test_a_record_belongs_to_its_key_its_place_and_its_length():
    data = reference.record(KEY, CHAIN, b"plaintext", kind=2, sequence=3)
    assert refused(data, chain=bytes(32)) == "vid.chain"
    assert refused(data, key=bytes(32)) == "vid.authentic"
    assert refused(data + b"\0") == "vid.record_size"
    assert {refused(data[:size]) for size in range(len(data))} == {"vid.truncated"}


def test_headers_are_values():
    header = RecordHeader(Kind.INIT, Flag.NONE, 1, 0, 0, 0, 0, 16, 0)
    assert replace(header, epoch=1) != header


@given(st.binary(max_size=200))
def test_garbage_is_corrupt_and_nothing_worse(data):
    refused(data)
