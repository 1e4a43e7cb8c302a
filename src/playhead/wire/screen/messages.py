"""The messages of the screen protocol (docs/wire/screen.md), each a frozen value. One frame carries one message.

``Records`` is bytes of a ``.vid`` file and travels raw; every other message travels as a MessagePack map with its
name under ``type`` and its fields in camelCase, those with their default left out. Unknown fields are ignored, so that
a newer peer may add some; unknown types are refused. The bounds in the annotations hold for both directions.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from playhead.wire.screen import limits
from playhead.wire.screen.blackouts import BY_API, BlackoutOrder, BlackoutRequest
from playhead.wire.screen.log_orders import AS_CONFIGURED, LogOrder
from playhead.wire.screen.probes import Probe, Probed

Name = Annotated[str, Meta(min_length=1, max_length=limits.MAX_NAME_CHARACTERS)]
Code = Annotated[str, Meta(max_length=limits.MAX_CODE_CHARACTERS)]
Text = Annotated[str, Meta(max_length=limits.MAX_TEXT_CHARACTERS)]
Unique = Annotated[bytes, Meta(min_length=16, max_length=16)]
"""A UUID's 16 bytes in network order."""
OptionalUnique = Annotated[bytes, Meta(max_length=16)]
"""The same, or nothing."""
Channel = Annotated[int, Meta(ge=1, le=2**32 - 1)]
Offset = Annotated[int, Meta(ge=0, le=limits.MAX_OFFSET)]
Number = Annotated[int, Meta(ge=0, le=limits.MAX_OFFSET)]
Certificate = Annotated[bytes, Meta(min_length=1, max_length=limits.MAX_CERTIFICATE_BYTES)]
SiteKey = Annotated[bytes, Meta(min_length=32, max_length=32)]


class _Message(msgspec.Struct, frozen=True, tag_field="type", rename="camel", omit_defaults=True):
    pass


def _check_optional_unique(value: bytes) -> None:
    if len(value) not in {0, 16}:
        message = f"Expected a UUID's 16 bytes or none, got {len(value)}"
        raise ValueError(message)


class Hello(_Message, frozen=True, tag="hello"):
    """First message of a workstation: who it is and which protocol versions it speaks, best first."""

    versions: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=65535)], ...], Meta(min_length=1, max_length=limits.MAX_VERSIONS)
    ]
    workstation: Name
    software: Text
    user: Text = ""
    """The operating-system login of the agent, for the catalogue."""
    examines: bool = False
    """Whether it can examine its machine when asked (`Examine`)."""
    aside: bool = False
    """Whether it knows the commands about segments that it has set aside."""
    levels: bool = False
    """Whether it knows the command ``log_level``."""


class Inquire(_Message, frozen=True, tag="inquire"):
    """First message of a workstation that knows nothing of the site but an enrolment code: asks for its authority."""


class Authority(_Message, frozen=True, tag="authority"):
    """Answer to `Inquire`. Proves nothing: the workstation compares it with the fingerprint in its code."""

    certificate: Certificate
    """The site's certificate authority, DER (RFC 5280)."""


class Enrol(_Message, frozen=True, tag="enrol"):
    """First message of a workstation that wants a certificate: a one-time code and a request to sign.

    On a connection that already has a certificate an empty code asks for its renewal under the same name.
    """

    code: Code
    workstation: Name
    request: Certificate
    """PKCS #10 certification request, DER (RFC 2986)."""


class Enrolled(_Message, frozen=True, tag="enrolled"):
    """Answer to `Enrol`."""

    certificate: Certificate
    """The workstation's certificate, DER (RFC 5280)."""
    authority: Certificate
    """The site's certificate authority, DER."""
    site: Name
    site_key: SiteKey
    """The site's public key for recordings: X25519, 32 bytes (RFC 7748)."""


class Welcome(_Message, frozen=True, tag="welcome"):
    """Answer to `Hello`: the version both speak, whose site this is and what its clock says."""

    version: Annotated[int, Meta(ge=1, le=65535)]
    site: Name
    site_key: SiteKey
    wall_time_us: Number
    live: bool = False
    """Whether someone is watching live now."""
    server: OptionalUnique = b""
    """Which of the site's servers this is, whatever its address; empty where it does not say."""
    journal: Annotated[int, Meta(ge=-1, le=limits.MAX_OFFSET)] = -1
    """Number of the newest journal entry that is durable here: those after it are wanted. -1: none are taken."""
    examined: Annotated[int, Meta(ge=-1, le=limits.MAX_OFFSET)] = -1
    """`Examined.at_us` of the report that is kept here; 0: there is none. -1: none are taken."""

    def __post_init__(self) -> None:
        _check_optional_unique(self.server)


class Offer(_Message, frozen=True, tag="offer"):
    """The workstation holds (part of) a segment and asks from which offset to send it."""

    channel: Channel
    """Chosen by the workstation, larger than any before it in this connection."""
    recording: Unique
    segment: Unique
    header: Annotated[bytes, Meta(min_length=1, max_length=limits.MAX_HEADER_BYTES)]
    """The whole file header of the ``.vid``, so that it can be judged before any record is sent."""


class Accept(_Message, frozen=True, tag="accept"):
    """Send the segment's bytes from ``offset``, which is durable here up to there."""

    channel: Channel
    offset: Offset


RECORDING_ERASED: Final = "recording.erased"
"""`Decline.code` of a segment whose recording was erased on purpose: the workstation deletes its copy, too."""


class Decline(_Message, frozen=True, tag="decline"):
    """The offered segment, or the rest of it, is not taken. ``final`` says that trying again cannot help."""

    channel: Channel
    code: Code
    message: Text
    final: bool


class Records(msgspec.Struct, frozen=True):
    """Bytes of the segment in this channel, beginning at ``offset`` of its file. Need not end at a record."""

    channel: int
    offset: int
    data: bytes | memoryview


class Ack(_Message, frozen=True, tag="ack"):
    """Everything below ``offset`` is durable at the server. Never goes back.

    ``final`` answers `End`: the end itself is durable too, the channel is closed, and the workstation may delete what
    it holds of the segment.
    """

    channel: Channel
    offset: Offset
    final: bool = False


class End(_Message, frozen=True, tag="end"):
    """No more bytes will come on this channel: sealed, or broken off for ``reason``."""

    channel: Channel
    size: Offset
    """Length of the segment as the workstation knows it, in bytes. Where the reason is ``lost`` it may differ from
    what was sent: the workstation no longer has (all of) the file."""
    reason: Literal["sealed", "killed", "disk_full", "lost"]


class Elsewhere(_Message, frozen=True, tag="elsewhere"):
    """Another server of the site has all of this segment, and has said so with its final `Ack`: make no claim to it."""

    recording: Unique
    segment: Unique
    server: Unique
    """`Welcome.server` of the one that has it."""


class Released(_Message, frozen=True, tag="released"):
    """Answer to `Elsewhere`: this server makes no claim to the segment, durably."""

    segment: Unique


class Backlog(_Message, frozen=True, tag="backlog"):
    """The workstation holds finished segments to send beside what it records now, or has none any more.

    From the first one on it sends them at the pace it is told, and none before it is told one.
    """

    bytes: Number
    """How much there is of them; 0: nothing any more."""


class Pace(_Message, frozen=True, tag="pace"):
    """How fast this workstation may send what it catches up: its share of what the site allows for that."""

    bytes_per_s: Number
    """0: as fast as it can."""


AsideName = Literal["aside_retry", "aside_drop"]
"""What a workstation can be asked to do about a segment that it has set aside, where its `Hello` has ``aside``."""

CommandName = (
    Literal["start", "stop", "blackout_on", "blackout_off", "live_on", "live_off", "status", "log_level"] | AsideName
)
"""What a workstation can be asked to do."""


class Command(_Message, frozen=True, tag="command"):
    """The server asks the workstation to act. Carried out at most once per ``id``; ids grow within a site."""

    id: Number
    name: CommandName
    recording: OptionalUnique = b""
    """``start``: the recording's id, chosen by the server, or empty."""
    reason: Text = ""
    blackout: BlackoutOrder = BY_API
    """``blackout_on``, ``blackout_off``: who asks."""
    segment: OptionalUnique = b""
    """``aside_retry``, ``aside_drop``: the segment that is to be offered again, or removed."""
    log: LogOrder = AS_CONFIGURED
    """``log_level``: what its log is to say, and for how long."""

    def __post_init__(self) -> None:
        _check_optional_unique(self.recording)
        _check_optional_unique(self.segment)


class Result(_Message, frozen=True, tag="result"):
    """How a `Command` ended. ``recording`` is set where one was started or stopped."""

    id: Number
    ok: bool
    code: Code = ""
    message: Text = ""
    recording: OptionalUnique = b""

    def __post_init__(self) -> None:
        _check_optional_unique(self.recording)


StateName = Literal[
    "idle",
    "recording",
    "blackout",
    "logged_out",
    "locked",
    "asleep",
    "update",
    "governor",
    "denied",
    "no_display",
    "disk_full",
    "failed",
]
"""What a workstation can be doing while its program runs: nothing is wanted of it, it records, or why it does not."""


class Status(_Message, frozen=True, tag="status"):
    """What the workstation is doing; sent after `Welcome`, on every change, and when asked."""

    state: StateName
    recording: OptionalUnique = b""
    reason: Text = ""
    fps: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    spool_bytes: Number = 0
    monitors: Annotated[
        tuple[Annotated[str, Meta(max_length=limits.MAX_MONITOR_CHARACTERS)], ...], Meta(max_length=limits.MAX_MONITORS)
    ] = ()
    aside_segments: Number = 0
    """Refused by the server for good, and set aside."""
    aside_bytes: Number = 0
    blackouts: Annotated[tuple[BlackoutRequest, ...], Meta(max_length=limits.MAX_BLACKOUTS)] = ()
    """Every request for a blackout in force, oldest first."""
    blackouts_expired: Number = 0
    """How many have ended by themselves since the workstation's program began, because their time was over."""

    def __post_init__(self) -> None:
        _check_optional_unique(self.recording)


Wanted = Literal["", "ordered", "continuous"]
"""Whether a recording is to be made: no; until it is stopped; whenever the site records."""


class JournalEntry(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something that a workstation noted of itself. Its times are those of its own wall clock."""

    seq: Number
    """Larger than that of every entry before it, for ever."""
    at_us: Number
    state: StateName | Literal["off", "killed", "unknown"]
    """From ``at_us`` on; or what was so from ``at_us`` to ``until_us``, as was found out later."""
    until_us: Number = 0
    """Where it tells of a stretch that is over; 0 where it tells of a change that lasts until the next one."""
    wanted: Wanted = ""
    recording: OptionalUnique = b""
    detail: Annotated[str, Meta(max_length=limits.MAX_DETAIL_CHARACTERS)] = ""
    last: bool = False
    """The program ended in good order with this: it is so until the next start, whether or not anybody can be told."""

    def __post_init__(self) -> None:
        _check_optional_unique(self.recording)


class Journal(_Message, frozen=True, tag="journal"):
    """What the workstation noted, oldest first, and what it still holds. Sent only where `Welcome` asks for it."""

    entries: Annotated[tuple[JournalEntry, ...], Meta(max_length=limits.MAX_JOURNAL_ENTRIES)] = ()
    held_from_us: Number = 0
    """When the oldest segment begins that it holds and that is not durable as a whole; 0 where it holds none."""


class JournalAck(_Message, frozen=True, tag="journal_ack"):
    """Every journal entry up to ``seq`` is durable at the server."""

    seq: Number


class Examine(_Message, frozen=True, tag="examine"):
    """The server asks the workstation to look over its machine. Sent only where `Hello` says that it can."""

    request: Annotated[int, Meta(ge=1, le=limits.MAX_OFFSET)]
    """Larger than any before it in this connection; one is unanswered at a time."""


class Examined(_Message, frozen=True, tag="examined"):
    """What the doctor found at a workstation: by itself, or asked. Sent only where `Welcome` says that it is taken."""

    request: Number = 0
    """The `Examine` that it answers; 0: it was not asked for."""
    at_us: Number = 0
    """When the report was made, by the workstation's wall clock."""
    report: Annotated[bytes, Meta(max_length=limits.MAX_REPORT_BYTES)] = b""
    """JSON (docs/services/environment.md); empty where the examination failed."""
    code: Code = ""
    """Where it failed."""
    message: Text = ""

    @property
    def data(self) -> bytes:
        """Its bulk, for whoever reckons how much of a peer's is held."""
        return self.report


class Heartbeat(_Message, frozen=True, tag="heartbeat"):
    """Proof of life, from either side, when nothing else was sent for a while."""

    wall_time_us: Number


class Goodbye(_Message, frozen=True, tag="goodbye"):
    """The sender is about to close, and why. ``retry_ms`` asks the peer to wait before coming back."""

    code: Code
    message: Text
    retry_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0


Control = (
    Hello
    | Inquire
    | Authority
    | Enrol
    | Enrolled
    | Probe
    | Probed
    | Welcome
    | Offer
    | Accept
    | Decline
    | Ack
    | End
    | Elsewhere
    | Released
    | Backlog
    | Pace
    | Command
    | Result
    | Status
    | Journal
    | JournalAck
    | Examine
    | Examined
    | Heartbeat
    | Goodbye
)
Message = Control | Records
