"""Makes durable what was written, soon after it was, and says what a full disk or a full spool has cost."""

import asyncio
from typing import Final

import structlog

from playhead.store.reserve import Reserve
from playhead.workstation.director import Director
from playhead.workstation.journal import Journal
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import Dropped

SYNC_S: Final = 0.5
"""How often new bytes are made durable: a power cut costs no more than this, with what waits in the recorder."""

_log = structlog.get_logger(__name__)


class Keeper:
    """See the module.

    Args:
        spool: what is written.
        director: who writes, and is told what could not be kept.
        journal: where losses are noted.
        reserve: filled again when there is room.
        free_bytes_min: what the reserve, too, leaves to others on the disk.
    """

    def __init__(
        self, spool: Spool, director: Director, journal: Journal, reserve: Reserve, *, free_bytes_min: int
    ) -> None:
        self._spool = spool
        self._director = director
        self._journal = journal
        self._reserve = reserve
        self._free_bytes_min = free_bytes_min
        self._stopping = asyncio.Event()
        self._written = asyncio.Event()

    def notify(self) -> None:
        """Something was written."""
        self._written.set()

    def stop(self) -> None:
        """End `run`, once everything that was written is durable."""
        self._stopping.set()
        self._written.set()

    async def run(self) -> None:
        """Until `stop`."""
        is_last = False
        while not is_last:
            if not self._reserve.is_whole:
                await asyncio.to_thread(self._reserve.fill, free_bytes_min=self._free_bytes_min)
            await self._written.wait()
            self._written.clear()
            await self._pause(SYNC_S)
            is_last = self._stopping.is_set()
            await self._keep()

    async def _keep(self) -> None:
        job = self._spool.job()
        if job is None:
            return
        await asyncio.to_thread(job.run)
        for segment in self._spool.settle(job):
            self._director.broken(segment, "The disk did not keep what was written.")
        for dropped in self._spool.take_dropped():
            self._tell(dropped)

    def _tell(self, dropped: Dropped) -> None:
        """What made room is missing from now on: say so to everybody who may look for it."""
        text = f"{dropped.bytes} bytes were given up for want of room."
        self._journal.note_past("disk_full", dropped.from_us, dropped.to_us, detail=text)
        _log.error(
            "spool.dropped",
            segment=str(dropped.segment),
            recording=str(dropped.recording),
            dropped_bytes=dropped.bytes,
            covered_s=round((dropped.to_us - dropped.from_us) / 1e6),
        )
        self._director.note(
            "spool.dropped",
            {
                "recording": str(dropped.recording),
                "segment": str(dropped.segment),
                "from_us": dropped.from_us,
                "to_us": dropped.to_us,
                "bytes": dropped.bytes,
            },
        )

    async def _pause(self, seconds: float) -> None:
        """Sleep, but not while the service stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
