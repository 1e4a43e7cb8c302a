"""What the portal of several sites needs to tell what should exist at each, what does, and why the rest does not."""

from collections.abc import Sequence
from typing import Protocol

from playhead.base.ids import SiteId, WorkstationId
from playhead.portal.needs import Accounts, Presents


class CoverageOfSites(Protocol):
    """The ledgers of several sites. `playhead.cloud.coverage.SitesCoverage`."""

    async def sites(self) -> Sequence[SiteId]:
        """Whose there are, by name."""
        ...

    async def at(self, site: SiteId, /) -> Accounts:
        """A site's; its `day` leaves out workstations that it does not have.

        Raises:
            NotFoundError: ``site.not_found``.
            UnavailableError: ``site.away``.
        """
        ...

    def has(self, site: SiteId, workstation: WorkstationId, /) -> bool:
        """Whether a workstation may be a site's, by its name."""
        ...

    @property
    def now(self) -> Presents:
        """The present, of all sites together."""
        ...
