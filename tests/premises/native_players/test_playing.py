"""What is sent to a player, and when, in virtual time."""

import asyncio
from collections import deque
from uuid import UUID

import pytest

from playhead.base.errors import NotFoundError, UnavailableError
from playhead.base.ids import SegmentId
from playhead.premises.native_players.playing import (
    FLUSH_BYTES,
    LOOK_AGAIN_S,
    OPENING_PICTURES,
    REPORT_S,
    Outlet,
    Playing,
)
from playhead.premises.native_players.reels import Shot
from playhead.premises.native_players.rules import Pace
from playhead.premises.native_players.walks import Scene
from playhead.testing.loop import run
from playhead.wire import rtsp
from playhead.wire.rtp import Packet

SEGMENT = SegmentId(UUID(int=1, version=4))
OTHER = SegmentId(UUID(int=2, version=4))
SECOND_US = 1_000_000


class Wire:
    """Keeps what is written, and when; takes nothing more while it is full."""

    def __init__(self):
        self.written = []
        self.free = asyncio.Event()
        self.free.set()

    def write(self, data):
        self.written.append((asyncio.get_running_loop().time(), data))

    def close(self):
        raise AssertionError("nothing here closes it")

    async def writable(self):
        await self.free.wait()

    def frames(self):
        return [(at, one) for at, data in self.written for one in rtsp.Parser().receive_data(data)]

    def pictures(self, channel=0):
        return [(at, Packet.parse(one.data).timestamp) for at, one in self.frames() if one.channel == channel]


class Program:
    """A recording that may grow."""

    def __init__(self, length_us, *, is_over=True, gaps=()):
        self.length_us = length_us
        self.is_over = is_over
        self.gaps = dict(gaps)

    def gap_before_us(self, segment):
        return self.gaps.get(segment, 0)

    async def refresh(self):
        pass


class Walk:
    """Pictures that are there."""

    def __init__(self, track, scenes):
        self.track = track
        self.scenes = deque(scenes)
        self.trouble = 0

    @property
    def is_ready(self):
        return bool(self.scenes)

    async def peek(self):
        if self.trouble:
            self.trouble -= 1
            raise UnavailableError("media.busy", "Too much at once.")
        return self.scenes[0] if self.scenes else None

    def take(self):
        self.scenes.popleft()


def scene(at_s, track=1, segment=SEGMENT, size=100):
    shot = Shot(0, key=True, payloads=(bytes(size),), size=size)
    return Scene(track, segment, round(at_s * SECOND_US), shot)


async def allowed():
    pass


def playing(simulation, wire, program, walks, **wanted):
    told = []
    made = Playing(
        program=program,
        walks={walk.track: walk for walk in walks},
        outlets={walk.track: Outlet((2 * walk.track - 2, 2 * walk.track - 1), 7, 0) for walk in walks},
        wire=wire,
        clock=simulation.clock,
        pace=Pace(asyncio.get_running_loop().time(), 0, lead_us=wanted.pop("lead_us", 0)),
        base=1_000,
        start_us=0,
        end_us=wanted.pop("end_us", None),
        says_goodbye=True,
        cname="name",
        tell=lambda *facts: told.append(facts),
        may=wanted.pop("may", allowed),
        **wanted,
    )
    return made, told


def since(wire, began, channel=0):
    return [(round(at - began, 2), (time - 1_000) / 90_000) for at, time in wire.pictures(channel)]


def test_pictures_come_when_they_are_due_in_the_order_of_their_times():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walks = [Walk(1, [scene(0), scene(2)]), Walk(2, [scene(1, 2), scene(2.5, 2)])]
        made, told = playing(simulation, wire, Program(4 * SECOND_US), walks)
        await made.run(None)
        assert since(wire, began) == [(0, 0), (2, 2)]
        assert since(wire, began, 2) == [(1, 1), (2.5, 2.5)]
        assert round(asyncio.get_running_loop().time() - began, 2) == 4  # the last one is shown to its end
        assert sum(size for _, _, size in told) == 400

    run(scenario, seed=1)


def test_what_is_ahead_is_sent_at_once_and_together():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(number / 10) for number in range(100)])
        made, _ = playing(simulation, wire, Program(10 * SECOND_US), [walk], lead_us=5_000_000)
        await made.run(None)
        at_once = [data for at, data in wire.written if at == began]
        assert sum(at == 0 for at, _ in since(wire, began)) == 51 + OPENING_PICTURES
        assert len(at_once) <= 3

    run(scenario, seed=1)


def test_where_hardly_anything_changes_the_next_pictures_go_with_the_first():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(number * 10) for number in range(6)])
        made, _ = playing(simulation, wire, Program(60 * SECOND_US), [walk], lead_us=5_000_000)
        await made.run(None)
        assert sum(at == 0 for at, _ in since(wire, began)) == 1 + OPENING_PICTURES

    run(scenario, seed=1)


def test_a_player_that_takes_nothing_is_sent_nothing_and_later_everything():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(number / 10, size=50_000) for number in range(100)])
        made, _ = playing(simulation, wire, Program(10 * SECOND_US), [walk], lead_us=60_000_000)
        wire.free.clear()
        task = asyncio.create_task(made.run(None))
        await asyncio.sleep(60)
        assert not wire.written
        assert made._out_bytes <= FLUSH_BYTES + 50_000
        wire.free.set()
        await task
        assert [position for _, position in since(wire, began)] == [number / 10 for number in range(100)]

    run(scenario, seed=1)


def test_it_ends_where_it_was_asked_to():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(number) for number in range(10)])
        made, _ = playing(simulation, wire, Program(10 * SECOND_US), [walk], end_us=3 * SECOND_US)
        await made.run(None)
        assert [position for _, position in since(wire, began)] == [0, 1, 2]
        assert round(asyncio.get_running_loop().time() - began, 2) == 3

    run(scenario, seed=1)


def test_a_gap_is_in_the_times_and_waited_for_two_seconds():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walks = [Walk(1, [scene(0), scene(3601, segment=OTHER)]), Walk(2, [scene(0, 2), scene(3601, 2, OTHER)])]
        made, _ = playing(simulation, wire, Program(3602 * SECOND_US, gaps={OTHER: 3600 * SECOND_US}), walks)
        await made.run(None)
        assert since(wire, began) == since(wire, began, 2) == [(0, 0), (3, 3601)]

    run(scenario, seed=1)


def test_cancelled_and_run_again_nothing_is_lost_and_the_pause_is_not_made_up_for():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(number) for number in range(6)])
        made, _ = playing(simulation, wire, Program(6 * SECOND_US), [walk])
        task = asyncio.create_task(made.run(None))
        await asyncio.sleep(2.5)
        task.cancel()
        await asyncio.wait({task})
        await asyncio.sleep(100)
        await made.run(None)
        assert since(wire, began) == [(0, 0), (1, 1), (2, 2), (103, 3), (104, 4), (105, 5)]

    run(scenario, seed=1)


def test_reports_tell_which_rtp_time_is_shown_now():
    async def scenario(simulation):
        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(0), scene(60)])
        made, _ = playing(simulation, wire, Program(61 * SECOND_US), [walk])
        await made.run(None)
        reports = [
            (at - began, int.from_bytes(one.data[16:20], "big")) for at, one in wire.frames() if one.data[1] == 200
        ]
        assert len(reports) >= 60 // REPORT_S
        assert all(abs((time - 1_000) / 90_000 - at) < REPORT_S + 0.1 for at, time in reports)

    run(scenario, seed=1)


def test_what_is_not_to_be_had_for_a_moment_is_tried_again():
    async def scenario(simulation):
        wire = Wire()
        walk = Walk(1, [scene(0)])
        walk.trouble = 3
        made, _ = playing(simulation, wire, Program(SECOND_US), [walk])
        await made.run(None)
        assert len(wire.pictures()) == 1

    run(scenario, seed=1)


def test_what_grows_is_waited_for():
    async def scenario(simulation):
        wire, program = Wire(), Program(0, is_over=False)
        walk = Walk(1, [])
        made, _ = playing(simulation, wire, program, [walk], lead_us=float("inf"))
        task = asyncio.create_task(made.run(None))
        await asyncio.sleep(5)
        assert not wire.pictures()
        walk.scenes.append(scene(5))
        await asyncio.sleep(2)
        assert len(wire.pictures()) == 1
        program.is_over = True
        await task

    run(scenario, seed=1)


@pytest.mark.parametrize("error", [NotFoundError("recording.erased", "It is gone.")])
def test_whoever_may_not_any_more_is_sent_no_more(error):
    async def scenario(simulation):
        async def refused():
            raise error

        wire, began = Wire(), asyncio.get_running_loop().time()
        walk = Walk(1, [scene(number) for number in range(1_000)])
        made, _ = playing(simulation, wire, Program(1_000 * SECOND_US), [walk], may=refused)
        with pytest.raises(NotFoundError):
            await made.run(None)
        assert LOOK_AGAIN_S <= asyncio.get_running_loop().time() - began <= LOOK_AGAIN_S + REPORT_S

    run(scenario, seed=1)
