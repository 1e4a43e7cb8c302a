"""The service over a simulated disk: what fails stays where it fails, and is tried again."""

import asyncio
from pathlib import Path

import pytest
from store.objects.lives import OBJECTS, PART_BYTES, ROOT, SEGMENTS, World, begin

from playhead.base.errors import UnavailableError
from playhead.base.quantities import Duration, Size
from playhead.domain.uploads import UploadState
from playhead.premises.upload.config import UploadConfig
from playhead.premises.upload.rules import OF_A_SEGMENT
from playhead.premises.upload.service import UploadService
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.quarantine import find_quarantined
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import find_upload
from playhead.store.objects.folder import FolderStore
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.clock import SimClock
from playhead.testing.disk import SimulatedDisk

LARGE, SMALL = SEGMENTS


class Away(FolderStore):
    """A store that cannot be reached while it is away."""

    is_away = False
    asked = 0

    async def put(self, key, data, pace=None):
        Away.asked += 1
        if Away.is_away:
            raise UnavailableError("objects.unreachable", "It is away.")
        await (super().put(key, data) if pace is None else super().put(key, data, pace))


@pytest.fixture
async def world(tmp_path):
    catalogue = await opened_catalogue(tmp_path / "catalogue.db")
    made = World(SimulatedDisk(), catalogue, store_of=Away, clock=SimClock(2_000_000_000_000_000))
    Away.is_away, Away.asked = False, 0
    await begin(made)
    made.objects_now = made.objects()
    made.store_now = made.store(made.objects_now)
    await made.store_now.recover()
    running = asyncio.ensure_future(made.store_now.run())
    for found in SEGMENTS.values():
        segment = await made.store_now.open(found.start)
        made.store_now.append(segment, found.data[segment.durable :])
        made.store_now.end(segment, "sealed")
        await made.store_now.settled(segment)
        made.store_now.release(segment)
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await catalogue.close()


def service_of(world, *, free_bytes=1 << 40, **changed):
    config = UploadConfig(**{"url": f"file://{OBJECTS}", "disk_free": Size(1 << 30), **changed})
    return UploadService(
        config,
        catalogue=world.catalogue,
        uploader=lambda pace: world.uploader(world.store_now, world.objects_now, pace=pace),
        releaser=world.releaser(world.store_now),
        free_bytes=lambda: free_bytes,
        clock=world.clock,
        jitter=lambda: 1.0,
    )


async def look(service, times=1):
    for _ in range(times):
        async with asyncio.TaskGroup() as tasks:
            await service._look(tasks)


async def state_of(world, segment):
    async with world.catalogue.reading() as connection:
        return await find_upload(connection, segment)


async def test_everything_is_uploaded_and_everybody_hears_of_it_once(world):
    service = service_of(world)
    await look(service, 2)
    assert [(await state_of(world, one)).state for one in SEGMENTS] == [UploadState.VERIFIED] * 2
    async with world.catalogue.reading() as connection:
        told = [one.event.type for one in await next_events(connection, 100)]
    assert told.count("playhead.recording.uploaded.v1") == 1


async def test_a_store_that_is_away_is_asked_less_and_less_and_loses_nothing(world):
    service = service_of(world, parallel=1)
    Away.is_away = True
    await look(service, 5)
    assert Away.asked == 1, "it rests"
    for _ in range(8):
        world.clock.advance(60_000_000)
        await look(service, 3)
    asked = Away.asked
    assert 2 <= asked <= 9
    Away.is_away = False
    for _ in range(12):
        world.clock.advance(300_000_000)
        await look(service, 2)
    assert {(await state_of(world, one)).state for one in SEGMENTS} == {UploadState.VERIFIED}


async def test_one_that_is_not_whole_is_left_to_a_person_and_delays_no_other(world):
    async with world.catalogue.reading() as connection:
        located = await find_segment(connection, LARGE)
    file = world.disk.open(ROOT / located.location)
    whole = file.read_at(1 << 20, 0)
    file.truncate(100)
    service = service_of(world, parallel=1)
    for _ in range(OF_A_SEGMENT.attempts_max + 1):
        await look(service, 3)
        world.clock.advance(OF_A_SEGMENT.longest_us)
    assert (await state_of(world, SMALL)).state is UploadState.VERIFIED
    assert (await state_of(world, LARGE)).state is UploadState.FAILED
    async with world.catalogue.reading() as connection:
        found = await find_quarantined(connection, "object", str(LARGE))
    assert (found.code, found.attempts) == ("store.short", OF_A_SEGMENT.attempts_max)

    file.write_at(whole, 0)
    await service.retry(found)
    await look(service, 2)
    assert (await state_of(world, LARGE)).state is UploadState.VERIFIED
    async with world.catalogue.reading() as connection:
        assert await find_quarantined(connection, "object", str(LARGE)) is None


async def test_an_object_that_is_not_what_was_sent_is_sent_anew(world):
    service = service_of(world)
    uploader = service.uploader
    while (await state_of(world, SMALL)).state is not UploadState.STORED:
        await uploader.advance(SMALL)
    path = next(path for path in world.disk.files() if path.is_relative_to(OBJECTS) and path.name == f"{SMALL}.vid")
    file = world.disk.open(Path(path))
    file.write_at(b"\xff", file.size() // 2)
    await look(service)
    assert (await state_of(world, SMALL)).code == "objects.differs"
    world.clock.advance(OF_A_SEGMENT.longest_us)
    await look(service, 2)
    assert (await state_of(world, SMALL)).state is UploadState.VERIFIED
    assert bytes(file.read_at(1 << 20, 0)) != world.disk.files()[path] == SEGMENTS[SMALL].data


@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        ({}, False),
        ({"keep_local": Duration(3_600_000_000)}, False),
        ({"keep_local": Duration(0)}, True),
        ({"free_bytes": 1}, True),
    ],
)
async def test_files_here_go_by_the_rule_and_only_when_proven(world, changed, gone):
    service = service_of(world, **changed)
    await service._release()
    assert sum(path.suffix == ".vid" for path in world.disk.files()) == 2, "nothing is proven yet"
    await look(service, 2)
    await service._release()
    left = [path for path in world.disk.files() if path.is_relative_to(ROOT)]
    assert (left == []) is gone


async def test_recordings_that_were_here_before_are_found(world):
    async with world.catalogue.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM uploads")
    service = service_of(world)
    await look(service)
    assert await state_of(world, LARGE) is None
    await service._find_forgotten()
    await look(service, 2)
    assert (await state_of(world, LARGE)).state is UploadState.VERIFIED
    assert len(SEGMENTS[LARGE].data) > PART_BYTES
