"""The player's media as a service. It has no port of its own: the portal mounts its routes."""

import asyncio
from collections.abc import Iterable
from typing import Final

from starlette.routing import BaseRoute

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.premises.player.config import PlayerConfig
from playhead.premises.player.demand import Demand, Screen
from playhead.premises.player.described import DESCRIPTION
from playhead.premises.player.newest import NewestThumbnails
from playhead.premises.player.reasons import Explain
from playhead.premises.player.routes import Media
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.streamed import Turns
from playhead.premises.player.viewings import Viewings
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring
from playhead.store.segments import SegmentStore

TIDY_S: Final = 60.0
"""How often keys that nobody used lately are forgotten, and what was played is noted."""

_BUSY: Final = UnavailableError("media.busy", "Too much is being played at once.", hint="Try again in a moment.")
_FULL: Final = UnavailableError("media.full", "Too many watch live at once.", hint="Try again later.")


class PlayerService:
    """Media of recordings, decrypted for those who hold a token.

    Args:
        config: what the operator set.
        catalogue: open.
        store: where the segments lie.
        keyring: opens recordings, and verifies tokens.
        screen: the screen service, which tells what grows.
        audit: where views and refusals are noted.
        clock: tells the time.
        explain: knows why something is missing; None where nobody does.
    """

    def __init__(
        self,
        config: PlayerConfig,
        *,
        catalogue: Catalogue,
        store: SegmentStore,
        keyring: Keyring,
        screen: Screen,
        audit: AuditTrail,
        clock: Clock,
        explain: Explain | None = None,
    ) -> None:
        self._shelf = Shelf(store, keyring, clock)
        self._viewings = Viewings(catalogue, audit, clock)
        self.newest = NewestThumbnails(catalogue, store, self._shelf, keyring)
        """For the portal's wall of what is being recorded."""
        self._demand = Demand(screen, config.live_grace.seconds)
        media = Media(
            config=config,
            clock=clock,
            catalogue=catalogue,
            keyring=keyring,
            shelf=self._shelf,
            screen=screen,
            demand=self._demand,
            audit=audit,
            answers=Turns(config.responses_max, _BUSY),
            viewers=Turns(config.viewers_max, _FULL),
            viewings=self._viewings,
            explain=explain,
        )
        self.routes: list[BaseRoute] = media.routes()
        """To be mounted where the portal listens."""
        self.described = DESCRIPTION
        """The same for the portal's OpenAPI document."""

    def forget(self, segments: Iterable[SegmentId]) -> None:
        """Keep nothing at hand of segments that were erased."""
        self._shelf.forget(segments)

    async def run(self) -> None:
        """Tell workstations who watches, and tidy up, until cancelled. The routes work while this runs."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._demand.run())
                tasks.create_task(self._tidy())
        finally:
            self._shelf.close()
            await self._viewings.note(everything=True)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_S)
            self._shelf.tidy()
            await self._viewings.note()
