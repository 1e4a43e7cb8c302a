"""A site without workstations: catalogue, keys and segment store in a folder, with recordings put in by hand."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, RoleId, SegmentId, SiteId, UserId, WorkstationId
from playhead.domain.health import Problem
from playhead.domain.history import Entry
from playhead.domain.live import Event, LiveWorkstation, SegmentGrew
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import Assignment
from playhead.portal.passwords import Passwords
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.coverage.service import CoverageService
from playhead.premises.keeping.config import KeepingConfig
from playhead.premises.keeping.service import KeepingService
from playhead.premises.player.config import PlayerConfig
from playhead.premises.player.service import PlayerService
from playhead.premises.screen.live import Hub, Subscription
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue, recordings, users, workstations
from playhead.store.catalogue.audit import AuditEntry, list_audit
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Eraser, Gone
from playhead.store.keyring import Keyring
from playhead.store.segments import CatalogueLedger, OpenSegment, SegmentStore
from playhead.testing.catalogues import opened
from playhead.testing.clock import SimClock
from playhead.testing.vid import VidFixture
from playhead.wire.screen.blackouts import BY_API, BlackoutOrder
from playhead.wire.screen.log_orders import AS_CONFIGURED, LogOrder
from playhead.wire.screen.messages import Result

SITE = SiteId("site")
PASSWORD = "correct horse battery"  # noqa: S105 - not a secret
"""Of every user that `Site.add_user` adds."""


@dataclass
class FakeControl:
    """Workstations that do as they are told, and say what was asked of them."""

    hub: Hub = field(default_factory=Hub)
    live: dict[WorkstationId, LiveWorkstation] = field(default_factory=dict[WorkstationId, LiveWorkstation])
    asked: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """Workstation, command, reason."""
    blackouts: list[BlackoutOrder] = field(default_factory=list[BlackoutOrder])
    """Who asked for blackouts, or their end."""
    ages_us: dict[RecordingId, int] = field(default_factory=dict[RecordingId, int])
    """How long ago each recording grew."""
    newest: dict[WorkstationId, Entry] = field(default_factory=dict[WorkstationId, Entry])
    """The last change in each one's journal."""
    touched: Callable[[WorkstationId, int], None] = lambda _workstation, _from_us: None
    """As `on_history` was told."""
    refusal: Result | None = None
    """What they answer to everything, if set."""
    wrong: list[Problem] = field(default_factory=list[Problem])
    """What is wrong with the server."""

    def connect(self, name: str, *, agent: str = "", state: str = "idle") -> LiveWorkstation:
        """A workstation connects, or tells something new."""
        known = LiveWorkstation(WorkstationId(name), connected=True, changed_at_us=0, state=state, agent=agent)
        self.live[known.id] = known
        return known

    def publish(self, event: Event) -> None:
        """Something happens."""
        self.hub.publish(event)

    async def command(
        self,
        workstation: WorkstationId,
        name: str,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        blackout: BlackoutOrder = BY_API,
        segment: SegmentId | None = None,
        log: LogOrder = AS_CONFIGURED,
    ) -> Result:
        """As `ScreenService.command`."""
        reason = reason if segment is None else str(segment)
        reason = log.level or reason
        if name.startswith("blackout"):
            self.blackouts.append(blackout)
        self.asked.append((str(workstation), name, reason))
        if workstation not in self.live:
            raise UnavailableError("screen.not_connected", f"{workstation} is not connected.")
        if self.refusal is not None:
            return self.refusal
        return Result(id=len(self.asked), ok=True, recording=b"" if recording is None else recording.bytes)

    @asynccontextmanager
    async def watching(self, workstation: WorkstationId) -> AsyncGenerator[None]:
        """As `ScreenService.watching`."""
        self.asked.append((str(workstation), "live_on", ""))
        try:
            yield
        finally:
            self.asked.append((str(workstation), "live_off", ""))

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """As `ScreenService.progress_age_us`."""
        return self.ages_us.get(recording)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong."""
        return tuple(self.wrong)

    def workstations(self) -> list[LiveWorkstation]:
        """As `ScreenService.workstations`."""
        return [self.live[name] for name in sorted(self.live)]

    def newest_change(self, workstation: WorkstationId) -> Entry | None:
        """As `ScreenService.newest_change`."""
        return self.newest.get(workstation)

    def announce(self, event: Event) -> None:
        """As `ScreenService.announce`."""
        self.publish(event)

    def on_history(self, touched: Callable[[WorkstationId, int], None]) -> None:
        """As `ScreenService.on_history`."""
        self.touched = touched

    def subscribe(self, recording: RecordingId | None = None) -> Subscription:
        """As `ScreenService.subscribe`."""
        return self.hub.subscribe(recording)


@dataclass
class Site:
    """What services of the premises share."""

    folder: Path
    clock: SimClock
    catalogue: Catalogue
    keyring: Keyring
    store: SegmentStore
    control: FakeControl
    audit: AuditTrail
    passwords: Passwords

    def coverage(self, config: CoverageConfig | None = None) -> CoverageService:
        """The ledger of this site; to be run by the caller. Its days are those of UTC."""
        return CoverageService(
            config or CoverageConfig(time_zone="UTC"),
            catalogue=self.catalogue,
            watched=self.control,
            clock=self.clock,
        )

    def player(self, config: PlayerConfig | None = None) -> PlayerService:
        """The player's media of this site; to be run by the caller."""
        return PlayerService(
            config or PlayerConfig(),
            catalogue=self.catalogue,
            store=self.store,
            keyring=self.keyring,
            screen=self.control,
            audit=self.audit,
            clock=self.clock,
            explain=self.coverage().ledger.explain,
        )

    def keeping(
        self, config: KeepingConfig | None = None, on_gone: Callable[[Gone], None] = lambda _: None
    ) -> KeepingService:
        """Keeping and destroying at this site; to be run by the caller, if at all."""
        eraser = Eraser(
            self.folder / "segments",
            self.folder / "erasures",
            catalogue=self.catalogue,
            disk=SystemDisk(),
            authority=self.keyring.authority,
            audit=self.audit,
            clock=self.clock,
            on_gone=on_gone,
        )
        return KeepingService(
            config or KeepingConfig(rate=1_000),
            catalogue=self.catalogue,
            eraser=eraser,
            audit=self.audit,
            clock=self.clock,
        )

    async def add_user(self, name: str, *roles: RoleId) -> None:
        """Somebody who may sign in with `PASSWORD`."""
        hashed = await self.passwords.hash(PASSWORD)
        user = users.User(UserId(name), name.title(), hashed, self.clock.wall_us())
        async with self.catalogue.writing() as connection:
            await users.add_user(connection, user, [Assignment(role) for role in roles])

    async def add_workstation(self, name: str) -> None:
        """One that is enrolled."""
        async with self.catalogue.writing() as connection:
            await workstations.enrol_workstation(
                connection,
                workstation=WorkstationId(name),
                signer=bytes(32),
                certificate_hash=bytes(32),
                now_us=self.clock.wall_us(),
            )

    async def add_recording(
        self, recording: RecordingId, *, workstation: str = "pc-1", agent: str = "agent.one", started_at_us: int
    ) -> None:
        """One without segments, under way; its workstation is enrolled as needed."""
        async with self.catalogue.reading() as connection:
            known = await workstations.find_workstation(connection, WorkstationId(workstation))
        if known is None:
            await self.add_workstation(workstation)
        async with self.catalogue.writing() as connection:
            await recordings.add_recording(
                connection,
                recording=recording,
                workstation=WorkstationId(workstation),
                agent=agent,
                started_at_us=started_at_us,
                site=str(SITE),
            )

    async def add_fixture(self, fixture: VidFixture, *, size: int | None = None) -> OpenSegment:
        """A recording's segment with the fixture's bytes up to ``size``; the recording is made as needed."""
        header = fixture.header
        async with self.catalogue.reading() as connection:
            known = await recordings.find_recording(connection, header.recording)
        if known is None:
            await self.add_recording(
                header.recording,
                workstation=str(header.workstation),
                agent=header.agent,
                started_at_us=header.started_at_us,
            )
        segment = await self.store.open(fixture.header_bytes)
        await self.grow(segment, fixture.data[len(fixture.header_bytes) : size])
        return segment

    async def grow(self, segment: OpenSegment, data: bytes) -> None:
        """More of a segment becomes durable, and everyone is told."""
        self.store.append(segment, data)
        if segment.scanner.sealed:
            self.store.end(segment, "sealed")
        await self.store.settled(segment)
        grew = SegmentGrew(
            segment.header.recording, segment.id, segment.durable, segment.scanner.covered_us, segment.ended
        )
        self.control.publish(grew)

    async def set_state(self, recording: RecordingId, state: RecordingState, ended_at_us: int | None) -> None:
        """Change a recording's state in the catalogue."""
        async with self.catalogue.writing() as connection:
            await recordings.set_recording_state(connection, recording, state, ended_at_us)

    async def audited(self, action: str) -> list[AuditEntry]:
        """What the audit log holds of an action, newest first."""
        async with self.catalogue.reading() as connection:
            return await list_audit(connection, action=action)


@asynccontextmanager
async def opened_site(folder: Path) -> AsyncGenerator[Site]:
    """An empty site in ``folder``, whose segment store commits at once."""
    clock = SimClock()
    (folder / "keys").mkdir(mode=0o700)
    catalogue = await opened(folder / "catalogue.db")
    store = SegmentStore(
        folder / "segments",
        disk=SystemDisk(),
        ledger=CatalogueLedger(catalogue, clock),
        clock=clock,
        interval_s=0.0,
        reserve_bytes=0,
    )
    await store.recover()
    passwords = Passwords(memory_kib=64)
    committing = asyncio.create_task(store.run())
    try:
        yield Site(
            folder=folder,
            clock=clock,
            catalogue=catalogue,
            keyring=Keyring.open(folder / "keys", SITE, clock),
            store=store,
            control=FakeControl(),
            audit=AuditTrail(catalogue, clock),
            passwords=passwords,
        )
    finally:
        committing.cancel()
        passwords.close()
        await catalogue.close()
