"""Uploads to a real server of S3: in parts, by one process after another."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import delete
from store.objects.lives import DESK, SITE
from store.segments.crashing import RECORDING, SIGNER, made

from playhead.base.clock import SystemClock
from playhead.domain.uploads import UploadState
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.schema import uploads
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import find_upload, save_upload
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.disk import SystemDisk
from playhead.store.objects import Objects, StoreConfig, open_store
from playhead.store.objects.interface import PART_BYTES_MIN
from playhead.store.objects.rebuilding import Rebuilder
from playhead.store.objects.releasing import Releaser
from playhead.store.objects.uploader import Uploader
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.wire.vid import verify

FOUND = made(3, pieces=(300, *[1 << 20] * 11))
SEGMENT = FOUND.header.segment


@pytest.fixture
async def catalogue(tmp_path):
    opened = await opened_catalogue(tmp_path / "catalogue.db")
    async with opened.writing() as connection:
        signer = SIGNER.public_key().public_bytes_raw()
        await enrol_workstation(connection, workstation=DESK, signer=signer, certificate_hash=bytes(32), now_us=0)
        await add_recording(connection, recording=RECORDING, workstation=DESK, agent="alex", started_at_us=0)
    yield opened
    await opened.close()


class Process:
    """One server process of several, one after another."""

    def __init__(self, catalogue, folder, bucket):
        clock = SystemClock()
        self.catalogue = catalogue
        self.bucket = bucket
        self.objects = Objects([bucket], SITE)
        ledger = CatalogueLedger(catalogue, clock, uploading=True)
        self.store = SegmentStore(
            folder, disk=SystemDisk(), ledger=ledger, clock=clock, reserve_bytes=0, elsewhere=self.objects
        )
        self.uploader = Uploader(
            catalogue=catalogue,
            segments=self.store,
            objects=self.objects,
            site=SITE,
            clock=clock,
            part_bytes=PART_BYTES_MIN,
        )
        self.releaser = Releaser(folder, disk=SystemDisk(), catalogue=catalogue, segments=self.store, clock=clock)

    async def upload(self):
        async with self.catalogue.reading() as connection:
            return await find_upload(connection, SEGMENT)

    async def located(self):
        async with self.catalogue.reading() as connection:
            return await find_segment(connection, SEGMENT)

    async def take(self, size, *, end=False):
        """What its workstation sends."""
        await self.store.recover()
        segment = await _settling(self.store, self.store.open(FOUND.start))
        self.store.append(segment, FOUND.data[segment.durable : size])
        if end:
            self.store.end(segment, "sealed")
        await _settling(self.store, self.store.settled(segment))
        self.store.release(segment)
        await self.store.commit()


async def _settling(store, wanted):
    task = asyncio.ensure_future(wanted)
    running = asyncio.ensure_future(store.run())
    try:
        return await task
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def processes(catalogue, tmp_path, server, name):
    """Makes processes; each forgets what the one before had in memory."""
    config = StoreConfig(url=f"s3://{name}/x", endpoint=server.endpoint)
    buckets = []

    def started():
        made_store = open_store(config, disk=SystemDisk(), clock=SystemClock(), environment=server.environment())
        buckets.append(made_store)
        return Process(catalogue, tmp_path / "recordings", made_store)

    await started().bucket.make()
    try:
        yield started
    finally:
        for one in buckets:
            await one.close()


async def test_parts_go_while_it_grows_and_another_process_goes_on(catalogue, tmp_path, s3_server):
    async with processes(catalogue, tmp_path, s3_server, "grows") as started:
        first = started()
        await first.take(FOUND.ends[8])
        while await first.uploader.advance(SEGMENT):
            pass
        upload = await first.upload()
        assert (upload.state, upload.sent_bytes) == (UploadState.SENDING, PART_BYTES_MIN)
        assert await first.bucket.head(f"site-1/{(await first.located()).location}") is None

        second = started()
        await second.take(len(FOUND.data), end=True)
        while (await second.upload()).state is not UploadState.STORED:
            await second.uploader.advance(SEGMENT)

        third = started()
        while await third.uploader.advance(SEGMENT):
            pass
        upload = await third.upload()
        assert (upload.state, upload.size_bytes) == (UploadState.VERIFIED, len(FOUND.data))
        assert await third.releaser.release(SEGMENT) == len(FOUND.data)
        assert list((tmp_path / "recordings").rglob("*.vid")) == []
        proof = verify(third.store.view((await third.located()).location).read_at, len(FOUND.data))
        assert (proof.fault, proof.sealed) == ("", True)

        # The server is lost, and its catalogue with it.
        anew = await opened_catalogue(tmp_path / "anew.db")
        site = FOUND.header.site
        rebuilder = Rebuilder(anew, third.bucket, site, SystemClock(), opening=lambda _header: None)
        (taken,) = [one async for one in rebuilder.rebuild()]
        assert (taken.recording, taken.code, taken.size_bytes) == (RECORDING, "", len(FOUND.data))
        async with anew.reading() as connection:
            assert (await find_segment(connection, SEGMENT)).segment == (await third.located()).segment
            assert (await find_upload(connection, SEGMENT)).chain == upload.chain
        async with anew.writing() as connection:
            await connection.execute(delete(uploads))  # as if a crash had come between
        assert len([one async for one in rebuilder.rebuild()]) == 1
        assert [one async for one in rebuilder.rebuild()] == []
        await anew.close()


async def test_parts_that_were_swept_away_are_sent_anew(catalogue, tmp_path, s3_server):
    async with processes(catalogue, tmp_path, s3_server, "swept") as started:
        one = started()
        await one.take(len(FOUND.data), end=True)
        await one.uploader.advance(SEGMENT)
        upload = await one.upload()
        key = upload.location.removeprefix(f"{one.bucket.url}/")
        await one.bucket.abort(key, upload.multipart)
        while await one.uploader.advance(SEGMENT):
            pass
        assert (await one.upload()).state is UploadState.VERIFIED
        assert await one.bucket.multiparts("") == []


async def test_one_that_was_completed_when_the_process_died_is_not_sent_again(catalogue, tmp_path, s3_server):
    async with processes(catalogue, tmp_path, s3_server, "completed") as started:
        one = started()
        await one.take(len(FOUND.data), end=True)
        while (await one.upload()).sent_bytes < len(FOUND.data):
            await one.uploader.advance(SEGMENT)
        before = await one.upload()
        await one.uploader.advance(SEGMENT)
        assert (await one.upload()).state is UploadState.STORED
        async with catalogue.writing() as connection:
            await save_upload(connection, before)  # as if the note of it had not been written

        two = started()
        sent = []
        two.bucket.send = sent.append
        while await two.uploader.advance(SEGMENT):
            pass
        assert (await two.upload()).state is UploadState.VERIFIED
        assert sent == []
