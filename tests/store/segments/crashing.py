"""A life of a segment store on a simulated disk, cut off at any step, and what must be true afterwards."""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.ids import RecordingId, SegmentId
from playhead.store.segments import SegmentStore
from playhead.testing.disk import PowerCutError, SimulatedDisk
from playhead.testing.segments import MadeSegment, MemoryLedger, make_segment
from playhead.wire.vid import verify

ROOT = Path("/srv/playhead/segments")
RECORDING = RecordingId(UUID(int=1))
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def made(number, **arguments) -> MadeSegment:
    segment = SegmentId(UUID(int=100 + number))
    return make_segment(recording=RECORDING, segment=segment, signer=SIGNER, seed=number, **arguments)


SEGMENTS = {
    found.header.segment: found
    for found in (made(0, pieces=(300, 1500, 10)), made(1, pieces=(2000,)), made(2, pieces=(5, 5, 700)))
}


class StoppedClock:
    """One day, so that what is written does not depend on when the test runs."""

    def wall_us(self):
        return 1_800_000_000_000_000

    def monotonic_us(self):
        return 0


async def at_once(work):
    return work()


@dataclass
class World:
    """What outlives the power: the platter, the catalogue, and what workstations were told."""

    disk: SimulatedDisk
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    acknowledged: dict[SegmentId, int] = field(default_factory=dict)
    finished: set[SegmentId] = field(default_factory=set)
    deleted: set[SegmentId] = field(default_factory=set)

    def store(self) -> SegmentStore:
        self.ledger.step = self.disk.step
        return SegmentStore(
            ROOT,
            disk=self.disk,
            ledger=self.ledger,
            clock=StoppedClock(),
            interval_s=0,
            reserve_bytes=0,
            offload=at_once,
        )


@dataclass
class Told:
    """An observer that notes what a workstation would be told, and so would delete."""

    world: World

    def durable(self, segment):
        before = self.world.acknowledged.get(segment.id, 0)
        assert segment.durable >= before
        self.world.acknowledged[segment.id] = segment.durable
        if segment.durable_end:
            self.world.finished.add(segment.id)

    def failed(self, segment, error):
        raise AssertionError(segment, error)


async def _send(world, store, found, chance, *, stop_at=None):
    """Send a segment from where it is durable, in odd portions, each perhaps in a commit of its own."""
    told = Told(world)
    segment = await store.open(found.start, told)
    told.durable(segment)  # an acceptance promises as much as an acknowledgement
    position, data = segment.durable, found.data[:stop_at]
    while position < len(data):
        portion = data[position : position + chance.choice((1, 40, 500, 3000))]
        store.append(segment, portion)
        position += len(portion)
        if chance.random() < 0.3:
            await asyncio.sleep(0)
    return segment


async def live(world: World, seed: int) -> None:
    """Recover, then send every segment to its end: one in two connections, one deleted at last."""
    chance = random.Random(seed)  # noqa: S311 # repeatable
    store = world.store()
    recovery = await store.recover()
    assert not recovery.quarantined
    assert not recovery.unreadable
    check(world, recovered=True)
    running = asyncio.ensure_future(store.run())
    working = asyncio.ensure_future(_work(world, store, chance))
    try:
        await asyncio.wait({running, working}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        await working
    finally:
        for task in (running, working):
            task.cancel()
        await asyncio.gather(running, working, return_exceptions=True)


async def _work(world, store, chance):
    names = [name for name in SEGMENTS if name not in world.finished]
    sending = []
    for number, name in enumerate(names):
        found = SEGMENTS[name]
        if number == 0:  # the connection breaks inside a record, and the workstation comes back
            store.release(await _send(world, store, found, chance, stop_at=len(found.data) // 2))
        sending.append(await _send(world, store, found, chance))
    for segment in sending:
        store.end(segment, "sealed")
        await store.settled(segment)
        store.release(segment)
    gone = next(iter(SEGMENTS))
    located = await world.ledger.find(gone)
    if located is not None:
        await store.delete(located)
    world.deleted.add(gone)


def steps_of_life(seed: int) -> int:
    """How many steps an uninterrupted life takes."""
    world = World(SimulatedDisk(seed=seed))
    asyncio.run(live(world, seed))
    check(world)
    return len(world.disk.steps)


def crash(world: World, seed: int, cut_at: int, *, power: bool = True) -> bool:
    """Live until the power goes at that step from now on, and then comes back; False where life was over before.

    Without ``power`` the process is killed instead: what was not synced is still there, for now.
    """
    world.disk.cut_at = len(world.disk.steps) + cut_at
    try:
        asyncio.run(live(world, seed))
    except PowerCutError:
        if power:
            world.disk.restart()
            world.ledger.restart()
        else:
            world.disk.kill()
        return True
    world.disk.cut_at = 0
    return False


def check(world: World, *, recovered: bool = False) -> None:
    """Everything that was acknowledged is there, byte for byte. Once ``recovered``, the catalogue agrees."""
    for name, promised in world.acknowledged.items():
        row = world.ledger.rows.get(name)
        if name in world.deleted:
            assert row is None, "deleted, and still in the catalogue"
            continue
        if row is None or row.segment.ended == "deleting":
            assert name == next(iter(SEGMENTS)), "acknowledged, and not in the catalogue"
            continue
        assert world.disk.exists(ROOT / row.location), "acknowledged, and gone"
        file = world.disk.open(ROOT / row.location)
        durable = max(promised, row.segment.durable_bytes)
        assert file.size() >= durable, "shorter than was promised"
        assert file.read_at(durable, 0) == SEGMENTS[name].data[:durable], "other bytes than were acknowledged"
        if recovered:
            _check_row(row, file, promised)
        if name in world.finished:
            assert row.segment.ended == "sealed"


def _check_row(row, file, promised):
    assert file.size() == row.segment.durable_bytes >= promised
    found = verify(file.read_at, file.size())
    assert found.chain_whole
    assert found.truncated_bytes == 0
    assert found.covered_us == row.segment.covered_us
    assert found.sealed == row.segment.sealed == (row.segment.ended == "sealed")
