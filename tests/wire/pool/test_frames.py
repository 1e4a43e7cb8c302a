"""docs/wire/pool.md §2: frames, however they are cut; limits; what is no pool protocol at all."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.pool.ends import frame

from playhead.base.errors import ProtocolError
from playhead.wire.pool.frames import MAX_PAYLOAD, OF_LINK, FrameReader, FrameType
from playhead.wire.pool.limits import MAX_DATA_BYTES, MAX_OFFSET, MAX_OPEN_BYTES

HELLO = frame(FrameType.HELLO, 0, 0, b"hello")
FRAMES = [
    (FrameType.OPEN, 1, 65536, b"\x00\x00data"),
    (FrameType.DATA, 1, 4, b"x" * 3000),
    (FrameType.DATA, 3, 0, b""),
    (FrameType.DATA_END, 1, 3004, b"yz"),
    (FrameType.DATA_END, 3, 0, b""),
    (FrameType.WINDOW, 1, 2**40, b""),
    (FrameType.RESET, 5, 0, b"a.b"),
    (FrameType.ACK, 0, MAX_OFFSET, b""),
    (FrameType.PING, 0, 7, b""),
    (FrameType.PONG, 0, 7, b""),
    (FrameType.DRAIN, 0, 0, b"a.b"),
    (FrameType.GOODBYE, 0, 0, b"a.b"),
]
BYTES = HELLO + b"".join(frame(*each) for each in FRAMES)


def read(pieces):
    """What a reader makes of them; data of one frame put together again."""
    reader, found = FrameReader(), []
    for piece in pieces:
        for got in reader.read(piece):
            payload = bytes(got.payload)
            last = found[-1] if found else None
            goes_on = (
                last
                and last[0] is FrameType.DATA
                and got.type in {FrameType.DATA, FrameType.DATA_END}
                and last[1] == got.stream
                and got.value == last[2] + len(last[3])
                and last[3]
                and len(last[3]) < 3000
            )
            if goes_on:
                found[-1] = (got.type, got.stream, last[2], last[3] + payload)
            else:
                found.append((got.type, got.stream, got.value, payload))
    return reader, found


def refusal(data):
    with pytest.raises(ProtocolError) as caught:
        list(FrameReader().read(data))
    return caught.value.code


def test_a_frame_as_the_page_shows_it():
    shown = bytes.fromhex("06000006 00000007 0000000000000400 68656c6c6f21")
    assert frame(FrameType.DATA, 7, 1024, b"hello!") == shown


def test_all_frames():
    reader, found = read([BYTES])
    assert found == [(FrameType.HELLO, 0, 0, b"hello"), *FRAMES]
    assert reader.between_frames


@given(st.lists(st.integers(0, len(BYTES)), max_size=30))
def test_it_does_not_matter_how_they_are_cut(cuts):
    at = [0, *sorted(cuts), len(BYTES)]
    _, found = read([BYTES[begin:end] for begin, end in pairwise(at)])
    assert found == [(FrameType.HELLO, 0, 0, b"hello"), *FRAMES]


def test_byte_by_byte():
    _, found = read([BYTES[at : at + 1] for at in range(len(BYTES))])
    assert found == [(FrameType.HELLO, 0, 0, b"hello"), *FRAMES]


def test_data_is_handed_on_as_it_arrives_and_never_held():
    reader = FrameReader()
    list(reader.read(HELLO))
    pieces = list(reader.read(frame(FrameType.DATA, 1, 0, b"z" * MAX_DATA_BYTES)[:-1]))
    assert sum(len(piece.payload) for piece in pieces) == MAX_DATA_BYTES - 1
    assert reader.held_bytes == 0
    assert not reader.between_frames


@pytest.mark.parametrize("kind", FrameType)
def test_a_payload_at_its_limit_and_past_it(kind):
    stream, limit = 0 if kind in OF_LINK else 1, MAX_PAYLOAD[kind]
    reader = FrameReader()
    list(reader.read(HELLO))
    for got in reader.read(frame(kind, stream, 0, bytes(limit))):
        assert len(got.payload) <= limit
    assert reader.held_bytes == 0
    assert refusal(HELLO + frame(kind, stream, 0, bytes(limit + 1))[:16]) == "pool.frame_too_large"


def test_it_never_holds_more_than_the_largest_frame_that_is_gathered():
    reader = FrameReader()
    list(reader.read(HELLO))
    list(reader.read(frame(FrameType.OPEN, 1, 0, bytes(MAX_OPEN_BYTES))[:-1]))
    assert reader.held_bytes == 16 + MAX_OPEN_BYTES - 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (HELLO + bytes([3]) + bytes(15), "pool.frame_type"),
        (HELLO + bytes([255]) + bytes(15), "pool.frame_type"),
        (HELLO + frame(FrameType.DATA, 0), "pool.frame"),
        (HELLO + frame(FrameType.PING, 1), "pool.frame"),
        (HELLO + frame(FrameType.DATA, 1, MAX_OFFSET + 1), "pool.frame"),
        (frame(FrameType.PING, 0), "pool.order"),
        (b"\x16\x03\x01\x02\x00", "pool.foreign"),
        (b"HTTP/1.1 400 Bad Request\r\n", "pool.foreign"),
        (b"GET /", "pool.foreign"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "pool.foreign"),
    ],
)
def test_what_makes_no_sense_is_refused_from_its_head(data, code):
    assert refusal(data) == code


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_waited_for_and_nothing_else(data):
    reader = FrameReader()
    with suppress(ProtocolError):
        list(reader.read(HELLO + data))
    assert reader.held_bytes <= len(data)
