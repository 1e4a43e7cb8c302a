"""Asking the catalogue of a recording once for all who ask about the same time: who watch live wake up together."""

import asyncio
from collections.abc import Sequence

from playhead.base.ids import RecordingId
from playhead.domain.recordings import Recording
from playhead.premises.player.live import Lookup
from playhead.store.catalogue.segments import Located

Found = tuple[Recording, Sequence[Located]]


class SharedLookup:
    """See the module. Nobody is told what was found before they asked.

    Args:
        lookup: asks the catalogue.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._asking: dict[RecordingId, asyncio.Task[Found]] = {}
        """Under way: what it finds may be older than the next one who asks."""
        self._next: dict[RecordingId, asyncio.Task[Found]] = {}
        """To be asked after that, for everybody who asks meanwhile."""

    async def __call__(self, recording: RecordingId, /) -> Found:
        """A recording and its segments, in time order, as the catalogue has them now.

        Raises:
            NotFoundError: ``recording.not_found``, ``recording.erased``.
            UnavailableError: ``catalogue.unavailable``.
        """
        task = self._next.get(recording)  # before what is under way: that may have ended, and this not yet begun
        if task is None:
            before = self._asking.get(recording)
            if before is None:
                task = self._asking[recording] = asyncio.create_task(self._ask(recording))
            else:
                task = self._next[recording] = asyncio.create_task(self._ask_after(before, recording))
        return await asyncio.shield(task)

    async def _ask(self, recording: RecordingId) -> Found:
        try:
            return await self._lookup(recording)
        finally:
            del self._asking[recording]

    async def _ask_after(self, before: asyncio.Task[Found], recording: RecordingId) -> Found:
        await asyncio.wait({before})
        self._asking[recording] = self._next.pop(recording)
        return await self._ask(recording)
