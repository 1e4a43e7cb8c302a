"""The present of all sites of a tenant, for its portal: asked of them through the pool, and kept for a moment.

A site that is away has no present: its workstations are shown as those of a server that has just started. What an order
comes to, its site says.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import structlog
from sqlalchemy import func, select

from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError, PlayheadError, ProtocolError, UnavailableError
from playhead.base.ids import RecordingId, SiteId, TenantId, WorkstationId
from playhead.cloud.asking import Asking, Somebody
from playhead.cloud.links import Links
from playhead.cloud.rules import INTEREST_S, LOOK_S, REST_S
from playhead.domain.accounts import Present as Covered
from playhead.domain.health import Problem
from playhead.domain.live import (
    CoverageChanged,
    Event,
    HealthChanged,
    LiveWorkstation,
    RecordingChanged,
    Resync,
    WorkstationChanged,
)
from playhead.domain.names_in_cloud import workstation_in_cloud
from playhead.domain.presence import PRESENCE_BYTES_MAX, LivePicture, SitePresence, read_presence
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.schema import replication_changes
from playhead.wire.screen.blackouts import BY_API, BlackoutOrder
from playhead.wire.screen.messages import CommandName, Result
from playhead.wire.site_orders import SiteOrder, write_order

EVENTS_WAITING_MAX: Final = 1_000
"""Of a page that is slow; then it is told to look at everything again."""

CHANGES_MAX: Final = 200
"""Recordings told of one by one; where more have changed, pages load again."""

PICTURE_BYTES_MAX: Final = 256 << 10

_AWAY: Final = (
    "It records on by itself. What it has told, and what is in the cloud, is here; the rest comes once it is back."
)
_LIVE: Final = frozenset({"live"})
_RESULTS: Final = msgspec.msgpack.Decoder(Result)
_log: Final[Any] = structlog.get_logger()


@dataclass(slots=True)
class _Known:
    """What a site told last."""

    presence: SitePresence = field(default_factory=SitePresence)
    etag: bytes = b""
    asked_at_us: int = 0
    """By our monotonic clock."""
    names: dict[WorkstationId, WorkstationId] = field(default_factory=dict[WorkstationId, WorkstationId])
    """What the site calls its workstations, by what the cloud does."""
    coverage: dict[WorkstationId, Covered] = field(default_factory=dict[WorkstationId, Covered])
    workstations: dict[WorkstationId, LiveWorkstation] = field(default_factory=dict[WorkstationId, LiveWorkstation])


class Watching:
    """Events from now on. Used as ``with present.subscribe() as changes: async for change in changes``."""

    def __init__(self, among: set["Watching"]) -> None:
        self._among = among
        self._waiting: asyncio.Queue[Event] = asyncio.Queue()

    def __enter__(self) -> Self:
        self._among.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._among.discard(self)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self._waiting.get()

    def offer(self, event: Event) -> None:
        """Put an event in line, or replace the whole line by one `Resync`."""
        if self._waiting.qsize() >= EVENTS_WAITING_MAX:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            event = Resync()
        self._waiting.put_nowait(event)


class Present:
    """See the module. What `playhead.portal.needs.Control` and ``Pictures`` ask for.

    Args:
        tenant: whose.
        catalogue: theirs.
        links: to the sites.
        clock: tells the time.
    """

    def __init__(self, tenant: TenantId, catalogue: Catalogue, links: Links, clock: Clock) -> None:
        self._tenant = tenant
        self._catalogue = catalogue
        self._links = links
        self._asking = Asking(tenant, links)
        self._clock = clock
        self._sites: dict[SiteId, _Known] = {}
        self._watching: set[Watching] = set()
        self._looked_at_us: int | None = None
        self._wanted = asyncio.Event()
        self._seen = 0
        self._began_us = clock.wall_us()
        self._away: dict[SiteId, int | None] = {}
        self._zones: dict[SiteId, ZoneInfo] = {}

    async def run(self) -> None:
        """Ask the sites again and again, often while somebody looks, until cancelled."""
        self._seen = await self._newest()
        while True:
            self._wanted.clear()
            try:
                await self.look()
                await self._tell_changes()
            except PlayheadError as error:
                _log.warning("the present is not known", tenant=str(self._tenant), code=error.code)
            await self._rest()

    async def look(self) -> None:
        """Ask every site once, all at the same time.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        presences = await self._links.presences(self._tenant)
        away = {site: presence.seen_at_us for site, presence in presences.items() if not presence.up}
        if away.keys() != self._away.keys():
            self._away = away
            self._publish(HealthChanged(self.problems()))
        for site in [one for one in self._sites if one not in presences or not presences[one].up]:
            self._forget(site)
        async with asyncio.TaskGroup() as tasks:
            for site, presence in presences.items():
                if presence.up:
                    tasks.create_task(self._look_at(site))

    # What the portal asks for

    def workstations(self) -> list[LiveWorkstation]:
        """Of all sites that are there."""
        self._looked_at_us = self._clock.monotonic_us()
        self._wanted.set()
        return [one for known in self._sites.values() for one in known.workstations.values()]

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """How long ago more of a recording became durable at its site."""
        for known in self._sites.values():
            age_us = known.presence.progress_age_us.get(str(recording))
            if age_us is not None:
                return age_us + self._clock.monotonic_us() - known.asked_at_us
        return None

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong at the sites, each with the name of its site; and which cannot be asked."""
        away = tuple(
            Problem("site.away", f"{site} is not connected.", _AWAY, since_us or self._began_us)
            for site, since_us in sorted(self._away.items())
        )
        return away + tuple(
            replace(one, message=f"{site}: {one.message}")
            for site, known in sorted(self._sites.items())
            for one in known.presence.problems
        )

    def coverage(self) -> list[Covered]:
        """Who is covered, of all sites that are there."""
        self.workstations()
        return [one for known in self._sites.values() for one in known.coverage.values()]

    def zone_of(self, site: SiteId) -> ZoneInfo | None:
        """In which a site's days begin; None where it has not been asked since this started."""
        return self._zones.get(site)

    def subscribe(self) -> Watching:
        """What changes from now on."""
        return Watching(self._watching)

    async def command(
        self,
        workstation: WorkstationId,
        name: CommandName,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        blackout: BlackoutOrder = BY_API,
    ) -> Result:
        """Have a workstation do something, through its site.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``; ``site.away``, ``site.lost``.
        """
        for site, known in self._sites.items():
            local = known.names.get(workstation)
            if local is not None:
                order = SiteOrder(name, "" if recording is None else str(recording), reason, blackout)
                target = f"/asked/workstations/{local}"
                somebody = Somebody(blackout.by or "cloud", _LIVE)
                body = await self._asking.whole(
                    site, "POST", target, somebody, write_order(order), bytes_max=PRESENCE_BYTES_MAX
                )
                return _result(body)
        raise UnavailableError("screen.not_connected", f"The site of {workstation} is not connected.")

    async def find(self, recordings: Sequence[RecordingId], /) -> Mapping[RecordingId, LivePicture]:
        """The newest small pictures of what is being recorded."""
        pictures = {key: one for known in self._sites.values() for key, one in known.presence.pictures.items()}
        return {one: pictures[str(one)] for one in recordings if str(one) in pictures}

    async def open(self, recording: RecordingId, /) -> tuple[str, bytes]:
        """One of them: its tag, and the JPEG.

        Raises:
            NotFoundError: ``thumbnail.none``.
            UnavailableError: ``site.away``, ``site.lost``.
        """
        for site, known in self._sites.items():
            picture = known.presence.pictures.get(str(recording))
            if picture is not None:
                answer = await self._asking.begin(site, "GET", f"/asked/pictures/{recording}", Somebody("wall", _LIVE))
                tag = dict(answer.headers).get(b"etag", b"").decode("latin-1").strip('"')
                return tag or picture.tag, await self._asking.read(site, answer, PICTURE_BYTES_MAX)
        raise NotFoundError("thumbnail.none", "There is no picture yet.")

    # Asking

    async def _look_at(self, site: SiteId) -> None:
        known = self._sites.setdefault(site, _Known())
        headers = [(b"if-none-match", known.etag)] if known.etag else []
        try:
            answer = await self._asking.begin(site, "GET", "/asked/presence", Somebody("portal"), headers=headers)
            if answer.status == HTTPStatus.NOT_MODIFIED:
                await answer.read()
                return
            presence = read_presence(await self._asking.read(site, answer, PRESENCE_BYTES_MAX))
        except PlayheadError as error:
            _log.warning("a site does not tell of its present", site=str(site), code=error.code)
            self._forget(site)
            return
        known.etag = dict(answer.headers).get(b"etag", b"")
        known.asked_at_us = self._clock.monotonic_us()
        known.presence = presence
        before = known.workstations
        known.names = {workstation_in_cloud(site, one.id): one.id for one in presence.workstations}
        known.workstations = {
            name: replace(one, id=name) for name, one in zip(known.names, presence.workstations, strict=True)
        }
        for name, one in known.workstations.items():
            if before.get(name) != one:
                self._publish(WorkstationChanged(one))
        covered = known.coverage
        known.coverage = {
            name: replace(one, workstation=name)
            for name, one in ((workstation_in_cloud(site, one.workstation), one) for one in presence.coverage)
        }
        for name, one in known.coverage.items():
            if covered.get(name) != one:
                self._publish(CoverageChanged(one))
        self._zones[site] = _zone(presence.time_zone)

    def _forget(self, site: SiteId) -> None:
        known = self._sites.pop(site, None)
        for one in () if known is None else known.workstations.values():
            self._publish(WorkstationChanged(replace(one, connected=False, recording=None)))

    async def _rest(self) -> None:
        """Until it is time to ask again: soon where somebody looks, or begins to."""
        looked_at_us = self._looked_at_us
        recent = looked_at_us is not None and self._clock.monotonic_us() - looked_at_us < INTEREST_S * 1e6
        if recent:
            await asyncio.sleep(LOOK_S)
            return
        try:
            async with asyncio.timeout(REST_S):
                await self._wanted.wait()
        except TimeoutError:
            return

    # What was replicated

    async def _newest(self) -> int:
        async with self._catalogue.reading() as connection:
            return (await connection.execute(select(func.max(replication_changes.c.position)))).scalar_one() or 0

    async def _tell_changes(self) -> None:
        """Of recordings that have changed in the tenant's catalogue since the last time."""
        columns = replication_changes.c
        query = select(columns.position, columns.kind, columns.key).where(columns.position > self._seen)
        async with self._catalogue.reading() as connection:
            rows = (await connection.execute(query.order_by(columns.position).limit(CHANGES_MAX + 1))).all()
        if len(rows) > CHANGES_MAX:
            self._seen = await self._newest()
            self._publish(Resync())
            return
        for row in rows:
            self._seen = row.position
            if row.kind == "recording":
                self._publish(RecordingChanged(RecordingId.parse(row.key)))

    def _publish(self, event: Event) -> None:
        for one in self._watching:
            one.offer(event)


def _result(body: bytes) -> Result:
    try:
        return _RESULTS.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        raise ProtocolError("http.answer", "The site's answer cannot be understood.") from None


def _zone(name: str) -> ZoneInfo:
    """A site's time zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
