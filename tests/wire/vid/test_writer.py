import pytest
from wire.vid.segments import scan, signing_key, small, start

from playhead.base.errors import ConflictError, InvalidInputError, LimitError
from playhead.wire import vid
from playhead.wire.vid import Flag, Kind


def begun():
    writer, _, _ = start()
    writer.start()
    return writer


def refused(writer, code, **fields):
    before = (writer.offset, writer.records)
    with pytest.raises((InvalidInputError, ConflictError, LimitError)) as caught:
        writer.record(**{"kind": Kind.MARKER, "media_time_us": 0, "wall_time_us": 0, **fields})
    assert caught.value.code == code
    assert (writer.offset, writer.records) == before


def test_it_counts_what_it_wrote():
    writer, _, _ = start()
    data = writer.start()
    assert (writer.offset, writer.records, writer.covered_us) == (len(data), 0, 0)
    data += writer.record(Kind.HEARTBEAT, media_time_us=70, wall_time_us=5)
    assert (writer.offset, writer.records, writer.covered_us) == (len(data), 1, 70)
    data += writer.seal(80, 6)
    assert (writer.offset, writer.records, writer.covered_us, writer.sealed) == (len(data), 2, 80, True)
    assert scan(data)[0].sealed


def test_the_header_comes_first_and_once():
    writer, _, _ = start()
    refused(writer, "vid.not_started")
    with pytest.raises(ConflictError):
        writer.seal(0, 0)
    writer.start()
    with pytest.raises(ConflictError):
        writer.start()


def test_nothing_follows_a_seal():
    writer = begun()
    writer.seal(0, 0)
    refused(writer, "vid.sealed")
    with pytest.raises(ConflictError):
        writer.seal(0, 0)


def test_a_seal_is_not_written_by_hand():
    refused(begun(), "vid.order", kind=Kind.SEAL)


def test_the_longest_body_fits_and_no_byte_more():
    writer = begun()
    longest = bytes(vid.MAX_RECORD_BODY_BYTES - vid.TAG_BYTES)
    refused(writer, "vid.record_size", body=longest + b"\0")
    record = writer.record(Kind.MARKER, media_time_us=0, wall_time_us=0, body=longest)
    assert len(record) == 40 + vid.MAX_RECORD_BODY_BYTES + 32


@pytest.mark.parametrize(
    "fields",
    [
        {"media_time_us": -1},
        {"media_time_us": vid.MAX_TIME_US + 1},
        {"wall_time_us": -1},
        {"wall_time_us": vid.MAX_TIME_US + 1},
        {"span_us": -1},
        {"span_us": 2**32},
    ],
)
def test_times_that_do_not_fit_are_refused_and_use_nothing_up(fields):
    refused(begun(), "vid.time", **fields)


def test_what_a_scanner_would_refuse_is_not_written():
    refused(begun(), "vid.order", kind=Kind.PIECE, track=1, flags=Flag.KEY)


def test_keys_must_fit_the_header():
    _, header, data_key = start()
    with pytest.raises(InvalidInputError):
        vid.Writer(header, data_key[:-1], signing_key())
    with pytest.raises(InvalidInputError):
        vid.Writer(header, data_key, signing_key("another"))


def test_two_records_never_share_a_nonce_and_equal_bodies_never_look_equal():
    data, _, _ = small([{"kind": Kind.MARKER, "body": b"the same body"}] * 20, sealed=False)
    _, found = scan(data)
    assert [scanned.header.sequence for scanned in found] == list(range(20))
    assert len({data[scanned.offset + 40 : scanned.offset + 53] for scanned in found}) == 20
    assert b"the same body" not in data
