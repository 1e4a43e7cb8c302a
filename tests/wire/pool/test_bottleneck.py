"""docs/wire/pool.md §7: on a full link whoever is in a hurry waits for little, and it stays full. In virtual time."""

import pytest
from wire.pool.bottleneck import World

MBIT = 125_000


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


@pytest.mark.parametrize(("streams", "links"), [(1, 1), (16, 1), (16, 4)])
def test_an_uplink_saturated_by_bulk_answers_within_two_round_trips(streams, links):
    world = World(20 * MBIT, 40, links)
    for _ in range(streams):
        world.bulk(10**9)
    world.run(20, echo_every_ms=100)
    assert len(world.echo_us) >= 190
    assert percentile(world.echo_us, 0.99) <= 2 * 40_000
    assert world.received >= 0.95 * 20 * 20 * MBIT


def test_one_stream_fills_a_long_link():
    world = World(100 * MBIT, 80)
    world.bulk(10**9)
    world.run(3)  # the start
    before = world.received
    world.run(3, echo_every_ms=50)
    assert world.received - before >= 0.97 * 3 * 100 * MBIT
    assert percentile(world.echo_us, 0.99) <= 1.5 * 80_000


def test_a_new_stream_costs_one_round_trip():
    world = World(100 * MBIT, 80)
    world.echo()
    world.run(0.2)
    assert world.echo_us == [pytest.approx(80_000, rel=0.01)]


def test_the_round_trip_is_measured_anew_without_the_queue():
    world = World(20 * MBIT, 40)
    world.bulk(10**9)
    world.run(25)
    path = world.pair.links[0][0].sending.path
    assert path._measured_at_us > 10_000_000
    assert path.round_trip_us_min <= 50_000


def test_more_urgent_bulk_takes_the_link_and_the_other_is_not_starved():
    world = World(20 * MBIT, 40)
    world.bulk(10**9)
    world.run(2)
    bulk = next(iter(world.pair.acceptor.pool.streams.values()))
    playback = world.bulk(10**9, playback=True)
    before = bulk.received
    world.run(10)
    assert playback.offset >= 0.9 * 10 * 20 * MBIT * 0.95
    assert 0.03 * 10 * 20 * MBIT <= bulk.received - before <= 0.12 * 10 * 20 * MBIT


def test_equals_share_evenly():
    world = World(20 * MBIT, 40)
    streams = [world.bulk(10**9) for _ in range(4)]
    world.run(10)
    sent = [stream.offset for stream in streams]
    assert max(sent) - min(sent) <= 0.05 * max(sent)
