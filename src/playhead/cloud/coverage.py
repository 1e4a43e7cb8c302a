"""Coverage in the cloud: each site's ledger, asked of it through the pool; days that are over also while it is away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError, UnavailableError
from playhead.base.ids import SiteId, WorkstationId
from playhead.base.instants import day_begins, day_of
from playhead.cloud.asking import Asking, Somebody, unreached
from playhead.cloud.present import Present as Sites
from playhead.domain.accounts import DayAccount, Present, RecordingAccount
from playhead.domain.coverage import Ledger
from playhead.domain.names_in_cloud import may_be_called_so
from playhead.domain.recordings import Recording
from playhead.domain.site_coverage import (
    ANSWER_BYTES_MAX,
    DayAnswer,
    DayQuestion,
    RecordingAnswer,
    read_coverage,
    write_coverage,
)
from playhead.domain.spans import Spans
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.coverage import past_days, recalled

_PORTAL = Somebody("portal")
"""Who may see which workstation, the portal decides by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesCoverage:
    """What `playhead.portal.needs_coverage.CoverageOfSites` asks for.

    Args:
        asking: the tenant's sites.
        catalogue: the tenant's.
        present: of the sites.
        clock: tells the time.
    """

    asking: Asking
    catalogue: Catalogue
    present: Sites
    clock: Clock

    async def sites(self) -> Sequence[SiteId]:
        """Those that there are, by name."""
        return sorted(await self.asking.links.presences(self.asking.tenant))

    async def at(self, site: SiteId, /) -> "SiteAccounts":
        """The ledger of a site.

        Raises:
            NotFoundError: ``site.not_found``.
            UnavailableError: ``site.away``: it was not there since this started, and where its days begin is not known.
        """
        presence = (await self.asking.links.presences(self.asking.tenant)).get(site)
        if presence is None:
            raise NotFoundError("site.not_found", f"There is no site {site}.")
        if presence.up and self.present.zone_of(site) is None:
            await self.present.look()
        zone = self.present.zone_of(site)
        if zone is None:
            raise unreached(site, UnavailableError("link.down", "Its time zone is not known."))
        return SiteAccounts(self, site, zone)

    def has(self, site: SiteId, workstation: WorkstationId, /) -> bool:
        """Whether a workstation may be a site's, by its name."""
        return may_be_called_so(site, workstation)

    @property
    def now(self) -> "Now":
        """The present, of all sites that are there."""
        return Now({one.workstation: one for one in self.present.coverage()})


@dataclass(frozen=True, slots=True)
class Now:
    """The present of every workstation whose site is there."""

    known: Mapping[WorkstationId, Present]

    def all(self) -> Sequence[Present]:
        """By name."""
        return [self.known[name] for name in sorted(self.known)]

    def find(self, workstation: WorkstationId, /) -> Present | None:
        """Of one; None where nothing is known of it."""
        return self.known.get(workstation)


@dataclass(frozen=True, slots=True)
class SiteAccounts:
    """What `playhead.portal.needs.Accounts` asks for, of one site."""

    of: SitesCoverage
    site: SiteId
    zone: ZoneInfo
    """In which its days begin."""

    @property
    def today(self) -> date:
        """At the site."""
        return day_of(self.of.clock.wall_us(), self.zone)

    def bounds(self, day: date) -> tuple[int, int]:
        """Wall times at which a day begins and ends at the site."""
        return day_begins(day, self.zone), day_begins(day + timedelta(days=1), self.zone)

    async def day(self, day: date, workstations: Collection[WorkstationId]) -> Mapping[WorkstationId, DayAccount]:
        """Of some workstations; one that the site does not have is left out.

        Raises:
            UnavailableError: ``site.away``, ``site.lost``: and the day is not over, or not known here.
        """
        asked = write_coverage(DayQuestion(str(self.site), tuple(str(one) for one in workstations)))
        try:
            body = await self.of.asking.whole(
                self.site, "POST", f"/asked/coverage/days/{day}", _PORTAL, asked, bytes_max=ANSWER_BYTES_MAX
            )
        except UnavailableError:
            found = await self._told_before(day, workstations)
            if found is None:
                raise
            return found
        accounts = read_coverage(body, DayAnswer).accounts
        told = {WorkstationId(name): account for name, account in accounts.items()}
        return {name: replace(told[name], workstation=name) for name in workstations if name in told}

    async def recording(self, recording: Recording) -> RecordingAccount:
        """Of a recording.

        Raises:
            UnavailableError: ``site.away``, ``site.lost``.
            NotFoundError: ``recording.not_found``, ``recording.erased``.
        """
        target = f"/asked/coverage/recordings/{recording.id}"
        body = await self.of.asking.whole(self.site, "GET", target, _PORTAL, bytes_max=ANSWER_BYTES_MAX)
        return read_coverage(body, RecordingAnswer).account

    async def _told_before(
        self, day: date, workstations: Collection[WorkstationId]
    ) -> dict[WorkstationId, DayAccount] | None:
        """A day that is over, as the site has told it; None where it has not."""
        if day >= self.today:
            return None
        async with self.of.catalogue.reading() as connection:
            past = await past_days(connection, str(day), workstations)
        if workstations and not past:
            return None
        from_us, to_us = self.bounds(day)
        # The site keeps a day of all its workstations at once: of one that is not among them, nothing was due.
        nothing = {
            name: DayAccount(name, str(day), from_us, to_us, Ledger(0, 0), Spans())
            for name in workstations
            if name not in past
        }
        return {name: recalled(one, from_us, to_us) for name, one in past.items()} | nothing
