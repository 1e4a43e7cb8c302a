"""The messages of the screen protocol (docs/wire/screen.md), each a frozen value. One frame carries one message.

``Records`` is bytes of a ``.vid`` file and travels raw; every other message travels as a MessagePack map with its
name under ``type``. Unknown fields are ignored, so that a newer peer may add some; unknown types are refused.
"""

from typing import Literal

import msgspec


class _Message(msgspec.Struct, frozen=True, tag_field="type", rename="camel", omit_defaults=True):
    pass


class Hello(_Message, tag="hello"):
    """First message of a workstation: who it is and which protocol versions it speaks, best first."""

    versions: tuple[int, ...]
    workstation: str
    software: str
    user: str = ""
    """The operating-system login of the agent, for the catalogue."""


class Enrol(_Message, tag="enrol"):
    """First message of a workstation that has no certificate yet: a one-time code and a request to sign."""

    code: str
    workstation: str
    request: bytes
    """PKCS #10 certification request, DER (RFC 2986)."""


class Enrolled(_Message, tag="enrolled"):
    """Answer to `Enrol`."""

    certificate: bytes
    """The workstation's certificate, DER (RFC 5280)."""
    authority: bytes
    """The site's certificate authority, DER."""
    site: str
    site_key: bytes
    """The site's public key for recordings: X25519, 32 bytes (RFC 7748)."""


class Welcome(_Message, tag="welcome"):
    """Answer to `Hello`: the version both speak, whose site this is and what its clock says."""

    version: int
    site: str
    site_key: bytes
    wall_time_us: int
    live: bool = False


class Offer(_Message, tag="offer"):
    """The workstation holds (part of) a segment and asks from which offset to send it."""

    channel: int
    recording: bytes
    segment: bytes
    header: bytes
    """The whole file header of the ``.vid``, so that it can be judged before any record is sent."""


class Accept(_Message, tag="accept"):
    """Send the segment's bytes from ``offset``, which is durable here up to there."""

    channel: int
    offset: int


class Decline(_Message, tag="decline"):
    """The offered segment, or the rest of it, is not taken. ``final`` says that trying again cannot help."""

    channel: int
    code: str
    message: str
    final: bool


class Records(msgspec.Struct, frozen=True):
    """Bytes of the segment in this channel, beginning at ``offset`` of its file. Need not end at a record."""

    channel: int
    offset: int
    data: bytes | memoryview


class Ack(_Message, tag="ack"):
    """Everything below ``offset`` is durable at the server. Never goes back."""

    channel: int
    offset: int


class End(_Message, tag="end"):
    """No more bytes will come on this channel: sealed, or broken off for ``reason``."""

    channel: int
    size: int
    """Length of the segment as the workstation knows it, in bytes."""
    reason: Literal["sealed", "killed", "disk_full", "lost"]


class Command(_Message, tag="command"):
    """The server asks the workstation to act. Carried out at most once per ``id``."""

    id: int
    name: Literal["start", "stop", "blackout_on", "blackout_off", "live_on", "live_off", "status"]
    recording: bytes = b""
    """``start``: the recording's id, chosen by the server, or empty."""
    reason: str = ""


class Result(_Message, tag="result"):
    """How a `Command` ended. ``recording`` is set where one was started or stopped."""

    id: int
    ok: bool
    code: str = ""
    message: str = ""
    recording: bytes = b""


class Status(_Message, tag="status"):
    """What the workstation is doing; sent after `Welcome`, on every change, and when asked."""

    state: Literal["idle", "recording", "blackout", "no_display", "disk_full", "failed"]
    recording: bytes = b""
    reason: str = ""
    fps: float = 0.0
    spool_bytes: int = 0
    monitors: tuple[str, ...] = ()


class Heartbeat(_Message, tag="heartbeat"):
    """Proof of life, from either side, when nothing else was sent for a while."""

    wall_time_us: int


class Goodbye(_Message, tag="goodbye"):
    """The sender is about to close, and why. ``retry_ms`` asks the peer to wait before coming back."""

    code: str
    message: str
    retry_ms: int = 0


Control = (
    Hello | Enrol | Enrolled | Welcome | Offer | Accept | Decline | Ack | End | Command | Result | Status | Heartbeat
    | Goodbye
)
Message = Control | Records
