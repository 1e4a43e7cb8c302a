"""Range, Transport and session descriptions, with what the RFCs print."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError
from playhead.wire import rtsp
from playhead.wire.rtsp import Channels, Clock, Npt
from playhead.wire.rtsp.transport import OFFERS_MAX

DAY_US = 86_400_000_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("npt=123.45-125", Npt(123_450_000, 125_000_000)),  # RFC 2326 §3.6
        ("npt=12:05:35.3-", Npt(43_535_300_000)),
        ("npt=now-", Npt(None, now=True)),
        ("npt=-17", Npt(None, 17_000_000)),
        ("NPT = 10 - 15 ; time=19970123T143720Z", Npt(10_000_000, 15_000_000)),  # §12.29
        ("npt=0.000-", Npt(0)),  # ffmpeg
        ("npt=7", Npt(7_000_000)),  # RFC 7826 §4.4.2 has no such thing; some players do
        ("clock=19961108T142300Z-19961108T143520Z", Clock(847_462_980_000_000, 847_463_720_000_000)),  # RFC 2326 C.1
        ("clock=19961108T143720.25Z-", Clock(847_463_840_250_000)),  # §3.7
        ("clock=-19700101T000001Z", Clock(None, 1_000_000)),
    ],
)
def test_ranges_are_read(text, found):
    assert rtsp.parse_range(text) == found


@pytest.mark.parametrize("text", ["smpte=10:12:33:20-", "smpte-30-drop=0:10:00-0:20:00", "x-frames=1-2"])
def test_other_units_are_named_as_such(text):
    with pytest.raises(InvalidInputError) as caught:
        rtsp.parse_range(text)
    assert caught.value.code == "rtsp.range_unit"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "npt",
        "npt=",
        "npt=-",
        "npt=a-",
        "npt=1:60:00-",
        "npt=-1-2",
        "npt=1-2-3",
        "clock=1-",
        "clock=19960230T000000Z-",
        "=1-2",
        "n pt=1-",
        "npt=" + "9" * 11 + "-",
        "clock=19961108T142300-",
        "clock=19961108T142300Z",
    ],
)
def test_malformed_ranges_are_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        rtsp.parse_range(text)
    assert caught.value.code == "rtsp.range"


@given(st.integers(0, 9 * DAY_US), st.none() | st.integers(0, 9 * DAY_US), st.sampled_from([Npt, Clock]))
def test_what_is_written_is_read(start, end, kind):
    assert rtsp.parse_range(rtsp.write_range(kind(start, end))) == kind(start, end)


@given(st.text(alphabet="nptclock=-:.0123456789TZ;", max_size=40))
def test_garbage_is_refused_or_read(text):
    with suppress(InvalidInputError):
        rtsp.parse_range(text)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("RTP/AVP/TCP;unicast;interleaved=0-1", Channels(0, 1)),  # RFC 2326 §10.12
        ('RTP/AVP/TCP;interleaved=8-9;mode="PLAY"', Channels(8, 9)),
        ("RTP/AVP/TCP;unicast;interleaved=4;ssrc=1", Channels(4, 5)),
        ("RTP/AVP/TCP", Channels()),
        ("RTP/AVP;multicast;ttl=127, RTP/AVP/TCP;interleaved=254-255", Channels(254, 255)),
        ("RTP/AVP;unicast;client_port=3456-3457", None),  # §12.39
        ("RTP/AVP/UDP;unicast;client_port=3456-3457;mode=PLAY", None),
        ("RTP/SAVP/TCP;interleaved=0-1", None),
        ('RTP/AVP/TCP;interleaved=0-1;mode="RECORD"', None),
        ("RTP/AVP/TCP;multicast;interleaved=0-1", None),
        ("RTP/AVP/TCP;interleaved=0-256", None),
        ("RTP/AVP/TCP;interleaved=3-3", None),
        ("RTP/AVP/TCP;interleaved=a-b", None),
        ("", None),
    ],
)
def test_the_first_transport_that_is_spoken_is_taken(header, found):
    assert rtsp.interleaved(header) == found


def test_only_so_many_offers_are_looked_at():
    offer = "RTP/AVP/TCP;interleaved=0-1"
    assert rtsp.interleaved(",".join(["x"] * (OFFERS_MAX - 1) + [offer])) == Channels(0, 1)
    assert rtsp.interleaved(",".join(["x"] * OFFERS_MAX + [offer])) is None


def test_a_description_as_rfc_8866_orders_it():
    stream = rtsp.Stream("video", "H264/90000", "packetization-mode=1", "track=1", "DP-1\r\nm=audio")
    text = rtsp.write_sdp(rtsp.Presentation(5, "pc-1", "npt=0.000000-6.000000", [stream])).decode()
    assert text.split("\r\n") == [
        "v=0",
        "o=- 5 5 IN IP4 0.0.0.0",
        "s=pc-1",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=tool:Playhead",
        "a=control:*",
        "a=range:npt=0.000000-6.000000",
        "m=video 0 RTP/AVP 96",
        "i=DP-1  m=audio",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:96 packetization-mode=1",
        "a=control:track=1",
        "",
    ]
