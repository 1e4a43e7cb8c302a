"""What workstations note of themselves, kept as it comes; and when this server has seen each come and go."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.events import DOWN, UP, link
from playhead.domain.history import Entry
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.coverage import (
    add_entries,
    drop_oldest,
    lose_links,
    newest_changes,
    newest_seq,
    set_link,
)
from playhead.store.catalogue.outbox import add_events
from playhead.wire.screen.messages import Journal, JournalEntry

ENTRIES_MAX: Final = 50_000
"""Entries kept of one workstation; a quarter of them, the oldest, goes when there are more. A busy one notes some
dozens a day, so that this is far beyond `[coverage] kept`."""

Touched = Callable[[WorkstationId, int], None]

_log: Final[Any] = structlog.get_logger()


class Journals:
    """See the module.

    Args:
        catalogue: open.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._newest: dict[WorkstationId, Entry] = {}
        self.touched: Touched = lambda _workstation, _from_us: None
        """Told from which wall time on more has come to be known of a workstation."""

    async def load(self) -> None:
        """At the start: what was noted last. Who was connected when the server ended is not any more.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.writing(durable=False) as connection:
            self._newest = await newest_changes(connection)
            at_us = self._clock.wall_us()
            lost = await lose_links(connection, at_us)
            await add_events(connection, [link(DOWN, workstation, at_us) for workstation in lost])

    def newest(self, workstation: WorkstationId) -> Entry | None:
        """The last change in a workstation's journal; None where it keeps none."""
        return self._newest.get(workstation)

    async def newest_seq(self, workstation: WorkstationId) -> int:
        """Number of the newest entry that is durable here; 0 where there is none.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.reading() as connection:
            return await newest_seq(connection, workstation)

    async def take(self, workstation: WorkstationId, journal: Journal) -> int:
        """Keep what a workstation tells; returns the number up to which it is durable.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        entries = [_entry(told) for told in journal.entries]
        async with self._catalogue.writing(durable=bool(entries)) as connection:
            added = await add_entries(connection, workstation, entries)
            dropped = await drop_oldest(connection, workstation, kept_max=ENTRIES_MAX) if added else 0
            await set_link(connection, workstation, held_from_us=journal.held_from_us)
        if dropped:
            _log.warning("journal shortened", workstation=str(workstation), dropped=dropped)
        for entry in added:
            if not entry.until_us:
                self._newest[workstation] = entry
        if added:
            self.touched(workstation, min(entry.at_us for entry in added))
        return entries[-1].seq if entries else 0

    async def linked(self, workstation: WorkstationId, *, connected: bool) -> None:
        """A workstation has come or gone. Only the ledger suffers where that cannot be kept."""
        try:
            async with self._catalogue.writing(durable=False) as connection:
                at_us = self._clock.wall_us()
                await set_link(connection, workstation, at_us=at_us, connected=connected)
                await add_events(connection, [link(UP if connected else DOWN, workstation, at_us)])
        except UnavailableError as error:
            _log.warning("connection not noted", workstation=str(workstation), code=error.code)


def _entry(told: JournalEntry) -> Entry:
    recording = RecordingId(UUID(bytes=told.recording)) if told.recording else None
    return Entry(told.seq, told.at_us, told.state, told.until_us, told.wanted, recording, told.detail, last=told.last)
