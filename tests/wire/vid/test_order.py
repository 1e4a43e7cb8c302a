import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.vid import reference
from wire.vid.segments import scan, small, start

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.wire import vid
from playhead.wire.vid import Flag, Kind

INIT = {"kind": Kind.INIT, "track": 1}
PIECE = {"kind": Kind.PIECE, "track": 1, "flags": Flag.KEY}
LATE = {"kind": Kind.MARKER, "media_time_us": 5_000_000}


def piece(at_us, **fields):
    return {**PIECE, "media_time_us": at_us, **fields}


ALLOWED = {
    "a piece after its init": [INIT, PIECE],
    "a later piece without key": [INIT, PIECE, piece(1, flags=Flag.NONE)],
    "a piece that begins before the end of the one before": [INIT, piece(0, span_us=900), piece(1)],
    "a new epoch": [INIT, PIECE, {**INIT, "epoch": 4}, piece(1, epoch=4)],
    "tracks each with their own epochs": [
        {**INIT, "epoch": 9},
        {**INIT, "track": 2},
        piece(0, epoch=9),
        piece(0, track=2),
    ],
    "2 s behind the newest": [INIT, LATE, piece(3_000_000)],
    "a heartbeat at the newest": [LATE, {"kind": Kind.HEARTBEAT, "media_time_us": 5_000_000}],
    "a heartbeat before the end of a piece": [
        INIT,
        piece(0, span_us=1_000_000),
        {"kind": Kind.HEARTBEAT, "media_time_us": 500_000},
    ],
    "a marker about a track": [{"kind": Kind.MARKER, "track": 3}],
    "a kind of the future": [{"kind": 77, "track": 9, "epoch": 3}],
    "a kind of the future in clear": [{"kind": 77, "flags": Flag.CLEAR}],
    "an unknown flag": [{"kind": Kind.MARKER, "flags": Flag(0x80)}],
    "64 tracks": [{**INIT, "track": track} for track in range(1, vid.MAX_TRACKS + 1)],
    "a thumbnail before its track began": [{"kind": Kind.THUMBNAIL, "track": 1, "epoch": 7}],
}

FORBIDDEN = {
    "a piece before any init": [PIECE],
    "a piece of another epoch": [INIT, piece(0, epoch=1)],
    "a piece of an epoch that is over": [INIT, {**INIT, "epoch": 1}, PIECE],
    "an epoch that begins without a key": [INIT, piece(0, flags=Flag.NONE)],
    "a later epoch that begins without a key": [INIT, PIECE, {**INIT, "epoch": 1}, piece(1, epoch=1, flags=Flag.NONE)],
    "the same init twice": [INIT, INIT],
    "an older epoch": [{**INIT, "epoch": 2}, {**INIT, "epoch": 1}],
    "two pieces at one time": [INIT, piece(5), piece(5)],
    "a piece before the one before": [INIT, piece(5), piece(4)],
    "a piece before one of the last epoch": [
        INIT,
        piece(5),
        {**INIT, "epoch": 1, "media_time_us": 5},
        piece(5, epoch=1),
    ],
    "more than 2 s behind the newest": [INIT, LATE, piece(2_999_999)],
    "a marker more than 2 s behind": [LATE, {"kind": Kind.MARKER, "media_time_us": 2_999_999}],
    "a heartbeat before the newest": [LATE, {"kind": Kind.HEARTBEAT, "media_time_us": 4_999_999}],
    "a heartbeat of a track": [{"kind": Kind.HEARTBEAT, "track": 1}],
    "an init of no track": [{**INIT, "track": 0}],
    "a piece of no track": [{**INIT, "track": 1}, piece(0, track=0)],
    "a thumbnail of no track": [{"kind": Kind.THUMBNAIL}],
    "a marker in clear": [{"kind": Kind.MARKER, "flags": Flag.CLEAR}],
    "65 tracks": [{**INIT, "track": track} for track in range(1, vid.MAX_TRACKS + 2)],
}


def referenced(records):
    """The same records by the reference, which asks no rules."""
    writer, _, data_key = start()
    data = writer.start()
    for sequence, fields in enumerate(records):
        names = {"media_time_us": "media", "span_us": "span", "wall_time_us": "wall"}
        renamed = {names.get(name, name): value for name, value in fields.items()}
        data += reference.record(data_key, data[-32:], b"", sequence=sequence, **renamed)
    return data


@pytest.mark.parametrize("records", ALLOWED.values(), ids=ALLOWED)
def test_allowed(records):
    data, _, _ = small(records, sealed=False)
    assert len(scan(data)[1]) == len(records)
    assert len(scan(referenced(records))[1]) == len(records)


@pytest.mark.parametrize("records", FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden_to_write_and_to_read(records):
    small(records[:-1], sealed=False)
    with pytest.raises(InvalidInputError) as written:
        small(records, sealed=False)
    assert written.value.code == "vid.order"
    with pytest.raises(CorruptError) as read:
        scan(referenced(records))
    assert read.value.code == "vid.order"


def test_a_seal_may_not_claim_less_than_was_recorded():
    writer, _, _ = start()
    writer.start()
    writer.record(Kind.MARKER, media_time_us=10, wall_time_us=0)
    with pytest.raises(InvalidInputError):
        writer.seal(9, 0)
    writer.seal(10, 0)


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([*list(Kind)[:-1], 9]),
            "flags": st.sampled_from([Flag.NONE, Flag.KEY, Flag.CLEAR]),
            "track": st.integers(0, 2),
            "epoch": st.integers(0, 2),
            "media_time_us": st.integers(0, 6).map(lambda value: value * 999_999),
            "span_us": st.sampled_from([0, 3]),
        }
    ),
    max_size=12,
)


@given(RECORDS)
def test_writer_and_scanner_agree_about_every_sequence(records):
    """What the writer refuses is left out; then the scanner takes all of it, and refuses each that was left out."""
    writer, _, data_key = start()
    scanner = vid.Scanner()
    scanner.feed(writer.start())
    for fields in records:
        try:
            data = writer.record(wall_time_us=0, body=b"x", **fields)
        except InvalidInputError:
            chain = scanner.chain
            forged = reference.record(
                data_key,
                chain,
                b"x",
                sequence=scanner.records,
                kind=fields["kind"],
                flags=fields["flags"],
                track=fields["track"],
                epoch=fields["epoch"],
                media=fields["media_time_us"],
                span=fields["span_us"],
            )
            with pytest.raises(CorruptError):
                vid.Scanner(scanner.state()).feed(forged)
        else:
            assert len(scanner.feed(data)) == 1
    assert scanner.covered_us == writer.covered_us
