"""Uploads segments: procedures *upload* and *delete the object* of docs/storage.md, a step at a time.

What was done is in the catalogue after each step, so any process can go on; and each step may be done again.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError, NotFoundError
from playhead.base.ids import SegmentId, SiteId
from playhead.domain.uploads import Upload, UploadState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.grants import Grant, save_grant
from playhead.store.catalogue.segments import Located, find_segment
from playhead.store.catalogue.uploaded import note_verified
from playhead.store.catalogue.uploads import (
    add_part,
    begin_anew,
    find_upload,
    parts_of,
    remove_upload,
    save_upload,
)
from playhead.store.objects.interface import PARTS_MAX, ObjectStore, Pacing, unpaced
from playhead.store.objects.keys import key_of
from playhead.store.objects.objects import Objects
from playhead.store.objects.outline import SUFFIX, make_outline
from playhead.store.objects.verifying import Verify, check_object
from playhead.store.segments import SegmentStore
from playhead.store.segments.committer import Offload
from playhead.store.segments.layout import is_object
from playhead.wire.vid import CHAIN_BYTES, Envelope, Header, read_header

PART_BYTES: Final = 8 << 20

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Work:
    """A segment that is being uploaded, as it stands."""

    upload: Upload
    located: Located
    store: ObjectStore
    key: str

    @property
    def size(self) -> int:
        return self.located.segment.durable_bytes


class Uploader:
    """Takes segments to the first store, one step at a call. Calls for different segments may run together.

    Args:
        catalogue: open.
        segments: where they lie.
        objects: where they go.
        site: whose they are.
        clock: tells the time.
        part_bytes: of a part.
        verify: how an object is proven.
        pace: the link's share.
        grant: gives the data key to somebody else, from a segment's header; None where nobody gets it.
        offload: runs what blocks.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        segments: SegmentStore,
        objects: Objects,
        site: SiteId,
        clock: Clock,
        part_bytes: int = PART_BYTES,
        verify: Verify = "read_back",
        pace: Pacing = unpaced,
        grant: Callable[[Header], Envelope] | None = None,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._catalogue = catalogue
        self._segments = segments
        self._objects = objects
        self._site = site
        self._clock = clock
        self._part_bytes = part_bytes
        self._verify: Verify = verify
        self._pace = pace
        self._grant = grant
        self._offload = offload
        self._locks: WeakValueDictionary[SegmentId, asyncio.Lock] = WeakValueDictionary()

    async def advance(self, segment: SegmentId, *, idle_before_us: int = 0) -> bool:
        """Do the next step for a segment; returns whether there may be another one to do at once.

        Args:
            segment: which.
            idle_before_us: one that covers nothing later than this, in wall time, is taken as it is, although nobody
                has said that no more will come.

        Raises:
            CorruptError: ``store.missing``, ``store.short``, ``vid.*``: the segment here is not whole.
                ``objects.differs``: its object is something else; the next call uploads it anew.
            RefusedError, UnavailableError: as `ObjectStore`.
        """
        async with self._alone(segment):
            async with self._catalogue.reading() as connection:
                upload = await find_upload(connection, segment)
                located = await find_segment(connection, segment)
            if upload is None:
                return False
            if upload.state is UploadState.DELETING or located is None:
                await self._delete(upload)
                return False
            work = self._work(upload, located)
            covered_until_us = located.segment.started_at_us + located.segment.covered_us
            ended = bool(located.segment.ended) or covered_until_us < idle_before_us
            match upload.state:
                case UploadState.WAITING:
                    return await self._begin(work, ended=ended)
                case UploadState.SENDING:
                    return await self._send(work, ended=ended)
                case UploadState.STORED:
                    return await self._prove(work)
                case _:
                    return False

    async def delete(self, segment: SegmentId) -> None:
        """Delete the object of a segment that ceases to exist, and what there is of one. Harmless where there is none.

        Raises:
            RefusedError, UnavailableError: as `ObjectStore`; ``objects.unknown``.
        """
        async with self._alone(segment):
            async with self._catalogue.reading() as connection:
                upload = await find_upload(connection, segment)
            if upload is not None:
                await self._delete(upload)

    def _work(self, upload: Upload, located: Located) -> _Work:
        if upload.location:
            store, key = self._objects.find(upload.location)
            return _Work(upload, located, store, key)
        to = self._objects.to
        if to is None or is_object(located.location):
            raise ConflictError("objects.none", "There is no store to upload to, or the segment lies in one already.")
        return _Work(upload, located, to, key_of(self._site, located.location))

    async def _begin(self, work: _Work, *, ended: bool) -> bool:
        """Note where it goes before anything is there: whatever comes then, somebody knows of it."""
        envelope = await self._granted(work) if self._grant is not None else None
        now_us = self._clock.wall_us()
        begun = replace(
            work.upload,
            state=UploadState.SENDING,
            location=f"{work.store.url}/{work.key}",
            begun_at_us=now_us,
        )
        async with self._catalogue.writing() as connection:
            await save_upload(connection, begun)
            if envelope is not None:
                await save_grant(connection, Grant(begun.segment, envelope, now_us))
        return await self._send(replace(work, upload=begun), ended=ended)

    async def _send(self, work: _Work, *, ended: bool) -> bool:
        rest = work.size - work.upload.sent_bytes
        in_one = not work.upload.multipart and rest <= self._part_bytes
        if ended and (in_one or not rest):
            return await self._finish(work)
        if rest >= self._part_bytes or ended:
            return await self._send_part(work, min(rest, self._part_bytes))
        return False

    async def _send_part(self, work: _Work, size: int) -> bool:
        if not work.upload.multipart:
            multipart = await work.store.begin(work.key)
            work = replace(work, upload=replace(work.upload, multipart=multipart))
            async with self._catalogue.writing() as connection:
                await save_upload(connection, work.upload)
        async with self._catalogue.reading() as connection:
            number = len(await parts_of(connection, work.upload.segment)) + 1
        if number > PARTS_MAX:
            raise CorruptError(
                "objects.parts", f"Segment {work.upload.segment} would take more than {PARTS_MAX} parts."
            )
        data = await self._read(work, size, work.upload.sent_bytes)
        try:
            part = await work.store.send(work.key, work.upload.multipart, number, data, self._pace)
        except NotFoundError:
            return await self._anew(work)
        # May be forgotten by a power cut: then the part is sent again.
        async with self._catalogue.writing(durable=False) as connection:
            await add_part(connection, work.upload, part)
        return True

    async def _finish(self, work: _Work) -> bool:
        """The outline first: an object that is there has one."""
        chain = await self._read(work, CHAIN_BYTES, work.size - CHAIN_BYTES)
        outline = await self._offload(lambda: self._outline(work))
        if outline is not None:
            await work.store.put(work.key + SUFFIX, outline, self._pace)
        if work.upload.multipart:
            async with self._catalogue.reading() as connection:
                parts = await parts_of(connection, work.upload.segment)
            try:
                await work.store.complete(work.key, work.upload.multipart, parts)
            except (NotFoundError, CorruptError):  # completed before a crash, or swept away
                if await work.store.head(work.key) != work.size:
                    return await self._anew(work)
                await work.store.abort(work.key, work.upload.multipart)  # what is left of it
        else:
            await work.store.put(work.key, await self._read(work, work.size, 0), self._pace)
        stored = replace(work.upload, state=UploadState.STORED, multipart="", size_bytes=work.size, chain=chain)
        async with self._catalogue.writing() as connection:
            await save_upload(connection, stored)
        return True

    async def _prove(self, work: _Work) -> bool:
        upload = work.upload
        try:
            await check_object(work.store, work.key, upload, how=self._verify, offload=self._offload)
        except CorruptError:
            await self._anew(work)
            raise
        self._objects.forget([upload.location])
        async with self._catalogue.writing() as connection:
            return await note_verified(connection, upload, self._clock.wall_us())

    async def _anew(self, work: _Work) -> bool:
        _log.warning("upload begun anew", segment=str(work.upload.segment), sent=work.upload.sent_bytes)
        if work.upload.multipart:
            await work.store.abort(work.key, work.upload.multipart)
        async with self._catalogue.writing() as connection:
            await begin_anew(connection, work.upload)
        return True

    async def _delete(self, upload: Upload) -> None:
        if upload.location:
            store, key = self._objects.find(upload.location)
            if upload.multipart:
                await store.abort(key, upload.multipart)
            await store.delete(key)
            await store.delete(key + SUFFIX)
            self._objects.forget([upload.location])
        async with self._catalogue.writing() as connection:
            await save_upload(connection, replace(upload, state=UploadState.DELETING))
            await remove_upload(connection, upload.segment)

    async def _granted(self, work: _Work) -> Envelope:
        def job() -> Header:
            with contextlib.closing(self._segments.view(work.located.location)) as file:
                return read_header(file.read_at)[0]

        assert self._grant is not None  # noqa: S101 # asked by the caller
        return self._grant(await self._offload(job))

    async def _read(self, work: _Work, size: int, offset: int) -> bytes:
        def job() -> bytes:
            with contextlib.closing(self._segments.view(work.located.location)) as file:
                return file.read_at(size, offset)

        data = await self._offload(job)
        if len(data) != size:
            raise CorruptError("store.short", f"Segment {work.upload.segment} has fewer bytes than were acknowledged.")
        return data

    def _outline(self, work: _Work) -> bytes | None:
        with contextlib.closing(self._segments.view(work.located.location)) as file:
            return make_outline(file.read_at, work.size)

    @contextlib.asynccontextmanager
    async def _alone(self, segment: SegmentId) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(segment, asyncio.Lock())
        async with lock:
            yield
