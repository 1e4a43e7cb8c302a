"""An hour of a site of 500 agents, as its services tell it: which change brings which events, and how many together.

What one workstation does in an hour, all day the same: ten interactions of six minutes, recorded by order of the
telephony, two of them with a card payment during which the screen is black. A supervisor plays one recording an hour
of each. Every order, blackout and playback is in the audit log; how long recordings have become is told once a minute,
of fifty in one transaction, as `playhead.premises.screen` does it. That is 120 events for each workstation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain import events
from playhead.domain.blackouts import Source
from playhead.domain.events import Event
from playhead.domain.live import LiveBlackout, LiveWorkstation
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.premises.screen.recordings import MEASURED_AT_ONCE
from playhead.store.catalogue.audit import AuditEntry

HOUR_S: Final = 3_600
INTERACTION_S: Final = 360
BYTES_PER_S: Final = 12_000


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction."""

    at_s: float
    events: tuple[Event, ...] = ()
    audit: AuditEntry | None = None
    """Durable with its event, as orders are; everything else may be found out again."""

    @property
    def count(self) -> int:
        return len(self.events) + (self.audit is not None)


def changes(workstations: int, begin_us: int, seconds: int = HOUR_S) -> Iterator[Change]:
    """All of them, in their order."""
    found = [one for number in range(workstations) for one in _of_workstation(number, begin_us, seconds)]
    found += _of_progress(workstations, begin_us, seconds)
    return iter(sorted(found, key=lambda one: one.at_s))


def _of_workstation(number: int, begin_us: int, seconds: int) -> Iterator[Change]:
    desk, offset_s = WorkstationId(f"desk-{number}"), number % INTERACTION_S
    for turn, from_s in enumerate(range(offset_s, seconds, INTERACTION_S)):
        at_us = begin_us + from_s * 1_000_000
        recording = _recording(number, turn, at_us, INTERACTION_S)
        segment = recording.segments[0].id
        yield _audit(from_s, at_us, "recording.start", str(desk))
        told = events.started(recording.id, desk, recording.agent, started_at_us=at_us, at_us=at_us)
        yield Change(from_s + 0.2, (told,))
        if turn % 5 == 1:
            yield from _dark(from_s + 100, at_us + 100_000_000, desk, recording.agent)
        end_s, end_us = from_s + INTERACTION_S - 1, at_us + (INTERACTION_S - 1) * 1_000_000
        yield _audit(end_s, end_us, "recording.stop", str(desk))
        span_us = (at_us, end_us)
        size = recording.durable_bytes
        sealed = events.sealed(segment, recording.id, desk, span_us=span_us, durable_bytes=size, at_us=end_us)
        yield Change(end_s + 0.1, (sealed,))
        yield Change(end_s + 0.2, (events.state(events.ENDED, recording, end_us),))
        if turn % 10 == 0:
            yield _audit(end_s + 0.5, end_us, "recording.played", str(recording.id))


def _of_progress(workstations: int, begin_us: int, seconds: int) -> Iterator[Change]:
    for minute_s in range(59, seconds, 60):
        at_us = begin_us + minute_s * 1_000_000
        for begin in range(0, workstations, MEASURED_AT_ONCE):
            some = range(begin, min(begin + MEASURED_AT_ONCE, workstations))
            yield Change(minute_s + 0.5, tuple(_progress(number, minute_s, at_us) for number in some))


def _progress(number: int, at_s: int, at_us: int) -> Event:
    turn, length_s = divmod(at_s - number % INTERACTION_S, INTERACTION_S)  # -1: it began before the hour
    return events.progress(_recording(number, turn, at_us - length_s * 1_000_000, length_s + 1), at_us)


def _dark(at_s: float, at_us: int, desk: WorkstationId, agent: str) -> Iterator[Change]:
    live = LiveWorkstation(desk, connected=True, changed_at_us=0, agent=agent)
    asked = LiveBlackout(Source.API, "crm", "", "card payment", at_us, None)
    turns = ((0, events.BLACKOUT_BEGAN, "blackout.on"), (40, events.BLACKOUT_ENDED, "blackout.off"))
    for later_s, kind, action in turns:
        now_us = at_us + later_s * 1_000_000
        yield _audit(at_s + later_s, now_us, action, str(desk))
        yield Change(at_s + later_s + 0.1, (events.blackout(kind, live, asked, now_us),))


def _audit(at_s: float, at_us: int, action: str, subject: str) -> Change:
    return Change(at_s, audit=AuditEntry(at_us, "crm", action, subject, "message", {"message": f"{at_us:x}"}))


def _recording(number: int, turn: int, started_at_us: int, length_s: int) -> Recording:
    identifier = RecordingId(UUID(int=(number << 16) | (turn & 0xFFFF)))
    length_us, size = length_s * 1_000_000, length_s * BYTES_PER_S
    segment = Segment(SegmentId(identifier), identifier, started_at_us, length_us, size, sealed=True, ended="sealed")
    return Recording(
        identifier, WorkstationId(f"desk-{number}"), f"agent.{number}", RecordingState.COMPLETE, started_at_us,
        started_at_us + length_us, size, (segment,),
    )  # fmt: skip
