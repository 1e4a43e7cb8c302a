"""The shipper against a small premises, over a simulated network in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from workstation.premises import ADDRESS, Premises, until

from playhead.base.addresses import Address
from playhead.base.errors import ConflictError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.testing.disk import SimulatedDisk
from playhead.testing.loop import Simulation, run
from playhead.testing.network import SimNetwork
from playhead.testing.vid import VidFixture, make_vid
from playhead.wire.screen import Command, Decline, Offer, Records, Result, Status, Welcome
from playhead.wire.screen.commands import CommandLog
from playhead.wire.screen.messages import RECORDING_ERASED
from playhead.workstation.claims import Claims
from playhead.workstation.identity import IdentityFolder
from playhead.workstation.journal import Journal
from playhead.workstation.route import Places
from playhead.workstation.shipper import Shipper
from playhead.workstation.shipping import CATCHING_UP_MAX, SLICE_BYTES, WINDOW_BYTES
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

FOLDER = Path("/data/spool")
VIDS = [make_vid(f"ship {number}", segment=SegmentId.parse(f"{number:032x}"), seconds=1.5) for number in range(1, 10)]


class Owner:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.now = Status("idle")
        self.live: list[bool] = []
        self.done: list[Command] = []
        self.refusals: list[tuple[SpooledSegment, str]] = []
        self.welcome: Welcome | None = None
        self.times: list[int] = []
        self.cuts = 0
        self.on_cut: Callable[[], None] = lambda: None
        self.busy = asyncio.Event()
        self.busy.set()

    def status(self) -> Status:
        return self.now

    async def carry_out(self, command: Command) -> Result:
        self.done.append(command)
        await self.busy.wait()
        if command.name == "stop":
            raise ConflictError("recording.none", "Nothing is being recorded.")
        if command.name == "live_on":
            raise ZeroDivisionError
        return Result(command.id, ok=True)

    def welcomed(self, welcome: Welcome) -> None:
        self.welcome = welcome

    def set_live(self, *, on: bool) -> None:
        self.live.append(on)

    def heard_time(self, wall_time_us: int) -> None:
        self.times.append(wall_time_us)

    def cut(self) -> None:
        self.cuts += 1
        self.on_cut()

    def refused(self, segment: SpooledSegment, why: str) -> None:
        self.refusals.append((segment, why))


class World:
    """A workstation's spool and shipper, and a premises."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.network = SimNetwork(simulation.chance)
        self.premises = Premises(simulation, self.network)
        self.disk = SimulatedDisk(seed=simulation.seed)
        self.spool = Spool(self.disk, FOLDER, bytes_max=1 << 30)
        self.spool.recover()
        self.owner = Owner()
        self.claims = Claims(self.disk, FOLDER.parent / "claims.json")
        self.journal = Journal(self.disk, Path("/data/journal"), simulation.clock)
        self.journal.open()
        self.shipper = self.new_shipper()

    def new_shipper(self, places: Places = ((ADDRESS,),)) -> Shipper:
        return Shipper(
            WorkstationId("pc-1"),
            places,
            self.spool,
            self.journal,
            self.owner,
            claims=self.claims,
            identity=None,
            folder=IdentityFolder(self.disk, Path("/data/identity")),
            commands=CommandLog(),
            agent="agent.one",
            clock=self.simulation.clock,
            chance=self.simulation.chance,
            network=self.network.host("pc"),
        )

    async def start(self) -> None:
        await self.premises.open()
        self.simulation.spawn("pc", self.shipper.run())

    def write(self, vid: VidFixture, *, finish: bool = True) -> SpooledSegment:
        segment = self.spool.create(vid.header, vid.header_bytes)
        for sequence in range(len(vid.records)):
            self.spool.append(segment, vid.record_bytes(sequence))
        if finish:
            self.finish(segment)
        self.shipper.notify()
        return segment

    def finish(self, segment: SpooledSegment) -> None:
        self.spool.finish(segment, "sealed")
        self.make_durable()
        self.shipper.notify()

    def make_durable(self) -> None:
        job = self.spool.job()
        if job is not None:
            job.run()
            self.spool.settle(job)

    def has(self, vid: VidFixture) -> bool:
        segment = vid.header.segment.bytes
        return bytes(self.premises.files.get(segment, b"")) == vid.data and self.premises.ended.get(segment) == "sealed"


def simulate(story: Callable[[World], Awaitable[None]], *, seed: int = 1) -> None:
    async def scenario(simulation: Simulation) -> None:
        world = World(simulation)
        await story(world)
        await simulation.kill("pc")
        assert world.premises.listener is not None
        await world.premises.listener.close()

    run(scenario, seed=seed)


def test_what_is_spooled_arrives_and_is_deleted_when_the_premises_has_it() -> None:
    async def story(world: World) -> None:
        world.write(VIDS[0])
        await world.start()
        await until(lambda: not world.spool.segments)
        assert world.has(VIDS[0])
        assert world.disk.list_folder(FOLDER / "finished") == []

    simulate(story)


def test_a_growing_segment_is_followed_and_ended() -> None:
    async def story(world: World) -> None:
        await world.start()
        vid = VIDS[0]
        segment = world.spool.create(vid.header, vid.header_bytes)
        for sequence in range(len(vid.records)):
            world.spool.append(segment, vid.record_bytes(sequence))
            world.shipper.notify()
            await until(lambda: segment.acknowledged == segment.size, seconds=5)
        assert world.shipper.progress_us is not None
        assert world.spool.segments == (segment,)
        world.finish(segment)
        await until(lambda: not world.spool.segments)
        assert world.has(vid)

    simulate(story)


@pytest.mark.parametrize("cut_after", range(30))
def test_a_cut_after_every_message_loses_and_repeats_nothing(cut_after: int) -> None:
    async def story(world: World) -> None:
        world.premises.cut_after = cut_after
        for vid in VIDS[:2]:
            world.write(vid)
        growing = world.write(VIDS[2], finish=False)
        await world.start()
        await until(lambda: growing.acknowledged == growing.size)
        world.finish(growing)
        await until(lambda: not world.spool.segments)
        assert all(world.has(vid) for vid in VIDS[:3])
        assert world.premises.stored == sum(len(vid.data) for vid in VIDS[:3]), "resumed where it was accepted"

    simulate(story, seed=cut_after)


@pytest.mark.parametrize("seed", range(12))
def test_stalls_cuts_and_restarts_of_the_premises_lose_nothing(seed: int) -> None:
    async def story(world: World) -> None:
        chance = world.simulation.chance
        await world.start()
        for vid in VIDS:
            segment = world.write(vid, finish=False)
            await asyncio.sleep(chance.uniform(0, 20))
            for link in list(world.network.links):
                trouble = chance.choice(["cut", "half", "stall", "none"])
                if trouble == "cut":
                    link.cut()
                elif trouble == "half":
                    link.cut_half(chance.choice([0, 1]))
                elif trouble == "stall":
                    link.stall(chance.uniform(0, 50))
            if chance.random() < 0.3:
                await world.premises.listener.close()
                await asyncio.sleep(chance.uniform(0, 100))
                await world.premises.open()
            world.finish(segment)
        await until(lambda: not world.spool.segments, seconds=2000)
        assert all(world.has(vid) for vid in VIDS)

    simulate(story, seed=seed)


def test_what_is_recorded_now_comes_before_what_is_caught_up() -> None:
    async def story(world: World) -> None:
        for vid in VIDS[:3]:
            world.write(vid)
        growing = world.write(VIDS[3], finish=False)
        await world.start()
        await until(lambda: growing.acknowledged == growing.size)
        offers = [message for message in world.premises.received if isinstance(message, Offer)]
        assert offers[0].segment == growing.id.bytes
        assert [offer.segment for offer in offers[1:]] == [vid.header.segment.bytes for vid in VIDS[:3]]

    simulate(story)


def test_only_a_handful_is_caught_up_at_a_time() -> None:
    async def story(world: World) -> None:
        world.premises.forgets_acks = True
        for vid in VIDS:
            world.write(vid)
        most = 0

        def watch() -> bool:
            nonlocal most
            peer = world.premises.peer
            most = max(most, 0 if peer is None else peer.core.channels)
            return not world.spool.segments

        await world.start()
        await until(watch)
        assert most == CATCHING_UP_MAX

    simulate(story)


def big_segment(world: World, number: int, size: int, *, finish: bool) -> SpooledSegment:
    vid = make_vid(f"big {number}", segment=SegmentId.parse(f"{number:032x}"))
    segment = world.spool.create(vid.header, vid.header_bytes)
    world.spool.append(segment, bytes(size))
    if finish:
        world.finish(segment)
    return segment


def test_catching_up_keeps_the_line_free() -> None:
    async def story(world: World) -> None:
        world.premises.forgets_acks = True
        segment = big_segment(world, 1, 3 * WINDOW_BYTES, finish=True)
        await world.start()
        await asyncio.sleep(60)
        held = len(world.premises.files[segment.id.bytes])
        assert WINDOW_BYTES <= held < WINDOW_BYTES + SLICE_BYTES
        records = [message for message in world.premises.received if isinstance(message, Records)]
        assert max(len(message.data) for message in records) == SLICE_BYTES

    simulate(story)


def test_a_final_refusal_sets_one_segment_aside_and_the_others_go_on() -> None:
    async def story(world: World) -> None:
        bad = VIDS[0].header.segment.bytes
        world.premises.decline[bad] = Decline(1, "vid.signer", "Not our workstation's.", final=True)
        for vid in VIDS[:3]:
            world.write(vid)
        await world.start()
        await until(lambda: not world.spool.segments)
        assert world.has(VIDS[1])
        assert world.has(VIDS[2])
        name = str(VIDS[0].header.segment)
        assert world.disk.list_folder(FOLDER / "set-aside") == [f"{name}.sealed.vid", f"{name}.txt"]

    simulate(story)


def test_what_was_erased_at_the_premises_is_kept_nowhere() -> None:
    async def story(world: World) -> None:
        gone = VIDS[0].header.segment.bytes
        world.premises.decline[gone] = Decline(1, RECORDING_ERASED, "Erased.", final=True)
        for vid in VIDS[:2]:
            world.write(vid)
        await world.start()
        await until(lambda: not world.spool.segments)
        assert world.has(VIDS[1])
        await until(lambda: not any(str(VIDS[0].header.segment) in str(path) for path in world.disk._names))

    simulate(story)


def test_a_refusal_for_now_is_tried_again() -> None:
    async def story(world: World) -> None:
        first = VIDS[0].header.segment.bytes
        world.premises.decline[first] = Decline(1, "store.full", "No room.", final=False)
        for vid in VIDS[:2]:
            world.write(vid)
        await world.start()
        await until(lambda: world.has(VIDS[1]))
        world.premises.decline.clear()
        await until(lambda: world.has(VIDS[0]), seconds=60)

    simulate(story)


def test_what_is_being_recorded_waits_in_one_piece_while_the_premises_has_no_room() -> None:
    async def story(world: World) -> None:
        segment = world.write(VIDS[0], finish=False)
        world.premises.decline[segment.id.bytes] = Decline(1, "store.full", "No room.", final=False)
        await world.start()
        await until(lambda: sum(isinstance(each, Offer) for each in world.premises.received) > 1, seconds=8)
        world.premises.decline.clear()
        await until(lambda: bytes(world.premises.files.get(segment.id.bytes, b"")) == VIDS[0].data, seconds=10)
        assert world.owner.cuts == 0

    simulate(story)


def test_a_final_refusal_of_what_is_being_recorded_is_told() -> None:
    async def story(world: World) -> None:
        world.premises.decline[VIDS[0].header.segment.bytes] = Decline(1, "vid.signer", "Who?", final=True)
        segment = world.write(VIDS[0], finish=False)
        await world.start()
        await until(lambda: world.owner.refusals)
        assert world.owner.refusals == [(segment, "vid.signer: Who?")]
        assert world.spool.segments == (segment,)

    simulate(story)


def test_a_premises_that_holds_more_than_this_disk_kept_is_told_that_it_is_lost() -> None:
    async def story(world: World) -> None:
        vid = VIDS[0]
        world.premises.files[vid.header.segment.bytes] = bytearray(vid.data)
        segment = world.spool.create(vid.header, vid.header_bytes)
        world.spool.append(segment, vid.record_bytes(0))
        world.finish(segment)
        await world.start()
        await until(lambda: not world.spool.segments)
        assert world.premises.ended[segment.id.bytes] == "lost"
        assert bytes(world.premises.files[segment.id.bytes]) == vid.data

    simulate(story)


def test_an_unreadable_segment_is_ended_and_set_aside() -> None:
    async def story(world: World) -> None:
        vid = VIDS[0]
        segment = world.write(vid)
        file = world.disk.open(segment.path)
        file.truncate(len(vid.header_bytes) + 10)
        await world.start()
        await until(lambda: not world.spool.segments)
        assert world.premises.ended[segment.id.bytes] == "lost"
        assert f"{segment.id}.txt" in world.disk.list_folder(FOLDER / "set-aside")

    simulate(story)


def test_the_status_is_told_at_first_and_on_every_change() -> None:
    async def story(world: World) -> None:
        await world.start()
        await until(lambda: world.premises.statuses)
        recording = RecordingId.new(world.simulation.clock).bytes
        world.owner.now = Status("recording", recording=recording)
        world.shipper.notify()
        await until(lambda: len(world.premises.statuses) == 2, seconds=1)
        assert [status.state for status in world.premises.statuses] == ["idle", "recording"]
        world.owner.now = Status("recording", recording=recording, spool_bytes=5)
        world.shipper.notify()
        await asyncio.sleep(5)
        assert len(world.premises.statuses) == 2, "figures alone can wait"
        await asyncio.sleep(10)
        assert world.premises.statuses[-1].spool_bytes == 5
        await asyncio.sleep(60)
        assert len(world.premises.statuses) == 3

    simulate(story)


def test_a_command_is_carried_out_and_answered() -> None:
    async def story(world: World) -> None:
        await world.start()
        assert await world.premises.command(5, "start") == Result(5, ok=True)
        stop = await world.premises.command(6, "stop")
        assert (stop.ok, stop.code) == (False, "recording.none")
        broken = await world.premises.command(7, "live_on")
        assert (broken.ok, broken.code) == (False, "workstation.internal")
        statuses = len(world.premises.statuses)
        await world.premises.command(8, "status")
        await until(lambda: len(world.premises.statuses) == statuses + 1, seconds=1)

    simulate(story)


def test_a_command_that_comes_again_is_not_carried_out_again() -> None:
    async def story(world: World) -> None:
        await world.start()
        world.owner.busy.clear()
        await until(lambda: world.premises.peer is not None and world.premises.peer.core.established)
        await world.premises.peer.send(Command(5, "start"))
        await until(lambda: world.owner.done)
        world.network.links[0].cut()
        await until(lambda: not world.shipper.is_connected and world.premises.peer is None)
        await until(lambda: world.premises.peer is not None and world.premises.peer.core.established)
        await world.premises.peer.send(Command(5, "start"))
        await asyncio.sleep(1)
        world.owner.busy.set()
        await until(lambda: world.premises.results)
        assert world.premises.results == [Result(5, ok=True)]
        assert len(world.owner.done) == 1
        world.network.links[0].cut()
        world.premises.results.clear()
        await until(lambda: not world.shipper.is_connected and world.premises.peer is None)
        await world.premises.command(5, "start")
        assert len(world.owner.done) == 1
        old = await world.premises.command(6, "start")
        assert old.ok

    simulate(story)


def test_live_is_what_the_welcome_says_and_ends_with_the_connection() -> None:
    async def story(world: World) -> None:
        world.premises.live = True
        await world.start()
        await until(lambda: world.owner.live == [True])
        world.network.links[0].cut()
        await until(lambda: world.owner.live == [True, False, True])
        assert world.owner.welcome.site == "site"

    simulate(story)


def test_the_pauses_grow_to_a_minute_and_the_second_address_is_tried() -> None:
    async def story(world: World) -> None:
        world.shipper = world.new_shipper(((Address("elsewhere", 1), ADDRESS),))
        task = world.simulation.spawn("pc", world.shipper.run())
        await asyncio.sleep(600)
        assert "cannot be reached" in world.shipper.problem
        await world.premises.open()
        began_us = world.simulation.clock.monotonic_us()
        await until(lambda: world.shipper.is_connected)
        assert world.simulation.clock.monotonic_us() - began_us <= 61_000_000
        assert world.shipper.problem == ""
        task.cancel()

    simulate(story)


def test_a_premises_that_asks_to_come_back_later_is_left_alone_until_then() -> None:
    async def story(world: World) -> None:
        await world.start()
        await until(lambda: world.shipper.is_connected)
        await world.premises.listener.close(retry_ms=40_000)
        assert "shutting down" in world.shipper.problem
        await world.premises.open()
        await asyncio.sleep(35)
        assert not world.shipper.is_connected
        await asyncio.sleep(10)
        assert world.shipper.is_connected

    simulate(story)


def test_drained_returns_when_everything_is_there() -> None:
    async def story(world: World) -> None:
        for vid in VIDS[:3]:
            world.write(vid)
        await world.start()
        async with asyncio.timeout(30):
            await world.shipper.drained()
        assert all(world.has(vid) for vid in VIDS[:3])

    simulate(story)
