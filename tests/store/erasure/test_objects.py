"""What lies in a store of objects is erased with everything else, or not said to be."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from store.erasure.world import (
    AUTHORITY,
    DATA_KEY,
    JOURNAL,
    ROOT,
    SITE,
    SITE_KEY,
    at_once,
    opened_world,
    order,
    recording_id,
    sealed_segment,
)

from playhead.base.errors import CorruptError, RefusedError, UnavailableError
from playhead.base.ids import SegmentId
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import BEGUN, SHREDDED
from playhead.store.catalogue.grants import grants_of
from playhead.store.catalogue.uploads import add_missing_uploads, uploads_of
from playhead.store.erasure import Eraser
from playhead.store.erasure.certificate import read_certificate
from playhead.store.objects import Objects
from playhead.store.objects.folder import FolderStore
from playhead.store.objects.releasing import Releaser
from playhead.store.objects.uploader import Uploader
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.testing.disk import PowerCutError
from playhead.wire.vid import open_data_key, read_header, recipient_of, regrant

OBJECTS = Path("/mnt/objects")
CLOUD_KEY = X25519PrivateKey.from_private_bytes(bytes(range(3, 35)))


class Rig:
    """The processes of a world; a new one for each life."""

    def __init__(self, world):
        self.world = world
        self.objects = Objects([FolderStore(OBJECTS, world.disk, at_once)], SITE)
        ledger = CatalogueLedger(world.catalogue, world.clock)
        self.store = SegmentStore(
            ROOT, disk=world.disk, ledger=ledger, clock=world.clock, elsewhere=self.objects, offload=at_once
        )
        self.uploader = Uploader(
            catalogue=world.catalogue,
            segments=self.store,
            objects=self.objects,
            site=SITE,
            clock=world.clock,
            part_bytes=500,
            grant=lambda header: regrant(header, SITE_KEY, CLOUD_KEY.public_key().public_bytes_raw()),
            offload=at_once,
        )
        self.is_away = False

    async def delete(self, segment):
        if self.is_away:
            raise UnavailableError("objects.unreachable", "It is away.")
        await self.uploader.delete(segment)

    def eraser(self):
        return Eraser(
            ROOT,
            JOURNAL,
            catalogue=self.world.catalogue,
            disk=self.world.disk,
            authority=AUTHORITY,
            audit=AuditTrail(self.world.catalogue, self.world.clock),
            clock=self.world.clock,
            elsewhere=self.objects,
            delete_object=self.delete,
            offload=at_once,
        )


@pytest.fixture
async def template(tmp_path):
    path = tmp_path / "template.db"
    await (await Catalogue.open(path)).close()
    return path


async def prepare(world):
    """One of three segments lies in the store alone, one in both places, and of one the first part does."""
    recording = await world.add(1, segments=3)
    rig = Rig(world)
    async with world.catalogue.writing() as connection:
        await add_missing_uploads(connection, limit=9)
    first, second, third = world.made
    for segment in (first, second):
        while await rig.uploader.advance(segment):
            pass
    await rig.uploader.advance(third)
    releaser = Releaser(
        ROOT, disk=world.disk, catalogue=world.catalogue, segments=rig.store, clock=world.clock, offload=at_once
    )
    assert await releaser.release(first)
    async with world.catalogue.reading() as connection:
        assert len(await grants_of(connection, list(world.made))) == 3
    return recording, rig


def of_objects(world):
    """Every file of the store with what is in it; marks and names of uploads hold nothing."""
    return [path for path, data in world.disk.files().items() if path.is_relative_to(OBJECTS) and data]


async def erase(rig, recording):
    eraser = rig.eraser()
    if (await rig.world.find(recording))[0] is not None:
        await eraser.begin(order(recording))
    await eraser.shred()
    return (await rig.world.find(recording))[1]


async def test_objects_go_before_it_is_said_and_the_certificate_names_them(tmp_path, template):
    async with opened_world(tmp_path / "catalogue.db", template) as world:
        recording, rig = await prepare(world)
        erasure = await erase(rig, recording)
        assert erasure.phase == SHREDDED
        assert of_objects(world) == []
        told = read_certificate(erasure.certificate).certificate.erasure.segments
        assert [one.object for one in told] == [
            f"file://{OBJECTS}/site-1/2027/01/15/{segment}.vid" for segment in world.made
        ]
        assert all(len(one.keys) == 1 and one.chain == world.made[one.segment].data[-32:] for one in told)
        async with world.catalogue.reading() as connection:
            assert await grants_of(connection, list(world.made)) == []
            assert await uploads_of(connection, list(world.made)) == []


async def test_while_the_store_is_away_nothing_is_certified(tmp_path, template):
    async with opened_world(tmp_path / "catalogue.db", template) as world:
        recording, rig = await prepare(world)
        rig.is_away = True
        assert (await erase(rig, recording)).phase == BEGUN
        assert of_objects(world)
        rig.is_away = False
        assert (await erase(rig, recording)).phase == SHREDDED
        assert of_objects(world) == []


async def test_a_crash_at_any_step_leaves_nothing_unsaid(tmp_path, template):
    step = 0
    while True:
        step += 4
        async with opened_world(tmp_path / f"{step}.db", template) as world:
            recording, rig = await prepare(world)
            world.disk.cut_at = len(world.disk.steps) + step
            try:
                await erase(rig, recording)
            except PowerCutError:
                world.disk.restart()
            else:
                break
            _, erasure = await world.find(recording)
            if erasure is not None and erasure.phase != BEGUN:
                assert of_objects(world) == []
            assert (await erase(Rig(world), recording)).phase == SHREDDED
            assert of_objects(world) == []
    assert step > 16


def test_a_grant_opens_its_segment_for_whom_it_is_and_for_nobody_else():
    made = sealed_segment(recording_id(1), 1)
    header, _ = read_header(lambda size, offset: made.data[offset : offset + size])
    envelope = regrant(header, SITE_KEY, CLOUD_KEY.public_key().public_bytes_raw())
    assert envelope.recipient == recipient_of(CLOUD_KEY.public_key().public_bytes_raw())
    granted = replace(header, keys=(envelope,))
    assert open_data_key(granted, CLOUD_KEY) == DATA_KEY
    with pytest.raises(RefusedError):
        open_data_key(granted, SITE_KEY)
    other = replace(granted, segment=SegmentId(UUID(int=5)))
    with pytest.raises(CorruptError):
        open_data_key(other, CLOUD_KEY)
