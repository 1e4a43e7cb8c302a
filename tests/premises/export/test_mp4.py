import json
import subprocess
from dataclasses import replace
from itertools import pairwise

import av
import pytest

from playhead.base.errors import CorruptError, NotFoundError, UnavailableError
from playhead.premises.export.mp4 import export_mp4
from playhead.premises.export.plan import OpenSegment
from playhead.testing.pictures import number_of
from playhead.testing.vid import STARTED_AT_US, make_vid
from playhead.wire import fmp4, vid
from playhead.wire.fmp4.boxes import boxes
from playhead.wire.vid import Kind

SIZES = ((160, 96), (320, 180), (96, 160))


def opened(fixture, size=None):
    return OpenSegment(fixture.read_at, len(fixture.data) if size is None else size, fixture.data_key)


def shown(path, stream=0):
    """(time in µs, number, width, height) of every picture that a decoder shows."""
    with av.open(path) as container:
        base = container.streams[stream].time_base
        return [
            (round(frame.pts * base * 1_000_000), number_of(frame), frame.width, frame.height)
            for frame in container.decode(container.streams[stream])
        ]


def timed(path, stream=0):
    return [(at, number) for at, number, _, _ in shown(path, stream)]


def expected(fixture, track=1, shift=0):
    return [(picture.at_us + shift, picture.number) for picture in fixture.pictures if picture.track == track]


def probe(path, *options):
    command = ["ffprobe", "-v", "error", "-print_format", "json", *options, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    return json.loads(result.stdout)


def complaints_of_ffmpeg(path):
    command = ["ffmpeg", "-v", "warning", "-i", str(path), "-map", "0", "-fps_mode", "passthrough", "-f", "null", "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stderr


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.mp4"


def test_every_picture_is_there_at_its_time(out):
    fixture = make_vid(seconds=6)
    result = export_mp4([opened(fixture)], out)
    assert timed(out) == expected(fixture)
    assert (result.pictures, result.duration_us, result.tracks, result.faults) == (30, 6_000_000, ("screen",), ())
    assert result.size_bytes == out.stat().st_size
    assert complaints_of_ffmpeg(out) == ""


def test_ffprobe_counts_and_times_what_was_recorded(out):
    fixture = make_vid(seconds=6)
    export_mp4([opened(fixture)], out)
    found = probe(out, "-show_packets", "-show_streams", "-show_format", "-count_frames")
    (stream,) = found["streams"]
    assert (int(stream["nb_frames"]), int(stream["nb_read_frames"])) == (30, 30)
    assert (stream["codec_tag_string"], stream["time_base"], stream["duration"]) == ("avc1", "1/1000000", "6.000000")
    assert (stream["color_space"], stream["width"], stream["height"]) == ("bt709", 160, 96)
    assert stream["tags"]["handler_name"] == "screen"
    assert found["format"]["tags"]["creation_time"] == "2026-01-01T00:00:00.000000Z"
    times = [at for at, _ in expected(fixture)]
    assert [int(packet["pts"]) for packet in found["packets"]] == times
    assert [int(packet["duration"]) for packet in found["packets"]] == [b - a for a, b in pairwise([*times, 6_000_000])]


def test_nothing_was_encoded_again(out):
    fixture = make_vid(seconds=3)
    export_mp4([opened(fixture)], out)
    recorded = []
    for scanned in fixture.of_kind(Kind.PIECE):
        piece = fmp4.parse_fragment(vid.open_at(fixture.read_at, fixture.data_key, scanned))
        recorded += [sample.data for sample in piece.samples]
    with av.open(out) as container:
        assert [bytes(packet) for packet in container.demux(video=0) if packet.size] == recorded


def test_the_index_comes_first_so_that_a_browser_can_begin(out):
    export_mp4([opened(make_vid())], out)
    kinds = [found.kind for found in boxes(out.read_bytes())]
    assert kinds.index(b"moov") < kinds.index(b"mdat")
    assert b"moof" not in kinds


def test_a_display_that_changes_its_size_goes_on_in_the_same_track(out):
    fixture = make_vid(seconds=6, sizes=SIZES)
    export_mp4([opened(fixture)], out)
    pictures = shown(out)
    assert [(at, number) for at, number, _, _ in pictures] == expected(fixture)
    assert [(width, height) for _, _, width, height in pictures] == [size for size in SIZES for _ in range(10)]
    (stream,) = probe(out, "-show_streams")["streams"]
    assert stream["codec_tag_string"] == "avc3"


def test_an_unchanged_size_takes_no_parameter_sets_in_band(out):
    export_mp4([opened(make_vid("a")), opened(make_vid("b", started_at_us=STARTED_AT_US + 5_000_000))], out)
    (stream,) = probe(out, "-show_streams")["streams"]
    assert stream["codec_tag_string"] == "avc1"
    with av.open(out) as container:
        kinds = {nal[0] & 0x1F for packet in container.demux(video=0) for nal in fmp4.length_nals(bytes(packet))}
    assert not kinds & {7, 8}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_segments_follow_one_another_and_a_gap_holds_the_last_picture(out, order):
    starts = (0, 10_000_000, 13_500_000)
    fixtures = [
        make_vid(str(start), started_at_us=STARTED_AT_US + start, first_number=start // 100_000) for start in starts
    ]
    result = export_mp4([opened(fixtures[index]) for index in order], out)
    assert timed(out) == [
        entry for start, fixture in zip(starts, fixtures, strict=True) for entry in expected(fixture, shift=start)
    ]
    assert result.duration_us == 16_500_000
    packets = probe(out, "-show_packets")["packets"]
    last_before_the_gap = fixtures[0].pictures[-1].at_us
    assert int(packets[14]["duration"]) == 10_000_000 - last_before_the_gap


def test_a_clock_set_back_between_segments_turns_no_time_around(out):
    first = make_vid("first")
    second = make_vid("second", started_at_us=STARTED_AT_US + 1_000_000, first_number=50)
    export_mp4([opened(first), opened(second)], out)
    assert timed(out) == expected(first) + expected(second, shift=3_000_000)


def test_a_night_between_segments_is_held_too_to_the_millisecond(out):
    night = 15 * 3600 * 1_000_000
    first, second = make_vid("first"), make_vid("second", started_at_us=STARTED_AT_US + night, first_number=50)
    result = export_mp4([opened(first), opened(second)], out)
    assert timed(out) == expected(first) + expected(second, shift=night)
    assert result.duration_us == night + 3_000_000
    assert probe(out, "-show_format")["format"]["duration"] == "54003.000000"


def test_each_monitor_is_a_track_with_its_name(out):
    fixture = make_vid(tracks=("left", "right"))
    result = export_mp4([opened(fixture)], out)
    assert result.tracks == ("left", "right")
    assert timed(out, 0) == expected(fixture, 1)
    assert timed(out, 1) == expected(fixture, 2)
    streams = probe(out, "-show_streams")["streams"]
    assert [stream["tags"]["handler_name"] for stream in streams] == ["left", "right"]
    assert complaints_of_ffmpeg(out) == ""


@pytest.mark.parametrize("choice", [{"track": 2}, {"monitor": "right"}])
def test_one_monitor_alone(out, choice):
    fixture = make_vid(tracks=("left", "right"))
    assert export_mp4([opened(fixture)], out, **choice).tracks == ("right",)
    assert timed(out) == expected(fixture, 2)


def test_a_monitor_that_is_not_there_is_told_with_those_that_are(out):
    fixture = make_vid(tracks=("left", "right"))
    with pytest.raises(NotFoundError) as caught:
        export_mp4([opened(fixture)], out, monitor="middle")
    assert caught.value.code == "export.empty"
    assert "left, right" in caught.value.hint
    with pytest.raises(NotFoundError):
        export_mp4([opened(fixture)], out, track=3)
    with pytest.raises(NotFoundError):
        export_mp4([], out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("start_us", "end_us"),
    [(1_500_000, 5_000_000), (1_401_000, None), (None, 201_000), (2_000_000, 2_000_001), (3_950_000, None)],
)
def test_a_part_begins_with_the_picture_shown_then_and_ends_when_told(out, start_us, end_us):
    fixture = make_vid(seconds=6, sizes=SIZES)
    result = export_mp4([opened(fixture)], out, start_us=start_us, end_us=end_us)
    start, end = start_us or 0, end_us or 6_000_000
    spans = pairwise([*expected(fixture), (6_000_000, None)])
    wanted = [(max(at - start, 0), number) for (at, number), (until, _) in spans if at < end and until > start]
    assert timed(out) == wanted
    assert result.pictures == len(wanted)
    assert result.duration_us == end - start
    assert probe(out, "-show_format")["format"]["duration"] == f"{(end - start) / 1e6:.6f}"


def test_a_part_beyond_the_end_is_empty(out):
    with pytest.raises(NotFoundError):
        export_mp4([opened(make_vid())], out, start_us=3_000_000)
    with pytest.raises(NotFoundError):
        export_mp4([opened(make_vid())], out, end_us=0)


def test_an_open_segment_is_exported_to_its_last_whole_record(out):
    fixture = make_vid(sealed=False)
    pieces = fixture.of_kind(Kind.PIECE)
    for cut in (pieces[1].offset + pieces[1].size, pieces[2].offset + 50):
        result = export_mp4([opened(fixture, cut)], out)
        assert timed(out) == expected(fixture)[:10]
        assert result.faults == ()
        assert result.duration_us == 2_001_000


def test_a_picture_lasts_no_longer_than_its_segment_proves(out):
    """A track that ended (its monitor was unplugged) is not held for ever."""
    fixture = make_vid(tracks=("left", "right"), seconds=3)
    short = make_vid("long", seconds=20, started_at_us=STARTED_AT_US + 3_000_000)
    export_mp4([opened(fixture), opened(short)], out)
    streams = probe(out, "-show_streams")["streams"]
    assert [float(stream["duration"]) for stream in streams] == [23.0, 2.99]


def test_damage_costs_what_follows_it_in_its_segment_and_is_told(out):
    fixtures = [make_vid("a"), make_vid("b", started_at_us=STARTED_AT_US + 5_000_000, first_number=50)]
    piece = fixtures[0].of_kind(Kind.PIECE)[1]
    broken = bytearray(fixtures[0].data)
    broken[piece.offset + 60] ^= 1
    damaged = replace(fixtures[0], data=bytes(broken))
    result = export_mp4([opened(damaged), opened(fixtures[1])], out)
    assert timed(out) == expected(fixtures[0])[:5] + expected(fixtures[1], shift=5_000_000)
    (fault,) = result.faults
    assert (fault.segment, fault.code) == (fixtures[0].header.segment, "vid.chain")


@pytest.mark.parametrize("where", ["header", "init", "framing"])
def test_a_segment_damaged_elsewhere_leaves_the_others_alone(out, where):
    good, bad = make_vid("a"), make_vid("b", started_at_us=STARTED_AT_US + 5_000_000)
    (init,) = bad.of_kind(Kind.INIT)
    offset = {"header": 20, "init": init.offset + 60, "framing": init.offset}[where]
    data = bad.data[:offset] + bytes([bad.data[offset] ^ 0xFF]) + bad.data[offset + 1 :]
    if where == "framing":
        data = data[:offset] + bytes(40) + data[offset + 40 :]
    result = export_mp4([opened(replace(bad, data=data)), opened(good)], out)
    assert timed(out) == expected(good)
    assert len(result.faults) == 1


def test_a_recording_of_which_nothing_can_be_read_is_an_error_and_no_file(out):
    fixture = make_vid()
    with pytest.raises(CorruptError) as caught:
        export_mp4([OpenSegment(fixture.read_at, len(fixture.data), bytes(32))], out)
    assert caught.value.code == "vid.authentic"
    pieces = [(scanned.offset + 50, 1) for scanned in fixture.of_kind(Kind.PIECE)]
    data = bytearray(fixture.data)
    for offset, bit in pieces:
        data[offset] ^= bit
    with pytest.raises(CorruptError) as caught:
        export_mp4([opened(replace(fixture, data=bytes(data)))], out)
    assert caught.value.code == "vid.chain"
    assert list(out.parent.iterdir()) == []


def test_the_file_is_replaced_in_one_step_or_not_at_all(out, tmp_path):
    out.write_bytes(b"before")
    with pytest.raises(NotFoundError):
        export_mp4([opened(make_vid())], out, track=9)
    assert out.read_bytes() == b"before"
    export_mp4([opened(make_vid())], out)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    with pytest.raises(UnavailableError) as caught:
        export_mp4([opened(make_vid())], tmp_path / "missing" / "out.mp4")
    assert caught.value.code == "export.write"


def test_progress_grows_to_one(out):
    shares = []
    export_mp4([opened(make_vid(seconds=6))], out, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] == 1.0
    assert len(shares) > 5
