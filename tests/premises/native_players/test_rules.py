"""Decisions about native players."""

import math
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import (
    CorruptError,
    InvalidInputError,
    LimitError,
    NotFoundError,
    PlayheadError,
    RefusedError,
    UnavailableError,
)
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.quantities import Duration, Size
from playhead.premises.native_players.config import NativePlayersConfig
from playhead.premises.native_players.refusals import refusal
from playhead.premises.native_players.rules import (
    BEFORE_TICKS,
    GAP_SHOWN_US,
    SCALES,
    Pace,
    Window,
    keys_only,
    parse_address,
    ratio,
    rtp_ticks,
    window,
)
from playhead.wire import rtsp

ID = RecordingId(UUID(int=1, version=4))


@pytest.mark.parametrize(
    ("address", "track", "token", "base"),
    [
        (f"rtsp://host/recordings/{ID}", None, "", f"rtsp://host/recordings/{ID}/"),
        (f"rtsp://host:4510/recordings/{ID}/?token=a.b", None, "a.b", f"rtsp://host:4510/recordings/{ID}/"),
        (f"rtsps://[::1]:4510/recordings/{ID}/track=2", 2, "", f"rtsps://[::1]:4510/recordings/{ID}/"),
        (f"rtsp://host/recordings/{ID}?token=a.b/track=1", 1, "a.b", f"rtsp://host/recordings/{ID}/"),
        (f"rtsp://sue:secret@host/recordings/{ID}", None, "", f"rtsp://host/recordings/{ID}/"),
    ],
)
def test_addresses_of_recordings(address, track, token, base):
    found = parse_address(address)
    assert (found.recording, found.workstation, found.track, found.token) == (ID, None, track, token)
    assert found.base == base
    assert "a.b" not in repr(found)
    assert found.whole == parse_address(base).whole


def test_addresses_of_what_is_live():
    found = parse_address("rtsp://host/live/pc-1/track=1")
    assert (found.recording, found.workstation, found.track) == (None, WorkstationId("pc-1"), 1)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("*", "rtsp.address"),
        ("http://host/recordings/1", "rtsp.address"),
        ("rtsp:///recordings/1", "rtsp.address"),
        ("rtsp://host:99999/recordings/1", "rtsp.address"),
        ("rtsp://[host/recordings/1", "rtsp.address"),
        (f"rtsp://host/recordings/{ID}?token=" + "a" * 2_049, "rtsp.address"),
        ("rtsp://host/", "rtsp.not_found"),
        ("rtsp://host/recordings", "rtsp.not_found"),
        (f"rtsp://host/recordings/{ID}/other", "rtsp.not_found"),
        ("rtsp://host/recordings/nonsense", "id.malformed"),
        ("rtsp://host/live/not a name", "id.malformed"),
    ],
)
def test_other_addresses_are_refused(address, code):
    with pytest.raises(PlayheadError) as caught:
        parse_address(address)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "found"),
    [("", 1), ("2", 2), ("0.5", 0.5), ("0.001", SCALES[0]), ("999999", SCALES[1]), ("1.5-3.0", 1.5), (" 4 ", 4)],
)
def test_a_ratio_is_what_comes_closest(text, found):
    assert ratio(text, SCALES) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x", "rtsp.ratio"),
        ("1e3", "rtsp.ratio"),
        ("nan", "rtsp.ratio"),
        ("9999999", "rtsp.ratio"),
        ("-1", "rtsp.backwards"),
        ("0", "rtsp.backwards"),
        ("0.0", "rtsp.backwards"),
    ],
)
def test_other_ratios_are_refused(text, code):
    with pytest.raises(InvalidInputError) as caught:
        ratio(text, SCALES)
    assert caught.value.code == code


@pytest.mark.parametrize(("scale", "only"), [(1, False), (8, False), (8.001, True), (64, True)])
def test_from_some_scale_on_key_pictures_do(scale, only):
    assert keys_only(scale) is only


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (rtsp.Npt(None), Window(7, None)),
        (rtsp.Npt(0), Window(0, None)),
        (rtsp.Npt(3, 5), Window(3, 5)),
        (rtsp.Npt(100), Window(100, None)),
        (rtsp.Npt(3, 100), Window(3, None)),
        (rtsp.Clock(1_003), Window(3, None)),
        (rtsp.Clock(5, 1_050), Window(0, 50)),
        (rtsp.Npt(None, 20), Window(7, 20)),
    ],
)
def test_what_a_range_asks_for(wanted, found):
    assert window(wanted, started_at_us=1_000, length_us=100, from_us=7) == found


@pytest.mark.parametrize(
    "wanted", [rtsp.Npt(101), rtsp.Npt(5, 5), rtsp.Npt(5, 4), rtsp.Clock(1_101), rtsp.Clock(0, 999)]
)
def test_a_range_outside_is_refused(wanted):
    with pytest.raises(InvalidInputError) as caught:
        window(wanted, started_at_us=1_000, length_us=100, from_us=7)
    assert caught.value.code == "rtsp.range_outside"


def test_pictures_are_sent_ahead_of_their_time():
    pace = Pace(100.0, 10_000_000, lead_us=5_000_000)
    assert [pace.due_s(at) for at in (10_000_000, 15_000_000, 20_000_000)] == [95.0, 100.0, 105.0]
    assert pace.shown_s(20_000_000) == 110.0
    assert pace.shown_us(110.0) == 20_000_000


def test_scale_and_speed_make_it_faster():
    pace = Pace(0.0, 0, scale=2.0, speed=4.0, lead_us=0)
    assert pace.due_s(8_000_000) == 1.0
    assert pace.shown_us(1.0) == 8_000_000


def test_what_is_live_is_sent_as_it_comes():
    assert Pace(3.0, 0, lead_us=math.inf).due_s(10**12) == 3.0


def test_a_gap_is_waited_for_a_little():
    pace = Pace(0.0, 0, lead_us=0)
    pace.cross(GAP_SHOWN_US)
    assert pace.due_s(10_000_000) == 10.0
    pace.cross(3_600_000_000)
    assert pace.due_s(3_610_000_000) == 12.0


def test_a_pause_moves_everything():
    pace = Pace(0.0, 0, lead_us=0)
    pace.rest(7.5)
    assert pace.due_s(1_000_000) == 8.5


@given(st.lists(st.integers(0, 300_000_000), min_size=2, unique=True), st.sampled_from([0.125, 1.0, 3.0, 64.0]))
def test_rtp_time_goes_on_with_the_position(positions, scale):
    start = 300_000_000
    times = [rtp_ticks(one, start, scale) for one in (*sorted(positions), start, 2 * start)]
    assert times == sorted(times)
    assert times[-2:] == [0, round(start / scale) * 9 // 100]
    assert times[0] >= -BEFORE_TICKS // 2 - 100


def test_what_is_decoded_beforehand_keeps_its_order():
    times = [rtp_ticks(at, 300_000_000, 1.0) for at in range(0, 300_000_000, 66_667)]
    assert len(set(times)) == len(times)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("recording.not_found", ""), 404),
        (NotFoundError("recording.erased", ""), 410),
        (RefusedError("access.refused", ""), 403),
        (LimitError("session.locked", ""), 503),
        (UnavailableError("media.busy", ""), 503),
        (CorruptError("vid.chain", ""), 500),
        (InvalidInputError("id.malformed", ""), 400),
        (InvalidInputError("rtsp.aggregate", ""), 460),
    ],
)
def test_every_refusal_has_its_status(error, status):
    assert refusal(error, version=rtsp.V1, private=True) == (status, {})


def test_a_password_is_asked_for_where_nobody_can_read_it_alone():
    error = RefusedError("access.none", "")
    assert refusal(error, version=rtsp.V1, private=True)[1]["WWW-Authenticate"].startswith("Basic")
    assert refusal(error, version=rtsp.V1, private=False)[1]["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "fault",
    [
        {"timeout": Duration(9_999_999)},
        {"timeout": Duration(600_000_001)},
        {"cache": Size((1 << 20) - 1)},
        {"cache": Size((4 << 30) + 1)},
    ],
)
def test_settings_have_bounds(fault):
    with pytest.raises(ValueError, match=next(iter(fault))):
        NativePlayersConfig(**fault)
