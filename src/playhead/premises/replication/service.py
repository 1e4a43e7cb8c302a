"""Sends what has changed, batch by batch, until cancelled. Nothing that records waits for it.

Where to go on, the cloud alone knows: it notes that in the transaction in which it applies a batch. So there is nothing
here that could be lost, and a batch whose answer is lost is simply asked about.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.domain.replication import About, Place, read_place, resume, write_about
from playhead.premises.link.interface import SiteLink
from playhead.premises.replication import metrics
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.telling import MSGPACK, asked, keep_telling
from playhead.store.catalogue import Catalogue
from playhead.store.replication import begin_stream, newest_place, next_batch

CHANGES: Final = b"/site/changes"
ABOUT: Final = b"/site/about"

_log: Final[Any] = structlog.get_logger()


class ReplicationService:
    """See the module.

    Args:
        config: what the operator set.
        catalogue: open.
        link: to the cloud.
        clock: tells the time.
        jitter: a number from 0 to 1, another each time.
    """

    def __init__(
        self,
        config: ReplicationConfig,
        *,
        catalogue: Catalogue,
        link: SiteLink,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._link = link
        self._clock = clock
        self._jitter = jitter
        self.behind: int | None = None
        """Up to so many changes are not known in the cloud; None before it was asked."""
        self.told_at_us: int | None = None
        """When the cloud knew everything last, in wall time."""

    async def run(self) -> None:
        """Go on until cancelled."""
        await keep_telling(
            self._link, self._config, self.begin, self.tell, failing="the cloud was not told", jitter=self._jitter
        )

    async def begin(self) -> Place:
        """Say what this site is, and ask the cloud where to go on.

        Raises:
            PlayheadError: the cloud cannot be asked, or refuses; the catalogue cannot be used.
        """
        await asked(self._link, "PUT", ABOUT, [MSGPACK], write_about(About(self._config.origins)))
        known = read_place(await asked(self._link, "GET", CHANGES, [MSGPACK]))
        async with self._catalogue.reading() as connection:
            own = await newest_place(connection)
        place = resume(own, known) if own.stream else None
        if place is None:
            async with self._catalogue.writing() as connection:
                await begin_stream(connection, max(self._clock.wall_us(), known.stream + 1))
                own = await newest_place(connection)
            _log.info("everything is told to the cloud from the beginning", stream=own.stream)
            place = Place(own.stream, 0)
        return place

    async def tell(self, place: Place) -> Place:
        """Send everything that changed after a place; where the cloud stands then.

        Raises:
            PlayheadError: as `begin`.
        """
        while True:
            async with self._catalogue.reading() as connection:
                outgoing = await next_batch(connection, place)
                newest = await newest_place(connection)
            self.behind = newest.position - place.position
            metrics.BEHIND.set(self.behind)
            if outgoing is None:
                self.told_at_us = self._clock.wall_us()
                return place
            if outgoing.oversized:
                metrics.LEFT_OUT.inc(len(outgoing.oversized))
                _log.error("a recording is too large to be told of", positions=outgoing.oversized)
            place = read_place(await asked(self._link, "PUT", CHANGES, [MSGPACK], outgoing.body))
            metrics.SENT.inc(outgoing.documents)
            metrics.BYTES.inc(len(outgoing.body))
