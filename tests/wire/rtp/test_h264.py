"""H.264 in packets, by the sections of RFC 6184, put together again as a receiver does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.wire import rtp
from playhead.wire.rtp.h264 import PAYLOAD_BYTES_MAX

SPS, PPS = bytes.fromhex("6742c01ed9008c"), bytes.fromhex("68ce3880")


def put_together(payloads):
    """A receiver's side (RFC 6184 §5.6 to §5.8)."""
    found, fragment = [], None
    for payload in payloads:
        kind = payload[0] & 0x1F
        if kind == 24:
            offset = 1
            while offset < len(payload):
                size = int.from_bytes(payload[offset : offset + 2], "big")
                found.append(payload[offset + 2 : offset + 2 + size])
                offset += 2 + size
        elif kind == 28:
            if payload[1] & 0x80:
                assert fragment is None
                fragment = bytes((payload[0] & 0xE0 | payload[1] & 0x1F,))
            fragment += payload[2:]
            if payload[1] & 0x40:
                found.append(fragment)
                fragment = None
        else:
            found.append(payload)
    assert fragment is None
    return found


def test_one_nal_unit_is_a_packet_as_it_is():
    assert rtp.packetise([b"\x65picture"]) == [b"\x65picture"]


def test_small_ones_go_together_with_the_highest_importance():
    (payload,) = rtp.packetise([SPS, PPS, b"\x25\x88"])
    assert payload[0] == 0x60 | 24  # of the SPS, whose nal_ref_idc is 3 (§5.7)
    assert payload[1:3] == len(SPS).to_bytes(2, "big")
    assert put_together([payload]) == [SPS, PPS, b"\x25\x88"]


def test_a_long_one_is_fragmented_with_start_and_end_once():
    nal = b"\x65" + bytes(range(40))
    payloads = rtp.packetise([nal], 16)
    assert [payload[0] for payload in payloads] == [0x60 | 28] * 3
    assert [payload[1] for payload in payloads] == [0x85, 0x05, 0x45]  # S, nothing, E (§5.8)
    assert max(map(len, payloads)) == 16
    assert put_together(payloads) == [nal]


@pytest.mark.parametrize(("size", "packets"), [(PAYLOAD_BYTES_MAX, 1), (PAYLOAD_BYTES_MAX + 1, 2)])
def test_the_limit_and_one_past_it(size, packets):
    payloads = rtp.packetise([b"\x41" + bytes(size - 1)])
    assert len(payloads) == packets
    assert max(map(len, payloads)) <= PAYLOAD_BYTES_MAX


@given(st.lists(st.binary(min_size=1, max_size=80).map(lambda data: b"\x41" + data), min_size=1), st.integers(16, 64))
def test_whatever_the_sizes_a_receiver_gets_it_back(nals, limit):
    payloads = rtp.packetise(nals, limit)
    assert max(map(len, payloads)) <= limit
    assert put_together(payloads) == nals


def test_the_parameters_as_section_8_1_has_them():
    text = rtp.fmtp(rtp.H264(SPS, PPS))
    assert text == "packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHtkAjA==,aM44gA=="
