"""What a workstation says of itself: never "recording" while nothing is being recorded."""

from dataclasses import dataclass
from typing import Final

import msgspec

from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.wire.screen.messages import StateName
from playhead.workstation.session import SessionState

PATIENCE_US: Final = 3_000_000
"""How long a recording may take to begin before that is called a failure."""

STALLED_US: Final = 10_000_000
"""After so long without a sign from the capture it is taken for stuck."""

DURABLE_US: Final = 5_000_000
"""Progress at the premises that is older than this is no progress."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment. Times are monotonic microseconds."""

    now_us: int
    wanted_us: int | None = None
    """Since when a recording is wanted; None where none is."""
    is_writing: bool = False
    blocked: str = ""
    """``disk_full`` or ``lost``: why nothing can be written."""
    trouble: str = ""
    """The same as a sentence."""
    is_blackout: bool = False
    blackout_reason: str = ""
    no_display: bool = False
    capture_code: str = ""
    """Why nothing can be captured; empty where it can."""
    capture_problem: str = ""
    alive_us: int = 0
    """When the capture last gave a sign."""
    session: SessionState = ""
    """What the desktop session does: why there may be nothing to see."""


def judge(facts: Facts) -> tuple[StateName, str]:
    """The state to show, and its reason; the worst there is comes first."""
    is_wanted = facts.wanted_us is not None
    waited_us = facts.now_us - (facts.wanted_us or 0)
    silent_us = facts.now_us - max(facts.alive_us, facts.wanted_us or 0)
    is_dark = facts.no_display or facts.capture_code == "capture.no_display"
    problem = facts.capture_problem if facts.capture_code else "The display is gone."
    signs: list[tuple[bool, StateName, str]] = [
        (facts.blocked == "disk_full", "disk_full", facts.trouble),
        (bool(facts.blocked), "failed", facts.trouble),
        (is_dark and facts.session == "logged_out", "logged_out", problem),
        (is_dark and facts.session == "locked", "locked", problem),
        (facts.capture_code == "capture.no_display", "no_display", facts.capture_problem),
        (facts.capture_code == "capture.denied", "denied", facts.capture_problem),
        (bool(facts.capture_code), "failed", facts.capture_problem),
        (facts.no_display, "no_display", "The display is gone."),
        (is_wanted and silent_us > STALLED_US, "failed", "The capture gives no sign of life."),
        (is_wanted and not facts.is_writing and waited_us > PATIENCE_US, "failed", "No picture has come yet."),
        (facts.is_blackout, "blackout", facts.blackout_reason),
        (is_wanted, "recording", ""),
    ]
    for is_so, state, reason in signs:
        if is_so:
            return state, reason
    return "idle", ""


class DesktopStatus(msgspec.Struct, frozen=True):
    """What desktop analytics does at this workstation. Counts are of this program's run."""

    watching_since_us: int | None
    """Wall clock; None while nothing is watched."""
    problem: str
    """Why nothing is watched, or sent, or read of programs, as a sentence; empty while all is."""
    rules: int
    """In force, this machine's own among them."""
    digest: str
    """Of those that the site has given."""
    told: int
    """Events that were written down."""
    waiting: int
    """Of those on the disk: not stored by the premises yet."""
    lost: int
    """That went before they were sent: there was no room, or the disk failed."""
    refused: int
    """By the premises, for good."""
    fired: int
    """Actions of rules."""
    sent_us: int | None
    """When the premises last answered for events, wall clock; None: not since the start."""


class LocalStatus(msgspec.Struct, frozen=True):
    """What the control socket answers to ``status``."""

    workstation: str
    state: StateName
    reason: str
    recording: str
    durable: bool
    """The premises has made progress of this recording durable within the last seconds."""
    durable_age_ms: int | None
    """How long ago it last did; None where it never has since the start."""
    connected: bool
    connection_problem: str
    spool_bytes: int
    """Captured and not acknowledged by the premises yet."""
    fps: float
    monitors: tuple[str, ...]
    premises: str = ""
    """Numeric address and port of the premises that is connected; empty where none is."""
    due: bool = False
    """A recording should be made now."""
    code: str = ""
    """Why what should exist does not come to exist at the premises (docs/services/coverage.md); empty where it does."""
    alarm: bool = False
    """It has been so for ten seconds, and nothing excuses it."""
    agent: str = ""
    blackouts: tuple[BlackoutRequest, ...] = ()
    """All requests for blackouts in force, oldest first."""
    unkept: str = ""
    """Why what was decided here (a blackout, a recording) is not durable, as a sentence; empty where it is."""
    analytics: DesktopStatus | None = None
    """None where desktop analytics is off."""
    clock_offset_ms: int | None = None
    """How far the premises' clock is ahead of this machine's; None where it is not known."""
