"""The screen service: listens, and runs until cancelled."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.health import Problem
from playhead.domain.history import Entry
from playhead.domain.live import Event, LiveWorkstation
from playhead.environment.doctor.findings import Report
from playhead.net.network import Network
from playhead.net.screen import Listener, ScreenPeer, listen
from playhead.net.tls import server_context
from playhead.premises.screen import metrics
from playhead.premises.screen.blackouts import Blackouts
from playhead.premises.screen.channel import post
from playhead.premises.screen.command_ids import CommandIds
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.screen.connected import ConnectedWorkstation, Surroundings
from playhead.premises.screen.connections import Connections
from playhead.premises.screen.descriptors import make_room
from playhead.premises.screen.directory import Directory
from playhead.premises.screen.elsewhere import Claims
from playhead.premises.screen.enrolment import Enrolment
from playhead.premises.screen.examinations import Examinations, report_of
from playhead.premises.screen.health import Health
from playhead.premises.screen.journals import Journals, Touched
from playhead.premises.screen.live import Hub, Subscription
from playhead.premises.screen.markers import Markers
from playhead.premises.screen.pace import Pacing
from playhead.premises.screen.probes import Probes
from playhead.premises.screen.recordings import Recordings
from playhead.premises.screen.refusals import Refusals
from playhead.premises.screen.rules import admit, unknown_commands
from playhead.premises.screen.upkeep import (
    all_workstations,
    look_after_keys,
    measure_recordings,
    watch_revocations,
    watch_room,
)
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import Workstation, find_workstation, note_seen
from playhead.store.keyring import Keyring
from playhead.store.segments import SegmentStore
from playhead.wire.pki import signer_of
from playhead.wire.screen import Probe, choose_version
from playhead.wire.screen.blackouts import BY_API, BlackoutOrder
from playhead.wire.screen.log_orders import AS_CONFIGURED, LogOrder
from playhead.wire.screen.messages import Authority, Command, CommandName, Enrol, Hello, Inquire, Pace, Result, Welcome

_log: Any = structlog.get_logger()


class ScreenService:
    """Takes recordings from workstations.

    Args:
        config: what the operator set.
        catalogue: open.
        segments: the store; its `run` is this service's to keep going.
        keyring: the site's keys.
        clock: tells the time.
        server: which of the site's servers this is (`playhead.store.server_id`); empty not to say.
        network: for simulations.
    """

    def __init__(
        self,
        config: ScreenConfig,
        *,
        catalogue: Catalogue,
        segments: SegmentStore,
        keyring: Keyring,
        clock: Clock,
        server: bytes = b"",
        network: Network | None = None,
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._store = segments
        self._keyring = keyring
        self._clock = clock
        self._network = network
        self._audit = AuditTrail(catalogue, clock)
        self._hub = Hub()
        self._directory = Directory(self._hub, clock)
        recordings = Recordings(catalogue, keyring.site, clock, self._directory.find, self._directory.publish)
        refusals = Refusals(catalogue, self._audit, clock)
        claims = Claims(
            server, catalogue=catalogue, store=segments, recordings=recordings, refusals=refusals, audit=self._audit
        )
        pacing = Pacing[ScreenPeer](config.catch_up.bytes, lambda peer, share: post(peer, Pace(share)))
        self._journals = Journals(catalogue, clock)
        self._blackouts = Blackouts(self._directory.all, self.command, clock)
        self.examinations = Examinations(catalogue, clock)
        """What the doctor finds on workstations."""
        self._around = Surroundings(
            segments,
            recordings,
            clock,
            self._directory,
            refusals,
            claims,
            pacing,
            self._journals,
            self._blackouts,
            self.examinations,
        )
        self._server = server
        self.health = Health(segments.disk_room, self._hub.publish)
        """What is wrong with the server."""
        self._markers = Markers(catalogue, segments, keyring, recordings)
        self.probes = Probes(catalogue=catalogue, keyring=keyring, clock=clock)
        self._enrolment = Enrolment(catalogue=catalogue, keyring=keyring, audit=self._audit, clock=clock)
        self._connected = Connections()
        self._watched: dict[WorkstationId, int] = {}
        self._command_ids = CommandIds(catalogue, clock)
        self._tls: ssl.SSLContext | None = None
        self.listening = asyncio.Event()
        """Set while connections are accepted; `port` is known then."""
        self.port = 0

    async def run(self) -> None:
        """Recover the store, listen, and serve until cancelled; then drain.

        Raises:
            UnavailableError: ``net.port_taken`` and the like: the address cannot be listened on. ``store.failed``.
        """
        recovery = await self._store.recover()
        _log.info(
            "segment store recovered",
            repaired=len(recovery.repaired),
            quarantined=len(recovery.quarantined),
            unreadable=len(recovery.unreadable),
            deleted=len(recovery.deleted),
            orphans=len(recovery.orphans),
        )
        await self._command_ids.load()
        await self._store.look_at_disk()
        self._directory.load(await all_workstations(self._catalogue))
        await self._around.recordings.refresh_of()
        await self._around.refusals.load()
        await self._journals.load()
        await self.examinations.load()
        if self._config.transport == "tls":
            file = self._keyring.server_file
            self._tls = server_context(file, file, self._keyring.authority.certificate)
        listener = await listen(
            self._serve,
            self._config.listen,
            tls=self._tls,
            clock=self._clock,
            peers_max=make_room(self._config.connections_max),
            network=self._network,
        )
        tasks = [
            asyncio.create_task(work, name=name)
            for name, work in (
                ("commit", self._store.run()),
                ("room", watch_room(self._store)),
                (
                    "revocations",
                    watch_revocations(self._catalogue, self._connected, self._directory, self.examinations),
                ),
                ("upkeep", look_after_keys(self._catalogue, self._keyring, self._tls, self._clock)),
                ("pace", self._around.pacing.run()),
                ("lengths", measure_recordings(self._around.recordings)),
                ("markers", self._markers.run()),
            )
        ]
        self.port = listener.address.port
        self.listening.set()
        _log.info("screen service listening", address=str(listener.address), transport=self._config.transport)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # none ends by itself: this raises
        finally:
            self.listening.clear()
            await self._drain(listener)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._blackouts.close()
            with contextlib.suppress(UnavailableError):  # what is not durable was not acknowledged
                await self._store.commit()
            await self._around.refusals.close()
            self._directory.close()

    async def command(
        self,
        workstation: WorkstationId,
        name: CommandName,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        blackout: BlackoutOrder = BY_API,
        segment: SegmentId | None = None,
        log: LogOrder = AS_CONFIGURED,
    ) -> Result:
        """Have a workstation do something, and wait for what it says about it.

        Args:
            workstation: which.
            name: what.
            recording: ``start``: the id to record under.
            reason: ``blackout_on``: goes into the recording.
            blackout: ``blackout_on``, ``blackout_off``: who asks.
            segment: ``aside_retry``, ``aside_drop``: which.
            log: ``log_level``: what its log is to say, and for how long.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``, ``screen.too_old``.
            LimitError: ``screen.commands``: too many are unanswered.
        """
        order = Command(0, name, _bytes(recording), reason, blackout, _bytes(segment), log)
        outcome = "failed"
        try:
            result = await self._command(workstation, order)
            outcome = "done" if result.ok else result.code
        except PlayheadError as error:
            outcome = error.code
            raise
        finally:
            metrics.COMMANDS.labels(name, outcome).inc()
            _log.debug("command", workstation=str(workstation), name=name, outcome=outcome)
        return result

    async def examine(self, workstation: WorkstationId) -> Report:
        """Have a workstation look over its machine now; what it found.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``, ``screen.cannot_examine``, or what failed
                there.
            CorruptError: ``doctor.report``: what it says is no report.
        """
        return report_of(workstation, await self._connected.speaking(workstation).examination.ask())

    def workstations(self) -> list[LiveWorkstation]:
        """Every workstation that is enrolled, as it was last heard of, by name."""
        return self._directory.all()

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """How long ago more of a recording became durable here; None where that was not since the start."""
        return self._directory.progress_age_us(recording)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the server now."""
        return self.health.problems()

    async def changed(self, recording: RecordingId) -> None:
        """A recording is not as it was, by other hands: set its state to what it is now.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        await self._around.recordings.refresh(recording, changed=True)

    def newest_change(self, workstation: WorkstationId) -> Entry | None:
        """The last change in a workstation's journal; None where it keeps none."""
        return self._journals.newest(workstation)

    def announce(self, event: Event) -> None:
        """Tell everyone who follows what changes."""
        self._directory.publish(event)

    def on_history(self, touched: Touched) -> None:
        """Have ``touched`` called with the wall time from which on more has come to be known of a workstation."""
        self._journals.touched = touched

    def subscribe(self, recording: RecordingId | None = None) -> Subscription:
        """Events from now on: all but growth; or, of one recording, its own with its growth.

        Raises:
            LimitError: ``screen.subscribers``.
        """
        return self._hub.subscribe(recording)

    @contextlib.asynccontextmanager
    async def watching(self, workstation: WorkstationId) -> AsyncGenerator[None]:
        """While anyone is within, the workstation is asked to send each picture at once."""
        count = self._watched.get(workstation, 0)
        self._watched[workstation] = count + 1
        if count == 0:
            await self._suggest(workstation, "live_on")
        try:
            yield
        finally:
            self._watched[workstation] -= 1
            if self._watched[workstation] == 0:
                del self._watched[workstation]
                await self._suggest(workstation, "live_off")

    async def _suggest(self, workstation: WorkstationId, name: CommandName) -> None:
        """What makes live pictures quicker, and is told again when the workstation comes back."""
        try:
            await self.command(workstation, name)
        except PlayheadError as error:
            _log.info("workstation not told", workstation=str(workstation), command=name, code=error.code)

    async def _command(self, workstation: WorkstationId, order: Command) -> Result:
        command_id = await self._command_ids.next()  # nothing may be awaited from here on, so that ids go out in order
        connected = self._connected.speaking(workstation, order.name)
        try:
            async with asyncio.timeout(self._config.command_timeout.seconds):
                return await connected.command(msgspec.structs.replace(order, id=command_id))
        except TimeoutError as error:
            text = f"Workstation {workstation} did not answer in time."
            raise UnavailableError("screen.no_answer", text, hint="It may still act; look at what it does.") from error

    async def _serve(self, peer: ScreenPeer) -> None:
        """One connection, from its first message to its end."""
        first = await anext(aiter(peer), None)
        match first:
            case Inquire():
                await peer.send(Authority(self._keyring.authority.certificate))
            case Enrol():
                await peer.send(await self._enrolment.enrol(peer, first))
            case Probe():
                await self.probes.serve(peer, first)
            case Hello():
                await self._greet(peer, first)
            case _:
                pass  # it ended, or said goodbye

    async def _greet(self, peer: ScreenPeer, hello: Hello) -> None:
        claimed = WorkstationId(hello.workstation)
        try:
            workstation = await self._admitted(peer, claimed, hello)
        except PlayheadError as error:
            metrics.HELLOS.labels(error.code).inc()
            await self._audit.refuse(str(claimed), "workstation.refused", error.code, peer.remote.rpartition(":")[0])
            raise
        metrics.HELLOS.labels("welcome").inc()
        unknown = unknown_commands(hello)
        connected = ConnectedWorkstation(workstation, peer, self._around, examines=hello.examines, unknown=unknown)
        await self._connected.add(connected)
        self._directory.connected(claimed, agent=hello.user, software=hello.software)
        metrics.CONNECTED.set(len(self._connected))
        _log.info("workstation connected", workstation=str(claimed), remote=peer.remote, software=hello.software)
        try:
            await self._journals.linked(claimed, connected=True)
            peer.post(self._welcome(hello, claimed, await self._journals.newest_seq(claimed)))
            await connected.serve()
        finally:
            await self._gone(connected)

    async def _admitted(self, peer: ScreenPeer, claimed: WorkstationId, hello: Hello) -> Workstation:
        key = signer_of(peer.certificate) if peer.certificate is not None else None
        async with self._catalogue.writing(durable=False) as connection:
            workstation = admit(claimed, await find_workstation(connection, claimed), key)
            now_us = self._clock.wall_us()
            await note_seen(connection, claimed, software=hello.software, agent=hello.user, now_us=now_us)
        return workstation

    def _welcome(self, hello: Hello, workstation: WorkstationId, journal: int) -> Welcome:
        return Welcome(
            version=choose_version(hello.versions),
            site=str(self._keyring.site),
            site_key=self._keyring.site_key,
            wall_time_us=self._clock.wall_us(),
            live=workstation in self._watched,
            server=self._server,
            journal=journal,
            examined=self.examinations.kept_at_us(workstation),
        )

    async def _gone(self, connected: ConnectedWorkstation) -> None:
        name = connected.workstation.id
        self._connected.remove(name)
        self._directory.lost(name)
        metrics.CONNECTED.set(len(self._connected))
        _log.info("workstation gone", workstation=str(name), remote=connected.peer.remote, end=connected.peer.end)
        connected.gone.set()
        await self._journals.linked(name, connected=False)
        await self._around.recordings.refresh_of(name)

    async def _drain(self, listener: Listener) -> None:
        """Make durable and acknowledge what has arrived; then say goodbye to all."""
        try:
            async with asyncio.timeout(self._config.drain_timeout.seconds):
                await self._store.commit()
        except (UnavailableError, TimeoutError) as error:
            _log.warning("stopping with bytes that are not acknowledged", reason=str(error))
        await listener.close()


def _bytes(one: RecordingId | SegmentId | None) -> bytes:
    return b"" if one is None else one.bytes
