"""Compares a store of objects with the catalogue. Deletes nothing by itself, and never much."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Literal

from playhead.base.errors import ConflictError
from playhead.base.ids import SegmentId, SiteId
from playhead.domain.uploads import Upload, UploadState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.uploads import find_upload, list_uploads
from playhead.store.objects.interface import ObjectStore, Stored
from playhead.store.objects.outline import SUFFIX
from playhead.store.segments.layout import segment_of

PAGE_ITEMS: Final = 500
SHARE_MAX: Final = 0.01
"""Of all objects, so many may be deleted at once unless somebody says more."""
ALWAYS: Final = 10
"""So many may always, however few there are."""

Code = Literal["missing", "size", "unknown", "multipart"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that one has and the other has not."""

    code: Code
    """``missing``, ``size``: the catalogue says that it is there, whole. ``unknown``: the catalogue knows of no such
    object. ``multipart``: parts that nobody will put together, and that cost money."""
    key: str
    size_bytes: int = 0
    multipart: str = ""


class Reconciler:
    """Of one site in one store.

    Args:
        catalogue: open.
        store: to compare.
        site: whose objects.
    """

    def __init__(self, catalogue: Catalogue, store: ObjectStore, site: SiteId) -> None:
        self._catalogue = catalogue
        self._store = store
        self._prefix = f"{site}/"
        self.objects = 0
        """How many objects the last comparison saw."""

    async def compare(self) -> AsyncIterator[Difference]:
        """Everything that differs.

        Raises:
            RefusedError, UnavailableError: as `ObjectStore`.
        """
        self.objects = 0
        async for stored in self._store.stored(self._prefix):
            self.objects += 1
            if await self._is_unknown(stored):
                yield Difference("unknown", stored.key, stored.size_bytes)
        for key, multipart in await self._store.multiparts(self._prefix):
            upload = await self._upload_of(key)
            if upload is None or upload.multipart != multipart:
                yield Difference("multipart", key, multipart=multipart)
        async for upload in self._proven():
            key = upload.location.removeprefix(f"{self._store.url}/")
            size = await self._store.head(key)
            if size is None:
                yield Difference("missing", key, upload.size_bytes)
            elif size != upload.size_bytes:
                yield Difference("size", key, size)

    async def delete(self, found: list[Difference], *, share_max: float = SHARE_MAX) -> int:
        """Delete what is unknown, and break off what nobody goes on with. Returns how many.

        Raises:
            ConflictError: ``storage.brake``: it is more than may go at once: the catalogue may be older than they are.
            RefusedError, UnavailableError: as `ObjectStore`.
        """
        unknown = [one for one in found if one.code == "unknown"]
        if len(unknown) > max(ALWAYS, share_max * self.objects):
            text = f"{len(unknown)} of {self.objects} objects are unknown here: that is too much to be deleted at once."
            hint = "Was the catalogue restored from an older backup? Where they are to go, say so with --share."
            raise ConflictError("storage.brake", text, hint=hint)
        count = 0
        for one in found:
            if one.code == "multipart":
                await self._store.abort(one.key, one.multipart)
                count += 1
            elif one.code == "unknown" and await self._is_unknown(Stored(one.key, one.size_bytes)):
                await self._store.delete(one.key)
                count += 1
        return count

    async def _is_unknown(self, stored: Stored) -> bool:
        upload = await self._upload_of(stored.key)
        return upload is None or upload.location != f"{self._store.url}/{stored.key.removesuffix(SUFFIX)}"

    async def _upload_of(self, key: str) -> Upload | None:
        segment = segment_of(key.removesuffix(SUFFIX).rpartition("/")[2])
        if segment is None:
            return None
        async with self._catalogue.reading() as connection:
            return await find_upload(connection, segment)

    async def _proven(self) -> AsyncIterator[Upload]:
        after: SegmentId | None = None
        while True:
            async with self._catalogue.reading() as connection:
                page = await list_uploads(connection, after=after, limit=PAGE_ITEMS)
            for upload in page:
                if upload.state is UploadState.VERIFIED and upload.location.startswith(f"{self._store.url}/"):
                    yield upload
            if len(page) < PAGE_ITEMS:
                return
            after = page[-1].segment
