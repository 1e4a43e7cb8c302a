"""A store of desktop events as one thing: taking in, packing, letting go. There is one of a folder."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.domain.analytics.events import DesktopEvent
from playhead.domain.spans import Span
from playhead.store.analytics.compaction import Packer
from playhead.store.analytics.files import day_of
from playhead.store.analytics.journal import Journal
from playhead.store.analytics.writer import EventWriter
from playhead.store.disk import Disk

LOG_BYTES: Final = 32 << 20
"""At this size a log is packed: what is not packed yet takes about a second of a question for each 100 MB."""
_DAY_US: Final = 86_400_000_000

_log = structlog.get_logger(__name__)


class EventStore:
    """See the module.

    Args:
        disk: where.
        root: its folder.
        clock: tells the time.
        site: whose events these are.
        log_age_us: a log is packed after this time.
        free_bytes_min: of the disk, left to others.
        log_bytes: a log is packed at this size.
        threads: how many processors packing may keep busy.
    """

    def __init__(
        self,
        disk: Disk,
        root: Path,
        clock: Clock,
        *,
        site: str,
        log_age_us: int = 60_000_000,
        free_bytes_min: int = 0,
        log_bytes: int = LOG_BYTES,
        threads: int = 1,
    ) -> None:
        self._clock = clock
        journal = Journal(
            disk, root, clock, file_bytes=log_bytes, file_age_us=log_age_us, free_bytes_min=free_bytes_min
        )
        self._writer = EventWriter(journal)
        self._packer = Packer(disk, root, clock, site=site, threads=threads)
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Find out where to go on, and remove what a crash has left.

        Raises:
            CorruptError: ``analytics.manifest``, ``analytics.spools``, ``analytics.log``.
            UnavailableError: ``analytics.unwritable``, ``file.unreadable``, ``file.unwritable``.
        """
        await self._writer.open()
        await asyncio.to_thread(self._packer.open)

    async def run(self) -> None:
        """Write until cancelled."""
        await self._writer.run()

    def reached(self, workstation: str, spool: str) -> int:
        """The highest number of a spool that is stored, or waits to be."""
        return self._writer.reached(workstation, spool)

    def append(self, workstation: str, spool: str, events: Sequence[DesktopEvent]) -> "asyncio.Future[None]":
        """As `EventWriter.append`."""
        return self._writer.append(workstation, spool, events)

    async def pack(self, *, now: bool = False) -> int:
        """Pack the logs that are finished, with ``now`` all; how many events that were.

        Raises:
            UnavailableError: ``analytics.unreadable``, ``analytics.unwritable``, ``file.unwritable``.
        """
        async with self._turn:
            through = await self._writer.finish(now=now)
            packed = await asyncio.to_thread(self._packer.pack, through)
            await asyncio.to_thread(self._packer.tidy)
        return packed

    async def forget(self, kept_days: int) -> int:
        """Remove days that are older than so many; how many events went.

        Raises:
            UnavailableError: as `pack`.
        """
        before = day_of(self._clock.wall_us() - kept_days * _DAY_US)
        async with self._turn:
            gone = await asyncio.to_thread(self._packer.forget_before, before)
        if gone:
            _log.info("old desktop events removed", events=gone, before=before)
        return gone

    async def erase(self, period: Span, *, agents: Iterable[str] = (), workstations: Iterable[str] = ()) -> int:
        """Remove what began in a period, of some agents and workstations, all where none are given; how many went.

        Raises:
            UnavailableError: as `pack`.
        """
        async with self._turn:
            through = await self._writer.finish(now=True)
            await asyncio.to_thread(self._packer.pack, through)
            return await asyncio.to_thread(
                self._packer.erase, period, agents=tuple(agents), workstations=tuple(workstations)
            )
