"""Decisions about native players: pure."""

import math
import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from playhead.base.errors import InvalidInputError, NotFoundError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.wire import rtp, rtsp

LEAD_US: Final = 5_000_000
"""Media sent ahead of its time: what ffmpeg looks at before it shows anything, so that it need not wait for it."""

_TIMES_BY_ARRIVAL: Final = ("GStreamer",)
"""Players that take what comes early for a clock that is fast, and show it early: rtspsrc's jitter buffer does."""

_COUNTS_FROM_FIRST: Final = "LIVE555"
"""The library of VLC and others takes the first packet's time for one after that of RTP-Info, whatever it is: what is
decoded beforehand would be thirteen hours later."""

GAP_SHOWN_US: Final = 2_000_000
"""So long a gap is waited for before what follows it is sent, as the portal's player does."""

SCALES: Final = (0.125, 64.0)
"""How slowly and how fast the timeline can be gone through."""

SPEEDS: Final = (0.125, 16.0)
"""How slowly and how fast it can be sent."""

KEYS_ONLY_ABOVE: Final = 8.0
"""Past this scale only pictures that need no other are sent: at 15 pictures a second a decoder has 120 to do before."""

BEFORE_TICKS: Final = 9_000
"""Of RTP time, kept free before a new start: all that is decoded beforehand lies in its second half."""

_SQUEEZE: Final = 65_536
"""Microseconds of what is decoded beforehand, told as one tick: five minutes are 51 ms, and pictures 66 ms apart keep
their order."""

_NUMBER: Final = re.compile(r"-?\d{1,6}(?:\.\d{1,9})?")
_TRACK: Final = re.compile(r"track=(\d{1,5})")
_TOKEN_CHARS_MAX: Final = 2_048


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names. It is not shown whole: it may hold a token."""

    recording: RecordingId | None
    workstation: WorkstationId | None
    """Whatever is being recorded there now, live."""
    track: int | None
    token: str = ""
    base: str = ""
    """The address of all tracks, with nothing secret, ending in a slash."""

    def __repr__(self) -> str:
        return f"Target({self.base})"

    @property
    def whole(self) -> "Target":
        """All tracks, without the token: what permission is given for."""
        return replace(self, track=None, token="", base="")


def parse_address(address: str) -> Target:
    """What the address of a request names: ``/recordings/ID`` or ``/live/WORKSTATION``, perhaps ``/track=1``.

    Raises:
        NotFoundError: ``rtsp.not_found``.
        InvalidInputError: ``rtsp.address``, ``id.malformed``.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInputError("rtsp.address", "This is no address.") from error
    if parts.scheme not in {"rtsp", "rtsps"} or not host:
        raise InvalidInputError("rtsp.address", "An address begins with rtsp:// or rtsps://.")
    query, _, behind = parts.query.partition("/")  # some players add the track's part behind the query
    names = [name for name in (*parts.path.split("/"), behind) if name]
    track = None
    if names and (match := _TRACK.fullmatch(names[-1])) is not None:
        track = int(match[1])
        names.pop()
    if len(names) != 2 or names[0] not in {"recordings", "live"}:  # noqa: PLR2004 - what it is, and which
        raise NotFoundError("rtsp.not_found", "There is nothing at this address.", hint="Try /recordings/ID.")
    token = parse_qs(query).get("token", [""])[0]
    if len(token) > _TOKEN_CHARS_MAX:
        raise InvalidInputError("rtsp.address", "This is no token.")
    bracketed = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{bracketed}{'' if port is None else f':{port}'}/{names[0]}/{names[1]}/"
    if names[0] == "live":
        return Target(None, WorkstationId(names[1]), track, token, base)
    return Target(RecordingId.parse(names[1]), None, track, token, base)


def ratio(text: str, bounds: tuple[float, float]) -> float:
    """``Scale`` or ``Speed``: what comes closest to it (RFC 7826 §18.46, §18.50). Empty is 1.

    Raises:
        InvalidInputError: ``rtsp.ratio``: it is no number. ``rtsp.backwards``: not above zero, which is not served.
    """
    if not text.strip():
        return 1.0
    found = (
        text.partition("-")[0].strip() or text.strip()
    )  # 2.0 gives Speed as a range, of which the lower end is wanted
    if _NUMBER.fullmatch(found) is None:
        raise InvalidInputError("rtsp.ratio", "Scale and Speed take a number.")
    value = float(found)
    if value <= 0:
        raise InvalidInputError("rtsp.backwards", "Recordings are played forwards only.")
    return min(max(value, bounds[0]), bounds[1])


def keys_only(scale: float) -> bool:
    """Whether only pictures that need no other are sent."""
    return scale > KEYS_ONLY_ABOVE


@dataclass(frozen=True, slots=True)
class Window:
    """From where to where a recording is to be played, in microseconds of its timeline."""

    start_us: int
    end_us: int | None
    """None: to its end, wherever that will be."""


def window(wanted: rtsp.Range, *, started_at_us: int, length_us: int, from_us: int) -> Window:
    """What a Range asks for.

    Args:
        wanted: by the player.
        started_at_us: wall time at which the timeline begins.
        length_us: of the timeline, as far as it is known.
        from_us: where to begin where it is not said.

    Raises:
        InvalidInputError: ``rtsp.range_outside``.
    """
    offset = started_at_us if isinstance(wanted, rtsp.Clock) else 0
    start = from_us if wanted.start_us is None else max(0, wanted.start_us - offset)
    end = None if wanted.end_us is None else wanted.end_us - offset
    if start > length_us or (end is not None and end <= start):
        raise InvalidInputError("rtsp.range_outside", "The range is not within the recording.")
    return Window(start, None if end is None or end >= length_us else end)


@dataclass(slots=True)
class Pace:
    """When what is to be sent. Its clock is any that does not go back, in seconds.

    Args:
        began_s: when sending begins.
        position_us: from where on the timeline.
        scale: how much of the timeline a second of RTP time is.
        speed: how much of RTP time is sent in a second.
        lead_us: of RTP time that is sent before its time; infinite where everything is sent as it comes.
    """

    began_s: float
    position_us: int
    scale: float = 1.0
    speed: float = 1.0
    lead_us: float = LEAD_US

    def due_s(self, position_us: int) -> float:
        """When a picture is to be sent."""
        if math.isinf(self.lead_us):
            return self.began_s
        ahead_us = (position_us - self.position_us) / self.scale - self.lead_us
        return self.began_s + ahead_us / 1e6 / self.speed

    def shown_s(self, position_us: int) -> float:
        """When a position comes to be shown by a player that began with the first byte."""
        return self.began_s + (position_us - self.position_us) / 1e6 / self.scale / self.speed

    def shown_us(self, now_s: float) -> int:
        """The position that such a player shows at a time."""
        return self.position_us + round((now_s - self.began_s) * 1e6 * self.scale * self.speed)

    def cross(self, gap_us: int) -> None:
        """Nothing is there for so long: do not wait for more than `GAP_SHOWN_US` of it."""
        self.position_us += max(0, gap_us - GAP_SHOWN_US)

    def rest(self, pause_s: float) -> None:
        """Nothing was sent for so long, on purpose."""
        self.began_s += pause_s


def lead_us(player: str) -> int:
    """How far ahead of its time a player is sent media.

    Args:
        player: what it calls itself (``User-Agent``).
    """
    return 0 if player.startswith(_TIMES_BY_ARRIVAL) else LEAD_US


def early_us(player: str, position_us: int, scale: float) -> int:
    """How far before where it plays from a player is told that it plays, so that all it is sent comes after.

    Args:
        player: what it calls itself (``User-Agent``).
        position_us: where it plays from.
        scale: how much of the timeline a second of RTP time is.
    """
    if _COUNTS_FROM_FIRST not in player:
        return 0
    return min(position_us, round(BEFORE_TICKS // 2 * 1_000_000 / rtp.CLOCK_HZ * scale))


def rtp_ticks(position_us: int, start_us: int, scale: float) -> int:
    """RTP time of a position, in ticks since the start (RFC 7826 §C.3: it goes on at the speed of what is shown).

    What lies before the start is needed for decoding alone. It is told to be just before it, so that no player stays
    with it.
    """
    if position_us < start_us:
        return -1 - (start_us - position_us) // _SQUEEZE
    return rtp.ticks(round((position_us - start_us) / scale))
