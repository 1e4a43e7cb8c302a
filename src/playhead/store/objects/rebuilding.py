"""Takes recordings into the catalogue again whose objects are there, where the server and its catalogue were lost.

An object holds the segment as its workstation sealed it: its header says which recording it is part of, when and where
it was made and by whom, and its chain proves that it is whole. What people added is not in it: docs/services/upload.md.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, NotFoundError, PlayheadError
from playhead.base.ids import RecordingId, SegmentId, SiteId
from playhead.domain.uploads import Upload, UploadState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.grants import Grant, save_grant
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import add_uploads, find_upload, save_upload
from playhead.store.objects.interface import ObjectStore, Stored
from playhead.store.segments.adoption import adopt
from playhead.store.segments.committer import Offload
from playhead.store.segments.layout import segment_of
from playhead.wire.vid import Envelope, Header, Scanner

TOGETHER: Final = 8
"""Objects that are read at a time."""
_PORTION_BYTES: Final = 1 << 20

Opening = Callable[[Header], Envelope | None]
"""Looks whether the site's key opens a segment; returns the key for somebody else, where one gets it.

Raises a `PlayheadError` where it does not open it."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of an object that the catalogue did not know."""

    key: str
    size_bytes: int
    recording: RecordingId | None = None
    """That it is part of, where it was taken in."""
    code: str = ""
    """What is wrong with it; empty for nothing. ``rebuild.locked``: taken in, and the keys here do not open it.
    ``rebuild.erased``, ``rebuild.foreign``, ``rebuild.damaged``: left where it is."""
    message: str = ""


class Rebuilder:
    """Of one site, from one store. Begun again, it goes on. Not beside a server.

    Args:
        catalogue: open.
        store: where the objects are.
        site: whose.
        clock: tells the time.
        opening: see `Opening`.
        erased: segments that are not to come back.
        offload: runs what blocks.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        store: ObjectStore,
        site: SiteId,
        clock: Clock,
        *,
        opening: Opening,
        erased: AbstractSet[SegmentId] = frozenset(),
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._catalogue = catalogue
        self._store = store
        self._site = site
        self._clock = clock
        self._opening = opening
        self._erased = erased
        self._offload = offload
        self._writing = asyncio.Lock()

    async def rebuild(self) -> AsyncIterator[Rebuilt]:
        """Everything that the catalogue does not know.

        Raises:
            RefusedError, UnavailableError: as `ObjectStore`; ``catalogue.unavailable``.
        """
        waiting: list[tuple[Stored, SegmentId]] = []
        async for stored in self._store.stored(f"{self._site}/"):
            segment = segment_of(stored.key.rpartition("/")[2])
            if segment is not None:
                waiting.append((stored, segment))
            if len(waiting) == TOGETHER:
                for found in await asyncio.gather(*(self._look(*one) for one in waiting)):
                    if found is not None:
                        yield found
                waiting.clear()
        for found in await asyncio.gather(*(self._look(*one) for one in waiting)):
            if found is not None:
                yield found

    async def _look(self, stored: Stored, segment: SegmentId) -> Rebuilt | None:
        location = f"{self._store.url}/{stored.key}"
        async with self._catalogue.reading() as connection:
            located = await find_segment(connection, segment)
            upload = await find_upload(connection, segment)
        if located is not None and (upload is not None or located.location != location):
            return None
        if segment in self._erased:
            return Rebuilt(stored.key, stored.size_bytes, code="rebuild.erased", message="It was erased.")
        scanner, fault = await self._scan(stored)
        state = scanner.state()
        if state is None or fault or state.offset != stored.size_bytes:
            why = fault or "it ends in the middle of a record"
            return Rebuilt(stored.key, stored.size_bytes, code="rebuild.damaged", message=f"It is not whole: {why}")
        if (state.header.segment, state.header.site) != (segment, self._site):
            return Rebuilt(stored.key, stored.size_bytes, code="rebuild.foreign", message="It is of another site.")
        code = message = ""
        envelope: Envelope | None = None
        try:
            envelope = await self._offload(lambda: self._opening(state.header))
        except PlayheadError as error:
            code, message = "rebuild.locked", error.message
        async with self._writing:  # two segments of one recording find it known or make it
            if located is None:
                await adopt(self._catalogue, scanner, location, self._clock, tell=False)
            await self._note(state.header, Upload(segment, state.header.recording), location, scanner, envelope)
        return Rebuilt(stored.key, stored.size_bytes, state.header.recording, code, message)

    async def _note(
        self, header: Header, upload: Upload, location: str, scanner: Scanner, envelope: Envelope | None
    ) -> None:
        """That the object was proven, which reading it has done."""
        now_us = self._clock.wall_us()
        proven = Upload(
            upload.segment,
            upload.recording,
            UploadState.VERIFIED,
            location,
            size_bytes=scanner.offset,
            chain=scanner.chain,
            begun_at_us=header.started_at_us,
            verified_at_us=now_us,
            local_removed_at_us=now_us,
        )
        async with self._catalogue.writing() as connection:
            await add_uploads(connection, [(upload.segment, upload.recording)])
            await save_upload(connection, proven)
            if envelope is not None:
                await save_grant(connection, Grant(upload.segment, envelope, now_us))

    async def _scan(self, stored: Stored) -> tuple[Scanner, str]:
        """The whole of it, and what is wrong with it."""
        scanner = Scanner()

        def portion(offset: int) -> None:
            scanner.feed(self._store.read(stored.key, min(_PORTION_BYTES, stored.size_bytes - offset), offset))

        try:
            for offset in range(0, stored.size_bytes, _PORTION_BYTES):
                await self._offload(lambda offset=offset: portion(offset))
        except (CorruptError, NotFoundError) as error:
            return scanner, error.message
        return scanner, ""
