"""Every workstation as it was last heard of, for those who show it."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from playhead.base.clock import Clock
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.blackouts import Source
from playhead.domain.live import Event, LiveBlackout, LiveWorkstation, SegmentGrew, WorkstationChanged
from playhead.premises.screen.live import Hub
from playhead.store.catalogue.workstations import Workstation
from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.wire.screen.messages import Status

ANNOUNCE_S: Final = 0.2
"""Least time between two announcements of one workstation: one that tells much must not drown the others."""

GROWING_MAX: Final = 4_096
"""Recordings whose last progress is remembered; the one that grew longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class _Grown:
    segment: SegmentId
    covered_us: int
    at_us: int


class Directory:
    """What is known of each workstation now.

    Args:
        hub: announces changes.
        clock: stamps them.
    """

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._known: dict[WorkstationId, LiveWorkstation] = {}
        self._resting: dict[WorkstationId, asyncio.TimerHandle] = {}
        self._unannounced: set[WorkstationId] = set()
        self._grown: OrderedDict[RecordingId, _Grown] = OrderedDict()

    def publish(self, event: Event) -> None:
        """Hand an event to everyone whom it concerns."""
        if isinstance(event, SegmentGrew):
            self._progressed(event)
        self._hub.publish(event)

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """How long ago more of a recording became durable; None where that was not since the start, or long ago."""
        grown = self._grown.get(recording)
        return None if grown is None else self._clock.monotonic_us() - grown.at_us

    def find(self, workstation: WorkstationId) -> LiveWorkstation | None:
        """One workstation, or None where it was never heard of."""
        return self._known.get(workstation)

    def all(self) -> list[LiveWorkstation]:
        """All of them, by name."""
        return [self._known[name] for name in sorted(self._known)]

    def load(self, workstations: Iterable[Workstation]) -> None:
        """At the start: those that are enrolled, none of them connected."""
        for known in workstations:
            if known.revoked_at_us is None:
                at_us = known.seen_at_us or known.enrolled_at_us
                self._known[known.id] = LiveWorkstation(
                    known.id, connected=False, changed_at_us=at_us, agent=known.agent, software=known.software
                )

    def connected(self, workstation: WorkstationId, *, agent: str, software: str) -> None:
        """It said hello, and has not told what it does yet."""
        now_us = self._clock.wall_us()
        known = LiveWorkstation(workstation, connected=True, changed_at_us=now_us, agent=agent, software=software)
        before = self._known.get(workstation)
        if before is not None:  # its recording, so that one that goes on is not shown as broken off for a moment
            blackouts = before.blackouts if before.agent == agent else ()
            known = replace(known, recording=before.recording, blackouts=blackouts)
        self._set(known)

    def told(self, workstation: WorkstationId, status: Status) -> LiveWorkstation:
        """It told what it does."""
        known = replace(
            self._known[workstation],
            state=status.state,
            recording=RecordingId(UUID(bytes=status.recording)) if status.recording else None,
            reason=status.reason,
            fps=status.fps,
            spool_bytes=status.spool_bytes,
            monitors=status.monitors,
            aside_segments=status.aside_segments,
            aside_bytes=status.aside_bytes,
            blackouts=tuple(map(live_blackout, status.blackouts)),
        )
        self._set(known)
        return known

    def lost(self, workstation: WorkstationId) -> None:
        """Its connection has ended."""
        known = replace(self._known[workstation], connected=False, changed_at_us=self._clock.wall_us())
        self._set(known)

    def forget(self, workstations: Iterable[WorkstationId]) -> None:
        """They are enrolled no more; those that are still connected stay until they are not."""
        for name in workstations:
            if name in self._known and not self._known[name].connected:
                del self._known[name]
                self._unannounced.discard(name)

    def close(self) -> None:
        """Announce nothing more, and end every subscription."""
        for timer in self._resting.values():
            timer.cancel()
        self._resting.clear()
        self._hub.close()

    def _progressed(self, event: SegmentGrew) -> None:
        before = self._grown.get(event.recording)
        if before is not None and before.segment == event.segment and before.covered_us >= event.covered_us:
            return
        self._grown[event.recording] = _Grown(event.segment, event.covered_us, self._clock.monotonic_us())
        self._grown.move_to_end(event.recording)
        while len(self._grown) > GROWING_MAX:
            self._grown.popitem(last=False)

    def _set(self, known: LiveWorkstation) -> None:
        if self._known.get(known.id) == known:
            return
        self._known[known.id] = known
        if known.id in self._resting:
            self._unannounced.add(known.id)
        else:
            self._announce(known.id)

    def _announce(self, workstation: WorkstationId) -> None:
        self._hub.publish(WorkstationChanged(self._known[workstation]))
        loop = asyncio.get_running_loop()
        self._resting[workstation] = loop.call_later(ANNOUNCE_S, self._rested, workstation)

    def _rested(self, workstation: WorkstationId) -> None:
        del self._resting[workstation]
        if workstation in self._unannounced:
            self._unannounced.discard(workstation)
            self._announce(workstation)


def live_blackout(told: BlackoutRequest) -> LiveBlackout:
    """A request for a blackout as a workstation tells of it."""
    source = Source(told.source)
    return LiveBlackout(source, told.by, told.label, told.reason, told.since_us, told.until_us, told.follows)
