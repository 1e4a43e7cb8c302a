"""Lets the file of a segment go whose object was proven: procedure *release* of docs/storage.md."""

import asyncio
from dataclasses import replace
from pathlib import Path

from playhead.base.clock import Clock
from playhead.base.ids import SegmentId
from playhead.domain.uploads import UploadState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.uploads import begin_anew, find_upload, move_segment, save_upload
from playhead.store.disk import Disk
from playhead.store.segments import SegmentStore
from playhead.store.segments.committer import Offload, unavailable
from playhead.store.segments.layout import is_object, local_of
from playhead.store.segments.recovery import remove_file


class Releaser:
    """Removes files whose segments lie in the object store.

    Args:
        root: of the segment store.
        disk: where it lies.
        catalogue: open.
        segments: the store, in which nobody may have the segment open meanwhile.
        clock: tells the time.
        offload: runs what blocks.
    """

    def __init__(
        self,
        root: Path,
        *,
        disk: Disk,
        catalogue: Catalogue,
        segments: SegmentStore,
        clock: Clock,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._root = root
        self._disk = disk
        self._catalogue = catalogue
        self._segments = segments
        self._clock = clock
        self._offload = offload

    async def release(self, segment: SegmentId) -> int:
        """Let the file of a segment go, where it may; returns how many bytes that freed.

        Raises:
            ConflictError: ``store.in_use``: its workstation is sending it.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``; calling again goes on.
        """
        async with self._segments.alone(segment):
            async with self._catalogue.writing() as connection:
                upload = await find_upload(connection, segment)
                located = await find_segment(connection, segment)
                if upload is None or located is None or upload.state is not UploadState.VERIFIED:
                    return 0
                if located.segment.durable_bytes != upload.size_bytes:
                    await begin_anew(connection, upload)  # it has grown since
                    return 0
                if not is_object(located.location):
                    await move_segment(connection, segment, upload.location)
            # From here on everybody reads the object; the file is nobody's.
            try:
                await self._offload(lambda: remove_file(self._disk, self._root, local_of(upload.location)))
            except OSError as error:
                raise unavailable(error) from error
            async with self._catalogue.writing(durable=False) as connection:
                await save_upload(connection, replace(upload, local_removed_at_us=self._clock.wall_us()))
            return upload.size_bytes
