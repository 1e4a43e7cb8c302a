"""Domain events: what happened, for others to act on. CloudEvents 1.0 says how one is written.

An event's id follows from what it tells, so that the same change told twice (a power cut undid it, and it was found
again) has the same id: who has handled an id leaves it aside. Order holds among the events of one subject.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import msgspec

from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.base.instants import rfc3339
from playhead.domain import event_data as data
from playhead.domain.accounts import Present
from playhead.domain.exports import ExportWish
from playhead.domain.live import LiveBlackout, LiveWorkstation
from playhead.domain.recordings import Recording
from playhead.domain.timeline import duration_us, facts_of, gaps

_NAMESPACE: Final = UUID("0192f7d2-6f6e-7c55-9b1d-0a4f6d7e5a10")
_ENCODER: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the table of events."""

    name: str
    """The ``type`` of the CloudEvent, and the key that it is routed by."""
    shape: type[data.Data]
    """Of its data."""
    subject: str
    """What its ``subject`` names; order holds among the events of one."""
    when: str


STARTED: Final = Kind("playhead.recording.started.v1", data.RecordingStarted, "recording", "the first of it came")
PROGRESS: Final = Kind(
    "playhead.recording.progress.v1", data.RecordingProgress, "recording", "once a minute while it grows"
)
SEALED: Final = Kind("playhead.recording.sealed.v1", data.SegmentSealed, "recording", "a segment of it is whole")
GAP: Final = Kind("playhead.recording.gap.v1", data.RecordingGap, "recording", "it has a gap and had none")
ENDED: Final = Kind("playhead.recording.ended.v1", data.RecordingState, "recording", "it was stopped, and all is here")
INTERRUPTED: Final = Kind(
    "playhead.recording.interrupted.v1", data.RecordingState, "recording", "its workstation went away in the middle"
)
RESUMED: Final = Kind(
    "playhead.recording.resumed.v1", data.RecordingState, "recording", "one that had broken off or ended goes on"
)
ERASED: Final = Kind(
    "playhead.recording.erased.v1", data.RecordingErased, "recording", "it was decided that it ceases to exist"
)
EXPORTED: Final = Kind("playhead.recording.exported.v1", data.RecordingExported, "recording", "a file was made of it")
UPLOADED: Final = Kind(
    "playhead.recording.uploaded.v1", data.RecordingUploaded, "recording", "all of it is in the object store, proven"
)
BLACKOUT_BEGAN: Final = Kind("playhead.blackout.began.v1", data.Blackout, "workstation", "somebody asked for one")
BLACKOUT_ENDED: Final = Kind(
    "playhead.blackout.ended.v1", data.Blackout, "workstation", "the same ended, by hand or by itself"
)
UP: Final = Kind("playhead.workstation.up.v1", data.WorkstationLink, "workstation", "it has connected")
DOWN: Final = Kind("playhead.workstation.down.v1", data.WorkstationLink, "workstation", "its connection has ended")
LOST: Final = Kind("playhead.coverage.lost.v1", data.Coverage, "workstation", "an alarm: what is due does not come")
REGAINED: Final = Kind("playhead.coverage.regained.v1", data.Coverage, "workstation", "that alarm is over")
RULE_ALARM: Final = Kind(
    "playhead.analytics.alarm.v1", data.RuleAlarm, "workstation", "a rule about the desktop raised an alarm"
)
FINDINGS: Final = Kind(
    "playhead.doctor.findings.v1",
    data.DoctorFindings,
    "machine",
    "what the doctor finds wrong with it is not what it was",
)
AUDIT: Final = Kind("playhead.audit.entry.v1", data.AuditEntry, "`audit`", "an entry was added to the audit log")
DROPPED: Final = Kind("playhead.messaging.dropped.v1", data.Dropped, "`outbox`", "events were given up undelivered")

KINDS: Final = (
    STARTED, PROGRESS, SEALED, GAP, ENDED, INTERRUPTED, RESUMED, ERASED, EXPORTED, UPLOADED, BLACKOUT_BEGAN,
    BLACKOUT_ENDED, UP, DOWN, LOST, REGAINED, RULE_ALARM, FINDINGS, AUDIT, DROPPED,
)  # fmt: skip
"""All that is published."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    id: str
    type: str
    subject: str
    at_us: int
    """When, in wall time."""
    data: bytes
    """JSON, as the kind's structure has it."""
    source: str = ""
    """Whose it is, as CloudEvents say it; empty for those of this server itself."""


def started(recording: RecordingId, workstation: WorkstationId, agent: str, *, started_at_us: int, at_us: int) -> Event:
    """A recording is new here."""
    told = data.RecordingStarted(
        recording=str(recording), workstation=str(workstation), agent=agent, started_at=rfc3339(started_at_us)
    )
    return _event(STARTED, str(recording), at_us, told)


def progress(recording: Recording, at_us: int) -> Event:
    """A recording has become longer."""
    length_us = duration_us(recording)
    told = data.RecordingProgress(
        recording=str(recording.id),
        workstation=str(recording.workstation),
        agent=recording.agent,
        length_ms=length_us // 1000,
        durable_bytes=recording.durable_bytes,
    )
    return _event(PROGRESS, str(recording.id), at_us, told, length_us)


def sealed(
    segment: SegmentId,
    recording: RecordingId,
    workstation: WorkstationId,
    *,
    span_us: tuple[int, int],
    durable_bytes: int,
    at_us: int,
) -> Event:
    """A segment is whole here. That may be days after what it shows.

    Args:
        segment: which.
        recording: whose.
        workstation: where from.
        span_us: from when to when, in wall time.
        durable_bytes: its size.
        at_us: now.
    """
    started_at_us, ended_at_us = span_us
    told = data.SegmentSealed(
        recording=str(recording),
        segment=str(segment),
        workstation=str(workstation),
        started_at=rfc3339(started_at_us),
        length_ms=(ended_at_us - started_at_us) // 1000,
        durable_bytes=durable_bytes,
    )
    return _event(SEALED, str(recording), at_us, told, segment)


def gap(recording: Recording, at_us: int) -> Event:
    """A recording has gaps."""
    found = tuple(
        data.Gap(from_ms=one.from_us // 1000, to_ms=one.to_us // 1000, reason=one.reason)
        for one in gaps(recording)[: data.GAPS_MAX]
    )
    told = data.RecordingGap(
        recording=str(recording.id), workstation=str(recording.workstation), agent=recording.agent, gaps=found
    )
    return _event(GAP, str(recording.id), at_us, told, *(one.from_ms for one in found))


def state(kind: Kind, recording: Recording, at_us: int) -> Event:
    """A recording ended, broke off or goes on: `ENDED`, `INTERRUPTED`, `RESUMED`."""
    facts = facts_of(recording)
    told = data.RecordingState(
        recording=str(recording.id),
        workstation=str(recording.workstation),
        agent=recording.agent,
        state=str(recording.state),
        started_at=rfc3339(recording.started_at_us),
        ended_at=None if recording.ended_at_us is None else rfc3339(recording.ended_at_us),
        length_ms=facts.length_us // 1000,
        durable_bytes=recording.durable_bytes,
        has_gap=facts.has_gap,
        has_blackout=facts.has_blackout,
    )
    return _event(kind, str(recording.id), at_us, told, at_us)


def erased(told: data.RecordingErased, at_us: int) -> Event:
    """It was decided to erase a recording; that happens to it once."""
    return _event(ERASED, told.recording, at_us, told)


def exported(wish: ExportWish, size_bytes: int, at_us: int) -> Event:
    """A file was made of a recording."""
    told = data.RecordingExported(
        recording=str(wish.recording),
        by=str(wish.user),
        from_ms=None if wish.from_us is None else wish.from_us // 1000,
        to_ms=None if wish.to_us is None else wish.to_us // 1000,
        size_bytes=size_bytes,
    )
    return _event(EXPORTED, str(wish.recording), at_us, told, wish.user, told.from_ms, told.to_ms, at_us)


def uploaded(recording: Recording, segments: int, size_bytes: int, at_us: int) -> Event:
    """All that there is of a recording is in the object store."""
    told = data.RecordingUploaded(
        recording=str(recording.id),
        workstation=str(recording.workstation),
        agent=recording.agent,
        segments=segments,
        size_bytes=size_bytes,
    )
    return _event(UPLOADED, str(recording.id), at_us, told, segments, size_bytes)


def blackout(kind: Kind, live: LiveWorkstation, request: LiveBlackout, at_us: int) -> Event:
    """A request for a blackout began or ended: `BLACKOUT_BEGAN`, `BLACKOUT_ENDED`."""
    told = data.Blackout(
        workstation=str(live.id),
        agent=live.agent,
        source=str(request.source),
        by=request.by,
        label=request.label,
        reason=request.reason,
        since=rfc3339(request.since_us),
        until=None if request.until_us is None else rfc3339(request.until_us),
    )
    return _event(kind, str(live.id), at_us, told, request.source, request.by, request.label, request.since_us, at_us)


def link(kind: Kind, workstation: WorkstationId, at_us: int) -> Event:
    """A workstation came or went: `UP`, `DOWN`."""
    told = data.WorkstationLink(workstation=str(workstation), at=rfc3339(at_us))
    return _event(kind, str(workstation), at_us, told, at_us)


def coverage(kind: Kind, present: Present, at_us: int) -> Event:
    """An alarm began or is over: `LOST`, `REGAINED`."""
    told = data.Coverage(
        workstation=str(present.workstation),
        agent=present.agent,
        code=str(present.code or ""),
        message=present.message,
        since=rfc3339(present.since_us),
    )
    return _event(kind, str(present.workstation), at_us, told, at_us)


def rule_alarm(told: data.RuleAlarm, spool: str, sequence: int, at_us: int) -> Event:
    """A rule raised an alarm.

    Args:
        told: of it.
        spool: of the workstation, which numbers what it tells.
        sequence: the number: the same alarm told twice is one event.
        at_us: when that came to be known.
    """
    return _event(RULE_ALARM, told.workstation, at_us, told, spool, sequence)


def findings(told: data.DoctorFindings, made_at_us: int, at_us: int) -> Event:
    """What is wrong with a machine.

    Args:
        told: of it.
        made_at_us: when it was looked at, by its own clock.
        at_us: when that came to be known.
    """
    return _event(FINDINGS, told.machine, at_us, told, told.role, made_at_us)


def audited(number: int, at_us: int, hashed: bytes, done: Sequence[str], details: Mapping[str, str | int]) -> Event:
    """An entry of the audit log.

    Args:
        number: its place.
        at_us: when.
        hashed: its hash.
        done: by whom, what, to what, from where.
        details: more.
    """
    actor, action, subject, address = done
    told = data.AuditEntry(
        number=number,
        actor=actor,
        action=action,
        subject=subject,
        address=address,
        details=details,
        hash=hashed.hex(),
    )
    return _event(AUDIT, "audit", at_us, told, hashed.hex())


def dropped(count: int, oldest_at_us: int, newest_at_us: int, reason: str, at_us: int) -> Event:
    """Events were given up."""
    told = data.Dropped(events=count, oldest_at=rfc3339(oldest_at_us), newest_at=rfc3339(newest_at_us), reason=reason)
    return _event(DROPPED, "outbox", at_us, told, count, oldest_at_us, newest_at_us, at_us)


def _event(kind: Kind, subject: str, at_us: int, told: data.Data, *tells_apart: object) -> Event:
    name = "|".join((kind.name, subject, *map(str, tells_apart)))
    return Event(str(uuid5(_NAMESPACE, name)), kind.name, subject, at_us, _ENCODER.encode(told))
