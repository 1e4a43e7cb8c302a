"""What is taken out of the way, with its reason: procedures *quarantine* and *replace* of docs/storage.md."""

from pathlib import Path
from typing import Any

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Disk
from playhead.store.segments import metrics
from playhead.store.segments.committer import Offload
from playhead.store.segments.layout import path_of, segment_of
from playhead.store.segments.ledger import Ledger
from playhead.store.segments.recovery import ASIDE, newest_files, set_aside

_log: Any = structlog.get_logger()


class Aside:
    """Takes segments out of the way. A part of `SegmentStore`, which has its arguments.

    Errors of the disk are `OSError`, as the system gave them.
    """

    def __init__(self, root: Path, *, disk: Disk, ledger: Ledger, clock: Clock, offload: Offload) -> None:
        self._root = root
        self._disk = disk
        self._ledger = ledger
        self._clock = clock
        self._offload = offload

    async def quarantine(self, located: Located, error: PlayheadError) -> None:
        """Procedure *quarantine*: its file stays, is never appended to, and is listed with what is wrong.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        metrics.QUARANTINED.inc()
        _log.error(
            "quarantine.added",
            segment=str(located.segment.id),
            location=located.location,
            code=error.code,
            reason=error.message,
        )
        await self._ledger.quarantine(
            Quarantined(
                kind="segment",
                subject=str(located.segment.id),
                place="store",
                code=error.code,
                message=error.message,
                at_us=self._clock.wall_us(),
                recording=located.segment.recording,
                location=located.location,
                bytes=located.segment.durable_bytes,
                details={"segment": str(located.segment.id)},
            )
        )

    async def make_way(self, located: Located) -> None:
        """First steps of procedure *replace*; repeated, they come to the same end."""
        path = path_of(self._root, located.location)
        if await self._offload(lambda: self._disk.exists(path)):
            await self._move(
                located.segment.id,
                located.location,
                code="store.replaced",
                message="It lacked acknowledged bytes; its workstation had all of it, and sent it again.",
                recording=located.segment.recording,
            )
        await self._ledger.unlist(str(located.segment.id))
        await self._ledger.forget(located.segment.id)
        _log.warning("segment begun anew in place of a damaged one", segment=str(located.segment.id))

    async def move_orphans(self) -> tuple[SegmentId, ...]:
        """Step of procedure *recover*: files without a row; then those in the folder that the list does not know."""
        files = await self._offload(lambda: newest_files(self._disk, self._root))
        known = await self._ledger.known(list(files))
        orphans = tuple(segment for segment in files if segment not in known)
        for segment in orphans:
            await self._move(
                segment,
                files[segment],
                code="store.orphan",
                message="The catalogue did not know this file: a crash came first, or the catalogue is older.",
            )
        await self._list_strays()
        return orphans

    async def _move(
        self, segment: SegmentId, location: str, *, code: str, message: str, recording: RecordingId | None = None
    ) -> None:
        moved = await self._offload(lambda: set_aside(self._disk, self._root, location))
        _log.warning("segment's file set aside", segment=str(segment), location=moved, code=code)
        await self._list(segment, moved, code, message, recording)

    async def _list_strays(self) -> None:
        """A crash came between moving a file and listing it."""
        lying = await self._offload(self._lying)
        listed = await self._ledger.listed(list(lying))
        for location in sorted(lying.keys() - listed):
            message = "It was found in the quarantine folder, and nothing says why."
            await self._list(lying[location], location, "store.unlisted", message, None)

    async def _list(
        self, segment: SegmentId, location: str, code: str, message: str, recording: RecordingId | None
    ) -> None:
        await self._ledger.quarantine(
            Quarantined(
                kind="segment",
                subject=location,  # of one segment there may be several
                place="aside",
                code=code,
                message=message,
                at_us=self._clock.wall_us(),
                recording=recording,
                location=location,
                bytes=await self._offload(lambda: self._size(location)),
                details={"segment": str(segment)},
            )
        )

    def _lying(self) -> dict[str, SegmentId]:
        folder = self._root / ASIDE
        names = self._disk.list_folder(folder) if self._disk.exists(folder) else []
        found = {f"{ASIDE}/{name}": segment_of(f"{name.partition('.')[0]}.vid") for name in names}
        return {location: segment for location, segment in found.items() if segment is not None}

    def _size(self, location: str) -> int:
        file = self._disk.open(path_of(self._root, location))
        try:
            return file.size()
        finally:
            file.close()
