"""A site's line to the outside: what all that it sends may take together, by its pool and beside it."""

import asyncio

from playhead.wire.pool import Governor


class Line:
    """One number for a site. The pool holds its bulk to it; whoever sends beside the pool takes its share here."""

    def __init__(self) -> None:
        self.governor = Governor()
        """To give to the pool."""

    def allow(self, rate_bytes_s: float | None) -> None:
        """From now on so much; None for as much as goes."""
        self.governor.allow(rate_bytes_s, self._now_us())

    async def take(self, size: int) -> None:
        """Wait until so much bulk may be sent. In turn with all others: what is sent meanwhile counts first."""
        while True:
            now_us = self._now_us()
            due_us = self.governor.due_us(now_us)
            if due_us is None:
                self.governor.note_sent(size, now_us)
                return
            await asyncio.sleep((due_us - now_us) / 1e6)

    def _now_us(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e6)
