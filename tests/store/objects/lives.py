"""A life of uploads on a simulated disk that holds the segments and a folder of objects, cut off at any step."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from store.segments.crashing import RECORDING, SIGNER, StoppedClock, at_once, made

from playhead.base.ids import SegmentId, SiteId, WorkstationId
from playhead.domain.uploads import UploadState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import due_uploads, find_upload, parts_of
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.objects.folder import FolderStore
from playhead.store.objects.objects import Objects
from playhead.store.objects.releasing import Releaser
from playhead.store.objects.uploader import Uploader
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.testing.clock import SimClock
from playhead.testing.disk import PowerCutError, SimulatedDisk

ROOT = Path("/srv/playhead/segments")
OBJECTS = Path("/mnt/objects")
SITE = SiteId("site-1")
DESK = WorkstationId("desk-1")
PART_BYTES = 2_000

SEGMENTS = {found.header.segment: found for found in (made(0, pieces=(300, 3500, 10)), made(1, pieces=(200,)))}


@dataclass
class World:
    """What outlives the process: the disk and the catalogue, whose transactions happen or do not."""

    disk: SimulatedDisk
    catalogue: Catalogue
    promised: dict[SegmentId, int] = field(default_factory=dict)
    store_of: type[FolderStore] = FolderStore
    clock: StoppedClock | SimClock = field(default_factory=StoppedClock)

    def objects(self) -> Objects:
        return Objects([self.store_of(OBJECTS, self.disk, at_once)], SITE)

    def store(self, objects: Objects) -> SegmentStore:
        return SegmentStore(
            ROOT,
            disk=self.disk,
            ledger=CatalogueLedger(self.catalogue, StoppedClock(), uploading=True),
            clock=StoppedClock(),
            interval_s=0,
            reserve_bytes=0,
            elsewhere=objects,
            offload=at_once,
        )

    def uploader(self, store: SegmentStore, objects: Objects, **changed) -> Uploader:
        arguments = {"part_bytes": PART_BYTES, "offload": at_once} | changed
        return Uploader(
            catalogue=self.catalogue, segments=store, objects=objects, site=SITE, clock=self.clock, **arguments
        )

    def releaser(self, store: SegmentStore) -> Releaser:
        return Releaser(
            ROOT, disk=self.disk, catalogue=self.catalogue, segments=store, clock=self.clock, offload=at_once
        )


async def begin(world: World) -> None:
    async with world.catalogue.writing() as connection:
        signer = SIGNER.public_key().public_bytes_raw()
        await enrol_workstation(connection, workstation=DESK, signer=signer, certificate_hash=bytes(32), now_us=0)
        await add_recording(connection, recording=RECORDING, workstation=DESK, agent="alex", started_at_us=0)


async def drain(world: World, uploader: Uploader) -> None:
    """Everything that can be done now."""
    while True:
        async with world.catalogue.reading() as connection:
            due = await due_uploads(
                connection, StoppedClock().wall_us(), part_bytes=PART_BYTES, idle_before_us=0, limit=9
            )
        if not due:
            return
        for segment in due:
            while await uploader.advance(segment):
                pass


async def live(world: World) -> None:
    """Recover, then send each segment in two halves, uploading in between; at last nothing of them is here."""
    objects = world.objects()
    store = world.store(objects)
    await store.recover()
    await check(world, store)
    running = asyncio.ensure_future(store.run())
    working = asyncio.ensure_future(_work(world, store, objects))
    try:
        await asyncio.wait({running, working}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        await working
    finally:
        for task in (running, working):
            task.cancel()
        await asyncio.gather(running, working, return_exceptions=True)


async def _work(world: World, store: SegmentStore, objects: Objects) -> None:
    uploader = world.uploader(store, objects)
    await drain(world, uploader)
    for name, found in SEGMENTS.items():
        async with world.catalogue.reading() as connection:
            located = await find_segment(connection, name)
        if located is not None and located.segment.ended:
            continue
        segment = await store.open(found.start)
        for end in (found.ends[-3], len(found.data)):
            store.append(segment, found.data[segment.durable : end])
            await store.settled(segment)
            world.promised[name] = segment.durable
            await drain(world, uploader)
        store.end(segment, "sealed")
        await store.settled(segment)
        store.release(segment)
        await drain(world, uploader)
    releaser = world.releaser(store)
    for name in SEGMENTS:
        await releaser.release(name)
    await check(world, store)


async def check(world: World, store: SegmentStore) -> None:
    """What was promised can be read where the catalogue says, and is what was recorded."""
    for name, size in world.promised.items():
        async with world.catalogue.reading() as connection:
            located = await find_segment(connection, name)
        assert located is not None
        assert store.view(located.location).read_at(size, 0) == SEGMENTS[name].data[:size]


async def check_end(world: World) -> None:
    """Every segment is one object with its outline; nothing is left over, here or there."""
    store = world.objects().to
    assert sorted([(one.key, one.size_bytes) async for one in store.stored("") if one.key.endswith(".vid")]) == sorted(
        (f"site-1/2027/01/15/{name}.vid", len(found.data)) for name, found in SEGMENTS.items()
    )
    for name, found in SEGMENTS.items():
        assert store.read(f"site-1/2027/01/15/{name}.vid", 1 << 20, 0) == found.data
        async with world.catalogue.reading() as connection:
            upload = await find_upload(connection, name)
            located = await find_segment(connection, name)
            assert await parts_of(connection, name) == []
        assert upload.state is UploadState.VERIFIED
        assert upload.chain == found.data[-32:]
        assert located.location == upload.location == f"file://{OBJECTS}/site-1/2027/01/15/{name}.vid"
    # In quarantine lies what a crash left of a segment before anything of it was acknowledged.
    places = [path for path in world.disk.files() if "quarantine" not in path.parts]
    left = [str(path) for path in places if not path.is_relative_to(OBJECTS / "site-1")]
    assert left == []


async def outlive(world: World, step: int, *, power: bool) -> bool:
    """Live until a step, at which the process dies or the power goes; False where it came to its end before."""
    world.disk.cut_at = step
    try:
        await live(world)
    except PowerCutError:
        (world.disk.restart if power else world.disk.kill)()
        return True
    finally:
        world.disk.cut_at = 0
    return False
