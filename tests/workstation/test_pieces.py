import json

from playhead.testing.scripted_pipeline import parameter_sets
from playhead.wire import fmp4
from playhead.wire.vid import REORDER_US, Flag, Kind
from playhead.workstation import pieces
from playhead.workstation.actions import Now
from playhead.workstation.outputs import Epoch, Thumbnail
from playhead.workstation.pieces import Cutter, Mark, Picture, track_id

SPS, PPS = parameter_sets()
BASE_US = 5_000_000
NOW = Now(1_700_000_000_000_000, BASE_US)


def epoch(track: int = 0, number: int = 0) -> Epoch:
    return Epoch(track, number, 0, 160, 96, SPS, PPS, "screen")


FIRST = epoch()


def picture(at_us: int, *, key: bool = False, of: Epoch = FIRST, size: int = 10) -> Picture:
    return Picture(of, BASE_US + at_us, bytes(size), key, 1.0)


def kinds(records: list) -> list[Kind]:
    return [record.kind for record in records]


def test_the_first_picture_brings_the_initialisation_segment() -> None:
    cutter = Cutter(BASE_US)
    (init,) = cutter.add(picture(0, key=True), NOW)
    assert (init.kind, init.track, init.epoch, init.media_time_us) == (Kind.INIT, track_id(0), 0, 0)
    assert fmp4.dimensions(init.body) == (160, 96)


def test_a_piece_holds_a_second_and_its_times() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    cutter.add(picture(400_000), NOW)
    cutter.add(picture(900_000), NOW)
    assert cutter.due_us == BASE_US + 1_000_000
    (piece,) = cutter.add(picture(1_000_000), NOW)
    assert (piece.kind, piece.flags, piece.media_time_us, piece.span_us) == (Kind.PIECE, Flag.KEY, 0, 1_000_000)
    parsed = fmp4.parse_fragment(piece.body)
    assert [sample.duration_us for sample in parsed.samples] == [400_000, 500_000, fmp4.HOLD_US]
    assert piece.wall_time_us == NOW.wall_us
    (piece,) = cutter.flush(BASE_US + 1_700_000, NOW)
    assert (piece.flags, piece.media_time_us, piece.span_us) == (Flag.NONE, 1_000_000, 700_000)
    assert cutter.flush(BASE_US + 1_800_000, NOW) == []
    assert cutter.due_us is None


def test_bytes_that_wait_are_limited(monkeypatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES_MAX", 100)
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True, size=60), NOW)
    assert cutter.add(picture(1, size=40), NOW) == []
    assert kinds(cutter.add(picture(2, size=1), NOW)) == [Kind.PIECE]


def test_all_of_a_second_is_written_in_the_order_of_time() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    cutter.add(picture(300_000, key=True, of=epoch(1)), NOW)
    cutter.flush(BASE_US, NOW)
    cutter.add(picture(500_000, of=FIRST), NOW)
    cutter.add(Thumbnail(0, 0, BASE_US + 600_000, b"jpeg"), NOW)
    cutter.add(Mark(BASE_US + 550_000, "test", {"n": 1}), NOW)
    records = cutter.flush(BASE_US + 700_000, NOW)
    assert kinds(records) == [Kind.PIECE, Kind.MARKER, Kind.THUMBNAIL]
    assert json.loads(records[1].body) == {"code": "test", "n": 1}
    assert (records[2].track, records[2].body) == (1, b"jpeg")


def test_two_pictures_never_begin_at_the_same_time() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    cutter.add(picture(0), NOW)
    (piece,) = cutter.flush(BASE_US, NOW)
    assert [sample.duration_us for sample in fmp4.parse_fragment(piece.body).samples] == [1, fmp4.HOLD_US]
    cutter.add(picture(0), NOW)
    (piece,) = cutter.flush(BASE_US, NOW)
    assert piece.media_time_us == 2


def test_what_comes_very_late_is_put_where_a_reader_still_takes_it() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    cutter.flush(BASE_US, NOW)
    cutter.heartbeat(BASE_US + 60_000_000, NOW)
    cutter.add(picture(1_000_000), NOW)
    cutter.add(Mark(BASE_US + 1_000_000, "late"), NOW)
    records = cutter.flush(BASE_US + 60_000_000, NOW)
    assert [record.media_time_us for record in records] == [60_000_000 - REORDER_US] * 2


def test_a_new_epoch_begins_with_its_own_initialisation_and_its_key_frame() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    second = epoch(number=1)
    assert cutter.add(picture(100_000, of=second), NOW) == []
    assert kinds(cutter.add(picture(200_000, key=True, of=second), NOW)) == [Kind.PIECE, Kind.INIT]


def test_after_a_break_a_key_frame_goes_on_in_the_same_epoch() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    cutter.break_off(0)
    assert not cutter.can_go_on(0)
    cutter.add(picture(100_000), NOW)
    assert kinds(cutter.add(picture(200_000, key=True), NOW)) == [Kind.PIECE]
    assert cutter.can_go_on(0)
    (piece,) = cutter.flush(BASE_US + 300_000, NOW)
    assert (piece.flags, piece.media_time_us) == (Flag.KEY, 200_000)


def test_a_heartbeat_is_nothing_but_what_waits() -> None:
    cutter = Cutter(BASE_US)
    cutter.add(picture(0, key=True), NOW)
    assert kinds(cutter.heartbeat(BASE_US + 100, NOW)) == [Kind.PIECE]
    (beat,) = cutter.heartbeat(BASE_US + 2_000_000, NOW)
    assert (beat.kind, beat.media_time_us, beat.body, beat.stored_bytes) == (Kind.HEARTBEAT, 2_000_000, b"", 88)
    assert cutter.end_us(BASE_US + 1_000_000) == 2_000_000
