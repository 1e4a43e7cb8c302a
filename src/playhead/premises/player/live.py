"""Following a recording that grows: pieces as they become durable, each viewer at its own pace.

Nothing is queued for a viewer. Each remembers how far it has come, and takes what is new from the index when its
connection has taken what it was sent; so a slow one costs no memory, and nobody sees what is not yet durable.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, NotFoundError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import UNPLAYABLE, offset_us
from playhead.premises.player import metrics
from playhead.premises.player.media import Cut, cut_of, read_cut
from playhead.premises.player.shelf import OpenedSegment, Shelf
from playhead.premises.player.steps import Reached, Step, first_steps, steps_after
from playhead.premises.screen.live import Subscription
from playhead.store.catalogue.segments import Located

PROGRESS_S: Final = 1.0
"""A viewer hears at least this often how far the recording is durable."""

EVENT: Final = 1
MEDIA: Final = 2

_log = structlog.get_logger()


class Lookup(Protocol):
    """Tells a recording and its segments, in time order, as the catalogue has them now."""

    async def __call__(self, recording: RecordingId, /) -> tuple[Recording, Sequence[Located]]:
        """Raises `NotFoundError` where it is gone."""
        ...


def message(kind: int, payload: bytes) -> bytes:
    """One message of the live stream: type, length, payload."""
    return bytes((kind,)) + len(payload).to_bytes(4, "big") + payload


def event(facts: dict[str, Any]) -> bytes:
    """A message that holds an event."""
    return message(EVENT, msgspec.json.encode(facts))


@dataclass(slots=True)
class Viewer:
    """One live view, from where its player has come to the end of the recording.

    Args:
        recording: which.
        after: segment and record that the player has; None begins at the newest key frames.
        lookup: asks the catalogue.
        shelf: opens segments.
        clock: tells the time.
        length_us: after which the view ends, so that its player shows a fresh token.
    """

    recording: RecordingId
    after: tuple[SegmentId, int] | None
    lookup: Lookup
    shelf: Shelf
    clock: Clock
    length_us: int
    _until_us: int = 0
    """Monotonic time at which it ends."""
    _reached: dict[SegmentId, Reached] = field(default_factory=dict[SegmentId, Reached])
    _seen_bytes: dict[SegmentId, int] = field(default_factory=dict[SegmentId, int])
    """Durable length at which nothing more was to be sent."""

    async def messages(self, changes: Subscription) -> AsyncGenerator[bytes]:
        """What the player is sent.

        Args:
            changes: of this recording, subscribed to before.

        Raises:
            UnavailableError: ``media.busy``, ``store.failed``, ``catalogue.unavailable``.
        """
        changed = asyncio.Event()
        watching = asyncio.create_task(_watch(changes, changed))
        self._until_us = self.clock.monotonic_us() + self.length_us
        state: RecordingState | None = None
        try:
            while True:
                changed.clear()
                try:
                    recording, segments = await self.lookup(self.recording)
                except NotFoundError:  # it was erased: whoever asks anew is told so
                    yield event({"kind": "renew"})
                    return
                if segments:
                    yield self._progress(recording, segments[-1])
                for located in segments:
                    async for told in self._news(recording, located, segments):
                        yield told
                if recording.state is not state:
                    state = recording.state
                    yield event({"kind": "state", "state": state.value})
                if self._is_over() or (watching.done() and state is not RecordingState.COMPLETE):
                    yield event({"kind": "renew"})
                    return
                if state is RecordingState.COMPLETE:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROGRESS_S):
                        await changed.wait()
        finally:
            watching.cancel()

    async def _news(self, recording: Recording, located: Located, segments: Sequence[Located]) -> AsyncGenerator[bytes]:
        """All that is new in one segment."""
        segment = located.segment
        if segment.ended in UNPLAYABLE or self._seen_bytes.get(segment.id) == segment.durable_bytes:
            return
        known = segment.id in self._reached
        try:
            while True:
                async with self.shelf.opened(located) as opened:
                    steps = self._steps(opened, segments)
                    cuts = [None if step.piece is None else cut_of(opened, step.lane, step.piece) for step in steps]
                if not steps:
                    break
                if not known:
                    known = True
                    offset = offset_us(recording, segment)
                    yield event({"kind": "segment", "id": str(segment.id), "offsetUs": offset})
                for step, cut in zip(steps, cuts, strict=True):
                    if self._is_over():
                        return
                    yield await self._told(opened, step, cut)
        except (CorruptError, RefusedError) as error:
            _log.error("segment cannot be played", segment=str(segment.id), code=error.code)
        self._seen_bytes[segment.id] = segment.durable_bytes

    def _is_over(self) -> bool:
        return self.clock.monotonic_us() >= self._until_us

    def _steps(self, opened: OpenedSegment, segments: Sequence[Located]) -> list[Step]:
        segment = opened.located.segment.id
        if segment not in self._reached:
            steps, self._reached[segment] = self._begin(opened, segments)
            if steps:
                return steps
        steps = steps_after(opened.index, self._reached[segment])
        self._reached[segment].take(steps)
        metrics.RESYNCS.inc(sum(step.event["kind"] == "resync" for step in steps))
        return steps

    def _begin(self, opened: OpenedSegment, segments: Sequence[Located]) -> tuple[list[Step], Reached]:
        """Where to begin in a segment that is new to this view."""
        order = [located.segment.id for located in segments]
        segment = opened.located.segment.id
        everything = Reached(opened.index.records - 1)
        if self.after is None:
            return first_steps(opened.index) if segment == order[-1] else ([], everything)
        from_segment, from_record = self.after
        if segment == from_segment:
            return [], Reached(from_record)
        is_later = from_segment not in order or order.index(segment) > order.index(from_segment)
        return [], Reached(-1) if is_later else everything

    async def _told(self, opened: OpenedSegment, step: Step, cut: Cut | None) -> bytes:
        announced = event(step.event)
        if cut is None:
            return announced
        piece = await read_cut(self.shelf, opened, cut)
        metrics.MEDIA_BYTES.labels("live").inc(len(piece))
        return announced + message(MEDIA, piece)

    def _progress(self, recording: Recording, newest: Located) -> bytes:
        facts = {
            "kind": "progress",
            "segment": str(newest.segment.id),
            "coveredUs": newest.segment.covered_us,
            "nowUs": self.clock.wall_us() - recording.started_at_us,
            "state": recording.state.value,
        }
        return event(facts)


async def _watch(changes: Subscription, changed: asyncio.Event) -> None:
    """Wake up for every change; what it is, the catalogue tells."""
    async for _ in changes:
        changed.set()
