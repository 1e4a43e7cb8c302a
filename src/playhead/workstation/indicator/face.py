"""What the indicator shows: what the agent may rely on, and nothing that is not known."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Final

from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.workstation.status import LocalStatus

TEXT_CHARS_MAX: Final = 48
"""Of a line: what fits into the window."""

_STATES: Final = {
    "idle": "nothing is to be recorded",
    "logged_out": "nobody is logged in",
    "locked": "the screen is locked",
    "asleep": "the machine slept",
    "update": "the recorder is being replaced",
    "governor": "the machine is too busy",
    "denied": "the system does not let it see the screen",
    "no_display": "the display is gone",
    "disk_full": "the disk is full",
    "failed": "it should be, and is not",
}

_SOURCES: Final = {
    "command_line": "the command line",
    "api": "the portal",
    "agent": "you",
    "interaction": "the interaction",
    "analytics": "desktop analytics",
    "decision_source": "the decision source",
}


class Tone(Enum):
    """In which colour."""

    RECORDING = "recording"
    UNSAVED = "unsaved"
    BLACK = "black"
    OFF = "off"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Face:
    """A sign, a word and a sentence."""

    tone: Tone
    text: str
    detail: str = ""


NO_ANSWER: Final = Face(Tone.ALARM, "NOT RECORDING", "The recorder does not answer.")


def face_of(status: LocalStatus | None, zone: tzinfo = UTC) -> Face:
    """What to show.

    Args:
        status: as the workstation told just now; None where it does not answer.
        zone: of the times shown.
    """
    if status is None:
        return NO_ANSWER
    if status.blackouts:
        return Face(Tone.BLACK, _black(status.blackouts, zone), _asked(status.blackouts[-1]))
    if status.state == "recording":
        if status.durable:
            return Face(Tone.RECORDING, "RECORDING")
        why = status.connection_problem or "The server has not confirmed it yet."
        return Face(Tone.ALARM if status.alarm else Tone.UNSAVED, "RECORDED HERE ONLY", _short(why))
    why = status.reason or _STATES.get(status.state, status.state)
    return Face(Tone.ALARM if status.alarm or status.state == "failed" else Tone.OFF, "NOT RECORDING", _short(why))


def _black(requests: tuple[BlackoutRequest, ...], zone: tzinfo) -> str:
    more = f", {len(requests)} requests" if len(requests) > 1 else ""
    ends = [each.until_us for each in requests]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return f"BLACK{more}"
    until = datetime.fromtimestamp(max(known) / 1e6, zone)
    return f"BLACK until {until:%H:%M}{more}"


def _asked(request: BlackoutRequest) -> str:
    who = _SOURCES[request.source]
    by = f" ({request.by})" if request.by and request.source != "agent" else ""
    why = f": {request.reason}" if request.reason and request.source != "agent" else ""
    return _short(f"asked for by {who}{by}{why}")


def _short(text: str) -> str:
    return text if len(text) <= TEXT_CHARS_MAX else text[: TEXT_CHARS_MAX - 3] + "..."
