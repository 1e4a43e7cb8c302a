"""Events for pages and players: who gets which, and what happens to the slow ones."""

import asyncio
from uuid import UUID

import pytest

from playhead.base.errors import LimitError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.live import LiveWorkstation, RecordingChanged, Resync, SegmentGrew, WorkstationChanged
from playhead.premises.screen import directory, live
from playhead.premises.screen.directory import Directory
from playhead.premises.screen.live import Hub
from playhead.testing.clock import SimClock
from playhead.wire.screen.messages import Status

ONE, TWO = RecordingId(UUID(int=1)), RecordingId(UUID(int=2))
GREW = SegmentGrew(ONE, SegmentId(UUID(int=3)), 10, 20)
DESK = WorkstationId("desk-1")
SEEN = WorkstationChanged(LiveWorkstation(DESK, connected=True, changed_at_us=0))


async def heard(subscription):
    """Everything in line; ends the subscription."""
    subscription.close()
    return [event async for event in subscription]


class TestHub:
    async def test_growth_goes_to_those_who_watch_that_recording(self):
        hub = Hub()
        everything, one, two = hub.subscribe(None), hub.subscribe(ONE), hub.subscribe(TWO)
        for event in (GREW, RecordingChanged(ONE), SEEN):
            hub.publish(event)
        assert await heard(everything) == [RecordingChanged(ONE), SEEN]
        assert await heard(one) == [GREW, RecordingChanged(ONE)]
        assert await heard(two) == []

    async def test_a_slow_one_is_told_to_look_again_and_costs_no_more(self):
        hub = Hub()
        slow = hub.subscribe(None)
        for _ in range(live.EVENTS_WAITING_MAX):
            hub.publish(SEEN)
        hub.publish(RecordingChanged(ONE))
        hub.publish(RecordingChanged(TWO))
        assert await heard(slow) == [Resync(), RecordingChanged(TWO)]

    async def test_as_many_as_may_wait_do_wait(self):
        hub = Hub()
        slow = hub.subscribe(None)
        for _ in range(live.EVENTS_WAITING_MAX):
            hub.publish(SEEN)
        assert await heard(slow) == [SEEN] * live.EVENTS_WAITING_MAX

    async def test_subscribers_are_limited(self, monkeypatch):
        monkeypatch.setattr(live, "SUBSCRIBERS_MAX", 2)
        hub = Hub()
        first = hub.subscribe(None)
        hub.subscribe(ONE)
        with pytest.raises(LimitError) as raised:
            hub.subscribe(None)
        assert raised.value.code == "screen.subscribers"
        first.close()
        first.close()
        hub.subscribe(None)

    async def test_leaving_forgets_everything(self):
        hub = Hub()
        with hub.subscribe(ONE) as events:
            hub.publish(GREW)
        hub.publish(GREW)
        assert [event async for event in events] == []
        assert hub._by_recording == {}

    async def test_the_end_of_all(self):
        hub = Hub()
        both = hub.subscribe(None), hub.subscribe(ONE)
        hub.close()
        assert [[event async for event in one] for one in both] == [[], []]


class TestDirectory:
    @pytest.fixture
    async def rested(self, monkeypatch):
        """Announcements may follow one another at once."""
        monkeypatch.setattr(directory, "ANNOUNCE_S", 0)

    def _make(self):
        hub = Hub()
        return Directory(hub, SimClock()), hub.subscribe(None)

    async def test_one_that_tells_much_is_announced_now_and_then(self):
        known, events = self._make()
        known.connected(DESK, agent="", software="")
        for number in range(100):
            known.told(DESK, Status("idle", spool_bytes=number))
        assert known.find(DESK).spool_bytes == 99
        stream = aiter(events)
        assert (await anext(stream)).workstation.state == ""
        assert (await asyncio.wait_for(anext(stream), 5)).workstation.spool_bytes == 99
        assert events._waiting.empty()
        known.close()

    async def test_the_same_again_is_no_news(self):
        known, events = self._make()
        known.connected(DESK, agent="", software="")
        known.told(DESK, Status("idle"))
        known.told(DESK, Status("idle"))
        known.close()
        assert len(await heard(events)) == 1

    async def test_what_it_was_recording_is_remembered_over_a_break(self):
        known, _ = self._make()
        known.connected(DESK, agent="kim", software="1")
        known.told(DESK, Status("recording", ONE.bytes))
        known.lost(DESK)
        assert known.find(DESK).recording == ONE
        known.connected(DESK, agent="kim", software="1")
        assert known.find(DESK).recording == ONE
        assert known.find(DESK).state == ""
        assert known.told(DESK, Status("idle")).recording is None
        known.close()
