"""Pieces are read once for all, kept a while, and bounded."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from playhead.base.errors import CorruptError
from playhead.domain.recordings import RecordingState
from playhead.premises.native_players.reels import KEPT_US, Reels, take_of
from playhead.premises.native_players.walks import Program, Walk
from playhead.premises.player.shelf import Shelf
from playhead.wire.vid import Kind


class Reading:
    """A shelf that counts, and waits where it is told to."""

    def __init__(self, shelf):
        self._shelf = shelf
        self.reads = 0
        self.may = asyncio.Event()
        self.may.set()

    def opened(self, located):
        return self._shelf.opened(located)

    async def read(self, located, job):
        self.reads += 1
        await self.may.wait()
        return await self._shelf.read(located, job)


@asynccontextmanager
async def shelved(site):
    shelf = Shelf(site.store, site.keyring, site.clock)
    try:
        yield Reading(shelf)
    finally:
        shelf.close()


@pytest.fixture
async def shelf(site):
    async with shelved(site) as made:
        yield made


@pytest.fixture
async def program(site, make):
    fixture = make(seconds=4)
    await site.add_fixture(fixture)
    await site.set_state(fixture.header.recording, RecordingState.COMPLETE, 0)
    return await Program.load(fixture.header.recording, site.player().lookup)


async def takes(shelf, located):
    async with shelf.opened(located) as opened:
        return opened.data_key, [take_of(opened, 1, number) for number in range(len(opened.index.tracks[1]))]


async def test_two_who_ask_at_once_are_given_what_was_read_once(site, shelf, program):
    reels = Reels(shelf, site.clock, 1 << 20)
    (located,) = program.segments
    key, some = await takes(shelf, located)
    found = await asyncio.gather(*(reels.shots(located, key, some) for _ in range(3)))
    assert shelf.reads == 1
    assert found[0] == found[1] == found[2]
    assert [len(shots) for shots in found[0]] == [5, 5, 5, 5]
    assert [shot.at_us for shots in found[0] for shot in shots][:2] == [0, 201_000]


async def test_whoever_asked_first_may_leave(site, shelf, program):
    reels = Reels(shelf, site.clock, 1 << 20)
    (located,) = program.segments
    key, some = await takes(shelf, located)
    shelf.may.clear()
    first, second = (asyncio.create_task(reels.shots(located, key, some)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    shelf.may.set()
    assert len(await second) == 4
    assert first.cancelled() or first.cancelling()


async def test_what_is_forgotten_while_it_is_read_is_given_and_not_kept(site, shelf, program):
    reels = Reels(shelf, site.clock, 1 << 20)
    (located,) = program.segments
    key, some = await takes(shelf, located)
    shelf.may.clear()
    asked = asyncio.create_task(reels.shots(located, key, some))
    await asyncio.sleep(0)
    reels.forget(frozenset({located.segment.id}))
    shelf.may.set()
    assert len(await asked) == 4
    await reels.shots(located, key, some)
    assert shelf.reads == 2


async def test_what_cannot_be_read_is_told_to_all_and_tried_again(site, shelf, program, monkeypatch):
    reels = Reels(shelf, site.clock, 1 << 20)
    (located,) = program.segments
    key, some = await takes(shelf, located)

    async def broken(_located, _job):
        raise CorruptError("vid.chain", "It was changed.")

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "read", broken)
        found = await asyncio.gather(*(reels.shots(located, key, some) for _ in range(2)), return_exceptions=True)
    assert [error.code for error in found] == ["vid.chain"] * 2
    assert len(await reels.shots(located, key, some)) == 4


async def test_it_is_bounded_in_bytes_and_in_time(site, shelf, program):
    (located,) = program.segments
    key, some = await takes(shelf, located)
    everything = Reels(shelf, site.clock, 1 << 20)
    await everything.shots(located, key, some)
    size = everything._bytes
    assert size > 0
    site.clock.advance(KEPT_US - 1)
    everything.tidy()
    assert everything._bytes == size
    site.clock.advance(1)
    everything.tidy()
    assert (everything._bytes, len(everything._kept)) == (0, 0)
    exact, short = Reels(shelf, site.clock, size), Reels(shelf, site.clock, size - 1)
    for reels, kept in ((exact, 4), (short, 3)):
        await reels.shots(located, key, some)
        assert len(reels._kept) == kept


async def test_a_lane_gives_each_picture_once_from_the_key_before(site, shelf, program):
    walk = Walk(program, 1, shelf, Reels(shelf, site.clock, 1 << 20), from_us=2_500_000)
    found = []
    while (scene := await walk.peek()) is not None:
        found.append(scene.position_us)
        walk.take()
    assert found == sorted(set(found))
    assert 1_000_000 < found[0] <= 2_500_000
    assert await walk.peek() is None


async def test_everything_before_a_record_that_was_changed_is_shown(site, shelf, program, make):
    (located,) = program.segments
    third = make(seconds=4).of_kind(Kind.PIECE)[2]
    file = site.folder / "segments" / located.location
    data = bytearray(file.read_bytes())
    data[third.offset + 60] ^= 1
    file.write_bytes(data)
    walk = Walk(program, 1, shelf, Reels(shelf, site.clock, 1 << 20), from_us=0)
    found = []
    while (scene := await walk.peek()) is not None:
        found.append(scene.position_us)
        walk.take()
    assert len(found) == 10


async def test_a_segment_that_was_changed_is_passed_over(site, make):
    first = make("one", seconds=1)
    second = make("two", seconds=1, recording=first.header.recording, started_at_us=first.header.started_at_us + 10**7)
    for fixture in (first, second):
        await site.add_fixture(fixture)
    await site.set_state(first.header.recording, RecordingState.COMPLETE, 0)
    program = await Program.load(first.header.recording, site.player().lookup)
    file = site.folder / "segments" / program.segments[0].location
    data = bytearray(file.read_bytes())
    data[len(first.header_bytes) + 200] ^= 1
    file.write_bytes(data)
    async with shelved(site) as shelf:
        walk = Walk(program, 1, shelf, Reels(shelf, site.clock, 1 << 20), from_us=0)
        scene = await walk.peek()
    assert scene is not None
    assert scene.segment == second.header.segment
    assert program.gap_before_us(second.header.segment) == 9_000_000
