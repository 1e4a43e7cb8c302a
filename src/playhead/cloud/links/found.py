"""Where sites were found whose links other processes have."""

from collections.abc import Sequence
from typing import Final

from playhead.base.clock import Clock
from playhead.base.ids import TenantSite
from playhead.store.catalogue import Catalogue
from playhead.store.sites.processes import GONE_US, Whereabouts, whereabouts

HELD_US: Final = GONE_US // 3
"""How long it is believed without asking again: no longer than every process says that it is there. One that has a
site's links no more says so before anything was asked, and then it is looked up."""

SITES_MAX: Final = 4_096


class Found:
    """See the module.

    Args:
        control: the control catalogue.
        process: this one's name, which is left out.
        clock: tells the time.
    """

    def __init__(self, control: Catalogue, process: str, clock: Clock) -> None:
        self._control = control
        self._process = process
        self._clock = clock
        self._known: dict[TenantSite, tuple[int, Sequence[Whereabouts]]] = {}

    def known(self, site: TenantSite) -> Sequence[Whereabouts]:
        """Where it was lately; nothing where that has to be looked up."""
        at_us, found = self._known.get(site, (0, ()))
        return found if self._clock.monotonic_us() - at_us < HELD_US else ()

    async def look(self, site: TenantSite) -> Sequence[Whereabouts]:
        """Where it is now, those heard of last first.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._control.reading() as connection:
            every = await whereabouts(connection, site, self._clock.wall_us())
        found = [where for where in every if where.process != self._process]
        if len(self._known) >= SITES_MAX:
            self._known.clear()
        self._known[site] = (self._clock.monotonic_us(), found)
        return found

    def forget(self, site: TenantSite) -> None:
        """It is not there any more."""
        self._known.pop(site, None)
