"""The library, kept in step with the catalogue."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, CorruptError, LimitError, PlayheadError, UnavailableError
from playhead.domain.access import Sight
from playhead.domain.library import PAGE_ITEMS_MAX, Order, Place, Question
from playhead.domain.recordings import Recording
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.changes import changes_after, forget_changes, last_change
from playhead.store.catalogue.counters import get_counter, raise_counter
from playhead.store.catalogue.recordings import recordings_by_number
from playhead.store.library.columns import Batch, Columns
from playhead.store.library.facets import Facets, facets
from playhead.store.library.kept import decode_chunk, encode_chunk, keep_chunk, load_chunk
from playhead.store.library.rows import highest_number, rows_between, rows_of
from playhead.store.library.search import search

KEEP_S: Final = 600.0
"""How often the columns are kept. A start reads again what changed since: seconds' work at most."""

LOADED_AT_ONCE: Final = 10_000
"""Recordings read in one transaction while loading."""

PATIENCE_S: Final = 5.0
"""Longer than a person looks at an empty list, and shorter than what is before the server waits for an answer."""

_COUNTER: Final = "library"
"""One more than the change at which, or later, every chunk was kept; 0 before all of them were."""

_TURNS: Final = "library turns"
"""How often keeping was begun: whoever began last may go on."""

_OVERTAKEN: Final = "library.overtaken"

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Some recordings in order, and where the next page begins (None at the end)."""

    items: tuple[Recording, ...]
    next: Place | None


class Library:
    """Answers questions about the recordings of a catalogue. Loads itself with the first question, or in `run`.

    Args:
        catalogue: open.
        patience_s: how long a question waits for the library to be loaded; then it is told to come back.
    """

    def __init__(self, catalogue: Catalogue, *, patience_s: float = PATIENCE_S) -> None:
        self._catalogue = catalogue
        self._patience_s = patience_s
        self._columns = Columns()
        self._seen = 0
        self._turn = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Load, and keep the columns from time to time, until cancelled."""
        try:
            while True:
                try:
                    await asyncio.shield(self._load_once())
                    await self.keep()
                except PlayheadError as error:
                    _log.warning("library not kept", code=error.code, reason=error.message)
                await asyncio.sleep(KEEP_S)
        finally:
            if self._loading is not None:
                self._loading.cancel()

    async def page(
        self, question: Question, order: Order = Order.NEWEST, *, after: Place | None = None, limit: int = 50
    ) -> LibraryPage:
        """A page of recordings.

        Args:
            question: which.
            order: how they are sorted.
            after: ``next`` of the page before, or None for the first.
            limit: 1 to `PAGE_ITEMS_MAX`.

        Raises:
            LimitError: ``list.limit``.
            UnavailableError: ``library.loading``, ``catalogue.unavailable``.
        """
        if not 1 <= limit <= PAGE_ITEMS_MAX:
            raise LimitError("list.limit", f"A page holds 1 to {PAGE_ITEMS_MAX} recordings, not {limit}.")
        async with AsyncExitStack() as stack:
            async with self._up_to_date(stack) as connection:
                found = await asyncio.to_thread(search, self._columns, question, order, after, limit + 1)
            items = await recordings_by_number(connection, [place.number for place in found[:limit]])
        return LibraryPage(items, found[limit - 1] if len(found) > limit else None)

    async def facets(self, sight: Sight, prefix: str = "") -> Facets:
        """What there is to choose from in filters, of the recordings in sight.

        Raises:
            UnavailableError: ``library.loading``, ``catalogue.unavailable``.
        """
        async with AsyncExitStack() as stack, self._up_to_date(stack):
            return await asyncio.to_thread(facets, self._columns, sight, prefix)

    async def keep(self) -> None:
        """Keep what has changed, and forget changes that were kept before.

        Of several processes one does so at a time; who is overtaken by another leaves it at that, until the next time.
        What is forgotten was kept by the time before this one, so that the others have taken it up meanwhile.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._turn:
            async with self._catalogue.reading() as connection:
                if not await self._catch_up(connection):
                    self._loading = None
                    return
            places, seen = sorted(self._columns.changed), self._seen
        turn = await self._begin_to_keep(seen)
        if turn is None:
            return
        try:
            for place in places:
                async with self._turn:
                    if self._seen == seen:  # else it changes on, and is kept again the next time
                        self._columns.changed.discard(place)
                    data = await asyncio.to_thread(encode_chunk, self._columns, place)
                async with self._catalogue.writing(durable=False) as connection:
                    await _still(connection, turn)
                    await keep_chunk(connection, place, data)
            async with self._catalogue.writing(durable=False) as connection:
                await _still(connection, turn)
                before = await get_counter(connection, _COUNTER) - 1
                await raise_counter(connection, _COUNTER, seen + 1)
                await forget_changes(connection, before)
        except PlayheadError as error:
            self._columns.changed.update(places)
            if error.code != _OVERTAKEN:
                raise

    async def _begin_to_keep(self, seen: int) -> int | None:
        """Which time it is; None where what was kept is newer than what is known here."""
        async with self._catalogue.writing(durable=False) as connection:
            if await get_counter(connection, _COUNTER) > seen + 1:
                return None
            turn = await get_counter(connection, _TURNS) + 1
            await raise_counter(connection, _TURNS, turn)
            return turn

    @asynccontextmanager
    async def _up_to_date(self, stack: AsyncExitStack) -> AsyncGenerator[AsyncConnection]:
        """The columns as the catalogue is in a transaction that ``stack`` closes. Nobody changes them within."""
        await self._loaded()
        async with self._turn:
            connection = await stack.enter_async_context(self._catalogue.reading())
            if not await self._catch_up(connection):
                self._loading = None
                raise UnavailableError("library.loading", "The library is being read anew.", hint="Try again soon.")
            yield connection

    def _load_once(self) -> asyncio.Task[None]:
        if self._loading is None or (self._loading.done() and self._loading.exception() is not None):
            self._loading = asyncio.create_task(self._load(), name="load the library")
        return self._loading

    async def _loaded(self) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await asyncio.shield(self._load_once())
        except TimeoutError:
            raise UnavailableError("library.loading", "The library is being read.", hint="Try again soon.") from None

    async def _load(self) -> None:
        """From what was kept, and the changes since; without it, from the recordings, some at a time."""
        async with self._turn:
            self._columns = Columns()
            async with self._catalogue.reading() as connection:
                self._seen = await last_change(connection)
                last = await highest_number(connection)
                kept_at = await get_counter(connection, _COUNTER) - 1
                if kept_at >= 0 and (await changes_after(connection, kept_at)).whole:
                    await self._take_kept(connection, kept_at)
            if self._columns.chunks:
                return
            for first in range(0, last + 1, LOADED_AT_ONCE):
                async with self._catalogue.reading() as connection:
                    batch = await rows_between(connection, first, first + LOADED_AT_ONCE - 1)
                await asyncio.to_thread(self._columns.apply, batch)

    async def _take_kept(self, connection: AsyncConnection, kept_at: int) -> None:
        """One chunk after another, so that no two are in memory twice."""
        columns = Columns()
        try:
            while (data := await load_chunk(connection, len(columns.chunks))) is not None:
                await asyncio.to_thread(decode_chunk, data, columns)
        except CorruptError as error:
            _log.warning("library made anew", code=error.code, reason=error.message)
            return
        self._columns, self._seen = columns, kept_at

    async def _catch_up(self, connection: AsyncConnection) -> bool:
        """Take up what changed since; returns False where that is not known any more."""
        changes = await changes_after(connection, self._seen)
        if changes.numbers and changes.whole:
            gone = set(changes.numbers)
            async for batch in rows_of(connection, changes.numbers):
                await asyncio.to_thread(self._columns.apply, batch)
                gone.difference_update(batch.numbers)
            await asyncio.to_thread(self._columns.apply, Batch(), gone)
        self._seen = changes.last
        return changes.whole


async def _still(connection: AsyncConnection, turn: int) -> None:
    """Go on keeping only where nobody has begun meanwhile, in the transaction that keeps.

    Raises:
        ConflictError: ``library.overtaken``.
    """
    if await get_counter(connection, _TURNS) != turn:
        raise ConflictError(_OVERTAKEN, "Another process keeps the library now.")
