"""A segment that the disk fails with again and again harms no other, and is not tried for ever."""

import errno
from uuid import UUID

import pytest
from store.segments.crashing import ROOT, SEGMENTS
from store.segments.test_store import World

from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.segments import troubles
from playhead.store.segments.troubles import BACKOFF, REMEMBERED_MAX, Troubles

A, B, _ = SEGMENTS.values()


class Hands:
    """A clock that is set by hand."""

    def __init__(self):
        self.now_us = 0

    def monotonic_us(self):
        return self.now_us

    def wall_us(self):
        return self.now_us


@pytest.fixture
def clock():
    return Hands()


class TestTroubles:
    def test_failures_count_where_the_disk_works_for_others(self, clock):
        successes = 0
        found = Troubles(clock, lambda: successes)
        for _ in range(10):
            found.failed(A.header.segment)
        found.check(A.header.segment)
        assert not found.has_given_up(A.header.segment)
        for attempt in range(2, BACKOFF.attempts_max + 1):
            assert not found.has_given_up(A.header.segment)
            successes += 1
            found.failed(A.header.segment)
            with pytest.raises(UnavailableError) as raised:
                found.check(A.header.segment)
            assert raised.value.code == "store.failed"
            clock.now_us += BACKOFF.pause_us(attempt)
            found.check(A.header.segment)
        assert found.has_given_up(A.header.segment)
        found.forget(A.header.segment)
        assert not found.has_given_up(A.header.segment)

    def test_only_so_many_are_remembered(self, clock, monkeypatch):
        monkeypatch.setattr(troubles, "REMEMBERED_MAX", 2)
        successes = 0
        found = Troubles(clock, lambda: successes)
        those = [SegmentId(UUID(int=number)) for number in range(3)]
        for segment in those[:2] * 2:
            found.failed(segment)
            successes += 1
        with pytest.raises(UnavailableError):
            found.check(those[0])
        found.failed(those[2])
        found.check(those[0])  # forgotten
        with pytest.raises(UnavailableError):
            found.check(those[1])
        assert REMEMBERED_MAX > 2


async def test_a_file_that_fails_again_and_again_is_set_aside_and_taken_anew(monkeypatch):
    world, clock = World(), Hands()
    async with world.running() as store:
        monkeypatch.setattr(store._troubles, "_clock", clock)
        segment = await store.open(A.start)
        store.append(segment, A.records[0])
        await store.settled(segment)
        store.release(segment)
        await store.commit()
        other = await store.open(B.start)
        path = ROOT / world.ledger.rows[A.header.segment].location
        world.disk.fault = lambda step: errno.EIO if step.path == path and step.name == "write" else None
        for number in range(BACKOFF.attempts_max):
            assert store.has_given_up(A.header.segment) is False
            clock.now_us += BACKOFF.longest_us
            segment = await store.open(A.start)
            assert segment.durable == A.ends[1]
            store.append(segment, A.records[1])
            store.append(other, B.data[other.durable + number * 10 :][:10])
            await store.commit()
            assert segment.failure.code == "store.failed"
            store._committer.successes += 1  # as another workstation's whole record would
        assert store.has_given_up(A.header.segment)
        clock.now_us += BACKOFF.longest_us
        world.disk.fault = None
        segment = await store.open(A.start)
        assert segment.durable == len(A.start), "begun anew, for its workstation has all of it"
        (listed,) = world.ledger.quarantined.values()
        assert (listed.place, listed.code) == ("aside", "store.replaced")
        assert world.disk.exists(ROOT / listed.location)
        store.append(segment, A.data[segment.durable :])
        await store.settled(segment)
        assert world.row(A).sealed
        assert other.failure is None
