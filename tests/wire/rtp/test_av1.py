"""AV1 in packets, by the sections of its payload format, put together again as a receiver does; Opus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import CorruptError
from playhead.wire import rtp

DELIMITER = b"\x12\x00"
SEQUENCE = b"\x0a\x03abc"
FRAME = b"\x32\x05hello"


def read_leb(data, offset):
    value = shift = 0
    while True:
        byte = data[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if not byte & 0x80:
            return value, offset


def put_together(payloads):
    """A receiver's side (§4.3, §4.4)."""
    found = []
    continues = False
    for payload in payloads:
        head, offset, elements = payload[0], 1, []
        count = head >> 4 & 3
        while offset < len(payload):
            size = len(payload) - offset
            if not count or len(elements) < count - 1:
                size, offset = read_leb(payload, offset)
            elements.append(payload[offset : offset + size])
            offset += size
        assert not count or len(elements) == count
        assert bool(head & 0x80) is continues
        if continues:
            found[-1] += elements.pop(0)
        found += elements
        continues = bool(head & 0x40)
    assert not continues
    return found


def test_sizes_and_delimiters_are_left_out():
    assert list(rtp.obus(DELIMITER + SEQUENCE + FRAME)) == [b"\x08abc", b"\x30hello"]


def test_the_last_one_may_have_no_size_and_extensions_stay():
    assert list(rtp.obus(b"\x36\x28\x02hi" + b"\x30rest")) == [b"\x34\x28hi", b"\x30rest"]


@pytest.mark.parametrize("data", [b"\x80", b"\x32\x05hell", b"\x36", b"\x32" + b"\xff" * 9, b"\x32"])
def test_what_is_cut_off_is_refused(data):
    with pytest.raises(CorruptError) as caught:
        list(rtp.obus(data))
    assert caught.value.code == "rtp.obu"


def test_a_new_sequence_is_told_in_the_first_packet():
    (payload,) = rtp.packetise_av1(rtp.obus(DELIMITER + SEQUENCE + FRAME))
    assert payload == b"\x28" + b"\x04\x08abc" + b"\x30hello"  # W=2, N; the last one has no length (§4.4)
    (other,) = rtp.packetise_av1(rtp.obus(DELIMITER + FRAME))
    assert other == b"\x10\x30hello"


def test_a_long_one_goes_on_in_the_next_packet():
    payloads = rtp.packetise_av1([b"\x30" + bytes(40)], 16)
    assert [payload[0] & 0xC0 for payload in payloads] == [0x40, 0xC0, 0x80]  # Y; Z and Y; Z
    assert max(map(len, payloads)) <= 16


@given(st.lists(st.binary(max_size=200).map(lambda data: b"\x30" + data), min_size=1), st.integers(16, 64))
def test_whatever_the_sizes_a_receiver_gets_it_back(units, limit):
    payloads = rtp.packetise_av1(units, limit)
    assert max(map(len, payloads)) <= limit
    assert put_together(payloads) == units


@pytest.mark.parametrize(("channels", "said"), [(1, "sprop-stereo=0"), (2, "sprop-stereo=1")])
def test_opus_says_whether_it_is_stereo(channels, said):
    assert rtp.opus_fmtp(channels=channels) == said
