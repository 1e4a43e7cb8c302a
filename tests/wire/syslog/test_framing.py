"""RFC 6587, by section."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.wire.syslog import Frames, octet_counted
from playhead.wire.syslog.limits import COUNT_DIGITS_MAX, MESSAGE_BYTES_MAX


def test_octet_counting_as_in_section_3_4_1() -> None:
    first, second = b"<34>1 - - - - - - one\nwith a line feed", b"<34>1 - - - - - - two"
    assert Frames().receive_data(octet_counted(first) + octet_counted(second)) == [first, second]


def test_line_feeds_as_in_section_3_4_2() -> None:
    assert Frames().receive_data(b"<34>one\n<35>two\r\n\n\0<36>three\0<37>four\0") == [
        b"<34>one",
        b"<35>two",
        b"<36>three",
        b"<37>four",
    ]


def test_both_in_one_stream() -> None:
    assert Frames().receive_data(b"<34>one\n7 <34>two<34>three\n") == [b"<34>one", b"<34>two", b"<34>three"]


@pytest.mark.parametrize("line", [b"0 <34>x", b"12:30 clock", b"2026-11-23 day", b"1" * (COUNT_DIGITS_MAX + 1) + b" x"])
def test_a_line_that_begins_with_a_digit_and_is_no_count(line: bytes) -> None:
    assert Frames().receive_data(line + b"\n<34>next\n") == [line, b"<34>next"]


def test_the_last_line_may_lack_its_end() -> None:
    frames = Frames()
    assert frames.receive_data(b"<34>one\n<34>tw") == [b"<34>one"]
    assert frames.receive_eof() == [b"<34>tw"]
    assert frames.receive_eof() == []


def test_half_a_counted_message_is_none() -> None:
    frames = Frames()
    assert frames.receive_data(b"10 <34>tw") == []
    assert frames.receive_eof() == []


@pytest.mark.parametrize("counted", [True, False])
def test_the_longest_message_and_one_that_is_longer(counted: bool) -> None:  # noqa: FBT001
    def framed(message: bytes) -> bytes:
        return octet_counted(message) if counted else message + b"\n"

    longest = b"<34>" + b"x" * (MESSAGE_BYTES_MAX - 4)
    frames = Frames()
    assert frames.receive_data(framed(longest)) == [longest]
    assert frames.truncated == 0
    assert frames.receive_data(framed(longest + b"yyy") + framed(b"<34>next")) == [longest, b"<34>next"]
    assert frames.truncated == 1


def test_what_is_held_is_bounded() -> None:
    frames = Frames()
    for _ in range(40):
        frames.receive_data(b"x" * 10_000)
        assert frames.held_bytes <= MESSAGE_BYTES_MAX


_MESSAGES = st.lists(
    st.tuples(
        st.binary(min_size=1, max_size=60).map(lambda b: b"<34>" + b.replace(b"\n", b" ").replace(b"\0", b" ")),
        st.booleans(),
    ),
    max_size=8,
)


@given(_MESSAGES, st.lists(st.integers(1, 30), max_size=30))
def test_wherever_the_stream_is_split(messages: list[tuple[bytes, bool]], splits: list[int]) -> None:
    stream = b"".join(octet_counted(each) if counted else each + b"\n" for each, counted in messages)
    whole = Frames().receive_data(stream)
    frames, found = Frames(), []
    for size in splits:
        found += frames.receive_data(stream[:size])
        stream = stream[size:]
    found += frames.receive_data(stream)
    assert found == whole
    assert [each.strip(b"\r\0") for each, _ in messages] == found


@given(st.binary(max_size=400))
def test_garbage_is_taken_as_lines(data: bytes) -> None:
    frames = Frames()
    found = frames.receive_data(data) + frames.receive_eof()
    assert sum(map(len, found)) <= len(data)
