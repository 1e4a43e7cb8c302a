"""What of the journal goes to the premises next, over one connection."""

from typing import Final

from playhead.wire.screen import Journal as JournalMessage
from playhead.wire.screen.limits import MAX_JOURNAL_ENTRIES
from playhead.workstation.journal import Journal
from playhead.workstation.spool import Spool

RESEND_US: Final = 30_000_000
"""An acknowledgement that takes longer will not come: the premises could not keep what it was told, then."""


class JournalShipping:
    """One batch of entries at a time, and a word whenever another segment is the oldest one held.

    Args:
        journal: what there is to tell.
        spool: what is held.
        known: number of the newest entry that the premises has; -1: it takes none.
    """

    def __init__(self, journal: Journal, spool: Spool, known: int) -> None:
        self._journal = journal
        self._spool = spool
        self._takes = known >= 0
        self._acknowledged = self._sent = max(known, 0)
        self._sent_us = 0
        self._held_from_us: int | None = None

    def next(self, now_us: int) -> JournalMessage | None:
        """The message to send now; None while there is nothing to say.

        Args:
            now_us: monotonic time.
        """
        if not self._takes:
            return None
        if self._sent > self._acknowledged and now_us - self._sent_us >= RESEND_US:
            self._sent = self._acknowledged
        held_from_us = self._holds_from_us
        entries = ()
        if self._sent == self._acknowledged:
            entries = self._journal.after(self._sent, limit=MAX_JOURNAL_ENTRIES)
        if not entries and held_from_us == self._held_from_us:
            return None
        self._held_from_us = held_from_us
        if entries:
            self._sent, self._sent_us = entries[-1].seq, now_us
        return JournalMessage(entries, held_from_us)

    def acknowledge(self, seq: int) -> None:
        """The premises has everything up to ``seq``."""
        self._acknowledged = max(self._acknowledged, min(seq, self._sent))

    @property
    def is_done(self) -> bool:
        """The premises has all that is durable here, and knows what is held."""
        is_told = self._held_from_us == self._holds_from_us and self._acknowledged >= self._journal.durable_seq
        return not self._takes or is_told

    @property
    def _holds_from_us(self) -> int:
        return min((segment.started_at_us for segment in self._spool.segments), default=0)
