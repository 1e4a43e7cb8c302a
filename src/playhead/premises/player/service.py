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
from playhead.premises.player.live import Lookup
from playhead.premises.player.newest import NewestThumbnails
from playhead.premises.player.reasons import Explain
from playhead.premises.player.routes import Media
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.streamed import Turns
from playhead.premises.player.tidying import tidying
from playhead.premises.player.viewings import Viewings
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring
from playhead.store.segments import SegmentStore

BUSY: Final = UnavailableError("media.busy", "Too much is being played at once.", hint="Try again in a moment.")
"""What is said past `PlayerConfig.responses_max`."""

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
        self.shelf = Shelf(store, keyring, clock)
        """Shared with native players, as are the next three."""
        self.viewings = Viewings(catalogue, audit, clock)
        self.demand = Demand(screen, config.live_grace.seconds)
        self.screen = screen
        self.newest = NewestThumbnails(catalogue, store, self.shelf, keyring)
        """For the portal's wall of what is being recorded."""
        media = Media(
            config=config,
            clock=clock,
            catalogue=catalogue,
            keyring=keyring,
            shelf=self.shelf,
            screen=screen,
            demand=self.demand,
            audit=audit,
            answers=Turns(config.responses_max, BUSY),
            viewers=Turns(config.viewers_max, _FULL),
            viewings=self.viewings,
            explain=explain,
        )
        self.lookup: Lookup = media.lookup
        """A recording and its segments, as the catalogue has them now."""
        self.routes: list[BaseRoute] = media.routes()
        """To be mounted where the portal listens."""
        self.described = DESCRIPTION
        """The same for the portal's OpenAPI document."""

    def forget(self, segments: Iterable[SegmentId]) -> None:
        """Keep nothing at hand of segments that were erased."""
        self.shelf.forget(segments)

    async def run(self) -> None:
        """Tell workstations who watches, and tidy up, until cancelled. The routes work while this runs."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.demand.run())
            tasks.create_task(tidying(self.shelf, self.viewings))
