"""RTP headers and RTCP, by their sections of RFC 3550."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import ProtocolError
from playhead.wire import rtp
from playhead.wire.rtp.packet import Packet
from playhead.wire.rtp.rtcp import PACKET_BYTES_MAX


@given(st.integers(0, 127), st.tuples(st.integers(0), st.integers(0)), st.booleans(), st.binary())
def test_what_is_written_is_read(payload_type, counted, marker, payload):
    sequence, timestamp = counted
    head = rtp.header(payload_type, sequence, timestamp, 7, marker=marker)
    assert len(head) == rtp.HEADER_BYTES
    expected = Packet(marker, payload_type, sequence & 0xFFFF, timestamp & 0xFFFF_FFFF, 7, payload)
    assert Packet.parse(head + payload) == expected


def test_a_header_as_section_5_1_draws_it():
    head = rtp.header(96, 0x1_0102, 0x1_0A0B0C0D, 0x11223344, marker=True)
    assert head.hex() == "80e001020a0b0c0d11223344"


def test_extension_sources_and_padding_are_passed_over():
    packet = bytes.fromhex("b1600001000000020000000300000004" + "bede000100000000") + b"media" + b"\0\0\3"
    assert Packet.parse(packet).payload == b"media"


@pytest.mark.parametrize("data", [b"", bytes(12), b"\x80" * 11, bytes.fromhex("8f60000100000002000000030000")])
def test_what_is_no_packet_is_refused(data):
    with pytest.raises(ProtocolError, match="RTP"):
        Packet.parse(data)


def test_ticks_are_of_90_khz():
    assert [rtp.ticks(us) for us in (0, 11, 12, 1_000_000, 3_600_000_000)] == [0, 0, 1, 90_000, 324_000_000]


def test_a_sender_report_has_the_sections_fields_and_a_name():
    report = rtp.sender_report(ssrc=1, cname="abcd", wall_us=500_000, timestamp=2**32 + 7, packets=3, payload_bytes=4)
    head, named = report[:28], report[28:]
    # V=2, PT=200, length 6 words; NTP 2208988800.5; RTP time; counts (§6.4.1)
    assert head.hex() == "80c8000600000001" + "83aa7e80" + "80000000" + "00000007" + "00000003" + "00000004"
    # SDES (§6.5): one chunk with CNAME, which ends in a zero at a word's end
    assert named.hex() == "81ca0003" + "00000001" + "0104" + b"abcd".hex() + "0000"


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "x" * 255])
def test_names_are_padded_to_words(name):
    report = rtp.goodbye(ssrc=7, cname=name)
    assert len(report) % 4 == 0
    assert rtp.parse_reports(report) == []
    assert report.endswith(bytes.fromhex("81cb000100000007"))  # BYE (§6.6)


def receiver_report(*blocks):
    body = (9).to_bytes(4, "big") + b"".join(blocks)
    return bytes((0x80 | len(blocks), 201)) + (len(body) // 4).to_bytes(2, "big") + body


BLOCK = bytes.fromhex("00000007" + "40fffffe" + "00010002" + "00000005" + "00000000" + "00000000")


def test_a_receiver_report_is_read():
    (found,) = rtp.parse_reports(receiver_report(BLOCK) + rtp.goodbye(ssrc=9, cname="x"))
    assert (found.ssrc, found.fraction_lost, found.lost, found.highest, found.jitter) == (7, 64, -2, 0x1_0002, 5)


def test_31_reports_fit_and_what_is_too_long_is_refused():
    assert len(rtp.parse_reports(receiver_report(*[BLOCK] * 31))) == 31
    whole = receiver_report() * (PACKET_BYTES_MAX // 8)
    assert rtp.parse_reports(whole) == []
    with pytest.raises(ProtocolError):
        rtp.parse_reports(whole + receiver_report())


@pytest.mark.parametrize("data", [b"\x80", b"\x40\xc9\0\0", b"\x80\xc9\0\5", b"\x81\xc9\0\1\0\0\0\1"])
def test_malformed_reports_are_refused(data):
    with pytest.raises(ProtocolError):
        rtp.parse_reports(data)


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_read(data):
    for read in (rtp.parse_reports, Packet.parse):
        with suppress(ProtocolError):
            read(data)
