"""Moves objects from one store to another: procedure *move* of docs/storage.md. Begun again, it goes on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from playhead.base.errors import NotFoundError
from playhead.base.ids import SegmentId
from playhead.domain.uploads import Part, Upload, UploadState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import find_upload, list_uploads, move_segment, save_upload
from playhead.store.objects.interface import OBJECT_BYTES_MAX, ObjectStore, Pacing, unpaced
from playhead.store.objects.outline import SUFFIX
from playhead.store.objects.verifying import check_object
from playhead.store.segments.committer import Offload
from playhead.store.segments.layout import segment_of

PART_BYTES: Final = 8 << 20
PAGE_ITEMS: Final = 200

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moved:
    """A segment whose object lies in the other store now."""

    segment: SegmentId
    size_bytes: int


class Mover:
    """Moves what was proven. May run beside a server that knows both stores.

    Args:
        catalogue: open.
        source: where the objects are.
        target: where they go.
        pace: the link's share.
        offload: runs what blocks.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        source: ObjectStore,
        target: ObjectStore,
        *,
        pace: Pacing = unpaced,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._catalogue = catalogue
        self._source = source
        self._target = target
        self._pace = pace
        self._offload = offload

    async def move(self) -> AsyncIterator[Moved]:
        """Everything that is in the source; each as soon as it lies in the target and was deleted in the source.

        Raises:
            CorruptError: ``objects.differs``: what arrived is not what was uploaded; the source has it still.
            NotFoundError: ``objects.missing``: the source has not what the catalogue says.
            RefusedError, UnavailableError: as `ObjectStore`.
        """
        after: SegmentId | None = None
        while True:
            async with self._catalogue.reading() as connection:
                page = await list_uploads(connection, after=after, limit=PAGE_ITEMS)
            for upload in page:
                if upload.state is UploadState.VERIFIED and upload.location.startswith(f"{self._source.url}/"):
                    yield await self._move(upload)
            if len(page) < PAGE_ITEMS:
                return
            after = page[-1].segment

    async def sweep(self) -> int:
        """Delete in the source what lies in the target: a crash came between the two. Returns how many objects."""
        count = 0
        async for stored in self._source.stored(""):
            segment = segment_of(stored.key.removesuffix(SUFFIX).rpartition("/")[2])
            async with self._catalogue.reading() as connection:
                upload = None if segment is None else await find_upload(connection, segment)
            if upload is not None and upload.location == f"{self._target.url}/{stored.key.removesuffix(SUFFIX)}":
                await self._source.delete(stored.key)
                count += 1
        return count

    async def _move(self, upload: Upload) -> Moved:
        key = upload.location.removeprefix(f"{self._source.url}/")
        outline = await self._outline(key)
        if outline is not None:
            await self._target.put(key + SUFFIX, outline, self._pace)
        await self._copy(key, upload.size_bytes)
        await check_object(self._target, key, upload, how="read_back", offload=self._offload)
        if await self._note(upload, f"{self._target.url}/{key}"):
            # Whoever is reading it asks the catalogue again, and finds it there.
            await self._source.delete(key)
            await self._source.delete(key + SUFFIX)
        else:  # erased, or begun anew meanwhile
            await self._target.delete(key)
            await self._target.delete(key + SUFFIX)
        return Moved(upload.segment, upload.size_bytes)

    async def _copy(self, key: str, size: int) -> None:
        if await self._target.head(key) == size:
            return  # of a move that was cut off; whether it is right is seen with the others
        for other, multipart in await self._target.multiparts(key):
            await self._target.abort(other, multipart)
        if size <= PART_BYTES:
            await self._target.put(key, await self._read(key, size, 0), self._pace)
            return
        multipart = await self._target.begin(key)
        parts: list[Part] = []
        for offset in range(0, size, PART_BYTES):
            data = await self._read(key, min(PART_BYTES, size - offset), offset)
            parts.append(await self._target.send(key, multipart, len(parts) + 1, data, self._pace))
        await self._target.complete(key, multipart, parts)

    async def _read(self, key: str, size: int, offset: int) -> bytes:
        return await self._offload(lambda: self._source.read(key, size, offset))

    async def _outline(self, key: str) -> bytes | None:
        try:
            return await self._read(key + SUFFIX, OBJECT_BYTES_MAX, 0)
        except NotFoundError:
            return None

    async def _note(self, upload: Upload, location: str) -> bool:
        async with self._catalogue.writing() as connection:
            now = await find_upload(connection, upload.segment)
            if now is None or now.state is not UploadState.VERIFIED or now.location != upload.location:
                return False
            await save_upload(connection, replace(now, location=location))
            located = await find_segment(connection, upload.segment)
            if located is not None and located.location == upload.location:
                await move_segment(connection, upload.segment, location)
        _log.info("object moved", segment=str(upload.segment), location=location)
        return True
