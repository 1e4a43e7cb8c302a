"""Windows' messages, byte by byte as its headers (winuser.h, wtsapi32.h) lay them out."""

import struct

import pytest

from playhead.workstation.analytics.windows.messages import News, idle_us, of_raw_input, of_session


def packet(kind, body, pointer_bytes):
    """A RAWINPUT: RAWINPUTHEADER, and RAWMOUSE or RAWKEYBOARD."""
    return struct.pack("<II", kind, 0) + bytes(2 * pointer_bytes) + body


def key(flags, code=0x1E):
    return struct.pack("<HHHHII", code, flags, 0, 0x41, 0x100, 0)


def mouse(buttons, data=0):
    return struct.pack("<HxxHHIiiI", 0, buttons, data, 0, 5, -5, 0)


@pytest.mark.parametrize("pointer_bytes", [4, 8])
@pytest.mark.parametrize(
    ("kind", "body", "news"),
    [
        (1, key(0), News(keys=1)),
        (1, key(0x1), News()),  # it is let go
        (1, key(0x2), News(keys=1)),  # one of those with a prefix, such as an arrow
        (1, key(0x3), News()),
        (0, mouse(0), News()),  # a movement
        (0, mouse(0x001), News(clicks=1)),
        (0, mouse(0x002), News()),
        (0, mouse(0x004 | 0x010), News(clicks=2)),
        (0, mouse(0x040 | 0x100), News(clicks=2)),
        (0, mouse(0x400, 120), News()),  # the wheel
        (2, mouse(0x001), News()),  # neither mouse nor keyboard
    ],
)
def test_what_is_pressed_is_counted_once(kind, body, news, pointer_bytes):
    assert of_raw_input(packet(kind, body, pointer_bytes), pointer_bytes) == news


def test_which_key_it_was_makes_no_difference():
    assert {of_raw_input(packet(1, key(0, code), 8), 8) for code in range(0x80)} == {News(keys=1)}


def test_what_is_cut_short_tells_nothing():
    whole = packet(1, key(0), 8)
    assert {of_raw_input(whole[:length], 8) for length in range(30)} == {News()}
    assert of_raw_input(whole[:30], 8) == News(keys=1)


@pytest.mark.parametrize(
    ("reason", "session"),
    [(1, None), (2, "locked"), (3, None), (4, "locked"), (5, ""), (6, "logged_out"), (7, "locked"), (8, ""), (9, None)],
)
def test_sessions(reason, session):
    assert of_session(reason) == News(session=session)


def test_idleness_where_the_counter_begins_anew():
    assert idle_us(5_000, 2_000) == 3_000_000
    assert idle_us(500, 2**32 - 500) == 1_000_000
