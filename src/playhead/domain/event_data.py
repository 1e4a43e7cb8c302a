"""What each kind of domain event tells: the ``data`` of its CloudEvent. `playhead.domain.events` says when it is told.

A version is for ever: a later one of the same kind may add members and never takes one away, changes its type or makes
one obligatory that was not. Who reads must leave aside what it does not know.
"""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

GAPS_MAX: Final = 32
"""Of one event, the first ones; the API has all of them."""

FINDINGS_MAX: Final = 16
"""The same, of what is wrong with a machine."""

FINDING_CHARS_MAX: Final = 256
"""Of each text of one; the rest is cut off, so that an event of sixteen fits into a message in any language."""

_Instant = Annotated[str, Meta(description="RFC 3339, UTC.", examples=["2026-05-04T09:30:00.250000Z"])]
_Recording = Annotated[str, Meta(description="Id of the recording: a UUID.")]
_Workstation = Annotated[str, Meta(description="Name of the workstation.")]
_Agent = Annotated[str, Meta(description="Login of whoever sits there; empty where unknown.")]
_Milliseconds = Annotated[int, Meta(ge=0, description="Milliseconds.")]
_Bytes = Annotated[int, Meta(ge=0, description="Bytes that would survive a power cut.")]


class Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Members are in camelCase in JSON."""


class RecordingStarted(Data, frozen=True):
    """A recording is in the catalogue."""

    recording: _Recording
    workstation: _Workstation
    agent: _Agent
    started_at: _Instant


class RecordingProgress(Data, frozen=True):
    """How far a recording that is under way has become durable."""

    recording: _Recording
    workstation: _Workstation
    agent: _Agent
    length_ms: _Milliseconds
    durable_bytes: _Bytes


class SegmentSealed(Data, frozen=True):
    """A segment of a recording is whole, signed by its workstation and durable."""

    recording: _Recording
    segment: Annotated[str, Meta(description="Id of the segment: a UUID.")]
    workstation: _Workstation
    started_at: _Instant
    length_ms: _Milliseconds
    durable_bytes: _Bytes


class Gap(Data, frozen=True):
    """A stretch of which nothing is there to play."""

    from_ms: Annotated[int, Meta(ge=0, description="Milliseconds since the recording's beginning.")]
    to_ms: Annotated[int, Meta(ge=0, description="The same.")]
    reason: Annotated[str, Meta(description="`killed`, `disk_full`, `lost`, `corrupt` …")]


class RecordingGap(Data, frozen=True):
    """A recording that had no gap has one. What arrives later may fill it."""

    recording: _Recording
    workstation: _Workstation
    agent: _Agent
    gaps: Annotated[tuple[Gap, ...], Meta(max_length=GAPS_MAX, description="In time order, the first ones.")]


class RecordingState(Data, frozen=True):
    """What a recording is, whenever it ends, breaks off or goes on."""

    recording: _Recording
    workstation: _Workstation
    agent: _Agent
    state: Annotated[str, Meta(description="`recording`, `complete` or `interrupted`.")]
    started_at: _Instant
    ended_at: _Instant | None
    length_ms: _Milliseconds
    durable_bytes: _Bytes
    has_gap: Annotated[bool, Meta(description="Something between its beginning and its end is missing.")]
    has_blackout: Annotated[bool, Meta(description="Nothing was captured in a part of it, on purpose.")]


class RecordingErased(Data, frozen=True):
    """A recording is gone for good: nobody finds it any more, and its keys are being destroyed."""

    recording: _Recording
    workstation: _Workstation
    agent: _Agent
    by: Annotated[str, Meta(description="A user, `operator`, or `policy`.")]
    reason: str
    rule: Annotated[str, Meta(description="The rule of the policy that decided; empty where a person did.")]


class RecordingExported(Data, frozen=True):
    """A recording, or a part of it, was made into a file that holds its pictures in the clear."""

    recording: _Recording
    by: Annotated[str, Meta(description="A user, or `operator`.")]
    from_ms: Annotated[int | None, Meta(description="Milliseconds since its beginning; null: from there.")]
    to_ms: Annotated[int | None, Meta(description="The same; null: to its end.")]
    size_bytes: Annotated[int, Meta(ge=0, description="Of the file.")]


class RecordingUploaded(Data, frozen=True):
    """All that there is of a recording lies in the object store, and was proven to be what was recorded."""

    recording: _Recording
    workstation: _Workstation
    agent: _Agent
    segments: Annotated[int, Meta(ge=1, description="Objects with media.")]
    size_bytes: Annotated[int, Meta(ge=0, description="Of these.")]


class Blackout(Data, frozen=True):
    """A party's request that nothing be captured."""

    workstation: _Workstation
    agent: _Agent
    source: Annotated[str, Meta(description="`api`, `agent`, `program` …: who asks.")]
    by: Annotated[str, Meta(description="Name of the person or program; may be empty.")]
    label: Annotated[str, Meta(description="Tells several requests of one party apart.")]
    reason: str
    since: _Instant
    until: Annotated[str | None, Meta(description="When it is to end by itself; null where it is ended by hand.")]


class WorkstationLink(Data, frozen=True):
    """A workstation came, or its connection ended."""

    workstation: _Workstation
    at: _Instant


class Coverage(Data, frozen=True):
    """What is due of a workstation has not come to exist for too long, or does again."""

    workstation: _Workstation
    agent: _Agent
    code: Annotated[str, Meta(description="Why it does not: a reason of the ledger of coverage; empty where it does.")]
    message: Annotated[str, Meta(description="The same as a sentence.")]
    since: Annotated[str, Meta(description="Since when that is so. RFC 3339, UTC.")]


class RuleAlarm(Data, frozen=True):
    """A rule about what is on an agent's screen raised an alarm."""

    workstation: _Workstation
    agent: _Agent
    at: _Instant
    rule: Annotated[str, Meta(description="Name of the rule.")]
    message: Annotated[str, Meta(description="What it says.")]
    application: Annotated[str, Meta(description="That was in front; may be empty.")]
    recording: Annotated[str | None, Meta(description="Id of the recording that the moment is in; null: in none.")]


class Finding(Data, frozen=True):
    """One thing that is wrong with a machine."""

    code: Annotated[str, Meta(description="Stable code such as `port.dropped`.")]
    severity: Annotated[str, Meta(description="`error`: recordings are missing, or will be; or `warning`.")]
    subject: Annotated[str, Meta(description="What was looked at.")]
    message: Annotated[str, Meta(description="What was seen.")]
    mend: Annotated[str | None, Meta(description="The command or act that mends it.")]


class DoctorFindings(Data, frozen=True):
    """All that is wrong with a machine now, in the place of what was said of it before; nothing, where all is well."""

    machine: Annotated[str, Meta(description="Name of the workstation, or `premises`: the server.")]
    role: Annotated[str, Meta(description="`workstation` or `premises`.")]
    errors: Annotated[int, Meta(ge=0, description="How many there are.")]
    warnings: Annotated[int, Meta(ge=0, description="The same.")]
    findings: Annotated[
        tuple[Finding, ...], Meta(max_length=FINDINGS_MAX, description="The worst of them; the API has all.")
    ]


class AuditEntry(Data, frozen=True):
    """An entry of the audit log."""

    number: Annotated[int, Meta(ge=1, description="Its place in the log.")]
    actor: Annotated[str, Meta(description="A user, a workstation, `operator` or `system`.")]
    action: Annotated[str, Meta(description="Stable code such as `recording.played`.")]
    subject: Annotated[str, Meta(description="What it was done to.")]
    address: Annotated[str, Meta(description="From where; may be empty.")]
    details: Annotated[Mapping[str, str | int], Meta(description="More, for a person to read.")]
    hash: Annotated[str, Meta(description="Of it and everything before it: 64 hexadecimal digits.")]


class Dropped(Data, frozen=True):
    """Events were given up before they could be delivered, because too many or too old ones waited."""

    events: Annotated[int, Meta(ge=1, description="How many.")]
    oldest_at: _Instant
    newest_at: _Instant
    reason: Annotated[
        str,
        Meta(
            description=(
                "`count` or `age`: the limit that was reached; `cloud.count`, `cloud.age` of what waited for the cloud."
            )
        ),
    ]
