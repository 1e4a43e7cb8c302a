"""What the screen service tells the rest of the premises: who is connected, and what just changed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, Self

from playhead.base.errors import LimitError
from playhead.base.ids import RecordingId
from playhead.domain.live import Event, RecordingChanged, Resync, SegmentGrew
from playhead.premises.screen import metrics

SUBSCRIBERS_MAX: Final = 2_000
"""Pages and players that watch at a time: one for each supervisor with some to spare."""

EVENTS_WAITING_MAX: Final = 256
"""Events kept for a subscriber that does not fetch them. Past that it gets one `Resync` in their place."""


class Subscription:
    """Events from now on, as an asynchronous iterator. Ends when closed, or when the service stops.

    Used as ``with service.subscribe() as events: async for event in events: …``.
    """

    def __init__(self, hub: "Hub", recording: RecordingId | None) -> None:
        self._hub = hub
        self.recording = recording
        # One more than may wait, for the end.
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue(EVENTS_WAITING_MAX + 1)

    def offer(self, event: Event) -> None:
        """Put an event in line, or replace the whole line by one `Resync`."""
        if self._waiting.qsize() >= EVENTS_WAITING_MAX:
            self._clear()
            metrics.RESYNCS.inc()
            event = Resync()
        self._waiting.put_nowait(event)

    def close(self) -> None:
        """Stop: no more events; the iterator ends after those in line. Safe to call twice."""
        if self._hub.forget(self):
            self._waiting.put_nowait(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._clear()
        self._waiting.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._waiting.get()) is not None:
            yield event

    def _clear(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()


class Hub:
    """Where events are handed to those who asked for them."""

    def __init__(self) -> None:
        self._everywhere: set[Subscription] = set()
        self._by_recording: dict[RecordingId, set[Subscription]] = {}
        self._count = 0

    def subscribe(self, recording: RecordingId | None) -> Subscription:
        """All events but `SegmentGrew`; or, of one recording, its own, `SegmentGrew` among them.

        Raises:
            LimitError: ``screen.subscribers``.
        """
        if self._count >= SUBSCRIBERS_MAX:
            raise LimitError("screen.subscribers", f"{SUBSCRIBERS_MAX} pages and players watch already.")
        subscription = Subscription(self, recording)
        self._count += 1
        those = self._everywhere if recording is None else self._by_recording.setdefault(recording, set())
        those.add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> bool:
        """Send it no more; False where it was forgotten before."""
        name = subscription.recording
        those = self._everywhere if name is None else self._by_recording.get(name, set())
        if subscription not in those:
            return False
        those.remove(subscription)
        self._count -= 1
        if name is not None and not those:
            del self._by_recording[name]
        return True

    def publish(self, event: Event) -> None:
        """Hand an event to everyone whom it concerns. Never waits."""
        if isinstance(event, RecordingChanged | SegmentGrew):
            for subscription in self._by_recording.get(event.recording, ()):
                subscription.offer(event)
        if not isinstance(event, SegmentGrew):
            for subscription in self._everywhere:
                subscription.offer(event)

    def close(self) -> None:
        """End every subscription."""
        for subscription in [*self._everywhere, *(one for those in self._by_recording.values() for one in those)]:
            subscription.close()
