"""What other people's programs make of our pieces."""

import io
import json
import subprocess
from itertools import pairwise

import av
import pytest
from wire.fmp4.media import END_US, TIMES, ended, init, pieces

from playhead.testing.pictures import number_of
from playhead.wire import fmp4


@pytest.fixture
def probe(tmp_path):
    def run(data, *options):
        path = tmp_path / "media.mp4"
        path.write_bytes(data)
        command = ["ffprobe", "-v", "error", "-print_format", "json", *options, str(path)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        assert result.stderr == ""
        return json.loads(result.stdout)

    return run


def durations(data):
    """As libavformat of PyAV tells them; ffprobe 5.1 has none for fragmented files but the encoder's frame rate."""
    with av.open(io.BytesIO(data)) as container:
        return [packet.duration for packet in container.demux(video=0) if packet.size]


def decoded(data):
    with av.open(io.BytesIO(data)) as container:
        return [(frame.pts, number_of(frame)) for frame in container.decode(video=0)]


@pytest.mark.parametrize("per_piece", [1, 2, 3, 10])
def test_ffprobe_sees_every_sample_at_its_time(probe, per_piece):
    data = init() + b"".join(ended(pieces(per_piece)))
    packets = probe(data, "-show_packets")["packets"]
    assert [int(packet["pts"]) for packet in packets] == list(TIMES)
    assert [packet["flags"].startswith("K") for packet in packets] == [index % 5 == 0 for index in range(len(TIMES))]


@pytest.mark.parametrize("per_piece", [1, 2, 3, 10])
def test_every_sample_lasts_until_the_next(per_piece):
    data = init() + b"".join(ended(pieces(per_piece)))
    assert durations(data) == [b - a for a, b in pairwise([*TIMES, END_US])]


def test_ffprobe_sees_the_track_as_it_is(probe):
    (stream,) = probe(init(name="HDMI-1") + b"".join(ended(pieces())), "-show_streams")["streams"]
    assert (stream["codec_name"], stream["codec_tag_string"], stream["profile"]) == ("h264", "avc1", "High")
    assert (stream["width"], stream["height"], stream["time_base"]) == (160, 96, "1/1000000")
    assert (stream["color_space"], stream["color_primaries"], stream["color_transfer"]) == ("bt709",) * 3
    assert stream["color_range"] == "tv"
    assert stream["tags"]["handler_name"] == "HDMI-1"
    assert (stream["is_avc"], stream["nal_length_size"]) == ("true", "4")
    assert int(stream["duration_ts"]) == END_US


def test_every_picture_decodes_at_its_time():
    data = init() + b"".join(pieces())
    assert decoded(data) == [(at, number) for number, at in enumerate(TIMES)]


def test_a_piece_with_a_random_access_point_decodes_alone():
    made = pieces(5)
    assert decoded(init() + made[1]) == [(TIMES[5 + number], 5 + number) for number in range(5)]


def test_times_beyond_32_bits_survive():
    base = 100 * 3600 * 1_000_000
    assert decoded(init() + b"".join(pieces(base=base)))[-1] == (base + TIMES[-1], len(TIMES) - 1)


def test_ffmpeg_decodes_without_a_complaint(tmp_path):
    path = tmp_path / "media.mp4"
    path.write_bytes(init((322, 182)) + b"".join(ended(pieces(size=(322, 182)))))
    command = ["ffmpeg", "-v", "warning", "-i", str(path), "-f", "null", "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stderr == ""


def test_an_mp4_of_ffmpeg_describes_the_codec_as_we_do(tmp_path):
    """The configuration record and the colour box of a known muxer, byte for byte."""
    ours, theirs = tmp_path / "ours.mp4", tmp_path / "theirs.mp4"
    ours.write_bytes(init() + b"".join(ended(pieces())))
    command = ["ffmpeg", "-v", "error", "-i", str(ours), "-c", "copy", str(theirs)]
    subprocess.run(command, capture_output=True, check=True)

    def content(data, kind):
        at = data.index(kind)
        return data[at : at - 4 + int.from_bytes(data[at - 4 : at], "big")]

    for kind in (b"avcC", b"colr"):
        assert content(ours.read_bytes(), kind) == content(theirs.read_bytes(), kind)


def test_a_held_picture_lasts_until_further_notice():
    assert durations(init() + pieces(10)[0])[-1] == fmp4.HOLD_US == 10_000_000
