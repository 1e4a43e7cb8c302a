"""docs/wire/screen.md §3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import ProtocolError
from playhead.wire.screen.frames import FrameReader, control_frame, records_head
from playhead.wire.screen.limits import MAX_CONTROL_BYTES, MAX_OFFSET, MAX_RECORDS_BYTES
from playhead.wire.screen.messages import Records


def read(data, **limits):
    return [frame if isinstance(frame, Records) else bytes(frame) for frame in FrameReader(**limits).read(data)]


def code_of(data, **limits):
    with pytest.raises(ProtocolError) as caught:
        read(data, **limits)
    return caught.value.code


def test_records_example_of_the_page():
    data = bytes.fromhex("00000013 02 00000007 0000000000000400 68656c6c6f21")
    assert read(data) == [Records(7, 1024, b"hello!")]
    assert records_head(Records(7, 1024, b"hello!")) + b"hello!" == data


def test_control_frame_has_length_and_type():
    assert control_frame(b"\x80") == bytes.fromhex("00000002 01 80")
    assert read(bytes.fromhex("00000002 01 80 00000003 01 8081")) == [b"\x80", b"\x80\x81"]


def test_incomplete_frames_are_kept_and_nothing_more():
    reader = FrameReader()
    frame = control_frame(b"payload")
    for size in range(len(frame)):
        reader = FrameReader()
        assert list(reader.read(frame[:size])) == []
        assert reader.held_bytes == size
        assert [bytes(got) for got in reader.read(frame[size:])] == [b"payload"]
        assert reader.held_bytes == 0


@pytest.mark.parametrize(
    ("kind", "most", "overhead"), [(1, MAX_CONTROL_BYTES, 1), (2, MAX_RECORDS_BYTES, 13)], ids=["control", "records"]
)
def test_a_frame_is_taken_at_its_limit_and_refused_one_past_it(kind, most, overhead):
    size = most + overhead
    body = bytes([kind]) + bytes(size - 1)
    assert len(read(size.to_bytes(4, "big") + body)) == 1
    # One past it is refused from the first five bytes alone.
    assert code_of((size + 1).to_bytes(4, "big") + body[:1]) == "screen.frame_too_large"


@pytest.mark.parametrize(("kind", "least"), [(1, 2), (2, 14)])
def test_a_frame_has_something_in_it(kind, least):
    assert len(read(least.to_bytes(4, "big") + bytes([kind]) + bytes(least - 1))) == 1
    assert code_of((least - 1).to_bytes(4, "big") + bytes([kind])) == "screen.frame"


@pytest.mark.parametrize("kind", [0, 3, 255])
def test_other_types_are_refused(kind):
    assert code_of(b"\0\0\0\2" + bytes([kind])) == "screen.frame_type"


@pytest.mark.parametrize(
    "start",
    [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1", b"SSH-2.0-OpenSSH_9.2"],
    ids=["TLS", "GET", "POST", "SSH"],
)
def test_what_evidently_speaks_something_else_is_told_so(start):
    assert code_of(start) == "screen.foreign"
    assert list(FrameReader().read(start[:4])) == []


def test_records_may_be_shut_out_altogether():
    assert code_of(b"\0\0\0\x0e\x02", max_records_bytes=0) == "screen.order"


def test_offsets_end_where_files_end():
    def at(offset):
        return records_head(Records(1, offset, b"xy")) + b"xy"

    assert read(at(MAX_OFFSET - 2))[0].offset == MAX_OFFSET - 2
    assert code_of(at(MAX_OFFSET - 1)) == "screen.offset"


def test_limits_may_change_between_the_frames_of_one_read():
    reader = FrameReader(max_control_bytes=4, max_records_bytes=0)
    got = []
    for frame in reader.read(control_frame(b"tiny") + control_frame(b"larger")):
        got.append(bytes(frame))
        reader.max_control_bytes = 6
    assert got == [b"tiny", b"larger"]


def test_records_have_bytes_of_their_own():
    buffer = bytearray(records_head(Records(1, 0, b"abc")) + b"abc")
    (records,) = FrameReader().read(buffer)
    buffer[:] = bytes(len(buffer))
    assert records.data == b"abc"


frames = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=40).map(control_frame),
        st.builds(
            lambda channel, offset, data: records_head(Records(channel, offset, data)) + data,
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**62),
            st.binary(min_size=1, max_size=40),
        ),
    ),
    max_size=6,
)


@given(frames, st.lists(st.integers(0, 300), max_size=12))
def test_how_the_stream_is_split_makes_no_difference(parts, cuts):
    data = b"".join(parts)
    whole = read(data)
    assert len(whole) == len(parts)
    reader, got, position = FrameReader(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        got += [f if isinstance(f, Records) else bytes(f) for f in reader.read(data[position:cut])]
        position = max(position, min(cut, len(data)))
    assert got == whole
