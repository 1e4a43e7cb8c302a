"""What Windows' messages mean, as far as they are looked at here. Decides, without IO."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playhead.workstation.session import SessionState


@dataclass(frozen=True, slots=True)
class News:
    """Something has happened."""

    windows: bool = False
    """Windows came, went, came in front, or are called otherwise."""
    keys: int = 0
    clicks: int = 0
    session: SessionState | None = None
    """What the desktop's session does from now on; None: as before."""


_SESSIONS: Final[Mapping[int, SessionState]] = {
    0x2: "locked",  # WTS_CONSOLE_DISCONNECT: another user's session is shown; this one goes on unseen
    0x4: "locked",  # WTS_REMOTE_DISCONNECT
    0x5: "",  # WTS_SESSION_LOGON
    0x6: "logged_out",  # WTS_SESSION_LOGOFF
    0x7: "locked",  # WTS_SESSION_LOCK
    0x8: "",  # WTS_SESSION_UNLOCK
}

_TYPE: Final = struct.Struct("<I")
_FLAGS: Final = struct.Struct("<H")
_MOUSE, _KEYBOARD = 0, 1  # RIM_TYPEMOUSE, RIM_TYPEKEYBOARD
_KEY_FLAGS_AT: Final = 2  # of RAWKEYBOARD, behind MakeCode, which is not looked at
_BUTTON_FLAGS_AT: Final = 4  # of RAWMOUSE, behind usFlags and what aligns the union
_KEY_UP: Final = 0x1  # RI_KEY_BREAK
_BUTTONS_DOWN: Final = (0x001, 0x004, 0x010, 0x040, 0x100)  # RI_MOUSE_BUTTON_1_DOWN …_5_DOWN; wheels have others


def of_session(reason: int) -> News:
    """What WM_WTSSESSION_CHANGE tells.

    Args:
        reason: its wParam. When a session is connected anew it stays locked until it is unlocked.
    """
    return News(session=_SESSIONS.get(reason))


def of_raw_input(packet: bytes, pointer_bytes: int) -> News:
    """How many keys and buttons a RAWINPUT says were pressed; which key is not looked at.

    Args:
        packet: as GetRawInputData gives it; one that is cut short tells nothing.
        pointer_bytes: of the machine: RAWINPUTHEADER has two pointers behind its two words.
    """
    body = 8 + 2 * pointer_bytes
    if len(packet) < body + _BUTTON_FLAGS_AT + _FLAGS.size:
        return News()
    (kind,) = _TYPE.unpack_from(packet)
    if kind == _KEYBOARD:
        (flags,) = _FLAGS.unpack_from(packet, body + _KEY_FLAGS_AT)
        return News(keys=0 if flags & _KEY_UP else 1)
    if kind == _MOUSE:
        (flags,) = _FLAGS.unpack_from(packet, body + _BUTTON_FLAGS_AT)
        return News(clicks=sum(bool(flags & one) for one in _BUTTONS_DOWN))
    return News()


def idle_us(now_ms: int, last_ms: int) -> int:
    """Since the last input, in µs, of GetTickCount and LASTINPUTINFO, both of which begin anew after 2³² ms."""
    return ((now_ms - last_ms) & 0xFFFF_FFFF) * 1000
