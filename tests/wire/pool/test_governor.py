"""docs/wire/pool.md §7: what a site allows holds for all that streams send, and bulk waits for it. In virtual time."""

import pytest
from wire.pool.bottleneck import World

from playhead.wire.pool.governor import BURST_BYTES_MIN, LEAST_BYTES, Governor

MBIT = 125_000


def test_a_bucket_fills_at_the_rate_and_holds_little():
    governor = Governor()
    assert governor.room(0) is None
    assert governor.due_us(0) is None
    governor.allow(100_000.0, 1_000_000)
    assert governor.room(1_000_000) == 0
    assert governor.due_us(1_000_000) == pytest.approx(1_000_000 + LEAST_BYTES * 10, abs=1)
    assert governor.room(1_100_000) == 10_000
    assert governor.room(9_000_000) == BURST_BYTES_MIN
    governor.note_sent(50_000, 9_000_000)
    assert governor.room(9_000_000) == 0
    assert governor.due_us(9_000_000) == pytest.approx(9_000_000 + (50_000 - BURST_BYTES_MIN + LEAST_BYTES) * 10, abs=1)
    governor.allow(None, 9_000_001)
    assert governor.room(9_000_001) is None


def test_what_others_take_is_not_owed_for_long():
    governor = Governor()
    governor.allow(100_000.0, 0)
    governor.note_sent(10**9, 0)
    assert governor.due_us(0) <= 1_000_000 + LEAST_BYTES * 10 + 1


def test_a_rate_of_nothing_is_none():
    with pytest.raises(AssertionError):
        Governor().allow(0.0, 0)


def test_bulk_takes_what_is_allowed_and_nobody_else_waits():
    world = World(20 * MBIT, 40)
    world.pair.dialer.pool.governor.allow(2 * MBIT, world.pair.now_us)
    for _ in range(4):
        world.bulk(10**9)
    world.run(1)
    before = world.received
    world.run(10, echo_every_ms=100)
    echoes = 1000 * len(world.echo_us)
    assert world.received - before + echoes == pytest.approx(10 * 2 * MBIT, rel=0.03)
    assert max(world.echo_us) <= 1.3 * 40_000


def test_playback_counts_and_bulk_gives_way():
    world = World(20 * MBIT, 40)
    world.pair.dialer.pool.governor.allow(2 * MBIT, world.pair.now_us)
    world.bulk(10**9)
    world.run(1)
    bulk = next(iter(world.pair.acceptor.pool.streams.values()))
    playback = world.bulk(10**9, playback=True)
    world.run(0.2)
    before = bulk.received
    world.run(5)
    assert playback.offset >= 0.9 * 5 * 19 * MBIT  # the governor holds nobody but bulk
    assert bulk.received == before
    playback.source.left = 0
    world.run(3)
    assert bulk.received - before >= 0.95 * 2 * 2 * MBIT  # and bulk goes on after at most a second


def test_more_may_be_allowed_and_all():
    world = World(20 * MBIT, 40)
    governor = world.pair.dialer.pool.governor
    governor.allow(MBIT, world.pair.now_us)
    world.bulk(10**9)
    world.run(4)
    slow = world.received
    governor.allow(None, world.pair.now_us)
    world.run(4)
    assert slow == pytest.approx(4 * MBIT, rel=0.05)
    assert world.received - slow >= 0.8 * 4 * 20 * MBIT
