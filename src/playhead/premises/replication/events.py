"""Tells the cloud what happens at this site: every event of the outbox, in its order; runs until cancelled.

Messaging takes events from the outbox on its own. What the cloud has not taken yet is kept beside it, as long as the
site has a cloud: a week without a link, or a broker that is away, changes nothing for the other.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
import zstandard

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.domain.event_batches import EventPlace, read_event_place, resume, write_events
from playhead.domain.events import dropped
from playhead.premises.link.interface import SiteLink
from playhead.premises.replication import metrics
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.rules import excess
from playhead.premises.replication.telling import MSGPACK, asked, keep_telling
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events
from playhead.store.replication import kept

EVENTS: Final = b"/site/events"
_HEADERS: Final = (MSGPACK, (b"content-encoding", b"zstd"))

KEEP_S: Final = 15.0
"""How often it is looked whether the site has a cloud, and how much is kept for it."""

AT_ONCE_MAX: Final = 500
"""Events let go in one transaction, so that nobody who writes waits long."""

_log: Final[Any] = structlog.get_logger()


class EventsService:
    """See the module.

    Args:
        config: what the operator set.
        catalogue: open.
        link: to the cloud.
        joined: whether the site has a cloud; may block.
        clock: tells the time.
        jitter: a number from 0 to 1, another each time.
    """

    def __init__(
        self,
        config: ReplicationConfig,
        *,
        catalogue: Catalogue,
        link: SiteLink,
        joined: Callable[[], bool],
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._link = link
        self._joined = joined
        self._clock = clock
        self._jitter = jitter

    async def run(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep(), name="kept events")
            telling = keep_telling(
                self._link,
                self._config,
                self.begin,
                self.tell,
                failing="the cloud was not told of events",
                jitter=self._jitter,
            )
            tasks.create_task(telling, name="events to the cloud")

    async def begin(self) -> EventPlace:
        """Ask the cloud where to go on.

        Raises:
            PlayheadError: the cloud cannot be asked, or refuses; the catalogue cannot be used.
        """
        known = read_event_place(await asked(self._link, "GET", EVENTS))
        async with self._catalogue.writing(durable=False) as connection:
            await kept.follow(connection)
            own = await kept.own_place(connection, known)
        place = resume(own, known)
        if place is not None:
            return place
        async with self._catalogue.writing() as connection:
            stream = await kept.begin_event_stream(connection, max(self._clock.wall_us(), known.stream + 1))
        _log.info("events are told to the cloud from the beginning", stream=stream)
        return EventPlace(stream, 0)

    async def tell(self, place: EventPlace) -> EventPlace:
        """Send everything after a place; where the cloud stands then.

        Raises:
            PlayheadError: as `begin`.
        """
        while True:
            async with self._catalogue.reading() as connection:
                newest = await kept.newest_kept(connection)
            waiting = max(0, newest - place.position)
            metrics.EVENTS_WAITING.set(waiting)
            if not newest:
                return place
            async with self._catalogue.writing(durable=waiting > 0) as connection:
                some = await kept.next_kept(connection, place)
            if not some:
                return place
            batch = write_events(place, some)
            if batch.left_out:
                metrics.EVENTS_LEFT_OUT.inc(len(batch.left_out))
                _log.error("events that the cloud does not take", numbers=batch.left_out)
            packed = await asyncio.to_thread(zstandard.ZstdCompressor(level=3).compress, batch.body)
            place = read_event_place(await asked(self._link, "PUT", EVENTS, _HEADERS, packed))
            metrics.EVENTS_SENT.inc(batch.events)
            metrics.BYTES.inc(len(packed))

    async def keep(self) -> None:
        """Keep events where the site has a cloud, none where it has not, and not more than may be.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        if not await asyncio.to_thread(self._joined):
            await self._let_go()
            return
        async with self._catalogue.reading() as connection:
            followed = await kept.is_followed(connection)
            state = await kept.kept_state(connection)
        if not followed:
            async with self._catalogue.writing() as connection:
                await kept.follow(connection)
        too_much = excess(self._config, state.events, state.oldest_at_us, self._clock.wall_us())
        if too_much is not None:
            await self._give_up(too_much.reason, too_much.count, too_much.before_us)

    async def _keep(self) -> None:
        while True:
            try:
                await self.keep()
            except PlayheadError as error:
                _log.warning("kept events not looked after", code=error.code, reason=error.message)
            await asyncio.sleep(KEEP_S)

    async def _let_go(self) -> None:
        async with self._catalogue.reading() as connection:
            gone = AT_ONCE_MAX if await kept.is_followed(connection) else (await kept.kept_state(connection)).events
        while gone:
            async with self._catalogue.writing(durable=False) as connection:
                gone = await kept.unfollow(connection, AT_ONCE_MAX)

    async def _give_up(self, reason: str, count: int | None, before_us: int | None) -> None:
        gone = 0
        while count is None or gone < count:
            limit = AT_ONCE_MAX if count is None else min(AT_ONCE_MAX, count - gone)
            async with self._catalogue.writing() as connection:
                times = await kept.give_up_oldest(connection, limit, before_us)
                if not times:
                    break
                gone += len(times)
                told = dropped(len(times), times[0], times[-1], f"cloud.{reason}", self._clock.wall_us())
                await add_events(connection, [told])
        metrics.EVENTS_GIVEN_UP.inc(gone)
        _log.error("events for the cloud given up", count=gone, limit=reason)
