import struct
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.vid import reference
from wire.vid.segments import reader, scan, signing_key, small, start

from playhead.base.errors import CorruptError
from playhead.testing.vid import make_vid
from playhead.wire import vid
from playhead.wire.vid import Kind

DATA, HEADER, KEY = small()
_, FOUND = scan(DATA)
START = FOUND[0].offset


def fault(data, scanner=None):
    scanner = scanner or vid.Scanner()
    with pytest.raises(CorruptError) as caught:
        scanner.feed(data)
    return caught.value.code


def test_it_finds_every_record_where_it_lies():
    scanner, found = scan(DATA)
    assert scanner.header == HEADER
    assert [scanned.header.kind for scanned in found] == [1, 2, 4, 1, 2, 2, 5, 6]
    ends = [scanned.offset + scanned.size for scanned in found]
    assert [START, *ends] == [*(scanned.offset for scanned in found), len(DATA)]
    assert (scanner.offset, scanner.chain, scanner.records) == (len(DATA), DATA[-32:], 8)
    assert scanner.sealed
    assert scanner.covered_us == 1_500_000


@given(st.lists(st.integers(0, len(DATA)), max_size=40))
def test_it_does_not_matter_how_the_bytes_were_split(cuts):
    edges = [0, *sorted(cuts), len(DATA)]
    scanner = vid.Scanner()
    found = [scanned for a, b in pairwise(edges) for scanned in scanner.feed(DATA[a:b])]
    assert found == FOUND
    assert scanner.state() == scan(DATA)[0].state()


def test_byte_by_byte_a_record_is_reported_with_its_last_byte():
    scanner = vid.Scanner()
    for position in range(len(DATA)):
        found = scanner.feed(DATA[position : position + 1])
        assert [scanned.offset + scanned.size for scanned in found] == [
            scanned.offset + scanned.size for scanned in FOUND if scanned.offset + scanned.size == position + 1
        ]


def test_cut_anywhere_it_stands_at_the_last_whole_record():
    ends = [0, START, *(scanned.offset + scanned.size for scanned in FOUND)]
    for size in range(len(DATA) + 1):
        scanner, found = scan(DATA[:size])
        assert scanner.offset == max(end for end in ends if end <= size)
        assert found == [scanned for scanned in FOUND if scanned.offset + scanned.size <= size]
        assert scanner.sealed == (size == len(DATA))
        assert scanner.chain == DATA[max(scanner.offset - 32, 0) : scanner.offset]


def test_it_goes_on_elsewhere_from_any_record():
    for size in range(START, len(DATA), 7):
        first, _ = scan(DATA[:size])
        second = vid.Scanner(first.state())
        rest = second.feed(DATA[second.offset :])
        assert rest == FOUND[first.records :]
        assert second.state() == scan(DATA)[0].state()


def test_it_cannot_be_resumed_before_the_header_is_whole():
    assert scan(DATA[: START - 1])[0].state() is None


def test_every_flipped_bit_is_caught_at_once_and_without_keys():
    for bit in range(len(DATA) * 8):
        changed = bytearray(DATA)
        changed[bit // 8] ^= 1 << bit % 8
        scanner = vid.Scanner()
        with suppress(CorruptError):
            scanner.feed(changed)
            # No fault yet: a length grown beyond the end of the file looks like a record that is still to come.
            assert not scanner.sealed
        assert scanner.offset <= bit // 8


def test_a_fault_is_raised_again_and_what_stood_before_it_stays_true():
    broken = bytearray(DATA)
    broken[FOUND[3].offset + 45] ^= 1
    scanner = vid.Scanner()
    assert fault(broken, scanner) == "vid.chain"
    assert fault(b"", scanner) == "vid.chain"
    assert (scanner.offset, scanner.records) == (FOUND[3].offset, 3)
    assert vid.Scanner(scanner.state()).feed(DATA[scanner.offset :]) == FOUND[3:]


def test_a_tail_of_zeros_is_a_fault_and_not_a_record():
    scanner, _ = scan(DATA[: FOUND[2].offset])
    scanner.feed(bytes(39))
    assert fault(b"\0", scanner) == "vid.kind"
    assert scanner.offset == FOUND[2].offset


def test_nothing_may_follow_a_seal():
    scanner, _ = scan(DATA)
    assert fault(b"\0", scanner) == "vid.after_seal"
    assert fault(b"\0", vid.Scanner(scan(DATA)[0].state())) == "vid.after_seal"
    assert scan(DATA)[0].feed(b"") == []


def test_dropped_repeated_and_exchanged_records_are_caught():
    parts = [DATA[scanned.offset : scanned.offset + scanned.size] for scanned in FOUND]
    head = DATA[:START]
    assert fault(head + b"".join(parts[1:])) == "vid.sequence"
    assert fault(head + parts[0] + parts[0]) == "vid.sequence"
    assert fault(head + parts[1] + parts[0]) == "vid.sequence"
    other, _, _ = small(seed="another")
    assert fault(other[: vid.header_size(other[:16])] + b"".join(parts)) == "vid.chain"


def test_the_longest_record_passes_and_is_not_held():
    writer, _, _ = start()
    scanner = vid.Scanner()
    scanner.feed(writer.start())
    body = bytes(vid.MAX_RECORD_BODY_BYTES - vid.TAG_BYTES)
    record = writer.record(Kind.MARKER, media_time_us=0, wall_time_us=0, body=body)
    for offset in range(0, len(record) - 1, 65_536):
        assert not scanner.feed(record[offset : min(offset + 65_536, len(record) - 1)])
        assert len(scanner._buffer) <= vid.CHAIN_BYTES
    assert len(scanner.feed(record[-1:])) == 1


def test_a_record_that_claims_one_byte_too_many_is_refused_by_its_header():
    scanner, _ = scan(DATA[:START])
    claim = reference.record_header(kind=4, sequence=0, body_bytes=vid.MAX_RECORD_BODY_BYTES + 1)
    assert fault(claim, scanner) == "vid.record_size"


def seal_with(plaintext):
    """A segment whose SEAL has this body, correctly chained."""
    return DATA[:START] + reference.record(KEY, DATA[START - 32 : START], plaintext, kind=6, flags=2, sequence=0)


def test_a_seal_may_take_1024_bytes_and_no_byte_more():
    assert fault(seal_with(b"x" * (1024 - 16))) == "vid.seal"
    assert fault(seal_with(b"x" * (1024 - 15))) == "vid.record_size"


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"{}",
        b"[" * 1000,
        b'{"records":0,"chain":"","signature":""}',
        b'{"records":-1,"chain":"","signature":""}',
        b'{"records":0,"chain":"\xff","signature":""}',
    ],
)
def test_malformed_seals_are_refused(plaintext):
    assert fault(seal_with(plaintext)) == "vid.seal"


def test_a_seal_must_be_by_the_signer_of_the_header():
    forged = reference.seal(KEY, DATA[START - 32 : START], signing_key("a thief"), sequence=0, media=0, wall=0)
    assert fault(DATA[:START] + forged) == "vid.signature"


def test_a_seal_of_other_records_is_refused():
    stranger = reference.seal(KEY, bytes(32), signing_key(), sequence=0, media=0, wall=0)
    assert fault(reference.relink(DATA[:START] + stranger, START)) == "vid.seal"


def test_forged_and_made_new_a_sealed_file_loses_its_signature():
    """Anyone can recompute the chain; nobody without the signing key can make the seal fit again."""
    for bit in range(START * 8, FOUND[-1].offset * 8, 5):
        changed = bytearray(DATA)
        changed[bit // 8] ^= 1 << bit % 8
        scanner = vid.Scanner()
        forged = b""
        with suppress(CorruptError, struct.error):  # struct.error: a length was changed, nothing can be made new
            forged = reference.relink(changed, START)
            scanner.feed(forged)
        assert not scanner.sealed or forged == DATA  # where a link was changed, it was made right again


@given(st.binary(max_size=300), st.sampled_from([0, START, FOUND[2].offset, FOUND[-1].offset]))
def test_garbage_is_corrupt_and_nothing_worse(garbage, begin):
    scanner, _ = scan(DATA[:begin])
    with suppress(CorruptError):
        scanner.feed(garbage)
    assert begin <= scanner.offset <= begin + len(garbage)


def test_real_media_scans_like_it_walks():
    fixture = make_vid(tracks=("left", "right"), sizes=((160, 96), (96, 160)))
    _, start_offset = vid.read_header(fixture.read_at)
    assert tuple(vid.walk(reader(fixture.data), len(fixture.data), start_offset)) == fixture.records
